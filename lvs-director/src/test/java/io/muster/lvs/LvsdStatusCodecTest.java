package io.muster.lvs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.muster.control.Answer;
import io.muster.control.Frame;
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
        assertEquals(ANSWER, LvsdStatusCodecTest.answer(octets(ANSWER)));
    }

    @Test
    void aNoIsDecodedAgainAndMeansNoPlaces() throws MalformedMessage {
        var no = new LvsdAnswer(false, List.of(), List.of("no such server", "there are: a, b"));
        assertEquals(no, LvsdStatusCodecTest.answer(octets(no)));
        Answer forbidden = Answer.of(Answer.PERMISSION, "only root may do that");
        assertEquals(
                new LvsdAnswer(false, List.of(), List.of("only root may do that")), LvsdStatusCodec.answer(forbidden));
    }

    @Test
    void damageIsMalformedOrAnotherStatusAndNothingElse() {
        damaged(LvsdStatusCodec.encode(Samples.status()), LvsdStatusCodec::decode);
    }

    @Test
    void damageToAnAnswerIsMalformedOrAnotherAnswerAndNothingElse() {
        damaged(octets(ANSWER), LvsdStatusCodecTest::answer);
    }

    /// As it goes over the socket.
    private static byte[] octets(LvsdAnswer said) {
        return LvsdStatusCodec.answer(said)
                .to(new Frame(LvsdStatusCodec.DRAIN, new byte[0]))
                .payload();
    }

    private static LvsdAnswer answer(byte[] octets) throws MalformedMessage {
        return LvsdStatusCodec.answer(Answer.decode(new Frame(Frame.ANSWER, octets)));
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
