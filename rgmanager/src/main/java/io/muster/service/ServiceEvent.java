package io.muster.service;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// What happens on this node.
///
/// `wallMs` is the time of day, milliseconds since 1970: it is shown to operators and decides nothing
/// but the age of restarts.
public sealed interface ServiceEvent {
    /// cman has given the daemon this configuration, and it has the trees to go with it.
    ///
    /// @param unfit services that can't be run here, for they have a resource that can't, and why
    record Configured(Plan plan, SortedMap<String, String> unfit) implements ServiceEvent {
        public Configured {
            unfit = Collections.unmodifiableSortedMap(new TreeMap<>(unfit));
        }

        Configured(Plan plan) {
            this(plan, Collections.emptySortedMap());
        }
    }

    /// [ServiceEffect.StopEverything] has ended.
    ///
    /// @param epoch as in the effect
    /// @param version as in the effect: one that was asked for before the configuration changed is no
    ///     answer
    /// @param unclean services whose stop failed
    /// @param report what else the group is to know of this node
    record StoppedEverything(long epoch, int version, List<String> unclean, NodeReport report, long wallMs)
            implements ServiceEvent {
        public StoppedEverything {
            unclean = List.copyOf(unclean);
        }
    }

    /// The agents here have been asked again what they are, or devices been looked at again.
    record AgentsRead(NodeTable table, long wallMs) implements ServiceEvent {}

    /// [ServiceEffect.RunTree] has ended.
    ///
    /// @param partial something that isn't critical was left off
    record TreeDone(String service, Operation operation, long generation, boolean success, boolean partial, long wallMs)
            implements ServiceEvent {}

    /// An operator asks. Answered by exactly one [ServiceEffect.Answer].
    ///
    /// @param id chosen by the driver, unique on this node, also across restarts
    /// @param service with its type; empty for the locks
    /// @param target nodeid, 0 for none
    record Requested(long id, RequestKind kind, String service, int target, long wallMs) implements ServiceEvent {}

    /// The daemon is asked to end.
    record ShutdownRequested(long wallMs) implements ServiceEvent {}
}
