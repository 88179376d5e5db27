package io.muster.quorum;

import java.util.List;
import java.util.OptionalInt;

/// The special cases cluster.conf switches on. `two_node` as cman has it; the others as votequorum(5) has them.
///
/// @param twoNode one vote is quorum while at most two nodes are members
/// @param waitForAll not quorate for the first time before all configured nodes were members together
/// @param lastManStanding expected votes follow the members down while they stay quorate
/// @param autoTieBreaker of two equal halves of a quorate cluster, the one with the tie-breaking node stays quorate
/// @param tieNode the tie-breaking node; empty for the lowest configured
/// @param nodeids all configured nodes, ascending
public record QuorumRules(
        boolean twoNode,
        boolean waitForAll,
        boolean lastManStanding,
        boolean autoTieBreaker,
        OptionalInt tieNode,
        List<Integer> nodeids) {
    public QuorumRules {
        nodeids = List.copyOf(nodeids);
    }

    /// The same for two nodes, of which one is enough; which implies that both were members once.
    public QuorumRules withTwoNode() {
        return new QuorumRules(true, true, lastManStanding, autoTieBreaker, tieNode, nodeids);
    }

    /// The arithmetic without special cases.
    public static QuorumRules plain(List<Integer> nodeids) {
        return new QuorumRules(false, false, false, false, OptionalInt.empty(), nodeids);
    }
}
