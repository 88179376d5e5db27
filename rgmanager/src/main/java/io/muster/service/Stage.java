package io.muster.service;

import io.muster.core.Node;
import java.util.Collection;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Where a service stands, each stage with what matters in it and nothing else. [ServiceState] is what
/// operators are told of it.
///
/// **Owner** is who has it as operators see it. **Holders** are the runs of nodes on which something of
/// it may be running: a run becomes one before the first agent is started there, and stops being one
/// only by proof (its stop succeeded, it was fenced, or a newer rgmanager on that node reported
/// stop-before-start). A service that starts or runs is held by its owner alone, and others that
/// couldn't stop it are its suspects ([Service#suspects]); otherwise nobody, one or several may hold
/// it.
///
/// Which stage may follow which: [Transitions].
sealed interface Stage {
    /// Held by nobody.
    SortedSet<Node> NOBODY = Collections.emptySortedSet();

    ServiceState state();

    SortedSet<Node> holders();

    /// Nodeid; 0 for nobody.
    default int owner() {
        return 0;
    }

    /// The operator's request that is under way.
    default Optional<Request> request() {
        return Optional.empty();
    }

    /// Somebody has it.
    sealed interface Owned extends Stage {
        /// The run of a node that starts, runs or stops it.
        Node run();

        /// Number of the work it was given last. No number is given twice in a group's life.
        long generation();

        /// What it is to do for that; null for nothing but to look after it.
        @Nullable
        Operation due();

        @Override
        default int owner() {
            return run().nodeid();
        }

        @Override
        default SortedSet<Node> holders() {
            return only(run());
        }
    }

    /// Something is under way: an operator's next request waits, or is refused.
    sealed interface Busy extends Stage {}

    /// Nobody has it, and a start is due.
    sealed interface Seeking extends Busy {
        Search search();

        /// The same with another way to look.
        Seeking with(Search other);
    }

    /// Not running and not to be started yet.
    ///
    /// @param parked not to be looked at before the next transition of a node or of what it depends on
    record Stopped(SortedSet<Node> holders, boolean parked) implements Stage {
        public Stopped {
            holders = copy(holders);
        }

        @Override
        public ServiceState state() {
            return ServiceState.STOPPED;
        }
    }

    /// Stopped, to operators; it is on its way to a node.
    record Placing(SortedSet<Node> holders, Search search, Optional<Request> request) implements Seeking {
        public Placing {
            holders = copy(holders);
        }

        @Override
        public ServiceState state() {
            return ServiceState.STOPPED;
        }

        @Override
        public Placing with(Search other) {
            return new Placing(holders, other, request);
        }
    }

    /// The owner runs `start`.
    ///
    /// @param digest of the configuration it is started with
    /// @param search where to go on if this comes to nothing
    record Starting(Node run, long generation, String digest, Search search, Optional<Request> request)
            implements Owned, Busy {
        @Override
        public ServiceState state() {
            return ServiceState.STARTING;
        }

        @Override
        public Operation due() {
            return Operation.START;
        }
    }

    /// How what runs comes to be as a new configuration has it: what goes is stopped, then what comes
    /// is started, once nobody else has it any more.
    ///
    /// @param digest of the new configuration
    record Change(String digest, Phase phase) {
        enum Phase {
            /// What goes is being stopped.
            SHED,
            /// What comes isn't free yet.
            WAIT,
            /// What comes is being started.
            GROW,
            /// It can't be had here: what runs goes on as it is.
            REFUSED
        }

        @Nullable
        Operation due() {
            return switch (phase) {
                case SHED -> Operation.SHED;
                case WAIT, REFUSED -> null;
                case GROW -> Operation.GROW;
            };
        }
    }

    /// @param change to what it is on its way; empty while it is as it was started
    /// @param request to start again what was left off, which the owner does when it sees this here
    record Started(Node run, long generation, String digest, Optional<Change> change, Optional<Request> request)
            implements Owned {
        Started(Node run, long generation, String digest, Optional<Request> request) {
            this(run, generation, digest, Optional.empty(), request);
        }

        @Override
        public ServiceState state() {
            return ServiceState.STARTED;
        }

        @Override
        public @Nullable Operation due() {
            return request.isPresent()
                    ? Operation.CONVALESCE
                    : change.map(Change::due).orElse(null);
        }
    }

    /// The owner runs `stop`.
    ///
    /// @param others who holds it beside the owner
    record Stopping(Node run, SortedSet<Node> others, long generation, Purpose purpose, Optional<Request> request)
            implements Owned, Busy {
        public Stopping {
            others = without(others, only(run));
        }

        @Override
        public ServiceState state() {
            return ServiceState.STOPPING;
        }

        @Override
        public Operation due() {
            return Operation.STOP;
        }

        @Override
        public SortedSet<Node> holders() {
            return with(others, run);
        }
    }

    /// The owner runs the `stop` that comes before recovery.
    ///
    /// @param failed the start that failed; empty when it was a check
    record Recoverable(Node run, long generation, Optional<Search> failed, Optional<Request> request)
            implements Owned, Busy {
        @Override
        public ServiceState state() {
            return ServiceState.RECOVERABLE;
        }

        @Override
        public Operation due() {
            return Operation.STOP;
        }
    }

    /// That has succeeded: the next start is due and counts as a restart.
    record Recovering(Search search, Optional<Request> request) implements Seeking {
        public Recovering {
            search = search.counted();
        }

        @Override
        public ServiceState state() {
            return ServiceState.RECOVERING;
        }

        @Override
        public SortedSet<Node> holders() {
            return NOBODY;
        }

        @Override
        public Recovering with(Search other) {
            return new Recovering(other, request);
        }
    }

    /// A stop failed: only disable is accepted.
    record Failed(SortedSet<Node> holders) implements Stage {
        public Failed {
            holders = copy(holders);
        }

        @Override
        public ServiceState state() {
            return ServiceState.FAILED;
        }
    }

    /// Started by nobody but an operator.
    record Disabled(SortedSet<Node> holders) implements Stage {
        public Disabled {
            holders = copy(holders);
        }

        @Override
        public ServiceState state() {
            return ServiceState.DISABLED;
        }
    }

    private static SortedSet<Node> copy(Collection<Node> nodes) {
        return Collections.unmodifiableSortedSet(new TreeSet<>(nodes));
    }

    static SortedSet<Node> only(Node node) {
        return with(NOBODY, node);
    }

    static SortedSet<Node> with(Collection<Node> nodes, Node more) {
        var all = new TreeSet<>(nodes);
        all.add(more);
        return Collections.unmodifiableSortedSet(all);
    }

    static SortedSet<Node> both(Collection<Node> nodes, Collection<Node> more) {
        var all = new TreeSet<>(nodes);
        all.addAll(more);
        return Collections.unmodifiableSortedSet(all);
    }

    static SortedSet<Node> without(Collection<Node> nodes, Collection<Node> gone) {
        var rest = new TreeSet<>(nodes);
        rest.removeAll(gone);
        return Collections.unmodifiableSortedSet(rest);
    }
}
