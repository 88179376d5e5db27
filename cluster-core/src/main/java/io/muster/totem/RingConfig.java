package io.muster.totem;

import java.util.List;

/// Timings and nodes of the ring, as cluster.conf has them.
///
/// @param nodeids all configured nodes, this one included, in ascending order
/// @param votes parallel to `nodeids`; the tie-breaker between partitions that hear each other unequally
/// @param tokenMs silence of the token after which it counts as lost
/// @param retransmitMs silence after which the token is sent again
/// @param holdMs how long the token of an idle ring rests in one place
/// @param joinMs pause between two joins while gathering
/// @param consensusMs how long a node may leave joins unanswered before it is left out, once it has also been
///     silent for a whole token. Short on purpose: it is the only wait between the loss of the token and the new ring
/// @param mtuBytes largest datagram the transport takes, its own overhead taken off
/// @param windowMessages new messages a round may carry in all
/// @param maxMessages new messages one member may send per token
public record RingConfig(
        List<Integer> nodeids,
        List<Integer> votes,
        int tokenMs,
        int retransmitMs,
        int holdMs,
        int joinMs,
        int consensusMs,
        int mtuBytes,
        int windowMessages,
        int maxMessages) {
    /// Most nodes a ring can have.
    public static final int MAX_NODES = 64;

    public RingConfig {
        nodeids = List.copyOf(nodeids);
        votes = List.copyOf(votes);
        if (nodeids.size() > MAX_NODES || nodeids.size() != votes.size()) {
            throw new IllegalArgumentException("nodes " + nodeids + " with votes " + votes + ": at most " + MAX_NODES);
        }
    }

    /// The timings that belong to a token time-out; everything else follows from it.
    ///
    /// @param mtuBytes largest datagram the transport takes in one piece. Joins and commits of more
    /// than 40 nodes are larger (up to 4 KiB) and may be cut into pieces below the ring: they are rare
    public static RingConfig of(List<Integer> nodeids, List<Integer> votes, int tokenMs, int mtuBytes) {
        return new RingConfig(
                nodeids,
                votes,
                tokenMs,
                Math.max(tokenMs / 4, 20),
                Math.max(tokenMs * 18 / 100, 10),
                Math.clamp(tokenMs / 50, 5, 20),
                Math.clamp(tokenMs / 10, 20, 70),
                mtuBytes,
                256,
                100);
    }

    /// Votes of a node; 0 when it isn't configured.
    int votesOf(int nodeid) {
        int at = nodeids.indexOf(nodeid);
        return at < 0 ? 0 : votes.get(at);
    }
}
