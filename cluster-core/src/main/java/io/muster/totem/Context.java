package io.muster.totem;

import io.muster.core.Node;
import io.muster.driver.Dice;
import java.util.ArrayList;
import java.util.List;

/// What the phases of a ring share: who and what it is, and where effects go.
final class Context {
    final Node self;
    final Dice dice;
    final Peers peers;
    final SendQueue queue;
    RingConfig config;
    List<RingEffect> effects = new ArrayList<>();
    long nowMs;
    /// Highest sequence of any ring heard of.
    long ringSequence;
    /// Every member of the installed ring was alive at some time since then.
    long ringProofMs;
    /// How much of this silence has been forgiven because this node itself was stopped.
    long forgivenMs;

    final Counters counters;

    /// Where a new ring's packet sequence begins; other than 0 only in tests near a limit.
    final long firstSequence;

    Context(Node self, RingConfig config, Dice dice, long firstSequence) {
        this.self = self;
        this.config = config;
        this.dice = dice;
        this.firstSequence = firstSequence;
        this.peers = new Peers();
        this.queue = new SendQueue();
        this.counters = new Counters();
    }

    /// All of it; effects are the present step's.
    record Image(
            Node self,
            RingConfig config,
            long dice,
            List<Peers.Image> peers,
            SendQueue.Image queue,
            long nowMs,
            long ringSequence,
            long ringProofMs,
            long forgivenMs,
            Counters.Image counters,
            long firstSequence) {}

    Image image() {
        return new Image(
                self,
                config,
                dice.state(),
                peers.image(),
                queue.image(),
                nowMs,
                ringSequence,
                ringProofMs,
                forgivenMs,
                counters.image(),
                firstSequence);
    }

    static Context restored(Image image) {
        return new Context(image);
    }

    private Context(Image image) {
        this.self = image.self();
        this.config = image.config();
        this.dice = new Dice(image.dice());
        this.peers = Peers.restored(image.peers());
        this.queue = SendQueue.restored(image.queue());
        this.nowMs = image.nowMs();
        this.ringSequence = image.ringSequence();
        this.ringProofMs = image.ringProofMs();
        this.forgivenMs = image.forgivenMs();
        this.counters = Counters.restored(image.counters());
        this.firstSequence = image.firstSequence();
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
