package io.muster.testbed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Nodes die, and stand still.
@Tag("netns")
class DeathIT {
    @RegisterExtension
    static final RealCluster real = new RealCluster(3, 1, f -> f);

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
}
