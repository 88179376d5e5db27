package io.muster.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.muster.core.CauseId;
import io.muster.core.Incarnation;
import io.muster.core.MalformedMessage;
import io.muster.core.Node;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class WireTest {
    private static final int MAGIC = 0x4d737443;

    @Test
    void headerGolden() throws MalformedMessage {
        var header = new Header(MAGIC, 1, 7, 0x0102, 300, 5, 0xfffffffeL);
        var out = new Output();
        header.encode(out);
        assertEquals("4d737443010701020000012c00000005fffffffe", HexFormat.of().formatHex(out.toBytes()));
        assertEquals(Header.SIZE, out.size());
        assertEquals(header, Header.decode(new Input(out.toBytes()), MAGIC, 1, 300));
    }

    @Test
    void headerOfAnotherProtocolVersionOrLengthIsMalformed() {
        var out = new Output();
        new Header(MAGIC, 2, 7, 0, 300, 5, 1).encode(out);
        byte[] octets = out.toBytes();
        assertThrows(MalformedMessage.class, () -> Header.decode(new Input(octets), MAGIC + 1, 2, 300));
        assertThrows(MalformedMessage.class, () -> Header.decode(new Input(octets), MAGIC, 1, 300));
        assertThrows(MalformedMessage.class, () -> Header.decode(new Input(octets), MAGIC, 2, 299));
        assertThrows(MalformedMessage.class, () -> Header.decode(new Input(octets, 0, 19), MAGIC, 2, 300));
    }

    @Test
    void valuesGolden() throws MalformedMessage {
        byte[] octets = sample();
        assertEquals(
                "ff" + "1234" + "fffffffe" + "ffffffff" + "0123456789abcdef" + "01" + "02" + "00000002cafe"
                        + "0005" + "6be4bab662" + "00000003" + "010203" + "0100000009" + "00"
                        + "00000003" + "00000000000000aa00000000000000bb"
                        + "00000003" + "deadbeef" + "000000000000002a",
                HexFormat.of().formatHex(octets));
        read(new Input(octets));
    }

    @Test
    void aNumberTakesAsManyOctetsAsItNeeds() throws MalformedMessage {
        var out = new Output().varint(0).varint(-1).varint(63).varint(64).varint(Long.MIN_VALUE);
        assertEquals(
                "00" + "01" + "7e" + "8001" + "ffffffffffffffffff01",
                HexFormat.of().formatHex(out.toBytes()));
        var in = new Input(out.toBytes());
        for (long value : new long[] {0, -1, 63, 64, Long.MIN_VALUE}) {
            assertEquals(value, in.varint());
        }
        in.end();
        assertThrows(
                MalformedMessage.class, () -> new Input(new byte[] {-1, -1, -1, -1, -1, -1, -1, -1, -1, -1}).varint());
        assertThrows(MalformedMessage.class, () -> new Input(new byte[] {-1}).varint());
    }

    @Test
    void flippedAndCutOctetsOnlyGiveMalformedMessage() {
        byte[] good = sample();
        for (int length = 0; length < good.length; length++) {
            byte[] cut = Arrays.copyOf(good, length);
            assertThrows(MalformedMessage.class, () -> read(new Input(cut)));
        }
        for (int i = 0; i < good.length * 8; i++) {
            byte[] flipped = good.clone();
            flipped[i / 8] ^= (byte) (1 << i % 8);
            tolerate(flipped);
        }
        long seed = Long.getLong("seed", 1);
        var dice = new Random(seed);
        for (int round = 0; round < 20_000; round++) {
            byte[] noise = new byte[dice.nextInt(80)];
            dice.nextBytes(noise);
            tolerate(noise);
        }
    }

    @Test
    void anImpossibleCountAllocatesNothing() {
        byte[] octets = new Output().u32(0x7fff_ffff).toBytes();
        assertThrows(MalformedMessage.class, () -> new Input(octets).list(Integer.MAX_VALUE, Input::u8));
        assertThrows(MalformedMessage.class, () -> new Input(octets).bytes(Integer.MAX_VALUE));
    }

    @Test
    void octetsTooManyAreMalformed() {
        assertThrows(MalformedMessage.class, () -> new Input(new byte[1]).end());
    }

    @Test
    void whatDoesNotFitIsOurMistake() {
        var out = new Output();
        assertThrows(IllegalArgumentException.class, () -> out.u8(256));
        assertThrows(IllegalArgumentException.class, () -> out.u16(-1));
        assertThrows(IllegalArgumentException.class, () -> out.u32(1L << 32));
        assertThrows(IllegalArgumentException.class, () -> out.string("x".repeat(65_536)));
    }

    @Test
    void textThatIsNotUtf8IsMalformed() {
        byte[] octets = {0, 2, (byte) 0xc3, 0x28};
        assertThrows(MalformedMessage.class, () -> new Input(octets).string());
    }

    @Test
    void outputGrowsBeyondItsFirstRoom() throws MalformedMessage {
        byte[] big = new byte[100_000];
        new Random(1).nextBytes(big);
        byte[] octets = new Output().u8(1).bytes(big).toBytes();
        var in = new Input(octets);
        in.u8();
        assertArrayEquals(big, in.bytes(big.length));
    }

    private enum Color {
        RED,
        GREEN,
        BLUE
    }

    private static byte[] sample() {
        return new Output()
                .u8(0xff)
                .u16(0x1234)
                .u32(0xfffffffeL)
                .i32(-1)
                .u64(0x0123456789abcdefL)
                .bool(true)
                .oneOf(Color.BLUE)
                .bytes(new byte[] {(byte) 0xca, (byte) 0xfe})
                .string("k\u4eb6b")
                .list(List.of(1, 2, 3), Output::u8)
                .optional(Optional.of(9L), Output::u32)
                .optional(Optional.<Long>empty(), Output::u32)
                .node(new Node(3, new Incarnation(0xaa, 0xbb)))
                .cause(new CauseId(3, 0xdeadbeef, 42))
                .toBytes();
    }

    private static void read(Input in) throws MalformedMessage {
        assertEquals(0xff, in.u8());
        assertEquals(0x1234, in.u16());
        assertEquals(0xfffffffeL, in.u32());
        assertEquals(-1, in.i32());
        assertEquals(0x0123456789abcdefL, in.u64());
        assertEquals(true, in.bool());
        assertEquals(Color.BLUE, in.oneOf(Color.class));
        assertArrayEquals(new byte[] {(byte) 0xca, (byte) 0xfe}, in.bytes(2));
        assertEquals("k\u4eb6b", in.string(5));
        assertEquals(List.of(1, 2, 3), in.list(3, Input::u8));
        assertEquals(Optional.of(9L), in.optional(Input::u32));
        assertEquals(Optional.empty(), in.optional(Input::u32));
        assertEquals(new Node(3, new Incarnation(0xaa, 0xbb)), in.node());
        assertEquals(new CauseId(3, 0xdeadbeef, 42), in.cause());
        in.end();
    }

    /// Reads all fields whatever their values: anything but a value or MalformedMessage fails the test.
    private static void tolerate(byte[] octets) {
        var in = new Input(octets);
        try {
            in.u8();
            in.u16();
            in.u32();
            in.i32();
            in.u64();
            in.bool();
            in.oneOf(Color.class);
            in.bytes(2);
            in.string(5);
            in.list(3, Input::u8);
            in.optional(Input::u32);
            in.optional(Input::u32);
            in.node();
            in.cause();
            in.end();
        } catch (MalformedMessage e) {
            // as it should be
        }
    }
}
