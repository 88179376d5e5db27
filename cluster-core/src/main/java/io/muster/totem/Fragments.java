package io.muster.totem;

import java.nio.charset.StandardCharsets;

/// Pieces of long messages on their way, as a flight record may show them.
///
/// A password can be cut in two by the end of a datagram, and neither half can be told from other text then. So a
/// piece that looks like a piece of a cluster.conf, or holds nothing but text, is shown blank; its length and its
/// place stay.
///
/// Thread: any.
public final class Fragments {
    private static final byte[] ATTRIBUTE = "=\"".getBytes(StandardCharsets.US_ASCII);

    private Fragments() {}

    /// The same octets, or a copy in which pieces that may hold half a password are blank.
    public static byte[] shown(byte[] datagram) {
        if (datagram.length <= Packet.CHUNKS_AT
                || RingCodec.getInt(datagram, 0) != RingCodec.MAGIC
                || datagram[5] != RingCodec.DATA) {
            return datagram;
        }
        byte[] out = datagram;
        int at = Packet.CHUNKS_AT;
        while (at + Packet.CHUNK_BYTES <= datagram.length) {
            boolean first = (datagram[at] & Packet.FIRST) != 0;
            boolean whole = first && (datagram[at] & Packet.LAST) != 0;
            int from = at + (first ? Packet.FIRST_CHUNK_BYTES : Packet.CHUNK_BYTES);
            int to = Math.min(datagram.length, from + RingCodec.getShort(datagram, at + 1));
            if (to < from) {
                return out;
            }
            if (!whole && text(datagram, from, to)) {
                if (out == datagram) {
                    out = datagram.clone();
                }
                java.util.Arrays.fill(out, from, to, (byte) 0);
            }
            at = to;
        }
        return out;
    }

    private static boolean text(byte[] octets, int from, int to) {
        boolean plain = true;
        for (int i = from; i < to; i++) {
            if (octets[i] == ATTRIBUTE[0] && i + 1 < to && octets[i + 1] == ATTRIBUTE[1]) {
                return true;
            }
            plain &= octets[i] < 0 || octets[i] >= ' ' || octets[i] == '\n' || octets[i] == '\t' || octets[i] == '\r';
        }
        return plain && from < to;
    }
}
