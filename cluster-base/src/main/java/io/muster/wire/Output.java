package io.muster.wire;

import io.muster.core.CauseId;
import io.muster.core.Incarnation;
import io.muster.core.Node;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.Optional;
import java.util.function.BiConsumer;

/// Writes a message, big-endian, into an array that grows as needed. The mirror of [Input].
///
/// Values out of range for their field are our own mistake and throw `IllegalArgumentException`:
/// nothing is cut silently. Thread: one at a time.
public final class Output {
    private byte[] octets;
    private int size;

    public Output() {
        this(64);
    }

    /// @param expected octets to make room for at once
    public Output(int expected) {
        octets = new byte[Math.max(16, expected)];
    }

    public Output u8(int value) {
        check(value >= 0 && value <= 0xff, value, "u8");
        room(1);
        octets[size++] = (byte) value;
        return this;
    }

    public Output u16(int value) {
        check(value >= 0 && value <= 0xffff, value, "u16");
        room(2);
        octets[size++] = (byte) (value >> 8);
        octets[size++] = (byte) value;
        return this;
    }

    public Output u32(long value) {
        check(value >= 0 && value <= 0xffff_ffffL, value, "u32");
        return i32((int) value);
    }

    /// Any `int`, negative ones in two's complement.
    public Output i32(int value) {
        room(4);
        put32(size, value);
        size += 4;
        return this;
    }

    /// All 64 bits as they are.
    public Output u64(long value) {
        i32((int) (value >> 32));
        return i32((int) value);
    }

    /// Any `long`, the shorter the nearer to zero: one to ten octets of seven bits each, the lowest
    /// first, the sign in the lowest bit.
    public Output varint(long value) {
        room(10);
        long rest = value << 1 ^ value >> 63;
        while ((rest & ~0x7fL) != 0) {
            octets[size++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        octets[size++] = (byte) rest;
        return this;
    }

    public Output bool(boolean value) {
        return u8(value ? 1 : 0);
    }

    /// The constant's ordinal in one octet: constants are appended, never reordered.
    public Output oneOf(Enum<?> value) {
        return u8(value.ordinal());
    }

    /// u32 length, then the octets.
    public Output bytes(byte[] value) {
        u32(value.length);
        return raw(value);
    }

    /// The octets without their length.
    public Output raw(byte[] value) {
        return raw(value, 0, value.length);
    }

    public Output raw(byte[] value, int offset, int length) {
        room(length);
        System.arraycopy(value, offset, octets, size, length);
        size += length;
        return this;
    }

    /// u16 length in octets, then UTF-8. For names and short texts; longer ones go through [#bytes].
    public Output string(String value) {
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        u16(utf8.length);
        return raw(utf8);
    }

    /// u32 count, then each element.
    public <T> Output list(Collection<T> values, BiConsumer<Output, ? super T> element) {
        u32(values.size());
        for (T value : values) {
            element.accept(this, value);
        }
        return this;
    }

    /// One octet: 0 for empty, 1 and the value.
    public <T> Output optional(Optional<T> value, BiConsumer<Output, ? super T> element) {
        bool(value.isPresent());
        value.ifPresent(present -> element.accept(this, present));
        return this;
    }

    /// 16 octets.
    public Output incarnation(Incarnation value) {
        return u64(value.high()).u64(value.low());
    }

    /// 20 octets: u32 nodeid, incarnation.
    public Output node(Node value) {
        return u32(value.nodeid()).incarnation(value.incarnation());
    }

    /// 16 octets: u32 nodeid, process, u64 number.
    public Output cause(CauseId value) {
        return u32(value.nodeid()).i32(value.process()).u64(value.number());
    }

    /// Overwrites four octets written before: for lengths known only afterwards.
    public Output patch32(int at, int value) {
        if (at < 0 || at + 4 > size) {
            throw new IllegalArgumentException("patch at " + at + " of " + size + " octets");
        }
        put32(at, value);
        return this;
    }

    /// Octets written so far.
    public int size() {
        return size;
    }

    public byte[] toBytes() {
        return Arrays.copyOf(octets, size);
    }

    private void put32(int at, int value) {
        octets[at] = (byte) (value >> 24);
        octets[at + 1] = (byte) (value >> 16);
        octets[at + 2] = (byte) (value >> 8);
        octets[at + 3] = (byte) value;
    }

    private void room(int more) {
        if (octets.length - size < more) {
            octets = Arrays.copyOf(octets, Math.max(Math.addExact(size, more), octets.length * 2));
        }
    }

    private static void check(boolean fits, long value, String field) {
        if (!fits) {
            throw new IllegalArgumentException(value + " doesn't fit into " + field);
        }
    }
}
