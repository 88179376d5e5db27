package io.muster.lvs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.muster.core.MalformedMessage;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LvsdStatusCodecTest {
    static LvsdStatus sample() {
        var one = new LvsdStatus.Server(
                "one",
                "10.2.0.1:80",
                true,
                true,
                1_699_999_990_000L,
                "connected",
                4,
                1,
                1,
                10,
                20,
                3,
                50,
                2,
                Optional.empty());
        var two = new LvsdStatus.Server(
                "two",
                "10.2.0.2:80",
                true,
                true,
                1_699_999_000_000L,
                "connected",
                4,
                0,
                0,
                7,
                1,
                0,
                50,
                0,
                Optional.of(new Drain(Drain.By.LVSCTL, 1_699_999_995_000L, 1_700_000_030_000L, -1)));
        var three = new LvsdStatus.Server(
                "three",
                "10.2.0.3:80",
                false,
                true,
                1_699_900_000_000L,
                "connection refused",
                1,
                -1,
                -1,
                0,
                0,
                0,
                50,
                9,
                Optional.empty());
        return new LvsdStatus(
                1_700_000_000_000L,
                1_699_999_000_000L,
                true,
                "",
                2,
                new Counters(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12),
                List.of(
                        new LvsdStatus.Virtual(
                                "web",
                                "TCP 10.1.1.1:80",
                                "wlc",
                                300,
                                true,
                                "10.2.0.99",
                                false,
                                List.of(one, two, three)),
                        new LvsdStatus.Virtual("dns", "UDP 10.1.1.1:53", "rr", 0, false, "", false, List.of())));
    }

    @Test
    void whatIsEncodedIsDecodedAgain() throws MalformedMessage {
        assertEquals(sample(), LvsdStatusCodec.decode(LvsdStatusCodec.encode(sample())));
    }

    @Test
    void damageIsMalformedOrAnotherStatusAndNothingElse() {
        byte[] good = LvsdStatusCodec.encode(sample());
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
