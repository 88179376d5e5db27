package io.muster.ccs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.config.ConfigReader;
import io.muster.config.ConfigVersion;
import io.muster.core.MalformedMessage;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CcsMessageTest {
    private static final ConfigVersion VERSION = new ConfigVersion(12, "ab".repeat(32));
    private static final List<CcsMessage> ALL = List.of(
            new CcsMessage.Report(new OnDisk(VERSION, 3, ConfigVersion.NONE, 0, 1, 5)),
            new CcsMessage.Propose(7, 120, "<cluster/>".getBytes(StandardCharsets.UTF_8)),
            new CcsMessage.Abandon(9),
            new CcsMessage.Elect(),
            new CcsMessage.Elected("<cluster/>".getBytes(StandardCharsets.UTF_8)),
            new CcsMessage.Confirm(VERSION),
            new CcsMessage.Revert(VERSION),
            new CcsMessage.Trouble("No space left on device"));

    @Test
    void goldens() {
        String hash = "0040" + "6162".repeat(32);
        assertEquals(
                "01010000000c" + hash + "0000000000000003" + "ffffffff0000" + "0000000000000000" + "0000000100000005",
                HexFormat.of().formatHex(ALL.get(0).encode()));
        assertEquals("01030000000000000009", HexFormat.of().formatHex(ALL.get(2).encode()));
        assertEquals("0104", HexFormat.of().formatHex(ALL.get(3).encode()));
        assertEquals("01060000000c" + hash, HexFormat.of().formatHex(ALL.get(5).encode()));
        assertEquals("01080004" + "66756c6c", HexFormat.of().formatHex(new CcsMessage.Trouble("full").encode()));
    }

    @Test
    void aReasonIsNoLongerThanAWireHasRoomFor() throws MalformedMessage {
        var trouble = new CcsMessage.Trouble("\u00fc".repeat(10_000));
        assertEquals(CcsMessage.WHY_MAX, trouble.why().length());
        assertEquals(trouble, CcsMessage.decode(trouble.encode()));
    }

    @Test
    void whatIsDecodedIsWhatWasEncoded() throws MalformedMessage {
        for (CcsMessage message : ALL) {
            CcsMessage back = CcsMessage.decode(message.encode());
            assertArrayEquals(message.encode(), back.encode());
        }
        var proposal = assertInstanceOf(
                CcsMessage.Propose.class, CcsMessage.decode(ALL.get(1).encode()));
        assertEquals("<cluster/>", new String(proposal.octets(), StandardCharsets.UTF_8));
        assertEquals(120, proposal.probationSec());
    }

    @Test
    void damageIsMalformedAndNothingElse() {
        long seed = Long.getLong("seed", 3);
        for (CcsMessage message : ALL) {
            byte[] whole = message.encode();
            for (int i = 0; i < whole.length; i++) {
                byte[] cut = Arrays.copyOf(whole, i);
                assertThrows(MalformedMessage.class, () -> CcsMessage.decode(cut));
            }
            for (int i = 0; i < 300; i++) {
                Random dice = new Random(seed + i);
                byte[] flipped = whole.clone();
                flipped[dice.nextInt(flipped.length)] ^= (byte) (1 << dice.nextInt(8));
                try {
                    CcsMessage.decode(flipped);
                } catch (MalformedMessage e) {
                    assertTrue(e.getMessage() != null);
                }
            }
        }
    }

    @Test
    void theLargestFileFitsIntoOneMessage() {
        StringBuilder text = new StringBuilder("<cluster name=\"x\" config_version=\"1\"><!-- ");
        Random dice = new Random(1);
        while (text.length() < ConfigReader.MAX_BYTES - 100) {
            text.append((char) ('!' + dice.nextInt(64)));
        }
        byte[] octets = text.append("--><clusternodes/></cluster>").toString().getBytes(StandardCharsets.UTF_8);
        assertTrue(CcsMessage.fits(octets));
        assertTrue(new CcsMessage.Propose(1, 0, octets).encode().length < 1 << 20);
    }
}
