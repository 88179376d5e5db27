package io.muster.lvs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.muster.core.MalformedMessage;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LvsdStatusCodecTest {
    private static final LvsdAnswer ANSWER = new LvsdAnswer(
            true,
            List.of(
                    new LvsdAnswer.Place("TCP 10.1.0.1:80", "10.2.0.1:80"),
                    new LvsdAnswer.Place("TCP [fd01::1]:80", "[fd02::1]:8080")),
            List.of("TCP 10.1.0.1:80 -> 10.2.0.1:80: drains", ""));

    @Test
    void whatIsEncodedIsDecodedAgain() throws MalformedMessage {
        assertEquals(Samples.status(), LvsdStatusCodec.decode(LvsdStatusCodec.encode(Samples.status())));
    }

    @Test
    void anAnswerIsDecodedAgain() throws MalformedMessage {
        assertEquals(ANSWER, LvsdStatusCodec.decodeAnswer(LvsdStatusCodec.encode(ANSWER)));
    }

    @Test
    void damageIsMalformedOrAnotherStatusAndNothingElse() {
        damaged(LvsdStatusCodec.encode(Samples.status()), LvsdStatusCodec::decode);
    }

    @Test
    void damageToAnAnswerIsMalformedOrAnotherAnswerAndNothingElse() {
        damaged(LvsdStatusCodec.encode(ANSWER), LvsdStatusCodec::decodeAnswer);
    }

    private interface Decoder {
        Object decode(byte[] octets) throws MalformedMessage;
    }

    private static void damaged(byte[] good, Decoder decoder) {
        for (int cut = 0; cut < good.length; cut++) {
            byte[] part = Arrays.copyOf(good, cut);
            assertThrows(MalformedMessage.class, () -> decoder.decode(part), "cut at " + cut);
        }
        for (int seed = 0; seed < 2_000; seed++) {
            var dice = new Random(seed);
            byte[] flipped = good.clone();
            flipped[dice.nextInt(flipped.length)] ^= (byte) (1 << dice.nextInt(8));
            try {
                decoder.decode(flipped);
            } catch (MalformedMessage e) {
                continue;
            } catch (RuntimeException e) {
                throw new AssertionError("-Dseed=" + seed, e);
            }
        }
    }
}
