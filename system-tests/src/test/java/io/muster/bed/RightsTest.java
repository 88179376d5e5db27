package io.muster.bed;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class RightsTest {
    @Test
    void noTestMayReboot() throws IOException {
        Assumptions.assumeTrue(System.getenv("MUSTER_TEST") != null, "not run by ./muster test, which sees to it");
        assertFalse(Rights.mayReboot(), "CAP_SYS_BOOT");
    }

    @Test
    void theRightIsSeenWhereverItStands() {
        assertTrue(Rights.mayReboot("CapInh:\t0000000000000000\nCapBnd:\t000001fffeffffff\n"));
        assertTrue(Rights.mayReboot("CapEff:\t0000000000400000\nCapBnd:\t0000000000000000\n"));
        assertFalse(Rights.mayReboot("CapPrm:\t000001fffebfffff\nCapBnd:\t000001fffebfffff\n"));
    }
}
