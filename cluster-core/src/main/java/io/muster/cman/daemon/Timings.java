package io.muster.cman.daemon;

import io.muster.config.ClusterConfig;
import io.muster.config.ClusterNode;
import io.muster.config.TotemConfig;
import io.muster.totem.RingConfig;
import java.util.Comparator;
import java.util.List;

/// The ring's timings: the token as cluster.conf has it, everything else from that, unless the file
/// says more.
///
/// `join` and `consensus` of old files are not taken: they were made for a ring that forms in rounds of
/// a token, and would
/// only make this one slow.
public final class Timings {
    private Timings() {}

    /// @param mtuBytes of the path, headers taken off
    public static RingConfig ring(ClusterConfig config, int mtuBytes) {
        List<ClusterNode> nodes = config.nodes().stream()
                .sorted(Comparator.comparingInt(ClusterNode::nodeid))
                .toList();
        TotemConfig totem = config.totem();
        RingConfig ring = RingConfig.of(
                nodes.stream().map(ClusterNode::nodeid).toList(),
                nodes.stream().map(ClusterNode::votes).toList(),
                totem.tokenMs(),
                mtuBytes);
        return new RingConfig(
                ring.nodeids(),
                ring.votes(),
                ring.tokenMs(),
                ring.retransmitMs(),
                Math.min(totem.holdMs().orElse(ring.holdMs()), ring.holdMs()),
                ring.joinMs(),
                ring.consensusMs(),
                ring.mtuBytes(),
                totem.windowSize().orElse(ring.windowMessages()),
                totem.maxMessages().orElse(ring.maxMessages()));
    }
}
