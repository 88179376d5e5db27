package io.muster.membership;

import io.muster.core.CauseId;
import io.muster.membership.CmanMessage.Ordinary;
import io.muster.totem.RingEvent;
import io.muster.totem.RingId;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;

/// This node's messages from the moment a client hands them over until the log contains them.
///
/// Each is stamped with the configuration it is sent for and counts in no other. So when the ring
/// changes, whatever hasn't been
/// delivered yet is sent again in the old order, and nothing counts twice.
final class Outbox {
    /// So many may be in the ring at once: what the ring holds when it changes travels in vain.
    private static final int IN_FLIGHT_MESSAGES = 512;

    private static final int IN_FLIGHT_BYTES = 4 << 20;

    record Pending(long number, Ordinary message, boolean safe, CauseId cause, int bytes) {}

    private Deque<Pending> waiting = new ArrayDeque<>();
    private final Deque<Pending> inFlight = new ArrayDeque<>();
    private int flyingBytes;
    private long waitingBytes;
    private long last;
    private boolean open;
    private boolean room = true;

    /// What it holds; how many octets that is follows from it.
    record Image(List<Pending> waiting, List<Pending> inFlight, long last, boolean open, boolean room) {}

    Image image() {
        return new Image(List.copyOf(waiting), List.copyOf(inFlight), last, open, room);
    }

    static Outbox restored(Image image) {
        var it = new Outbox();
        it.waiting.addAll(image.waiting());
        it.inFlight.addAll(image.inFlight());
        it.waitingBytes = image.waiting().stream().mapToLong(Pending::bytes).sum();
        it.flyingBytes = image.inFlight().stream().mapToInt(Pending::bytes).sum();
        it.last = image.last();
        it.open = image.open();
        it.room = image.room();
        return it;
    }

    void add(Ordinary message, boolean safe, CauseId cause) {
        int bytes = switch (message) {
            case CmanMessage.ToGroup m -> m.payload().length;
            case CmanMessage.Configuration m -> m.document().length;
            default -> 64;
        };
        last = last + 1 & 0xffff_ffffL;
        waiting.add(new Pending(last, message, safe, cause, bytes));
        waitingBytes += bytes;
    }

    /// Octets that the ring hasn't taken yet.
    long waitingBytes() {
        return waitingBytes;
    }

    /// The ring has changed: nothing may be sent before [#open].
    void close() {
        open = false;
        while (!inFlight.isEmpty()) {
            Pending pending = inFlight.removeLast();
            waiting.addFirst(pending);
            waitingBytes += pending.bytes();
        }
        flyingBytes = 0;
    }

    void open() {
        open = true;
        room = true;
    }

    void room(boolean yes) {
        room = yes;
    }

    /// The ring didn't take the last one.
    void refused() {
        room = false;
        if (!inFlight.isEmpty()) {
            Pending pending = inFlight.removeLast();
            flyingBytes -= pending.bytes();
            waiting.addFirst(pending);
            waitingBytes += pending.bytes();
        }
    }

    /// Hands on what fits, one by one, since the ring may say no in between.
    void pump(RingId stamp, Consumer<RingEvent.Send> ring) {
        while (open && room && !waiting.isEmpty()) {
            if (inFlight.size() >= IN_FLIGHT_MESSAGES || flyingBytes >= IN_FLIGHT_BYTES) {
                return;
            }
            Pending pending = waiting.removeFirst();
            waitingBytes -= pending.bytes();
            inFlight.addLast(pending);
            flyingBytes += pending.bytes();
            byte[] octets = CmanCodec.encode(stamp, pending.number(), pending.message());
            ring.accept(new RingEvent.Send(octets, pending.safe(), pending.cause()));
        }
    }

    /// One of them has come round and counts.
    void done(long number) {
        for (Iterator<Pending> i = inFlight.iterator(); i.hasNext(); ) {
            Pending pending = i.next();
            if (pending.number() == number) {
                i.remove();
                flyingBytes -= pending.bytes();
                return;
            }
        }
    }

    /// This node's state was replaced: what its clients sent from the old one means nothing now.
    void dropGroupMessages() {
        close();
        Deque<Pending> rest = new ArrayDeque<>();
        waitingBytes = 0;
        for (Pending pending : waiting) {
            if (!(pending.message() instanceof CmanMessage.ToGroup)) {
                rest.add(pending);
                waitingBytes += pending.bytes();
            }
        }
        waiting = rest;
    }
}
