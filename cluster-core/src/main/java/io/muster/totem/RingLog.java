package io.muster.totem;

import io.muster.core.Node;
import java.util.List;

/// One ring's order as this node has received and delivered it.
final class RingLog {
    final RingId id;
    final List<Node> members;
    final Window window;
    private final Assembler assembler;
    private long safe;
    private long delivered;

    /// @param from the sequence before the first; 0 but in tests that want to begin near a limit
    RingLog(RingId id, List<Node> members, int capacity, long from) {
        this.id = id;
        this.members = List.copyOf(members);
        this.window = new Window(capacity, from);
        this.assembler = new Assembler(id, this.members);
        this.safe = from;
        this.delivered = from;
    }

    /// All of it.
    record Image(
            RingId id,
            List<Node> members,
            Window.Image window,
            List<Assembler.Image> partials,
            long safe,
            long delivered) {}

    Image image() {
        return new Image(id, members, window.image(), assembler.image(), safe, delivered);
    }

    static RingLog restored(Image image) {
        return new RingLog(image);
    }

    private RingLog(Image image) {
        this.id = image.id();
        this.members = List.copyOf(image.members());
        this.window = Window.restored(image.window());
        this.assembler = Assembler.restored(id, members, image.partials());
        this.safe = image.safe();
        this.delivered = image.delivered();
    }

    boolean has(Node node) {
        return members.contains(node);
    }

    /// All members have all packets up to here, as far as this node knows.
    long safe() {
        return safe;
    }

    /// Keeps a packet of this ring; false when it is no news or its originator no member.
    boolean receive(byte[] packet) {
        return assembler.originator(packet) != null && window.add(Packet.sequence(packet), packet);
    }

    /// Raises what is known to be everywhere; releases what nobody can ask for any more.
    void safeUpTo(long sequence) {
        if (sequence > safe) {
            safe = Math.min(sequence, window.aru());
            window.release(Math.min(safe, delivered));
        }
    }

    /// Delivers in the regular configuration: in order, up to the first gap or the first safe packet
    /// that isn't everywhere yet.
    void deliver(List<RingEffect> effects) {
        while (delivered < window.aru()) {
            byte[] packet = window.get(delivered + 1);
            if (packet == null) {
                throw new IllegalStateException("ring " + id + ": packet " + (delivered + 1) + " released undelivered");
            }
            if (Packet.safe(packet) && delivered + 1 > safe) {
                break;
            }
            delivered++;
            assembler.take(packet, true, effects);
        }
        window.release(Math.min(safe, delivered));
    }

    /// The last deliveries of a ring that ends, the same on all that move together because all have the
    /// same packets by now: first what may still be delivered as if nothing had happened, then the
    /// transitional configuration, then the rest. After a gap only what `moving` members sent:
    /// something of the others may depend on what is lost.
    ///
    /// @param moving those of this ring that go to the next one together
    /// @param safeAnywhere the highest [#safe] of `moving`: if one of them knows, it may have acted on it
    void end(List<Node> moving, long safeAnywhere, List<RingEffect> effects) {
        safe = Math.max(safe, Math.min(safeAnywhere, window.aru()));
        deliver(effects);
        effects.add(new RingEffect.Configuration(id, false, moving));
        boolean gap = false;
        for (long sequence = delivered + 1; sequence <= window.high(); sequence++) {
            byte[] packet = window.get(sequence);
            if (packet == null) {
                gap = true;
            } else if (!gap || moving.contains(assembler.originator(packet))) {
                assembler.take(packet, false, effects);
            }
        }
        delivered = window.high();
    }

    RingMessage.History history() {
        return new RingMessage.History(id, window.aru(), safe, window.bitmap());
    }
}
