package io.muster.ipvs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.core.MalformedMessage;
import io.muster.net.IpAddress;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SyncCodecTest {
    private static final HexFormat HEX = HexFormat.of();

    /// Captured from Linux 6.1: the header of a message of four entries and its first entry; the header is made to fit
    /// the one.
    private static final String CAPTURED =
            "00070098" + "04010000" + "000600240000000000017531005023280000000000000384" + "0a0200010a0101010a030003";

    private static final byte[] ONE = HEX.parseHex(CAPTURED.replaceFirst("^0007009804", "0007002c01"));

    private static final SyncEntry FIRST =
            new SyncEntry(ServiceId.TCP, 0, 1, ip("10.2.0.1"), 30001, ip("10.1.1.1"), 80, ip("10.3.0.3"), 9000, 0, 900);

    private static final SyncEntry SIX = new SyncEntry(
            ServiceId.UDP,
            SyncEntry.INACTIVE | SyncEntry.NOOUTPUT | 3,
            0,
            ip("2001:db8::5"),
            4,
            ip("2001:db8::1"),
            53,
            ip("::1"),
            53,
            -2,
            300);

    private static IpAddress ip(String text) {
        return IpAddress.parse(text).orElseThrow();
    }

    @Test
    void capturedMessage() throws MalformedMessage {
        var message = new SyncMessage(7, List.of(FIRST));
        assertEquals(message, SyncCodec.decode(ONE));
        assertArrayEquals(ONE, SyncCodec.encode(message));
    }

    @Test
    void ipv6EntriesHave72Octets() throws MalformedMessage {
        var message = new SyncMessage(255, List.of(FIRST, SIX, FIRST));
        byte[] octets = SyncCodec.encode(message);
        assertEquals(8 + 36 + 72 + 36, octets.length);
        assertEquals(
                "0111004800000183" + "0000000400350035fffffffe0000012c"
                        + "20010db8000000000000000000000005"
                        + "20010db8000000000000000000000001"
                        + "00000000000000000000000000000001",
                HEX.formatHex(octets, 44, 116));
        assertEquals(message, SyncCodec.decode(octets));
    }

    @Test
    void optionsAndPaddingAreSkipped() throws MalformedMessage {
        // A sequence adjustment of 24 octets, a persistence engine's name of 3; 36 + 26 + 5 = 67, padded to 68.
        byte[] first = HEX.parseHex(CAPTURED.substring(16).replaceFirst("^00060024", "00060043"));
        byte[] options = HEX.parseHex("0118" + "00".repeat(24) + "4303736970" + "00");
        byte[] octets = new byte[8 + 68 + 36];
        System.arraycopy(HEX.parseHex("00070070" + "02010000"), 0, octets, 0, 8);
        System.arraycopy(first, 0, octets, 8, 36);
        System.arraycopy(options, 0, octets, 44, options.length);
        System.arraycopy(ONE, 8, octets, 76, 36);
        assertEquals(new SyncMessage(7, List.of(FIRST, FIRST)), SyncCodec.decode(octets));
    }

    @Test
    void whatFitsAnEthernetFrameIs40Connections() {
        assertEquals(40, (SyncCodec.MAX_BYTES - SyncCodec.HEADER_BYTES) / SyncCodec.ENTRY_BYTES);
        byte[] octets = SyncCodec.encode(new SyncMessage(1, java.util.Collections.nCopies(40, FIRST)));
        assertTrue(octets.length <= SyncCodec.MAX_BYTES);
        assertThrows(
                IllegalArgumentException.class,
                () -> SyncCodec.encode(new SyncMessage(1, java.util.Collections.nCopies(256, FIRST))));
    }

    @Test
    void version0AndOtherFormsAreMalformed() {
        byte[] v0 = HEX.parseHex("06070094" + "000675330050232800000000");
        assertThrows(MalformedMessage.class, () -> SyncCodec.decode(v0));
        byte[] v2 = ONE.clone();
        v2[5] = 2;
        assertThrows(MalformedMessage.class, () -> SyncCodec.decode(v2));
    }

    @Test
    void cutMessagesAreMalformed() {
        byte[] octets = SyncCodec.encode(new SyncMessage(1, List.of(FIRST, SIX)));
        for (int length = 0; length < octets.length; length++) {
            byte[] cut = Arrays.copyOf(octets, length);
            assertThrows(MalformedMessage.class, () -> SyncCodec.decode(cut), length + " octets");
        }
    }

    @Test
    void flippedOctetsAreMalformedOrMessagesAgain() {
        for (long seed = 1; seed <= 20_000; seed++) {
            var dice = new Random(seed);
            byte[] octets = SyncCodec.encode(new SyncMessage(1, List.of(FIRST, SIX, FIRST)));
            for (int i = dice.nextInt(4); i >= 0; i--) {
                octets[dice.nextInt(octets.length)] ^= (byte) (1 << dice.nextInt(8));
            }
            try {
                SyncCodec.decode(octets);
            } catch (MalformedMessage e) {
                assertTrue(!e.getMessage().isEmpty(), "-Dseed=" + seed);
            }
        }
    }
}
