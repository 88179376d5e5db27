package io.muster.bed.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.muster.bed.Await;
import io.muster.bed.Shell;
import io.muster.bed.cable.Faults;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// A cluster of real daemons over cables that lose, delay, double and reorder: it is slower, and nothing else.
@Tag("netns")
class BadWeatherIT {
    private static final long SEED = Long.getLong("seed", 20_262);
    private static final int MOVES = 4;

    private static final Faults WEATHER =
            Faults.NONE.withLoss(3).withDelay(5, 5).withDouble(3).withReorder(3, 15);

    @RegisterExtension
    static final RealCluster real = new RealCluster(3, 1, f -> f, OptionalLong.of(SEED));

    @BeforeEach
    void cablesAreOurs() {
        real.testbed().nodes().forEach(node -> node.line(0).set(Faults.NONE));
        assumeTrue(real.testbed().node("node1").line(0) instanceof Cable, "no taps here: no /dev/net/tun for us");
    }

    @Test
    void servicesMoveAsToldEverybodyAgreesAndNobodyIsFenced() {
        Instant then = Instant.now();
        long offs = offs();
        int asTold = 0;
        assertTrue(
                Await.until(
                        30_000,
                        250,
                        () -> !real.cluster()
                                .ask(real.owner(), "clustat", "-l")
                                .out()
                                .contains("still stopping everything")),
                () -> "not every rgmanager is ready: " + story(then));
        real.testbed().nodes().forEach(node -> node.line(0).set(WEATHER));
        for (int move = 0; move < MOVES; move++) {
            TestNode to = real.others(real.owner()).get(move % 2);
            Shell.Result told =
                    real.cluster().ask(real.others(to).getFirst(), "clusvcadm", "-r", "web", "-m", to.name());
            assertEquals(0, told.status(), () -> told + story(then));
            // A start that can't be made on one node is made on the next, and the operator is told.
            TestNode now = real.testbed().nodes().stream()
                    .filter(node -> told.out().contains("is now running on " + node.name()))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("nothing told: " + told + story(then)));
            asTold += now == to ? 1 : 0;
            assertTrue(
                    Await.until(20_000, 250, () -> real.owner() == now),
                    () -> "not on " + now.name() + ": " + told + story(then));
        }
        assertTrue(asTold >= MOVES / 2, asTold + " of " + MOVES + " moves went as told; " + story(then));
        List<String> seen = real.testbed().nodes().stream()
                .map(node -> services(real.cluster().ask(node, "clustat").out()))
                .distinct()
                .toList();
        assertEquals(1, seen.size(), () -> where() + "not everybody sees the same: " + seen + real.report());
        assertNull(
                real.logs().await(then, 500, line -> line.text().contains("fencing node")),
                () -> where() + "somebody was fenced; " + real.report());
        assertEquals(offs, offs(), () -> where() + real.testbed().power().requests());
        for (TestNode node : real.testbed().nodes()) {
            real.cluster().awaitMembers(node, 3, 10_000);
        }
    }

    private static long offs() {
        return real.testbed().nodes().stream()
                .mapToLong(node -> real.testbed().power().offs(node.name()))
                .sum();
    }

    /// Nobody hears the owner any more, which still hears everybody: it must not go on.
    @Test
    void anOwnerThatIsNotHeardIsFencedAndItsServiceMoves() throws IOException {
        TestNode owner = real.owner();
        long since = System.nanoTime();
        long offs = offs();
        Instant then = Instant.now();
        owner.line(0).set(Line.Way.FROM_NODE, Faults.NONE.withCut(true));
        real.awaitLog(then, 20_000, "fenced", "fence " + owner.name() + " success");
        assertTrue(
                Await.until(20_000, 250, () -> {
                    WebClient.Answer answer = real.client().await(System.nanoTime(), 1_000);
                    return answer != null && !answer.node().equals(owner.name());
                }),
                real::report);
        real.assertNeverTwoOwners(since);
        assertEquals(offs + 1, offs(), () -> where() + real.testbed().power().requests());
        owner.line(0).set(Faults.NONE);
    }

    /// The lines of services.
    private static String services(String clustat) {
        return clustat.lines()
                .filter(line -> line.contains("service:"))
                .reduce("", (all, line) -> all + line.strip() + "\n");
    }

    private static String story(Instant since) {
        return where()
                + real.report()
                + real.logs().since(since).stream()
                        .filter(line -> line.daemon().equals("rgmanager"))
                        .map(line -> line.at() + " " + line.node().name() + ": " + line.text() + "\n")
                        .reduce("", String::concat);
    }

    private static String where() {
        return "-Dseed=" + SEED + " ";
    }
}
