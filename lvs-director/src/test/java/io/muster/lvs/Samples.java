package io.muster.lvs;

import java.util.List;
import java.util.Optional;

/// A status to print and to encode.
public final class Samples {
    private Samples() {}

    public static LvsdStatus status() {
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
                30,
                20,
                10,
                20,
                3,
                50,
                2,
                "",
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
                50,
                0,
                7,
                1,
                0,
                50,
                0,
                "",
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
                0,
                0,
                50,
                9,
                "10.3.0.3:8080",
                Optional.empty());
        return new LvsdStatus(
                1_700_000_000_000L,
                1_699_999_000_000L,
                true,
                "",
                2,
                new Counters(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12),
                List.of(new LvsdStatus.Refusal(
                        "add UDP 10.1.1.1:53 twos", "this kernel has no scheduler twos", 1_699_999_880_000L, 7)),
                List.of(
                        new LvsdStatus.Virtual(
                                "web",
                                "TCP 10.1.1.1:80",
                                "wlc",
                                "",
                                300,
                                true,
                                "10.2.0.99",
                                false,
                                List.of(one, two, three)),
                        new LvsdStatus.Virtual(
                                "dns", "UDP 10.1.1.1:53", "twos", "ops", 0, false, "", false, List.of())));
    }
}
