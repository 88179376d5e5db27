package io.muster.membership;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.quorum.QuorumRules;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/// What `last_man_standing` can and can't promise: a side that has lowered its quorum doesn't know what
/// those it has lost do when they come back together.
class LastManStandingTest {
    private static final long WINDOW_MS = 20_000;

    private static CmanCluster cluster(boolean waitForAll) {
        var cluster = new CmanCluster(
                7, 5, plain -> new QuorumRules(false, waitForAll, true, false, OptionalInt.empty(), plain.nodeids()));
        cluster.bootAll();
        cluster.until("all are one cluster", () -> cluster.together() && quorate(cluster, 1), 20_000);
        return cluster;
    }

    private static boolean quorate(CmanCluster cluster, int nodeid) {
        return cluster.run(nodeid).core.cman().status().tally().quorate();
    }

    /// Nodes 4 and 5 are lost, then node 3; those three restart where they don't hear nodes 1 and 2.
    private static CmanCluster restartOfTheLost(boolean waitForAll) {
        CmanCluster cluster = cluster(waitForAll);
        cluster.crash(4);
        cluster.crash(5);
        cluster.simulation.runForMs(WINDOW_MS);
        cluster.crash(3);
        cluster.partition(List.of(1, 2), List.of(3, 4, 5));
        cluster.simulation.runForMs(WINDOW_MS);
        List.of(3, 4, 5).forEach(cluster::boot);
        cluster.simulation.runForMs(WINDOW_MS);
        return cluster;
    }

    /// The simulated cluster watches for two quorate rings.
    private static void twoAreQuorate(Executable story) {
        String seen = assertThrows(AssertionError.class, story).getMessage();
        assertTrue(seen.startsWith("two quorate rings: "), seen);
    }

    @Test
    void withoutWaitForAllTwoSidesCanBeQuorateAtOnce() {
        twoAreQuorate(() -> restartOfTheLost(false));
    }

    @Test
    void withWaitForAllWhoRestartsWaits() {
        CmanCluster cluster = restartOfTheLost(true);
        assertEquals(List.of(3, 4, 5), cluster.run(3).members());
        assertTrue(quorate(cluster, 1));
        assertFalse(quorate(cluster, 3));
    }

    /// Node 3 goes over to those that were cut off first: it has seen all nodes, so nothing waits.
    @Test
    void whoGoesOverWithoutARestartMakesASecondMajorityEvenSo() {
        CmanCluster cluster = cluster(true);
        cluster.partition(List.of(1, 2, 3), List.of(4, 5));
        cluster.simulation.runForMs(WINDOW_MS);
        cluster.network.cut(1, 3);
        cluster.network.cut(2, 3);
        cluster.network.join(3, 4);
        cluster.network.join(3, 5);
        twoAreQuorate(() -> cluster.simulation.runForMs(WINDOW_MS));
    }
}
