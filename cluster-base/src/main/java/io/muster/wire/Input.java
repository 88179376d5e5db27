package io.muster.wire;

import io.muster.core.CauseId;
import io.muster.core.Incarnation;
import io.muster.core.MalformedMessage;
import io.muster.core.Node;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// Reads a message written by [Output], trusting nothing: whatever the octets are, a method returns a
/// value in its range or throws [MalformedMessage], and allocates no more than the octets at hand can
/// justify.
///
/// Thread: one at a time.
public final class Input {
    /// Reads one element of a list.
    @FunctionalInterface
    public interface Reader<T> {
        T read(Input in) throws MalformedMessage;
    }

    private final byte[] octets;
    private final int end;
    private int at;

    public Input(byte[] octets) {
        this(octets, 0, octets.length);
    }

    public Input(byte[] octets, int offset, int length) {
        if (offset < 0 || length < 0 || length > octets.length - offset) {
            throw new IllegalArgumentException(length + " octets at " + offset + " of " + octets.length);
        }
        this.octets = octets;
        this.at = offset;
        this.end = offset + length;
    }

    public int u8() throws MalformedMessage {
        need(1);
        return octets[at++] & 0xff;
    }

    public int u16() throws MalformedMessage {
        need(2);
        int value = (octets[at] & 0xff) << 8 | (octets[at + 1] & 0xff);
        at += 2;
        return value;
    }

    public long u32() throws MalformedMessage {
        return i32() & 0xffff_ffffL;
    }

    public int i32() throws MalformedMessage {
        need(4);
        int value = (octets[at] & 0xff) << 24
                | (octets[at + 1] & 0xff) << 16
                | (octets[at + 2] & 0xff) << 8
                | (octets[at + 3] & 0xff);
        at += 4;
        return value;
    }

    /// A u32 that must be at most `max`: for counts, sizes and nodeids, which are `int` in Java.
    public int u32(int max) throws MalformedMessage {
        long value = u32();
        if (value > max) {
            throw new MalformedMessage("value " + value + " exceeds " + max);
        }
        return (int) value;
    }

    public long u64() throws MalformedMessage {
        long high = i32();
        return high << 32 | u32();
    }

    /// As [Output#varint] writes it.
    public long varint() throws MalformedMessage {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            int octet = u8();
            value |= (octet & 0x7fL) << shift;
            if (octet < 0x80) {
                return value >>> 1 ^ -(value & 1);
            }
        }
        throw new MalformedMessage("number of more than ten octets");
    }

    public boolean bool() throws MalformedMessage {
        int value = u8();
        if (value > 1) {
            throw new MalformedMessage("boolean is " + value);
        }
        return value == 1;
    }

    /// The constant whose ordinal [Output#oneOf] wrote.
    public <T extends Enum<T>> T oneOf(Class<T> type) throws MalformedMessage {
        T[] constants = type.getEnumConstants();
        int ordinal = u8();
        if (ordinal >= constants.length) {
            throw new MalformedMessage(type.getSimpleName() + " has no constant " + ordinal);
        }
        return constants[ordinal];
    }

    /// @param max most octets to accept
    public byte[] bytes(int max) throws MalformedMessage {
        return raw(u32(max));
    }

    /// All that is left.
    public byte[] rest() {
        byte[] value = Arrays.copyOfRange(octets, at, end);
        at = end;
        return value;
    }

    /// Octets whose length is known otherwise.
    public byte[] raw(int length) throws MalformedMessage {
        need(length);
        byte[] value = Arrays.copyOfRange(octets, at, at + length);
        at += length;
        return value;
    }

    /// A text of at most 65,535 octets.
    public String string() throws MalformedMessage {
        return string(0xffff);
    }

    /// @param max most octets of UTF-8 to accept
    public String string(int max) throws MalformedMessage {
        int length = u16();
        if (length > max) {
            throw new MalformedMessage("text of " + length + " octets exceeds " + max);
        }
        need(length);
        try {
            // A lenient decoder would turn damage into a different, valid name.
            String value = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(octets, at, length))
                    .toString();
            at += length;
            return value;
        } catch (CharacterCodingException e) {
            throw new MalformedMessage("text isn't UTF-8");
        }
    }

    /// @param max most elements to accept
    public <T> List<T> list(int max, Reader<T> element) throws MalformedMessage {
        int count = u32(max);
        // An element may be empty in theory, but a count beyond the octets at hand is never ours.
        if (count > remaining()) {
            throw new MalformedMessage(count + " elements in " + remaining() + " octets");
        }
        var values = new ArrayList<T>(count);
        for (int i = 0; i < count; i++) {
            values.add(element.read(this));
        }
        return values;
    }

    public <T> Optional<T> optional(Reader<T> element) throws MalformedMessage {
        return bool() ? Optional.of(element.read(this)) : Optional.empty();
    }

    public Incarnation incarnation() throws MalformedMessage {
        long high = u64();
        return new Incarnation(high, u64());
    }

    public Node node() throws MalformedMessage {
        int nodeid = u32(Integer.MAX_VALUE);
        return new Node(nodeid, incarnation());
    }

    public CauseId cause() throws MalformedMessage {
        int nodeid = u32(Integer.MAX_VALUE);
        int process = i32();
        return new CauseId(nodeid, process, u64());
    }

    /// Octets not yet read.
    public int remaining() {
        return end - at;
    }

    /// To be called last: octets that nobody has asked for are damage, or a version we don't know.
    public void end() throws MalformedMessage {
        if (at != end) {
            throw new MalformedMessage(remaining() + " octets too many");
        }
    }

    private void need(int length) throws MalformedMessage {
        if (length > end - at) {
            throw new MalformedMessage("cut short: " + length + " octets wanted, " + (end - at) + " left");
        }
    }
}
