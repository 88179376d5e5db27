package io.muster.resource;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// The whole state of a [TreeRun], as `RecordCodec` writes it: [TreeRun#restore] makes an equal one.
///
/// @param trees by a number that is only known here
/// @param services by label
/// @param endings by ticket
/// @param incomplete configured services with a resource that no agent handles
/// @param unfit configured services that aren't to be started, and why
public record TreeImage(
        boolean barred,
        long questions,
        long calls,
        SortedMap<Integer, Tree> trees,
        SortedMap<String, Service> services,
        SortedMap<Long, Ending> endings,
        Listing.Image listing,
        SortedSet<String> incomplete,
        SortedMap<String, String> unfit) {
    public TreeImage {
        incomplete = Collections.unmodifiableSortedSet(new TreeSet<>(incomplete));
        unfit = Collections.unmodifiableSortedMap(new TreeMap<>(unfit));
    }

    /// One service as it was built from one configuration.
    ///
    /// @param marked numbers of resources that the operation under way treats otherwise
    record Tree(ResourceNode root, List<NodeState> states, SortedSet<Integer> marked) {}

    /// @param configured number of a tree; 0 for none, as with `started`
    record Service(int configured, int started, List<Job> queue, Optional<Work> work) {}

    /// The operation that is being carried out.
    ///
    /// @param tree its number
    /// @param frames bottom first
    record Work(Job job, int tree, List<Frame> frames, Wait waiting) {}

    /// Services being stopped, and those whose stop failed.
    record Ending(SortedSet<String> remaining, SortedSet<String> unclean) {
        Ending {
            remaining = Collections.unmodifiableSortedSet(new TreeSet<>(remaining));
            unclean = Collections.unmodifiableSortedSet(new TreeSet<>(unclean));
        }

        /// One service less to wait for.
        Ending without(String service, boolean clean) {
            var left = new TreeSet<>(remaining);
            left.remove(service);
            var failed = new TreeSet<>(unclean);
            if (!clean) {
                failed.add(service);
            }
            return new Ending(left, failed);
        }
    }

    /// What stands in a service's queue.
    sealed interface Job {
        /// @param ended everything was to be stopped after it was asked for: it starts no agent any
        ///     more
        record Asked(long ticket, Operation operation, String target, boolean ended) implements Job {}

        /// The stop of one service among all.
        record Stop(long ticket) implements Job {}
    }

    /// What the next step waits for.
    sealed interface Wait {
        /// The ledger must hold the service before an agent is started.
        record Ledger(int node) implements Wait {}

        /// The ledger is to say what came of a stop before anybody else is told.
        record Noted(TreeResult result) implements Wait {}

        /// Whether this node is quorate.
        record Quorum(long question, int node) implements Wait {}

        /// An agent at work.
        record Agent(long call, int node, String action, int depth) implements Wait {}
    }
}
