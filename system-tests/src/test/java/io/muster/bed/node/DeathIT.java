package io.muster.bed.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.bed.Await;
import java.time.Instant;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Nodes die, and stand still.
@Tag("netns")
class DeathIT {
    @RegisterExtension
    static final RealCluster real = new RealCluster(3, 1, f -> f);

    private static final Pattern OUT_OF_THE_CLUSTER =
            Pattern.compile("quorum lost|killed by node|the cluster doesn.t take this node");

    @Test
    void deathOfTheOwnerMovesTheService() {
        TestNode owner = real.owner();
        long before = System.nanoTime();
        Failover.Result result = real.failover().run(Failover.Kind.PLUG, 20_000, RealCluster.quiet());
        assertEquals(owner.name(), result.ownerBefore());
        assertNotEquals(owner.name(), result.ownerAfter());
        assertTrue(real.testbed().power().offs(owner.name()) > 0, "fenced by the agent");
        assertTrue(result.outageMs() < 10_000, result.toString());
        real.assertNeverTwoOwners(before);
    }

    @Test
    void deathOfABystanderLeavesTheServiceAlone() {
        TestNode owner = real.owner();
        TestNode bystander = real.others(owner).getLast();
        TestNode witness = real.others(owner, bystander).getFirst();
        Instant then = Instant.now();
        long since = System.nanoTime();
        bystander.powerOff();
        real.awaitLog(then, 10_000, "fenced", "fence " + bystander.name() + " success");
        real.cluster().awaitMembers(witness, 2, 5_000);
        assertEquals(owner.name(), real.owner().name());
        WebClient.Outage worst = real.client().worstOutage(since);
        assertNotNull(worst);
        assertTrue(worst.ms() < 500, "the client noticed: " + worst);
    }

    @Test
    void aNodeThatStandsStillForHalfATokenLosesNothing() {
        TestNode owner = real.owner();
        long offs = real.testbed().power().offs(owner.name());
        Instant then = Instant.now();
        owner.signalAll("STOP");
        assertTrue(!Await.until(500, () -> real.testbed().power().offs(owner.name()) > offs), "fenced too early");
        owner.signalAll("CONT");
        assertEquals(owner.name(), real.owner().name());
        // A false change would come within a token and the fencing after it.
        assertEquals(
                null,
                real.logs()
                        .await(
                                then,
                                2_500,
                                l -> l.daemon().equals("fenced") && l.text().contains("fencing node")));
        real.cluster().awaitMembers(owner, 3, 5_000);
    }

    @Test
    void aNodeThatStandsStillForLongIsFencedAndNeverASecondOwner() {
        TestNode owner = real.owner();
        long since = System.nanoTime();
        Instant then = Instant.now();
        owner.signalAll("STOP");
        real.awaitLog(then, 10_000, "fenced", "fence " + owner.name() + " success");
        // The power controller has it by then: there is nothing left to continue.
        assertTrue(!owner.on());
        WebClient.Answer answer = null;
        for (TestNode other : real.others(owner)) {
            answer = answer == null ? real.client().await(since, 8_000, other.name()) : answer;
        }
        assertNotNull(answer, real::report);
        real.assertNeverTwoOwners(since);
    }

    @Test
    void aNodeThatStoodStillAndCouldNotBeFencedIsNeverASecondOwner() {
        TestNode owner = real.owner();
        long since = System.nanoTime();
        Instant then = Instant.now();
        real.testbed().power().fault(owner.name(), PowerController.Fault.FAILS);
        try (OwnerWatch watch = new OwnerWatch(real.testbed().nodes())) {
            owner.signalAll("STOP");
            real.awaitLog(then, 10_000, "fenced", "fence " + owner.name() + " failed");
            Await.until(3_000, () -> System.nanoTime() - since > 3_000_000_000L);
            assertTrue(
                    watch.holders().stream().allMatch(owner.name()::equals), () -> "started without proof: " + watch);
            owner.signalAll("CONT");
            // Its cluster has gone on without it: it stops what it runs, and that alone gives nobody the right to
            // start.
            assertTrue(Await.until(15_000, () -> !owner.has(Testbed.SERVICE_ADDRESS)), real::report);
            LogWatch.Line ended = real.logs()
                    .await(
                            then,
                            5_000,
                            l -> l.node() == owner
                                    && OUT_OF_THE_CLUSTER.matcher(l.text()).find());
            assertNotNull(ended, () -> owner.name() + " doesn't say that it is out; " + real.report());
            real.testbed().power().mend(owner.name());
            assertTrue(
                    Await.until(
                            20_000,
                            () -> real.others(owner).stream().anyMatch(n -> n.has(Testbed.SERVICE_ADDRESS))
                                    || owner.has(Testbed.SERVICE_ADDRESS)),
                    real::report);
            assertNotNull(real.client().await(System.nanoTime(), 10_000), real::report);
            assertEquals(1, watch.now().size(), watch::toString);
            watch.assertNeverTwo();
        } finally {
            real.testbed().power().mend(owner.name());
        }
        real.assertNeverTwoOwners(since);
    }
}
