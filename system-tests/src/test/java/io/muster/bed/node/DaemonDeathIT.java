package io.muster.bed.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.bed.Await;
import java.io.IOException;
import java.time.Instant;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// One daemon dies or hangs, and its node lives on: each row of the table "when one daemon dies or hangs".
@Tag("netns")
class DaemonDeathIT {
    @RegisterExtension
    static final RealCluster real = new RealCluster(3, 1, f -> f);

    @BeforeEach
    void daemonsAreProcesses() {
        Assumptions.assumeFalse(real.cluster().oneProcess(), "needs daemons as processes of their own");
    }

    @Test
    void cmanDiesAndItsNodeIsFenced() {
        TestNode owner = real.owner();
        long since = System.nanoTime();
        Instant then = Instant.now();
        owner.signal("cman", "KILL");
        real.awaitLog(then, 10_000, "fenced", "fence " + owner.name() + " success");
        WebClient.Answer answer = null;
        for (TestNode other : real.others(owner)) {
            answer = answer == null ? real.client().await(since, 8_000, other.name()) : answer;
        }
        assertNotNull(answer, real::report);
        real.assertNeverTwoOwners(since);
    }

    @Test
    void rgmanagerDiesAndIsBackInTimeWithoutFencing() throws IOException {
        TestNode owner = real.owner();
        long offs = real.testbed().power().offs(owner.name());
        long since = System.nanoTime();
        owner.signal("rgmanager", "KILL");
        assertTrue(Await.until(2_000, () -> owner.process("rgmanager") == null));
        real.cluster().startDaemon(owner, "rgmanager");
        // It stops everything first, and that is proof: the service starts again somewhere, and nobody was fenced.
        assertTrue(
                Await.until(10_000, () -> real.cluster().ask(owner, "clustat").ok()));
        assertNotNull(real.client().await(System.nanoTime() + 500_000_000L, 15_000), real::report);
        assertEquals(offs, real.testbed().power().offs(owner.name()));
        real.cluster().awaitMembers(owner, 3, 5_000);
        real.assertNeverTwoOwners(since);
    }

    @Test
    void rgmanagerDiesForGoodAndItsNodeIsFenced() {
        TestNode owner = real.owner();
        long since = System.nanoTime();
        Instant then = Instant.now();
        owner.signal("rgmanager", "KILL");
        real.awaitLog(then, 16_000, "fenced", "fence " + owner.name() + " success");
        WebClient.Answer answer = null;
        for (TestNode other : real.others(owner)) {
            answer = answer == null ? real.client().await(since, 8_000, other.name()) : answer;
        }
        assertNotNull(answer, real::report);
        real.assertNeverTwoOwners(since);
    }

    @Test
    void fencedDiesOnTheLowestNodeAndTheNextOneFences() throws IOException {
        TestNode lowest = real.testbed().nodes().getFirst();
        TestNode victim = real.testbed().nodes().getLast();
        Instant then = Instant.now();
        lowest.signal("fenced", "KILL");
        victim.powerOff();
        LogWatch.Line done = real.awaitLog(then, 12_000, "fenced", "fence " + victim.name() + " success");
        assertNotEquals(lowest.name(), done.node().name());
        real.cluster().startDaemon(lowest, "fenced");
        assertTrue(Await.until(
                8_000, () -> real.cluster().ask(lowest, "fence_tool", "ls").ok()));
    }

    @Test
    void fencedStandsStillOnTheLowestNodeAndTheNextOneFences() {
        TestNode lowest = real.testbed().nodes().getFirst();
        TestNode victim = real.testbed().nodes().getLast();
        Instant then = Instant.now();
        lowest.signal("fenced", "STOP");
        victim.powerOff();
        LogWatch.Line done = real.awaitLog(then, 16_000, "fenced", "fence " + victim.name() + " success");
        assertNotEquals(lowest.name(), done.node().name());
        lowest.signal("fenced", "CONT");
    }

    @Test
    void ccsdDiesAndNothingHappens() throws IOException {
        TestNode owner = real.owner();
        long since = System.nanoTime();
        owner.signal("ccsd", "KILL");
        assertTrue(Await.until(2_000, () -> owner.process("ccsd") == null));
        real.cluster().startDaemon(owner, "ccsd");
        assertTrue(Await.until(
                8_000, () -> real.cluster().ask(owner, "ccs_tool", "lsnode").ok()));
        WebClient.Outage worst = real.client().worstOutage(since);
        assertNotNull(worst);
        assertTrue(worst.ms() < 800, worst.toString());
        assertEquals(owner.name(), real.owner().name());
    }
}
