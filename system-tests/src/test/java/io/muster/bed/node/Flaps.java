package io.muster.bed.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.bed.Await;
import java.time.Instant;
import java.util.List;
import java.util.Random;

/// What happens to cables and switches of a healthy cluster in passing, and what must not come of it.
final class Flaps {
    private static final int[] MS = {50, 100, 200, 300, 500, 700};

    /// The ring forms anew in the meantime, if it must.
    private static final int CALM_MS = 1200;

    private final RealCluster real;
    private final Random dice;

    Flaps(RealCluster real, long seed) {
        this.real = real;
        this.dice = new Random(seed);
    }

    /// Carriers that go and come back, one node after the other.
    void carriers(int tries) {
        List<TestNode> nodes = real.testbed().nodes();
        Instant then = Instant.now();
        for (int i = 0; i < tries; i++) {
            int ms = MS[i % MS.length];
            TestNode node = nodes.get(dice.nextInt(nodes.size()));
            String what = "try " + (i + 1) + ": " + node.name() + " without carrier for " + ms + " ms";
            node.flap(0, ms);
            calm(then, what);
        }
        all();
    }

    /// A switch that restarts: all carriers go at once, and it knows nothing when they come back.
    void forgetfulSwitch(int tries) {
        Instant then = Instant.now();
        for (int i = 0; i < tries; i++) {
            real.testbed().forget(0);
            calm(then, "try " + (i + 1) + ": a switch forgot");
        }
        all();
    }

    /// A node whose card has another hardware address from now on; its carrier is away meanwhile, or it isn't.
    void macs(int tries) {
        List<TestNode> nodes = real.testbed().nodes();
        Instant then = Instant.now();
        for (int i = 0; i < tries; i++) {
            TestNode node = nodes.get(dice.nextInt(nodes.size()));
            String mac = "02:77:%02x:00:00:%02x".formatted(dice.nextInt(256), node.nodeid());
            node.changeMac(0, mac);
            if (i % 2 == 1) {
                node.flap(0, 100);
            }
            calm(then, "try " + (i + 1) + ": " + node.name() + " is at " + mac);
        }
        all();
    }

    private void calm(Instant then, String what) {
        Await.until(CALM_MS, () -> !fencings(then).isEmpty());
        assertEquals(List.of(), fencings(then), what);
        assertTrue(real.testbed().nodes().stream().allMatch(TestNode::on), what);
    }

    private List<String> fencings(Instant then) {
        return real.logs().since(then).stream()
                .map(LogWatch.Line::text)
                .filter(line -> line.contains("fencing node"))
                .toList();
    }

    private void all() {
        for (TestNode node : real.testbed().nodes()) {
            assertTrue(
                    Await.until(10_000, 250, () -> real.cluster().members(node).size() == 3), () -> real.report());
        }
    }
}
