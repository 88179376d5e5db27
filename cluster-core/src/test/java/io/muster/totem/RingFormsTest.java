package io.muster.totem;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.core.Node;
import io.muster.simulator.NetworkOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// However the network was broken: once it is calm, all nodes are in one ring within the token time-out
/// and a second. And while one node is half deaf, those that hear each other have their ring.
///
/// `-Dseeds=N` runs N seeds of each case, `-Dseed=N` one, `-Dfrom=N` begins there; `-Dnodes=N` and
/// `-Dtoken=MS` choose one size and one token time-out.
class RingFormsTest {
    private static final int FORM_MS = 1000;
    private static final int PATIENCE_MS = 60_000;

    /// What is done to a ring before its network is whole again.
    private interface Breaking {
        void of(RingCluster cluster, Random plan, int nodes, int tokenMs);
    }

    @Test
    void whenANodeBootsBehindAOneWayCut() {
        eachSize("boots behind a one-way cut", (cluster, plan, nodes, tokenMs) -> {
            int late = 1 + plan.nextInt(nodes);
            int other = other(plan, nodes, late);
            cluster.crash(late);
            cluster.simulation.runForMs(2L * tokenMs);
            if (plan.nextInt(4) == 0) {
                cluster.network.cutOneWay(late, other);
            } else {
                cluster.network.cutOneWay(other, late);
            }
            cluster.boot(late);
            cluster.simulation.runForMs(1000 + plan.nextInt(10_000));
        });
    }

    @Test
    void afterOneWayCutsBetweenRunningNodes() {
        eachSize("one-way cuts", (cluster, plan, nodes, _) -> {
            int cuts = 1 + plan.nextInt(3);
            for (int i = 0; i < cuts; i++) {
                int from = 1 + plan.nextInt(nodes);
                cluster.network.cutOneWay(from, other(plan, nodes, from));
                cluster.simulation.runForMs(plan.nextInt(1000));
            }
            cluster.simulation.runForMs(6000 + plan.nextInt(9000));
        });
    }

    @Test
    void afterALossyNetworkWithStallsAndCuts() {
        eachSize("loss, stalls and cuts", (cluster, plan, nodes, tokenMs) -> {
            NetworkOptions calm = cluster.network.options();
            cluster.network.options(new NetworkOptions(plan.nextInt(40), 2, 100, 100 + plan.nextInt(8000), 2));
            int faults = 2 + plan.nextInt(6);
            for (int i = 0; i < faults; i++) {
                int nodeid = 1 + plan.nextInt(nodes);
                var machine = cluster.machines.get(nodeid);
                switch (plan.nextInt(5)) {
                    case 0 -> cluster.network.cut(nodeid, other(plan, nodes, nodeid));
                    case 1 -> cluster.network.heal();
                    case 2 -> {
                        machine.stop();
                        cluster.simulation.afterMs(plan.nextInt(2 * tokenMs), machine::goOn);
                    }
                    default -> cluster.network.cutOneWay(nodeid, other(plan, nodes, nodeid));
                }
                cluster.simulation.runForMs(plan.nextInt(3 * tokenMs));
            }
            cluster.machines.values().forEach(machine -> machine.goOn());
            cluster.network.options(calm);
        });
    }

    private static int other(Random plan, int nodes, int than) {
        return 1 + (than + plan.nextInt(nodes - 1)) % nodes;
    }

    private static void eachSize(String what, Breaking breaking) {
        var late = new ArrayList<String>();
        for (int token : tokens()) {
            for (int nodes : sizes()) {
                late.addAll(each(what, nodes, token, breaking));
            }
        }
        assertTrue(late.isEmpty(), () -> what + ": no ring in time: " + late);
    }

    private static List<String> each(String what, int nodes, int tokenMs, Breaking breaking) {
        var took = new ArrayList<Long>();
        var late = new ArrayList<String>();
        for (long seed = first(); seed < first() + seeds(); seed++) {
            long ms = ms(seed, nodes, tokenMs, breaking);
            took.add(ms);
            if (ms > tokenMs + FORM_MS) {
                late.add("-Dseed=" + seed + " -Dnodes=" + nodes + " -Dtoken=" + tokenMs
                        + (ms < PATIENCE_MS ? ": " + ms + " ms" : ": never"));
            }
        }
        tell(what + ", " + nodes + " nodes, token " + tokenMs + " ms: one ring", took, late.size());
        return late;
    }

    private static void tell(String what, List<Long> took, int bad) {
        System.out.printf(
                Locale.ROOT,
                "%s after %.0f ms, %d at worst; %d of seeds %d..%d too late%n",
                what,
                took.stream().mapToLong(Long::longValue).average().orElse(0),
                took.stream().mapToLong(Long::longValue).max().orElse(0),
                bad,
                first(),
                first() + seeds() - 1);
    }

    private static long ms(long seed, int nodes, int tokenMs, Breaking breaking) {
        var plan = new Random(seed * 37 + nodes);
        var options = plan.nextBoolean() ? NetworkOptions.calm(300) : new NetworkOptions(0, 0, 100, 2000, 0);
        var cluster = formed(seed, nodes, tokenMs, options);
        cluster.simulation.runForMs(1000 + plan.nextInt(500));
        breaking.of(cluster, plan, nodes, tokenMs);
        cluster.network.heal();
        long healedMs = cluster.simulation.nowMs();
        boolean one = cluster.simulation.runUntil(cluster::isOneRing, PATIENCE_MS);
        return one ? cluster.simulation.nowMs() - healedMs : PATIENCE_MS;
    }

    private static RingCluster formed(long seed, int nodes, int tokenMs, NetworkOptions options) {
        var cluster = new RingCluster(seed, nodes, tokenMs, options, 0);
        if (Long.getLong("seed") != null) {
            cluster.simulation.trace().loud();
        }
        cluster.bootAll();
        if (!cluster.simulation.runUntil(cluster::isOneRing, 2L * tokenMs)) {
            throw cluster.simulation.failure("no first ring");
        }
        return cluster;
    }

    /// Nodes 1 and 2 hear each other all the time; node 3 comes, or is there, and one way between it and
    /// node 1 is cut for a minute.
    @Test
    void aHalfDeafNodeCostsTheOthersLittle() {
        for (int token : tokens()) {
            for (boolean boots : new boolean[] {false, true}) {
                for (boolean deaf : new boolean[] {false, true}) {
                    var without = new ArrayList<Long>();
                    var gathers = new ArrayList<Long>();
                    for (long seed = first(); seed < first() + seeds(); seed++) {
                        halfDeaf(seed, token, boots, deaf, without, gathers);
                    }
                    String what = "half deaf for 60 s, token " + token + " ms, "
                            + (deaf ? "node 3 doesn't hear 1" : "node 1 doesn't hear 3") + ", 3 "
                            + (boots ? "boots: " : "was there: ");
                    long worstGathers =
                            gathers.stream().mapToLong(Long::longValue).max().orElse(0);
                    tell(what + worstGathers + " gathers at most, without a ring", without, 0);
                    long allowedMs = boots ? FORM_MS : token + FORM_MS;
                    assertTrue(without.stream().allMatch(ms -> ms <= allowedMs), () -> what + without);
                    assertTrue(worstGathers <= 8, () -> what + gathers);
                }
            }
        }
    }

    private static void halfDeaf(
            long seed, int tokenMs, boolean boots, boolean deaf, List<Long> without, List<Long> gathers) {
        var options = new NetworkOptions(0, 0, 100, 2000, 0);
        var cluster = formed(seed, 3, tokenMs, options);
        cluster.simulation.runForMs(1000 + seed);
        if (boots) {
            cluster.crash(3);
            cluster.simulation.runForMs(3L * tokenMs);
        }
        cluster.network.cutOneWay(deaf ? 1 : 3, deaf ? 3 : 1);
        if (boots) {
            cluster.boot(3);
        }
        long before = cluster.run(1).ring.counters().gathers();
        long withoutMs = 0;
        for (int ms = 0; ms < 60_000; ms++) {
            cluster.simulation.runForMs(1);
            withoutMs += together(cluster, 1, 2) ? 0 : 1;
        }
        without.add(withoutMs);
        gathers.add(cluster.run(1).ring.counters().gathers() - before);
    }

    private static boolean together(RingCluster cluster, int a, int b) {
        Ring one = cluster.run(a).ring;
        Ring other = cluster.run(b).ring;
        return one.operational()
                && other.operational()
                && one.ring().equals(other.ring())
                && one.members().stream().map(Node::nodeid).toList().contains(b);
    }

    private static int[] tokens() {
        Integer one = Integer.getInteger("token");
        return one != null ? new int[] {one} : new int[] {300, 1000, 10_000};
    }

    private static int[] sizes() {
        Integer one = Integer.getInteger("nodes");
        return one != null ? new int[] {one} : new int[] {3, 5, 16};
    }

    private static long first() {
        return Long.getLong("seed", Long.getLong("from", 1));
    }

    private static long seeds() {
        return Long.getLong("seed") != null ? 1 : Long.getLong("seeds", 6);
    }
}
