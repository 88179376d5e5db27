package io.muster.os;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// The attributes of one message or of one nested attribute, found by type. Can be read into again and again.
///
/// A type above the highest is passed over, since kernels add some; of two of a type the last counts. Every getter
/// checks the length and throws a [NetException] for an attribute that is missing or too short. Does no I/O. Thread:
/// the owner's.
public final class NetlinkAttributes {
    /// Bits that aren't part of the type: nested, in network order.
    private static final int TYPE_MASK = 0x3fff;

    private final int[] at;
    private final int[] length;
    private byte[] source = {};

    /// @param highest the highest type that is looked at
    public NetlinkAttributes(int highest) {
        at = new int[highest + 1];
        length = new int[highest + 1];
    }

    /// Finds the attributes between two indexes of a buffer in the machine's order, which has to stay as it is while
    /// they are looked at.
    public void read(ByteBuffer from, int begin, int end) throws NetException {
        read(NativeOctets.of(from), begin, end);
    }

    private void read(byte[] from, int begin, int end) throws NetException {
        Arrays.fill(length, -1);
        source = from;
        int i = begin;
        // Up to three octets of padding may follow the last.
        while (end - i >= 4) {
            int size = NativeOctets.u16(from, i);
            if (size < 4 || size > end - i) {
                throw NetlinkMessages.malformed("an attribute of " + size + " octets where " + (end - i) + " are left");
            }
            int type = NativeOctets.u16(from, i + 2) & TYPE_MASK;
            if (type < at.length) {
                at[type] = i + 4;
                length[type] = size - 4;
            }
            i += size + 3 & ~3;
        }
    }

    /// Reads the attributes inside the one of that type.
    public void nested(int type, NetlinkAttributes into) throws NetException {
        require(type, 0);
        into.read(source, at[type], at[type] + length[type]);
    }

    public boolean has(int type) {
        return length[type] >= 0;
    }

    /// Octets of the value; -1 if it isn't there.
    public int length(int type) {
        return length[type];
    }

    public int u8(int type) throws NetException {
        return source[require(type, 1)] & 0xff;
    }

    public int u16(int type) throws NetException {
        return NativeOctets.u16(source, require(type, 2));
    }

    /// A port: network order.
    public int be16(int type) throws NetException {
        int i = require(type, 2);
        return (source[i] & 0xff) << 8 | source[i + 1] & 0xff;
    }

    public int u32(int type) throws NetException {
        return NativeOctets.i32(source, require(type, 4));
    }

    /// The 32 bits at an offset inside the value.
    public int u32(int type, int offset) throws NetException {
        return NativeOctets.i32(source, require(type, offset + 4) + offset);
    }

    public long u64(int type) throws NetException {
        return NativeOctets.i64(source, require(type, 8));
    }

    /// Up to 64 bits at an offset inside the value, in network order.
    public long big(int type, int offset, int octets) throws NetException {
        int i = require(type, offset + octets) + offset;
        long value = 0;
        for (int n = 0; n < octets; n++) {
            value = value << 8 | source[i + n] & 0xff;
        }
        return value;
    }

    public byte[] octets(int type) throws NetException {
        int from = require(type, 0);
        return Arrays.copyOfRange(source, from, from + length[type]);
    }

    /// Up to the first zero octet, or all of it.
    public String string(int type) throws NetException {
        int from = require(type, 0);
        int end = from;
        while (end < from + length[type] && source[end] != 0) {
            end++;
        }
        return new String(source, from, end - from, StandardCharsets.UTF_8);
    }

    private int require(int type, int octets) throws NetException {
        if (length[type] < octets) {
            throw NetlinkMessages.malformed(
                    length[type] < 0
                            ? "attribute " + type + " is missing"
                            : "attribute " + type + " has " + length[type] + " octets instead of " + octets);
        }
        return at[type];
    }
}
