package io.muster.totem;

import io.muster.core.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/// What the phases of a ring share: who and what it is, and where effects go.
final class Context {
    final Node self;
    final RandomGenerator dice;
    final Peers peers = new Peers();
    final SendQueue queue = new SendQueue();
    RingConfig config;
    List<RingEffect> effects = new ArrayList<>();
    long nowMs;
    /// Highest sequence of any ring heard of.
    long ringSequence;
    /// Every member of the installed ring was alive at some time since then.
    long ringProofMs;
    /// How much of this silence has been forgiven because this node itself was stopped.
    long forgivenMs;

    final Counters counters = new Counters();

    /// Where a new ring's packet sequence begins; other than 0 only in tests near a limit.
    final long firstSequence;

    Context(Node self, RingConfig config, RandomGenerator dice, long firstSequence) {
        this.self = self;
        this.config = config;
        this.dice = dice;
        this.firstSequence = firstSequence;
    }

    void unicast(int nodeid, RingMessage message) {
        effects.add(new RingEffect.Unicast(nodeid, RingCodec.encode(message, self)));
    }

    void multicast(List<Integer> nodeids, RingMessage message) {
        if (!nodeids.isEmpty()) {
            effects.add(new RingEffect.Multicast(nodeids, RingCodec.encode(message, self)));
        }
    }

    /// All configured nodes but this one.
    List<Integer> everybodyElse() {
        return config.nodeids().stream().filter(id -> id != self.nodeid()).toList();
    }

    RingLog newLog(RingId id, List<Node> members) {
        return new RingLog(
                id, members, Math.min(config.windowMessages() * 4, 8 * RingCodec.MAX_BITMAP_BYTES), firstSequence);
    }
}
