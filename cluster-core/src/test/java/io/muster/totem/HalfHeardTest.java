package io.muster.totem;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.simulator.NetworkOptions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// A node comes that only some members hear, as one that can't resolve a member's name: it isn't taken, and leaves the
/// ring alone.
class HalfHeardTest {
    private static final int MINUTE_MS = 60_000;

    /// Tries that a trouble of the newcomer's may cost the others in its first minute, and in each later one.
    private static final int FIRST_TRIES = 4;

    private static final int TRIES = 2;

    @Test
    void whoIsHeardByHalfCostsTheOthersNoRing() {
        List<String> bad = new ArrayList<>();
        for (int nodes : List.of(3, 4, 5, 8)) {
            for (boolean bothWays : List.of(true, false)) {
                for (long seed = 1; seed <= 10; seed++) {
                    String what = "seed " + seed + ", " + nodes + " nodes" + (bothWays ? ", both ways" : ", one way");
                    trouble(seed, nodes, bothWays, what, bad);
                }
            }
        }
        assertTrue(bad.isEmpty(), () -> String.join("\n", bad));
    }

    private static void trouble(long seed, int nodes, boolean bothWays, String what, List<String> bad) {
        var cluster = new RingCluster(seed, nodes, 1000, NetworkOptions.calm(300), 0);
        List<Integer> others = new ArrayList<>();
        for (int nodeid = 1; nodeid < nodes; nodeid++) {
            others.add(nodeid);
            cluster.boot(nodeid);
        }
        assertTrue(cluster.simulation.runUntil(() -> cluster.isOneRing(others), MINUTE_MS), what);
        cluster.simulation.runForMs(2000);
        int unheard = 1 + (int) (seed % (nodes - 1));
        if (bothWays) {
            cluster.network.cut(nodes, unheard);
        } else {
            cluster.network.cutOneWay(nodes, unheard);
        }
        long before = gathers(cluster, others);
        cluster.boot(nodes);
        cluster.simulation.runForMs(MINUTE_MS);
        long first = gathers(cluster, others) - before;
        cluster.simulation.runForMs(MINUTE_MS);
        long then = gathers(cluster, others) - before - first;
        if (first > FIRST_TRIES * others.size() || then > TRIES * others.size()) {
            bad.add(what + ", not heard by " + unheard + ": " + first + " gathers of " + others.size()
                    + " nodes in its first minute, " + then + " in its second");
        }
        assertTrue(cluster.isOneRing(others), what);
        // And once that is mended it joins.
        cluster.network.heal();
        assertTrue(cluster.simulation.runUntil(cluster::isOneRing, 2000), what + ": doesn't join after all");
        assertEquals(nodes, cluster.run(1).ring.members().size());
    }

    /// Nobody tells of the end of what kept a node out when that is the end of a member.
    @Test
    void oneThatAMemberDidNotHearIsTakenOnceThatMemberIsGone() {
        List<String> bad = new ArrayList<>();
        for (int nodes : List.of(3, 4, 5, 8)) {
            for (long seed = 1; seed <= 10; seed++) {
                String what = "seed " + seed + ", " + nodes + " nodes";
                var cluster = new RingCluster(seed, nodes, 1000, NetworkOptions.calm(300), 0);
                List<Integer> others = new ArrayList<>();
                for (int nodeid = 1; nodeid < nodes; nodeid++) {
                    others.add(nodeid);
                    cluster.boot(nodeid);
                }
                assertTrue(cluster.simulation.runUntil(() -> cluster.isOneRing(others), MINUTE_MS), what);
                int deaf = 1 + (int) (seed % (nodes - 1));
                cluster.network.cut(nodes, deaf);
                cluster.boot(nodes);
                cluster.simulation.runForMs(3000);
                assertTrue(cluster.isOneRing(others), what);
                cluster.crash(deaf);
                others.remove(Integer.valueOf(deaf));
                others.add(nodes);
                if (!cluster.simulation.runUntil(() -> cluster.isOneRing(others), 2000)) {
                    bad.add(what + ", not heard by " + deaf + ": isn't taken in 2 s after that one's end");
                }
            }
        }
        assertTrue(bad.isEmpty(), () -> String.join("\n", bad));
    }

    private static long gathers(RingCluster cluster, List<Integer> nodeids) {
        return nodeids.stream()
                .mapToLong(id -> cluster.run(id).ring.counters().gathers())
                .sum();
    }
}
