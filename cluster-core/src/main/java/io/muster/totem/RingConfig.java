package io.muster.totem;

import java.util.List;

/// Timings and nodes of the ring, as cluster.conf has them.
///
/// @param nodeids all configured nodes, this one included, in ascending order
/// @param votes parallel to `nodeids`; the tie-breaker between partitions that hear each other unequally
/// @param tokenMs silence of the token after which it counts as lost
/// @param retransmitMs silence after which the token is sent again
/// @param holdMs how long an idle representative keeps the token
/// @param joinMs pause between two joins while gathering
/// @param consensusMs how long to gather before the silent are left out
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
    public RingConfig {
        nodeids = List.copyOf(nodeids);
        votes = List.copyOf(votes);
    }
}
