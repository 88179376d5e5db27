package io.muster.os;

import java.nio.ByteBuffer;
import java.util.OptionalInt;

/// ICMP echo messages (RFC 792, RFC 4443): u8 type, u8 code 0, be16 checksum, be16 identifier, be16 sequence, data.
/// Our data begin with a number that only this process knows, so that others' answers aren't taken for ours.
final class EchoFrames {
    static final int LENGTH = 64;

    private static final int REQUEST_V4 = 8;
    private static final int REQUEST_V6 = 128;
    private static final int REPLY_V4 = 0;
    private static final int REPLY_V6 = 129;
    private static final int SECRET_AT = 8;

    private EchoFrames() {}

    /// Writes one at the buffer's beginning.
    static void write(ByteBuffer to, boolean v6, int identifier, int sequence, long secret) {
        to.clear();
        to.put(0, (byte) (v6 ? REQUEST_V6 : REQUEST_V4)).put(1, (byte) 0);
        put16(to, 2, 0);
        put16(to, 4, identifier);
        put16(to, 6, sequence);
        to.putLong(SECRET_AT, secret);
        for (int i = SECRET_AT + 8; i < LENGTH; i++) {
            to.put(i, (byte) i);
        }
        if (!v6) {
            // With IPv6 the kernel does it: the pseudo header needs the source address.
            put16(to, 2, checksum(to, LENGTH));
        }
    }

    /// @param length octets received
    /// @param withHeader an IPv4 header comes first (a raw socket's way)
    /// @return the sequence number of a reply to one of ours
    static OptionalInt reply(ByteBuffer from, int length, boolean v6, boolean withHeader, long secret) {
        int at = 0;
        if (withHeader) {
            if (length < 20) {
                return OptionalInt.empty();
            }
            at = (from.get(0) & 15) * 4;
        }
        if (at < 0 || length - at < SECRET_AT + 8) {
            return OptionalInt.empty();
        }
        int type = from.get(at) & 0xff;
        if (type != (v6 ? REPLY_V6 : REPLY_V4) || from.get(at + 1) != 0 || from.getLong(at + SECRET_AT) != secret) {
            return OptionalInt.empty();
        }
        return OptionalInt.of((from.get(at + 6) & 0xff) << 8 | from.get(at + 7) & 0xff);
    }

    /// RFC 1071.
    static int checksum(ByteBuffer of, int length) {
        int sum = 0;
        for (int i = 0; i < length; i += 2) {
            sum += (of.get(i) & 0xff) << 8 | (i + 1 < length ? of.get(i + 1) & 0xff : 0);
        }
        sum = (sum & 0xffff) + (sum >>> 16);
        return ~(sum + (sum >>> 16)) & 0xffff;
    }

    private static void put16(ByteBuffer to, int at, int value) {
        to.put(at, (byte) (value >> 8)).put(at + 1, (byte) value);
    }
}
