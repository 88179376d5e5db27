package io.muster.cman.daemon;

import io.muster.config.ClusterConfig;
import io.muster.core.MalformedMessage;
import io.muster.core.Node;
import io.muster.membership.Cman;
import io.muster.membership.CmanNode;
import io.muster.totem.Ring;
import io.muster.wire.Input;
import io.muster.wire.Output;
import java.util.SplittableRandom;

/// All that a node's cman is made from: with the same birth and the same events it decides the same.
///
/// Octets: node, u64 seed of the ring's dice, u32 largest datagram, bytes of cluster.conf.
///
/// @param seed of the ring's dice, itself from a secure source
record CmanBirth(Node self, long seed, int mtuBytes, byte[] document) {
    CmanNode make(ClusterConfig config) {
        Ring ring = new Ring(self, Timings.ring(config, mtuBytes), new SplittableRandom(seed));
        return new CmanNode(ring, new Cman(self, Settings.cman(config), document, Settings.reader()));
    }

    byte[] encode() {
        return new Output(64 + document.length)
                .node(self)
                .u64(seed)
                .u32(mtuBytes)
                .bytes(document)
                .toBytes();
    }

    static CmanBirth decode(byte[] octets) throws MalformedMessage {
        Input in = new Input(octets);
        CmanBirth birth = new CmanBirth(in.node(), in.u64(), in.u32(65_535), in.bytes(1 << 20));
        in.end();
        return birth;
    }
}
