package io.muster.service;

import io.muster.core.Node;
import io.muster.core.Proposal;
import io.muster.group.Remains;
import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;

/// What a node's service manager wants done.
public sealed interface ServiceEffect {
    /// Send to the group.
    record Propose(byte[] payload, boolean safe) implements ServiceEffect, Proposal {}

    /// Run an operation on the tree of a service, answer with [ServiceEvent.TreeDone]. Operations on
    /// one service run one after the other. Before each agent start of a START the driver makes sure
    /// that this node is still quorate.
    ///
    /// @param generation to be given back
    record RunTree(String service, Operation operation, long generation) implements ServiceEffect {}

    /// Stop every service of the configuration here, whether it runs or not, after ending whatever is
    /// being started: at the daemon's start (stop before start), and when quorum is lost. Answer with
    /// [ServiceEvent.StoppedEverything].
    ///
    /// @param epoch to be given back
    /// @param version of the configuration that is in force; to be given back
    /// @param keep what may be left alone
    record StopEverything(long epoch, int version, Keep keep) implements ServiceEffect {}

    /// What a daemon that was started to stop nothing that is frozen may leave alone, if it is in its
    /// ledger.
    ///
    /// @param frozen services that run here and are frozen
    /// @param unknown services of which the group knows nothing yet: of these, what was frozen when the
    ///     last daemon left
    record Keep(SortedSet<String> frozen, SortedSet<String> unknown) {
        public Keep {
            frozen = Collections.unmodifiableSortedSet(new TreeSet<>(frozen));
            unknown = Collections.unmodifiableSortedSet(new TreeSet<>(unknown));
        }
    }

    /// Tell cman that of a run of this node, the present or a former one, which is a victim, only
    /// these services may still run.
    record ReportVouched(Node run, Remains remains) implements ServiceEffect {}

    /// Tell cman that services have recovered from every loss up to a position.
    record ReportRecovered(long upTo) implements ServiceEffect {}

    /// Answer an operator.
    ///
    /// @param owner who runs the service now, 0 for nobody
    /// @param why what bars the service, in the words of its status; empty for nothing, or nothing known
    record Answer(long id, ResultCode code, int owner, String why) implements ServiceEffect {
        /// With nothing to add.
        Answer(long id, ResultCode code, int owner) {
            this(id, code, owner, "");
        }
    }

    /// The group has changed to this document: build the new trees and post [ServiceEvent.Configured].
    /// What runs is stopped with the tree it was started with.
    record Reconfigure(int version, byte[] document) implements ServiceEffect {}

    /// The group goes by this version and this node doesn't: get it from cman and post
    /// [ServiceEvent.Configured]. If cman has a later one already, [Reconfigure] follows.
    record NeedConfiguration(int version) implements ServiceEffect {}

    /// Nothing of ours runs any more: leave the group and end.
    record Leave() implements ServiceEffect {}

    /// For the log: one line for one transition.
    ///
    /// @param owner the owner after it, 0 for nobody
    record StateChanged(String service, ServiceState from, ServiceState to, int owner, String reason)
            implements ServiceEffect {}

    /// For the log: an operator should know.
    record Notice(boolean warning, String text) implements ServiceEffect {}
}
