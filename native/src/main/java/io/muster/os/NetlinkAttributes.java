package io.muster.os;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

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
    private ByteBuffer buffer = ByteBuffer.allocate(0);

    /// @param highest the highest type that is looked at
    public NetlinkAttributes(int highest) {
        at = new int[highest + 1];
        length = new int[highest + 1];
    }

    /// Finds the attributes between two indexes of a buffer, which has to stay as it is while they are looked at.
    public void read(ByteBuffer from, int begin, int end) throws NetException {
        java.util.Arrays.fill(length, -1);
        buffer = from;
        int i = begin;
        // Up to three octets of padding may follow the last.
        while (end - i >= 4) {
            int size = from.getShort(i) & 0xffff;
            if (size < 4 || size > end - i) {
                throw NetlinkMessages.malformed("an attribute of " + size + " octets where " + (end - i) + " are left");
            }
            int type = from.getShort(i + 2) & TYPE_MASK;
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
        into.read(buffer, at[type], at[type] + length[type]);
    }

    public boolean has(int type) {
        return length[type] >= 0;
    }

    /// Octets of the value; -1 if it isn't there.
    public int length(int type) {
        return length[type];
    }

    public int u8(int type) throws NetException {
        return buffer.get(require(type, 1)) & 0xff;
    }

    public int u16(int type) throws NetException {
        return buffer.getShort(require(type, 2)) & 0xffff;
    }

    /// A port: network order.
    public int be16(int type) throws NetException {
        int i = require(type, 2);
        return (buffer.get(i) & 0xff) << 8 | buffer.get(i + 1) & 0xff;
    }

    public int u32(int type) throws NetException {
        return buffer.getInt(require(type, 4));
    }

    /// The 32 bits at an offset inside the value.
    public int u32(int type, int offset) throws NetException {
        return buffer.getInt(require(type, offset + 4) + offset);
    }

    public long u64(int type) throws NetException {
        return buffer.getLong(require(type, 8));
    }

    /// Up to 64 bits at an offset inside the value, in network order.
    public long big(int type, int offset, int octets) throws NetException {
        int i = require(type, offset + octets) + offset;
        long value = 0;
        for (int n = 0; n < octets; n++) {
            value = value << 8 | buffer.get(i + n) & 0xff;
        }
        return value;
    }

    public byte[] octets(int type) throws NetException {
        byte[] value = new byte[length[type] < 0 ? 0 : length[type]];
        buffer.get(require(type, 0), value);
        return value;
    }

    /// Up to the first zero octet, or all of it.
    public String string(int type) throws NetException {
        byte[] value = octets(type);
        int end = 0;
        while (end < value.length && value[end] != 0) {
            end++;
        }
        return new String(value, 0, end, StandardCharsets.UTF_8);
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
