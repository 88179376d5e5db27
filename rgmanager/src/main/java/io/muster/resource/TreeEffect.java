package io.muster.resource;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// What [TreeRun] wants done.
public sealed interface TreeEffect {
    /// How much a line of the log matters.
    enum Level {
        DEBUG,
        INFO,
        WARN,
        ERROR
    }

    /// Find out whether this node is quorate at this moment: an agent's start hangs on it.
    ///
    /// @param service whose agent
    record AskQuorum(long question, String service) implements TreeEffect {}

    /// Run an agent.
    ///
    /// @param service whose tree it is
    /// @param label the resource, `type:name`
    /// @param command the program and its arguments
    /// @param environment all of it
    /// @param limitMs when to kill it; 0 for never
    record CallAgent(
            long call,
            String service,
            String label,
            String action,
            int depth,
            List<String> command,
            SortedMap<String, String> environment,
            long limitMs)
            implements TreeEffect {
        public CallAgent {
            command = List.copyOf(command);
            environment = Collections.unmodifiableSortedMap(new TreeMap<>(environment));
        }

        /// Whether something may run afterwards that didn't before.
        public boolean begins() {
            return switch (action) {
                case "stop", "status", "monitor" -> false;
                default -> true;
            };
        }
    }

    /// An operation has ended.
    record Done(long ticket, TreeResult result) implements TreeEffect {}

    /// Everything has been stopped.
    ///
    /// @param unclean services whose stop failed, sorted
    record StoppedEverything(long ticket, List<String> unclean) implements TreeEffect {
        public StoppedEverything {
            unclean = List.copyOf(unclean);
        }
    }

    /// Replace the ledger, durably, and answer with [TreeEvent.Written].
    ///
    /// @param services how each is built; empty where nobody knows
    record WriteLedger(long write, SortedMap<String, Optional<ResourceNode>> services) implements TreeEffect {
        public WriteLedger {
            services = Collections.unmodifiableSortedMap(new TreeMap<>(services));
        }
    }

    /// A line for the log.
    record Log(Level level, String text) implements TreeEffect {}
}
