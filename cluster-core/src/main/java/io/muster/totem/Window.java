package io.muster.totem;

import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The packets of one ring that somebody may still ask for, by sequence: a ring buffer, so that the
/// path of a message allocates nothing but the message.
final class Window {
    private final byte[] @Nullable [] slots;
    private final int mask;
    private long released;
    private long aru;
    private long high;

    /// @param capacity packets kept at most; rounded up to a power of two
    /// @param from the sequence before the first
    Window(int capacity, long from) {
        int size = Integer.highestOneBit(Math.max(capacity, 16) * 2 - 1);
        this.slots = new byte[size][];
        this.mask = size - 1;
        this.released = from;
        this.aru = from;
        this.high = from;
    }

    /// What it holds; the rest follows from that.
    record Image(int capacity, long released, SortedMap<Long, byte[]> packets) {}

    Image image() {
        var packets = new TreeMap<Long, byte[]>();
        for (long sequence = released + 1; sequence <= high; sequence++) {
            byte[] packet = get(sequence);
            if (packet != null) {
                packets.put(sequence, packet);
            }
        }
        return new Image(slots.length, released, packets);
    }

    static Window restored(Image image) {
        var it = new Window(image.capacity(), image.released());
        image.packets().forEach(it::add);
        return it;
    }

    int capacity() {
        return slots.length;
    }

    /// All up to this one have been received.
    long aru() {
        return aru;
    }

    /// The highest one received.
    long high() {
        return high;
    }

    /// Keeps a packet; false when it is known already, gone, or too far ahead to keep.
    boolean add(long sequence, byte[] packet) {
        if (sequence <= released || sequence - released > slots.length || has(sequence)) {
            return false;
        }
        slots[(int) sequence & mask] = packet;
        high = Math.max(high, sequence);
        while (aru < high && slots[(int) (aru + 1) & mask] != null) {
            aru++;
        }
        return true;
    }

    boolean has(long sequence) {
        return sequence <= released || (sequence <= high && slots[(int) sequence & mask] != null);
    }

    byte @Nullable [] get(long sequence) {
        return sequence <= released || sequence > high ? null : slots[(int) sequence & mask];
    }

    /// Forgets all up to `sequence`; never more than what has been received without a gap.
    void release(long sequence) {
        long upTo = Math.min(sequence, aru);
        while (released < upTo) {
            released++;
            slots[(int) released & mask] = null;
        }
    }

    /// Which packets above [#aru] are here: bit 0 of octet 0 stands for `aru + 1`.
    byte[] bitmap() {
        var bits = new byte[(int) (high - aru + 7) / 8];
        for (long sequence = aru + 1; sequence <= high; sequence++) {
            if (has(sequence)) {
                int at = (int) (sequence - aru - 1);
                bits[at / 8] |= (byte) (1 << at % 8);
            }
        }
        return bits;
    }
}
