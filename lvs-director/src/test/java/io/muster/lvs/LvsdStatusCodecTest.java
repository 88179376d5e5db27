package io.muster.lvs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.muster.core.MalformedMessage;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LvsdStatusCodecTest {
    @Test
    void whatIsEncodedIsDecodedAgain() throws MalformedMessage {
        assertEquals(Samples.status(), LvsdStatusCodec.decode(LvsdStatusCodec.encode(Samples.status())));
    }

    @Test
    void damageIsMalformedOrAnotherStatusAndNothingElse() {
        byte[] good = LvsdStatusCodec.encode(Samples.status());
        for (int cut = 0; cut < good.length; cut++) {
            byte[] part = Arrays.copyOf(good, cut);
            assertThrows(MalformedMessage.class, () -> LvsdStatusCodec.decode(part), "cut at " + cut);
        }
        for (int seed = 0; seed < 2_000; seed++) {
            var dice = new Random(seed);
            byte[] flipped = good.clone();
            flipped[dice.nextInt(flipped.length)] ^= (byte) (1 << dice.nextInt(8));
            try {
                LvsdStatusCodec.decode(flipped);
            } catch (MalformedMessage e) {
                continue;
            } catch (RuntimeException e) {
                throw new AssertionError("-Dseed=" + seed, e);
            }
        }
    }
}
