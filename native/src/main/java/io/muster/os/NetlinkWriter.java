package io.muster.os;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/// Writes netlink messages one after another into one buffer (RFC 3549, kernel's
/// `Documentation/userspace-api/netlink`):
///
/// | offset | message header | | attribute | |
/// |---|---|---|---|---|
/// | 0 | u32 length, header included | | u16 length, these four octets included | |
/// | 4 | u16 type | u16 flags | u16 type (at 2) | value, padded to 4 |
/// | 8 | u32 sequence number | | | |
/// | 12 | u32 port id, 0 | | | |
///
/// All numbers in the machine's order unless said otherwise. Does no I/O. Thread: the owner's.
public final class NetlinkWriter {
    public static final int HEADER_BYTES = 16;

    /// Flags of requests.
    public static final int REQUEST = 1;

    public static final int ACK = 4;
    public static final int REPLACE = 0x100;
    public static final int EXCL = 0x200;
    public static final int DUMP = 0x300;
    public static final int CREATE = 0x400;

    private final ByteBuffer buffer;
    private int start = -1;

    public NetlinkWriter(int capacityBytes) {
        buffer = ByteBuffer.allocateDirect(capacityBytes).order(ByteOrder.nativeOrder());
    }

    public NetlinkWriter clear() {
        buffer.clear();
        start = -1;
        return this;
    }

    /// Octets still free.
    public int remaining() {
        return buffer.remaining();
    }

    /// Octets written.
    public int size() {
        return buffer.position();
    }

    /// Begins a message; the one before is ended.
    public NetlinkWriter message(int type, int flags, int sequence) {
        end();
        start = buffer.position();
        buffer.putInt(0)
                .putShort((short) type)
                .putShort((short) flags)
                .putInt(sequence)
                .putInt(0);
        return this;
    }

    /// An octet of the message's own header.
    public NetlinkWriter raw8(int value) {
        buffer.put((byte) value);
        return this;
    }

    public NetlinkWriter raw16(int value) {
        buffer.putShort((short) value);
        return this;
    }

    public NetlinkWriter raw32(int value) {
        buffer.putInt(value);
        return this;
    }

    public NetlinkWriter u8(int type, int value) {
        buffer.putShort((short) 5).putShort((short) type).putInt(0);
        buffer.put(buffer.position() - 4, (byte) value);
        return this;
    }

    public NetlinkWriter u16(int type, int value) {
        buffer.putShort((short) 6)
                .putShort((short) type)
                .putShort((short) value)
                .putShort((short) 0);
        return this;
    }

    /// A port: network order.
    public NetlinkWriter be16(int type, int value) {
        buffer.putShort((short) 6).putShort((short) type);
        buffer.put((byte) (value >> 8)).put((byte) value).putShort((short) 0);
        return this;
    }

    public NetlinkWriter u32(int type, int value) {
        buffer.putShort((short) 8).putShort((short) type).putInt(value);
        return this;
    }

    /// Two words: flags, and which of them are meant.
    public NetlinkWriter flags(int type, int flags, int mask) {
        buffer.putShort((short) 12).putShort((short) type).putInt(flags).putInt(mask);
        return this;
    }

    /// 32 bits in network order: an IPv4 address, a mask.
    public NetlinkWriter be32(int type, int value) {
        buffer.putShort((short) 8).putShort((short) type);
        buffer.putInt(buffer.order() == ByteOrder.BIG_ENDIAN ? value : Integer.reverseBytes(value));
        return this;
    }

    /// Sixteen octets in network order: an IPv6 address, or what may hold one.
    public NetlinkWriter be128(int type, long high, long low) {
        boolean big = buffer.order() == ByteOrder.BIG_ENDIAN;
        buffer.putShort((short) 20).putShort((short) type);
        buffer.putLong(big ? high : Long.reverseBytes(high));
        buffer.putLong(big ? low : Long.reverseBytes(low));
        return this;
    }

    public NetlinkWriter octets(int type, byte[] value) {
        buffer.putShort((short) (4 + value.length)).putShort((short) type).put(value);
        return pad();
    }

    /// Ends with a zero octet.
    public NetlinkWriter string(int type, String value) {
        byte[] octets = value.getBytes(StandardCharsets.UTF_8);
        buffer.putShort((short) (5 + octets.length)).putShort((short) type).put(octets);
        buffer.put((byte) 0);
        return pad();
    }

    /// Begins an attribute that holds attributes.
    ///
    /// @return what [#endNest] wants
    public int nest(int type) {
        int at = buffer.position();
        buffer.putShort((short) 0).putShort((short) type);
        return at;
    }

    public NetlinkWriter endNest(int at) {
        buffer.putShort(at, (short) (buffer.position() - at));
        return this;
    }

    /// Changes flags of the message being written.
    public NetlinkWriter addFlags(int flags) {
        buffer.putShort(start + 6, (short) (buffer.getShort(start + 6) | flags));
        return this;
    }

    /// Ends the message, so that its length is in its header.
    public NetlinkWriter end() {
        if (start >= 0) {
            buffer.putInt(start, buffer.position() - start);
        }
        return this;
    }

    /// What was written, ready for [Netlink#send]; the writer keeps it.
    public ByteBuffer written() {
        end();
        return buffer.duplicate().flip().order(buffer.order());
    }

    private NetlinkWriter pad() {
        while ((buffer.position() & 3) != 0) {
            buffer.put((byte) 0);
        }
        return this;
    }
}
