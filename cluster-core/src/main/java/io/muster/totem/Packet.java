package io.muster.totem;

import io.muster.core.CauseId;
import io.muster.core.MalformedMessage;
import io.muster.core.Node;
import java.nio.ByteBuffer;

/// A datagram of ordered messages, read in place.
///
/// | at | octets | what |
/// |----|--------|------|
/// | 0  | 20 | header, see [RingCodec]; nodeid is the originator, who need not be who sent this copy; flag 1 = safe |
/// | 20 | 28 | ring id: sequence u64, representative u32, its incarnation 2 x u64 |
/// | 48 | 8  | sequence of this packet in the ring |
/// | 56 | 8  | number of the first message that ends here, counted per ring from 1 |
/// | 64 | .. | chunks |
///
/// A chunk: flags u8 (1 first of its message, 2 last), length u16; a first one then has total length u32 and the
/// cause (nodeid u32, process u32, number u64); then the octets. All chunks of a packet are safe or none is.
final class Packet {
    static final int FIRST = 1;
    static final int LAST = 2;
    static final int SAFE = 1;
    static final int CHUNKS_AT = 64;
    static final int CHUNK_BYTES = 3;
    static final int FIRST_CHUNK_BYTES = CHUNK_BYTES + 20;

    private Packet() {}

    static long sequence(byte[] packet) {
        return RingCodec.getLong(packet, 48);
    }

    static long firstMessage(byte[] packet) {
        return RingCodec.getLong(packet, 56);
    }

    static int originator(byte[] packet) {
        return RingCodec.getInt(packet, 12);
    }

    static boolean safe(byte[] packet) {
        return (packet[7] & SAFE) != 0;
    }

    /// Whether the packet belongs to `ring`, without making an object of it.
    static boolean isOf(byte[] packet, RingId ring) {
        return RingCodec.getLong(packet, 20) == ring.sequence()
                && RingCodec.getInt(packet, 28) == ring.representative().nodeid()
                && RingCodec.getLong(packet, 32)
                        == ring.representative().incarnation().high()
                && RingCodec.getLong(packet, 40)
                        == ring.representative().incarnation().low();
    }

    static CauseId cause(byte[] packet, int chunkAt) {
        return new CauseId(
                RingCodec.getInt(packet, chunkAt + 7),
                RingCodec.getInt(packet, chunkAt + 11),
                RingCodec.getLong(packet, chunkAt + 15));
    }

    /// Checks the chunks once, on receipt, so that delivery need not.
    static void check(byte[] packet) throws MalformedMessage {
        if (packet.length < CHUNKS_AT) {
            throw new MalformedMessage("packet of " + packet.length + " octets is too short");
        }
        if (sequence(packet) <= 0 || firstMessage(packet) <= 0) {
            throw new MalformedMessage("packet with sequence " + sequence(packet));
        }
        int at = CHUNKS_AT;
        while (at < packet.length) {
            if (packet.length - at < CHUNK_BYTES) {
                throw new MalformedMessage("chunk is cut at " + at);
            }
            int flags = packet[at];
            int length = RingCodec.getShort(packet, at + 1);
            boolean first = (flags & FIRST) != 0;
            int header = first ? FIRST_CHUNK_BYTES : CHUNK_BYTES;
            if ((flags & ~(FIRST | LAST)) != 0 || packet.length - at < header + length) {
                throw new MalformedMessage("chunk at " + at + " has flags " + flags + " and length " + length);
            }
            if (first) {
                int total = RingCodec.getInt(packet, at + CHUNK_BYTES);
                boolean whole = (flags & LAST) != 0;
                if (total < length || total > SendQueue.MAX_PAYLOAD_BYTES || (whole && total != length)) {
                    throw new MalformedMessage("chunk at " + at + " belongs to a message of " + total + " octets");
                }
            }
            at += header + length;
        }
    }

    /// Begins a packet in `into`; the length is filled in by [#finish].
    static void begin(ByteBuffer into, Node self, RingId ring, long sequence, long firstMessage, boolean safe) {
        RingCodec.header(into, RingCodec.DATA, safe ? SAFE : 0, self.nodeid(), ring.sequence());
        RingCodec.putRing(into, ring);
        into.putLong(sequence);
        into.putLong(firstMessage);
    }

    static byte[] finish(ByteBuffer into) {
        return RingCodec.finish(into);
    }
}
