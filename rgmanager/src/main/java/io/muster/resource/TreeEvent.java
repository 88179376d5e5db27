package io.muster.resource;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// What [TreeRun] is told. Tickets, questions and calls are numbers that come back in effects and
/// events.
public sealed interface TreeEvent {
    /// What an earlier run has left in the ledger; before anything else.
    ///
    /// @param all nobody knows what runs here
    /// @param services how each is built; empty where that can't be read
    record Listed(boolean all, SortedMap<String, Optional<ResourceNode>> services) implements TreeEvent {
        public Listed {
            services = Collections.unmodifiableSortedMap(new TreeMap<>(services));
        }
    }

    /// New services are built like these from now on; what has been started stays as it was built then.
    ///
    /// @param services the roots of all services' trees
    /// @param incomplete services that are configured and have a resource that no agent handles
    /// @param unfit services that aren't to be started, for they have a resource that can't be run,
    ///     and why
    record Configure(List<ResourceNode> services, SortedSet<String> incomplete, SortedMap<String, String> unfit)
            implements TreeEvent {
        public Configure {
            services = List.copyOf(services);
            incomplete = Collections.unmodifiableSortedSet(new TreeSet<>(incomplete));
            unfit = Collections.unmodifiableSortedMap(new TreeMap<>(unfit));
        }
    }

    /// Queues an operation behind those of the same service.
    ///
    /// @param ticket of the [TreeEffect.Done] that answers it
    /// @param service the label
    /// @param target the node to migrate to; empty with every other operation
    record Run(long ticket, String service, Operation operation, String target) implements TreeEvent {
        public Run(long ticket, String service, Operation operation) {
            this(ticket, service, operation, "");
        }
    }

    /// Ends whatever is being started, then stops every service that is configured or was started.
    ///
    /// @param ticket of the [TreeEffect.StoppedEverything] that answers it
    /// @param keep services that are left running, if the ledger says how they are built
    record StopEverything(long ticket, SortedSet<String> keep) implements TreeEvent {
        public StopEverything {
            keep = Collections.unmodifiableSortedSet(new TreeSet<>(keep));
        }

        StopEverything(long ticket) {
            this(ticket, Collections.emptySortedSet());
        }
    }

    /// Quorum is lost or cman gone: whatever start comes next is refused, so that the stop can come.
    record Bar() implements TreeEvent {}

    /// The node is quorate again.
    record Unbar() implements TreeEvent {}

    /// The answer to [TreeEffect.AskQuorum].
    record MayStart(long question, boolean yes) implements TreeEvent {}

    /// The answer to [TreeEffect.CallAgent].
    ///
    /// @param status its exit status; [#TIMED_OUT] when it was killed at its limit
    record AgentEnded(long call, int status, long tookMs) implements TreeEvent {
        /// Instead of an exit status.
        public static final int TIMED_OUT = -1;
    }

    /// The answer to [TreeEffect.WriteLedger].
    ///
    /// @param problem why it couldn't be written; empty when it was
    record Written(long write, String problem) implements TreeEvent {}

    /// Time has passed. Only a ledger that couldn't be written waits for that: checks are asked for
    /// from outside, and are due or not when they are.
    record Tick() implements TreeEvent {}
}
