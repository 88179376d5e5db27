package io.muster.bed.node;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// A cable that is bumped costs no node: carriers gone for less than a token's time, over IPv4. More tries with
/// `-Dtries=200`.
@Tag("netns")
class FlapIT {
    private static final int TRIES = Integer.getInteger("tries", 6);
    private static final long SEED = Long.getLong("seed", 20_264);

    @RegisterExtension
    static final RealCluster real = new RealCluster(3, 1, f -> f);

    private final Flaps flaps = new Flaps(real, SEED);

    @Test
    void aCarrierThatGoesForAMomentCostsNobody() throws Exception {
        flaps.carriers(TRIES);
    }

    @Test
    void aSwitchThatForgetsItsTableCostsNobody() throws Exception {
        flaps.forgetfulSwitch(Math.max(2, TRIES / 5));
    }

    @Test
    void aChangedHardwareAddressCostsNobody() throws Exception {
        flaps.macs(Math.max(2, TRIES / 5));
    }
}
