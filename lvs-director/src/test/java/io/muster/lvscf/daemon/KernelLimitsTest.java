package io.muster.lvscf.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.lvscf.LvsConfig;
import io.muster.lvscf.Sample;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;

class KernelLimitsTest {
    private static final LvsConfig CONFIG = Sample.read("network = direct\ntcp_timeout = 30000000\nudp_timeout = 300\n"
                    + Sample.virtual("scheduler = twos"))
            .config()
            .orElseThrow();

    @Test
    void whatTheKernelWillRefuseIsKnownBeforehand() {
        assertEquals(
                List.of(
                        "virtual v: scheduler: this kernel has no module ip_vs_twos: the virtual server can't be set up"
                                + " here",
                        "tcp_timeout: this kernel (HZ 250) takes 8589934 s at most and refuses 30000000"),
                KernelLimits.of(CONFIG, Set.of("ip_vs_rr", "ip_vs_wlc"), OptionalInt.of(250)));
    }

    @Test
    void whatItTakesIsNoWordWorth() {
        assertEquals(List.of(), KernelLimits.of(CONFIG, Set.of("ip_vs_twos"), OptionalInt.of(24)));
    }

    @Test
    void whereNothingIsKnownNothingIsSaid() {
        assertEquals(List.of(), KernelLimits.of(CONFIG, Set.of(), OptionalInt.empty()));
    }
}
