package io.muster.control;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.muster.core.CauseId;
import io.muster.core.MalformedMessage;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class FrameTest {
    @Test
    void golden() throws MalformedMessage {
        var plain = new Frame(3, 9, CauseId.NONE, new byte[] {1, 2});
        String prefix = "00000016";
        String header = "4d73744301030000000000020000000000000009";
        assertEquals(prefix + header + "0102", HexFormat.of().formatHex(plain.encode()));
        var caused = new Frame(3, 0, new CauseId(2, 0xcafe, 7), new byte[] {1});
        assertEquals(
                "00000025" + "4d73744301030001000000110000000000000000" + "00000002" + "0000cafe" + "0000000000000007"
                        + "01",
                HexFormat.of().formatHex(caused.encode()));
        Frame back = Frame.decode(body(caused));
        assertEquals(caused.cause(), back.cause());
        assertEquals(3, back.type());
        assertArrayEquals(caused.payload(), back.payload());
    }

    @Test
    void flippedAndCutOctetsOnlyGiveMalformedMessage() throws MalformedMessage {
        byte[] good = body(new Frame(3, 9, new CauseId(2, 0xcafe, 7), new byte[] {9, 8, 7}));
        for (int length = 0; length < good.length; length++) {
            byte[] cut = Arrays.copyOf(good, length);
            assertThrows(MalformedMessage.class, () -> Frame.decode(cut));
        }
        for (int i = 0; i < good.length * 8; i++) {
            byte[] flipped = good.clone();
            flipped[i / 8] ^= (byte) (1 << i % 8);
            try {
                Frame.decode(flipped);
            } catch (MalformedMessage e) {
                // as it should be
            }
        }
    }

    @Test
    void lengthsAreCheckedBeforeAnythingIsAllocated() {
        assertThrows(MalformedMessage.class, () -> Frame.checkLength(19, 1000));
        assertThrows(MalformedMessage.class, () -> Frame.checkLength(0xffff_ffffL, 1000));
        assertThrows(MalformedMessage.class, () -> Frame.checkLength(1037, 1000));
    }

    private static byte[] body(Frame frame) {
        byte[] all = frame.encode();
        return Arrays.copyOfRange(all, Frame.PREFIX, all.length);
    }
}
