package io.muster.bed.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.bed.Await;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Two nodes that lose each other: both are quorate, one shoots first, and the loser must not shoot back after its
/// boot.
@Tag("netns")
class DuelIT {
    @RegisterExtension
    static final RealCluster real = new RealCluster(
            2,
            1,
            f -> f.withExtra("<cman two_node=\"1\" expected_votes=\"1\"/>").withDelay("node1"));

    @Test
    void theWinnerKeepsTheServiceAndTheLoserWaitsWhileTheCutLasts() throws Exception {
        TestNode winner = real.testbed().node("node1");
        TestNode loser = real.testbed().node("node2");
        Instant then = Instant.now();
        // The device of node1 waits a second: node1, which the client's side keeps, shoots first.
        real.testbed().cut(List.of(loser));
        real.awaitLog(then, 10_000, "fenced", "fence node2 success");
        assertFalse(loser.on());
        assertNotNull(real.client().await(System.nanoTime(), 15_000, winner.name()), real::report);
        long offs = real.testbed().power().offs(winner.name());
        loser.powerOn();
        real.testbed().cut(List.of(loser));
        real.cluster().start(List.of(loser));
        // wait_for_all: alone after its boot it is nobody's judge.
        assertFalse(Await.until(5_000, () -> real.testbed().power().offs(winner.name()) > offs), "the loser shot back");
        assertTrue(winner.on());
        assertEquals(winner.name(), real.owner().name());
        real.testbed().heal();
        real.cluster().awaitMembers(winner, 2, 15_000);
    }
}
