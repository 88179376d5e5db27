package io.muster.bed.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.bed.Await;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Networks part and come together again.
@Tag("netns")
class PartitionIT {
    @RegisterExtension
    static final RealCluster real = new RealCluster(3, 1, f -> f);

    @Test
    void theMajorityFencesTheCutOwnerAndTakesTheService() {
        TestNode owner = real.owner();
        long since = System.nanoTime();
        Failover.Result result = real.failover().run(Failover.Kind.CUT, 20_000, RealCluster.quiet());
        assertNotEquals(owner.name(), result.ownerAfter());
        assertFalse(owner.on(), "the cut node was switched off");
        real.assertNeverTwoOwners(since);
    }

    @Test
    void aMinorityThatCouldNotBeFencedIsNotTakenBackWithItsServices() {
        TestNode owner = real.owner();
        TestNode witness = real.others(owner).getFirst();
        real.testbed().power().fault(owner.name(), PowerController.Fault.FAILS);
        long since = System.nanoTime();
        Instant then = Instant.now();
        real.testbed().cut(List.of(owner));
        real.awaitLog(then, 10_000, "fenced", "fencing node " + owner.name());
        // The minority stops its service by itself, which is good manners and no proof: nobody else may start it.
        assertTrue(Await.until(8_000, () -> !runsWeb(owner)), "the minority still runs the service");
        assertTrue(real.others(owner).stream().noneMatch(PartitionIT::runsWeb), "started before the fencing");
        real.testbed().heal();
        assertTrue(real.others(owner).stream().noneMatch(PartitionIT::runsWeb), "a heal is no proof");
        real.testbed().power().mend(owner.name());
        // Either the agent works at last, or the node came back as a new incarnation that proved its services stopped.
        for (TestNode other : real.others(owner)) {
            assertTrue(
                    Await.until(
                            20_000,
                            () -> real.client().await(since, 0, other.name()) != null
                                    || real.others(owner, other).stream()
                                            .anyMatch(third -> real.client().await(since, 0, third.name()) != null)
                                    || fencedOrBack(witness, owner)),
                    real::report);
        }
        assertNotNull(real.client().await(System.nanoTime(), 20_000), real::report);
        real.assertNeverTwoOwners(since);
    }

    private static boolean fencedOrBack(TestNode witness, TestNode lost) {
        return !lost.on() && witness.on();
    }

    @Test
    void oneBadLinkOfThreeLeavesOneMembershipAndOneOwner() {
        TestNode owner = real.owner();
        List<TestNode> others = real.others(owner);
        long since = System.nanoTime();
        Instant then = Instant.now();
        // The two others no longer hear each other; both hear the owner. The rules keep the pair of the lowest nodeids.
        real.testbed().isolate(others, true);
        try {
            real.awaitLog(then, 10_000, "fenced", "success");
            long dead = real.testbed().nodes().stream().filter(n -> !n.on()).count();
            assertEquals(1, dead, real::report);
            assertNotNull(real.client().await(System.nanoTime(), 15_000), real::report);
            real.assertNeverTwoOwners(since);
        } finally {
            real.testbed().isolate(others.stream().filter(TestNode::on).toList(), false);
        }
    }

    static boolean runsWeb(TestNode node) {
        return node.on()
                && node.run(20_000, "ip", "-o", "addr", "show", "to", Testbed.SERVICE_ADDRESS)
                        .out()
                        .contains(Testbed.SERVICE_ADDRESS);
    }
}
