package io.muster.transport;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.core.Incarnation;
import io.muster.core.MalformedMessage;
import io.muster.transport.Control.Probe;
import io.muster.transport.Control.Report;
import io.muster.transport.Control.SizeAnswer;
import io.muster.transport.Control.SizeProbe;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Goldens and damage. A golden may change only together with the version octet.
class WireFormatTest {
    private static final HexFormat HEX = HexFormat.of();
    private static final Incarnation INCARNATION = new Incarnation(0x0123456789abcdefL, 0x1122334455667788L);
    private static final ClusterKey KEY = TestNet.key(7);

    @Test
    void sealedDatagramLooksAsItAlwaysDid() {
        byte[] sealed =
                new Seal(KEY, 3, INCARNATION).seal(Datagram.RING, 2, 77, "muster".getBytes(StandardCharsets.US_ASCII));
        assertEquals(
                "4d5553570101000200000003e1dd68c901234567000000000000004d996bfec611bf01140da294648899bd52b853049ebe3a",
                HEX.formatHex(sealed));
        assertArrayEquals("muster".getBytes(StandardCharsets.US_ASCII), new Seal(KEY, 3, INCARNATION).open(sealed));
    }

    @Test
    void challengeLooksAsItAlwaysDid() {
        byte[] nonce = HEX.parseHex("000102030405060708090a0b0c0d0e0f");
        byte[] octets = Datagram.challenge(2, 3, KEY, INCARNATION, nonce);
        assertEquals(
                "4d5553570103000200000003e1dd68c90123456789abcdef1122334455667788"
                        + "000102030405060708090a0b0c0d0e0f8ed596ee956d0f94e7ba7923f3313f15"
                        + "d99590eeaec0a565e58f8770fc1c8b3c",
                HEX.formatHex(octets));
        assertTrue(Datagram.signed(octets, KEY));
        assertEquals(INCARNATION, Datagram.incarnation(octets));
        assertArrayEquals(nonce, Datagram.nonce(octets));
    }

    @Test
    void answerLooksAsItAlwaysDid() {
        byte[] nonce = HEX.parseHex("000102030405060708090a0b0c0d0e0f");
        byte[] octets = Datagram.answer(2, 3, KEY, INCARNATION, nonce, 99);
        assertEquals(
                "4d5553570104000200000003e1dd68c90123456789abcdef1122334455667788"
                        + "000102030405060708090a0b0c0d0e0f0000000000000063e20b78adbce5ccff"
                        + "0d07274d0fd851b9be98e1ed3ea0dce13ebd16b74b9167a0",
                HEX.formatHex(octets));
        assertEquals(99, Datagram.answeredCounter(octets));
        assertEquals(2, Datagram.destination(octets));
        assertEquals(3, Datagram.sender(octets));
    }

    @Test
    void controlMessagesLookAsTheyAlwaysDid() throws MalformedMessage {
        Probe probe = new Probe(1, 1000, 0xcafe, List.of(new Report(5, 0b1101, 20), new Report(0, 0, 65_535)));
        assertEquals(
                "0101000003e80000cafe02000000050000000d00140000000000000000ffff", HEX.formatHex(Control.encode(probe)));
        assertEquals("030205c0", HEX.formatHex(Control.encode(new SizeAnswer(2, 1472))));
        SizeProbe size = new SizeProbe(2, 1472);
        assertEquals(1472 - Transport.OVERHEAD_BYTES, Control.encode(size).length);
        for (Control message : List.of(probe, size, new SizeAnswer(7, 9000))) {
            assertEquals(message, Control.decode(Control.encode(message)));
        }
    }

    @Test
    void anyChangedBitOfASealedDatagramIsNoticed() {
        byte[] sealed =
                new Seal(KEY, 3, INCARNATION).seal(Datagram.RING, 0, 1, "x".getBytes(StandardCharsets.US_ASCII));
        Seal opener = new Seal(KEY, 3, INCARNATION);
        for (int bit = 0; bit < sealed.length * 8; bit++) {
            byte[] damaged = sealed.clone();
            damaged[bit / 8] ^= (byte) (1 << bit % 8);
            assertNull(opener.open(damaged), "bit " + bit);
        }
    }

    @Test
    void anyChangedBitOfAHandshakeIsNoticed() {
        byte[] octets = Datagram.answer(2, 3, KEY, INCARNATION, new byte[16], 99);
        for (int bit = 0; bit < octets.length * 8; bit++) {
            byte[] damaged = octets.clone();
            damaged[bit / 8] ^= (byte) (1 << bit % 8);
            assertFalse(Datagram.signed(damaged, KEY), "bit " + bit);
        }
    }

    @Test
    void keysOfOtherNodesIncarnationsAndClustersDontOpen() {
        byte[] sealed = new Seal(KEY, 3, INCARNATION).seal(Datagram.RING, 0, 1, new byte[10]);
        assertNull(new Seal(KEY, 4, INCARNATION).open(sealed));
        assertNull(new Seal(KEY, 3, new Incarnation(INCARNATION.high(), 1)).open(sealed));
        assertNull(new Seal(TestNet.key(8), 3, INCARNATION).open(sealed));
    }

    @Test
    void damagedControlMessagesAreMalformedAndNothingElse() {
        Random dice = new Random(1);
        byte[] good = Control.encode(new Probe(1, 1000, 0xcafe, List.of(new Report(5, 13, 20), new Report(9, 1, 2))));
        for (int i = 0; i < 100_000; i++) {
            byte[] damaged = Arrays.copyOf(good, dice.nextInt(good.length + 5));
            for (int j = dice.nextInt(3); j > 0 && damaged.length > 0; j--) {
                damaged[dice.nextInt(damaged.length)] = (byte) dice.nextInt();
            }
            try {
                Control.decode(damaged);
            } catch (MalformedMessage expected) {
                assertFalse(String.valueOf(expected.getMessage()).isEmpty());
            }
        }
        assertThrows(MalformedMessage.class, () -> Control.decode(new byte[0]));
    }

    @Test
    void windowLetsEachCounterThroughOnceLikeANaiveSet() {
        Random dice = new Random(2);
        ReplayWindow window = new ReplayWindow(100);
        java.util.Set<Long> seen = new java.util.HashSet<>();
        long highest = 100;
        for (int i = 0; i < 300_000; i++) {
            long counter = Math.max(
                    1,
                    highest
                            + dice.nextInt(dice.nextInt(100) == 0 ? 40_000 : 64)
                            - (dice.nextInt(4) == 0 ? dice.nextInt(20_000) : 40));
            boolean fresh = counter > 100 && counter > highest - ReplayWindow.SIZE && !seen.contains(counter);
            assertEquals(fresh, window.isFresh(counter), counter + " of " + highest);
            if (fresh) {
                window.mark(counter);
                seen.add(counter);
                highest = Math.max(highest, counter);
            }
        }
    }
}
