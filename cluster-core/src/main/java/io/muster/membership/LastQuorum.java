package io.muster.membership;

import io.muster.totem.RingEvent;
import io.muster.totem.RingId;
import java.util.Optional;

/// The last quorum this machine knows of, also from before it restarted: a node that comes new without it could give
/// an older part of the cluster the quorum to go on from where a later one has been.
///
/// Nobody is told that the cluster is quorate now before this is written. Not replicated.
///
/// Thread: the owner's event loop.
final class LastQuorum {
    /// Sequence of its ring; 0 for none.
    private long known;

    /// The last that was to be written.
    private long asked;

    /// All of it.
    record Image(long known, long asked) {}

    Image image() {
        return new Image(known, asked);
    }

    static LastQuorum restored(Image image) {
        var it = new LastQuorum();
        it.known = image.known();
        it.asked = image.asked();
        return it;
    }

    long known() {
        return known;
    }

    /// Whether a write is awaited.
    boolean writing() {
        return asked > known;
    }

    void remembered(long sequence, CmanOut out) {
        known = Math.max(known, sequence);
        out.toRing(new RingEvent.Above(known));
    }

    /// What all members know has changed.
    void saw(Optional<RingId> quorate, CmanOut out) {
        long sequence = quorate.map(RingId::sequence).orElse(0L);
        if (sequence > Math.max(known, asked)) {
            asked = sequence;
            out.add(new CmanEffect.RememberQuorum(sequence));
        }
    }
}
