package io.muster.bed.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Fencing that doesn't work at the first try: the first method of every node asks a switch that isn't there.
@Tag("netns")
class FenceIT {
    @RegisterExtension
    static final RealCluster real = new RealCluster(3, 1, ClusterFile::withTwoMethods);

    @Test
    void theSecondMethodIsTakenWhenTheFirstFails() {
        TestNode owner = real.owner();
        Instant then = Instant.now();
        Failover.Result result = real.failover().run(Failover.Kind.PLUG, 20_000, RealCluster.quiet());
        assertEquals(owner.name(), result.ownerBefore());
        LogWatch.Line first = real.logs()
                .await(
                        then,
                        2_000,
                        l -> l.text().contains("dev 0.0") && l.text().contains("error from agent"));
        assertNotNull(first, "the first method was not tried");
        assertNotNull(
                real.logs().await(then, 2_000, l -> l.text().contains("dev 1.0 agent fence_netns result: success")));
    }

    @Test
    void nothingIsStartedWhileFencingFailsAndAnOperatorsWordHelps() {
        TestNode owner = real.owner();
        TestNode witness = real.others(owner).getFirst();
        real.testbed().power().fault(owner.name(), PowerController.Fault.FAILS);
        Instant then = Instant.now();
        long since = System.nanoTime();
        // Dead, but nobody can know: the switch says no.
        owner.powerOff();
        real.awaitLog(then, 10_000, "fenced", "fence " + owner.name() + " failed");
        assertNull(real.client().await(since + 300_000_000L, 1_500), "started without proof");
        real.cluster()
                .ask(witness, "fence_ack_manual", "-O", "-n", owner.name())
                .expectOk("fence_ack_manual");
        assertNotNull(real.client().await(since + 300_000_000L, 10_000), real::report);
    }

    @Test
    void anAgentThatHangsHoldsUpNothingButTheService() {
        TestNode owner = real.owner();
        TestNode witness = real.others(owner).getFirst();
        real.testbed().power().fault(owner.name(), PowerController.Fault.HANGS);
        Instant then = Instant.now();
        long since = System.nanoTime();
        owner.powerOff();
        real.awaitLog(then, 10_000, "fenced", "fencing node " + owner.name());
        long asked = System.nanoTime();
        assertTrue(real.cluster().ask(witness, "fence_tool", "ls").out().contains("wait state    fencing"));
        assertTrue(real.cluster().ask(witness, "cman_tool", "status").ok());
        assertTrue(real.cluster().ask(witness, "clustat").ok());
        assertTrue(System.nanoTime() - asked < 5_000_000_000L, "status commands wait for an agent");
        assertNull(real.client().await(since + 300_000_000L, 500), "started without proof");
        // The operator knows that the node is dead.
        real.cluster()
                .ask(witness, "fence_ack_manual", "-O", "-n", owner.name())
                .expectOk("fence_ack_manual");
        assertNotNull(real.client().await(since + 300_000_000L, 10_000), real::report);
    }
}
