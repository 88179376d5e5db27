package io.muster.bed.node;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Half of an even cluster.
@Tag("netns")
class FourNodesIT {
    @RegisterExtension
    static final RealCluster real = new RealCluster(4, 1, f -> f);

    @Test
    void twoOfFourAreNotQuorateAndStartNothingUntilAThirdIsBack() throws Exception {
        TestNode owner = real.owner();
        TestNode other = real.others(owner).getLast();
        TestNode witness = real.others(owner, other).getFirst();
        Instant then = Instant.now();
        long since = System.nanoTime();
        owner.powerOff();
        other.powerOff();
        real.awaitLog(then, 10_000, "cman", "quorum lost");
        assertNull(real.client().await(since + 500_000_000L, 2_000), "started without quorum");
        assertTrue(real.cluster().ask(witness, "cman_tool", "status").out().contains("Activity blocked"));
        real.cluster().boot(other);
        // Three of four: the one that stayed away is fenced, then the service starts.
        assertNotNull(real.client().await(since + 500_000_000L, 25_000), real::report);
        assertTrue(real.testbed().power().offs(owner.name()) > 0);
    }
}
