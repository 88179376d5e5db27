package io.muster.bed.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.bed.Await;
import java.time.Instant;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// All daemons of a node in one process, and cman ends.
@Tag("netns")
class ClusterdDeathIT {
    @RegisterExtension
    static final RealCluster real = RealCluster.ofClusterds(3);

    /// Its fencing fails meanwhile, or nobody could say who has stopped the service.
    @Test
    void cmanIsToldToGoAndTheServiceIsStoppedBeforeTheProcessEnds() {
        TestNode owner = real.owner();
        TestNode other = real.others(owner).getFirst();
        real.testbed().power().fault(owner.name(), PowerController.Fault.FAILS);
        long since = System.nanoTime();
        Instant then = Instant.now();
        real.cluster().ask(other, "cman_tool", "kill", "-n", owner.name());
        assertTrue(Await.until(15_000, () -> owner.process("clusterd") == null), real::report);
        assertTrue(!owner.has(Testbed.SERVICE_ADDRESS), "the address is still there");
        assertTrue(owner.on(), "it was switched off");
        LogWatch.Line told = real.awaitLog(then, 1_000, "clusterd", "cman has ended");
        LogWatch.Line stopping = real.awaitLog(then, 1_000, "clusterd", "stopping all services");
        assertEquals(owner, told.node());
        assertEquals(owner, stopping.node());
        real.testbed().power().mend(owner.name());
        WebClient.Answer answer = null;
        for (TestNode each : real.others(owner)) {
            answer = answer == null ? real.client().await(since, 15_000, each.name()) : answer;
        }
        assertNotNull(answer, real::report);
        real.assertNeverTwoOwners(since);
    }
}
