package io.muster.pulse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.core.Incarnation;
import io.muster.core.MalformedMessage;
import io.muster.pulse.Heartbeat.Wish;
import io.muster.pulse.HeartbeatCodec.Word;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// Both formats on the wire, and the status on the socket.
class HeartbeatCodecTest {
    private static final Heartbeat BEAT = new Heartbeat(
            true, new Incarnation(1, 2), new Incarnation(3, 4), 5, 6, 700, true, Wish.TAKE, 1_000_000, 999);

    private final HeartbeatKey key = new HeartbeatKey(new byte[32]);

    @Test
    void aHeartbeatLooksLikeThis() {
        assertEquals(
                "4d504c53 01010000 00000073 00000001 00000000"
                        + " 0000000000000001 0000000000000002 0000000000000003 0000000000000004"
                        + " 0000000000000005 0000000000000006 000002bc 01 02 00 03e7 00000000000f4240"
                        + " 000000000000000000000000000000000000"
                        + " 730ed64c60c9177f7d792de8dd34d3ccd89a3f74559281418af159b8b657ac4b",
                spaced(sealed()));
    }

    private byte[] sealed() {
        return key.sign(HeartbeatCodec.encode(BEAT));
    }

    private Optional<Heartbeat> open(byte[] octets) throws MalformedMessage {
        return HeartbeatCodec.decode(octets, key.signed(octets));
    }

    private static String spaced(byte[] octets) {
        var text = new StringBuilder();
        int at = 0;
        for (int length : new int[] {4, 4, 4, 4, 4, 8, 8, 8, 8, 8, 8, 4, 1, 1, 1, 2, 8, 18, 32}) {
            text.append(at == 0 ? "" : " ").append(HexFormat.of().formatHex(octets, at, at + length));
            at += length;
        }
        assertEquals(octets.length, at);
        return text.toString();
    }

    @Test
    void whatWasEncodedIsDecoded() throws MalformedMessage {
        assertEquals(Optional.of(BEAT), open(sealed()));
    }

    @Test
    void anotherKeyOpensNothing() throws MalformedMessage {
        byte[] other = new byte[32];
        other[31] = 1;
        assertFalse(new HeartbeatKey(other).signed(sealed()));
        assertEquals(Optional.empty(), HeartbeatCodec.decode(sealed(), false));
        assertThrows(IllegalArgumentException.class, () -> new HeartbeatKey(new byte[31]));
    }

    @Test
    void noFlippedBitAndNoCutPacketIsAHeartbeat() {
        byte[] good = sealed();
        for (int bit = 0; bit < good.length * 8; bit++) {
            byte[] bad = good.clone();
            bad[bit / 8] ^= (byte) (1 << bit % 8);
            int flipped = bit;
            assertFalse(accepted(bad), () -> "bit " + flipped);
        }
        for (int length = 0; length <= good.length + 2; length++) {
            assertEquals(length == good.length, accepted(Arrays.copyOf(good, length)), "length " + length);
        }
        var dice = new Random(1);
        for (int i = 0; i < 2_000; i++) {
            byte[] junk = new byte[dice.nextInt(200)];
            dice.nextBytes(junk);
            assertFalse(accepted(junk));
        }
    }

    private boolean accepted(byte[] octets) {
        try {
            return open(octets).isPresent();
        } catch (MalformedMessage e) {
            return false;
        }
    }

    @Test
    void theOriginalsWordsAreInTheOrderOfTheHost() throws MalformedMessage {
        boolean little = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
        assertEquals(
                little ? "dadbadbd" : "bdaddbda", HexFormat.of().formatHex(HeartbeatCodec.encode(Word.LVS_RUNNING)));
        assertEquals(
                little ? "bddabdad" : "adbddabd", HexFormat.of().formatHex(HeartbeatCodec.encode(Word.LVS_STOPPED)));
        for (Word word : Word.values()) {
            assertEquals(Optional.of(word), HeartbeatCodec.word(HeartbeatCodec.encode(word)));
        }
        assertEquals(Optional.empty(), HeartbeatCodec.word(new byte[4]));
        assertThrows(MalformedMessage.class, () -> HeartbeatCodec.word(new byte[5]));
    }

    @Test
    void statusIsDecodedAndItsDamageIsToldOrHarmless() throws MalformedMessage {
        var status = new PulseStatus(
                true,
                Activity.ACTIVE,
                12,
                "partner dead: activating lvs",
                3,
                Set.of(Inhibitor.LINKFAIL, Inhibitor.CHILDFAIL),
                true,
                new PulseStatus.PartnerStatus(true, 40, false, Wish.UNABLE, "01234567", 7, 8),
                9,
                1000,
                -1,
                10,
                new TreeMap<>(Map.of(Rejection.FORGED, 11L)),
                List.of(new PulseStatus.AddressStatus("10.0.0.100/24", "eth0:1", true)),
                12,
                13);
        byte[] octets = status.encode();
        assertEquals(status, PulseStatus.decode(octets));
        for (int length = 0; length < octets.length; length++) {
            byte[] cut = Arrays.copyOf(octets, length);
            assertThrows(MalformedMessage.class, () -> PulseStatus.decode(cut));
        }
        var dice = new Random(2);
        int refused = 0;
        for (int i = 0; i < 2_000; i++) {
            byte[] bad = octets.clone();
            bad[dice.nextInt(bad.length)] ^= (byte) (1 << dice.nextInt(8));
            try {
                PulseStatus.decode(bad);
            } catch (MalformedMessage e) {
                refused++;
            }
        }
        assertTrue(refused > 0);
    }
}
