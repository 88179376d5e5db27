package io.muster.membership;

import io.muster.core.Node;
import io.muster.group.GroupEntry.Level;
import io.muster.group.GroupEntry.Reason;
import io.muster.group.Remains;
import java.util.List;
import java.util.Optional;

/// What cman says to cman, in the ring's total order.
///
/// Only [ToGroup] has an effect when it is delivered in a transitional configuration; the others are
/// sent again in the next one.
sealed interface CmanMessage permits Transition, CmanMessage.Ordinary {
    /// Everything but a transition. Counts only in the configuration it was sent for; what a change of the ring
    /// overtakes is sent again by its sender, so that each takes effect once and in its sender's order.
    sealed interface Ordinary extends CmanMessage {}

    /// To the members of a group.
    record ToGroup(int group, byte[] payload) implements Ordinary {}

    /// A client of the sender joins a group.
    ///
    /// @param client the sender's number for it
    record Join(String group, Optional<Level> level, int client) implements Ordinary {}

    /// The sender is out of a group.
    ///
    /// @param remains what may still run there of what the group managed
    record Part(String group, Reason reason, Remains remains) implements Ordinary {}

    /// The sender's member of a group has recovered from everything up to a position.
    record Report(String group, long upTo) implements Ordinary {}

    /// A run of a node is proven harmless.
    ///
    /// @param atMs in wall-clock milliseconds of the sender, for display
    record Proven(Node victim, String how, long atMs) implements Ordinary {}

    /// Of a run that is lost, or has nobody to manage it, only these may still run.
    record Vouched(Node run, Remains remains) implements Ordinary {}

    /// An operator's word that a service runs no longer where it was listed.
    record Acknowledged(Node run, String service, long atMs) implements Ordinary {}

    /// The sender leaves the cluster.
    ///
    /// @param removed whether expected votes are to follow
    /// @param remains what may still run there: with anything it leaves like one that is lost
    record Leave(boolean removed, Remains remains) implements Ordinary {}

    /// These are to go at once.
    record Kill(List<Integer> nodeids, String why) implements Ordinary {
        public Kill {
            nodeids = List.copyOf(nodeids);
        }
    }

    /// Expected votes from now on.
    record Expected(int votes) implements Ordinary {}

    /// Votes of a node from now on.
    record NodeVotes(int nodeid, int votes) implements Ordinary {}

    /// The sender's quorum device: its votes while it is alive, else 0.
    record Device(String name, int votes) implements Ordinary {}

    /// The cluster's configuration from now on.
    ///
    /// @param agreed whether ccsd has agreed on it
    record Configuration(int version, String sha256, boolean agreed, byte[] document) implements Ordinary {}
}
