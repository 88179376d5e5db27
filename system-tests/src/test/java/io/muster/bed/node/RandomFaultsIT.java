package io.muster.bed.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.bed.Await;
import io.muster.bed.Directories;
import io.muster.bed.cable.Faults;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Real daemons under faults drawn from a seed, with the history of a service as oracle: it never runs twice, and in
/// calm it runs.
///
/// Systemd and the operator are played: what dies is started again as its unit would be, who is off is switched on.
/// `-Dseed=N` has the faults of a run again, if not their moments; `-Dmuster.minutes=N` goes on for longer.
@Tag("netns")
class RandomFaultsIT {
    private static final long SEED = Long.getLong("seed", System.nanoTime() & 0xffffff);
    private static final double MINUTES = Double.parseDouble(System.getProperty("muster.minutes", "0.5"));
    private static final int FAULTS_A_ROUND = 4;

    /// Boot, join, post_join_delay, fencing of whoever is missing, start, on a busy machine.
    private static final int CALM_MS = 60_000;

    private final Random dice = new Random(SEED);
    private final List<String> story = new ArrayList<>();
    private final long began = System.nanoTime();
    private Testbed testbed;
    private Cluster cluster;
    private HeldOnce held;
    private boolean frozen;

    @BeforeEach
    void boot() throws IOException {
        Path dir = Files.createTempDirectory("muster-it-");
        try {
            testbed = Testbed.openCabled(dir, List.of("node1", "node2", "node3"), 1, SEED);
        } catch (IOException e) {
            Directories.delete(dir);
            Assumptions.abort("no namespaces here: " + e.getMessage());
            return;
        }
        held = HeldOnce.in(dir.resolve("shared"));
        cluster = new Cluster(testbed, false);
        cluster.configure(ClusterFile.of(testbed).withService(HeldOnce.service(dir.resolve("shared"))));
        cluster.start(testbed.nodes());
    }

    @AfterEach
    void end() {
        if (testbed != null) {
            testbed.close();
            Directories.delete(testbed.dir);
        }
    }

    private void tell(String what) {
        story.add("%7.1f s  %s".formatted((System.nanoTime() - began) / 1e9, what));
    }

    private String where() {
        return "-Dseed=" + SEED + "\n" + String.join("\n", story) + "\n";
    }

    @Test
    void itNeverRunsTwiceAndInCalmItRuns() throws IOException {
        System.out.println("random faults: -Dseed=" + SEED);
        calm();
        long end = System.nanoTime() + (long) (MINUTES * 60e9);
        int rounds = 0;
        do {
            for (int i = 0; i < FAULTS_A_ROUND; i++) {
                fault();
                await(500 + dice.nextInt(4_000));
                mend(false);
            }
            calm();
            rounds++;
        } while (System.nanoTime() < end);
        System.out.println("random faults: " + rounds + " rounds, " + held.lives() + " lives of the service");
    }

    /// Time passes, unless it has run twice.
    private void await(int ms) {
        Await.until(ms, 100, () -> !held.violations().isEmpty());
        assertEquals(List.of(), held.violations(), this::where);
    }

    private TestNode anyNode() {
        return testbed.nodes().get(dice.nextInt(testbed.nodes().size()));
    }

    private void fault() throws IOException {
        try {
            drawn();
        } catch (IllegalStateException | UnsupportedOperationException e) {
            // Somebody has switched it off meanwhile.
            tell(String.valueOf(e.getMessage()));
        }
    }

    private void drawn() throws IOException {
        TestNode node = anyNode();
        int kind = dice.nextInt(9);
        int ms = 300 + dice.nextInt(5_000);
        String daemon = Cluster.DAEMONS.get(dice.nextInt(Cluster.DAEMONS.size()));
        Line.Way way = Line.Way.values()[dice.nextInt(2)];
        if (!node.on()) {
            return;
        }
        switch (kind) {
            case 0, 1 -> signal(node, daemon, "KILL");
            case 2 -> {
                tell(node.name() + ": cable out for " + ms + " ms");
                node.link(0, false);
                await(ms);
                if (node.on()) {
                    node.link(0, true);
                }
            }
            case 3 -> {
                tell(node.name() + ": " + way + " cut for " + ms + " ms");
                node.line(0).set(way, Faults.NONE.withCut(true));
                await(ms);
                node.line(0).set(Faults.NONE);
            }
            case 4 -> {
                tell(node.name() + ": stands still for " + ms + " ms");
                node.signalAll("STOP");
                await(ms);
                if (node.on()) {
                    node.signalAll("CONT");
                }
            }
            case 5 -> signal(node, "rgmanager", "TERM");
            case 6 -> {
                frozen = !frozen;
                ask(node, frozen ? "-Z" : "-U", "held");
            }
            case 7 -> ask(node, "-r", "held", "-m", anyNode().name());
            default -> {
                tell(node.name() + ": loses its power");
                node.powerOff();
            }
        }
    }

    private void signal(TestNode node, String daemon, String signal) {
        if (node.process(daemon) != null) {
            tell(node.name() + ": " + daemon + " gets " + signal);
            node.signal(daemon, signal);
        }
    }

    private void ask(TestNode node, String... words) {
        tell(node.name() + ": clusvcadm " + String.join(" ", words));
        cluster.ask(node, "clusvcadm", words);
    }

    /// A plug may be at work at the same moment: what was started then is gone with the power.
    private void switchOn(TestNode node) throws IOException {
        try {
            cluster.boot(node);
        } catch (IllegalStateException e) {
            if (node.process("cman") != null) {
                throw e;
            }
            tell(node.name() + ": didn't come, is switched off and on once more");
            node.powerOff();
            cluster.boot(node);
        }
    }

    /// What systemd does at once, and an operator when all is to be well again.
    private void mend(boolean operator) throws IOException {
        for (TestNode node : testbed.nodes()) {
            if (operator && node.on() && node.process("cman") == null) {
                tell(node.name() + ": has no cman: is switched off");
                node.powerOff();
            }
            if (!node.on()) {
                if (operator || dice.nextBoolean()) {
                    tell(node.name() + ": is switched on");
                    switchOn(node);
                }
            } else if (node.process("cman") != null) {
                for (String daemon : Cluster.DAEMONS) {
                    if (node.process(daemon) == null) {
                        cluster.startDaemon(node, daemon);
                    }
                }
            }
        }
    }

    private void calm() throws IOException {
        tell("calm");
        for (TestNode node : testbed.nodes()) {
            if (node.on()) {
                node.link(0, true);
                node.line(0).set(Faults.NONE);
                node.signalAll("CONT");
            }
        }
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(CALM_MS);
        boolean runs = false;
        while (!runs && System.nanoTime() < end) {
            mend(true);
            int before = held.count();
            await(1_000);
            runs = held.count() > before;
            if (frozen) {
                // Who is frozen isn't started again either.
                ask(testbed.nodes().getFirst(), "-U", "held");
                frozen = cluster.ask(testbed.nodes().getFirst(), "clustat", "-l")
                        .out()
                        .contains("[Z]");
                runs = false;
            }
        }
        assertTrue(runs, () -> "the service doesn't run after " + CALM_MS + " ms of calm; " + where() + report());
        tell("runs on " + held.last());
    }

    private String report() {
        var text = new StringBuilder();
        for (TestNode node : testbed.nodes()) {
            if (node.on()) {
                for (String command : List.of("cman_tool nodes", "fence_tool ls", "clustat")) {
                    String[] words = command.split(" ", 2);
                    var said = words.length > 1 ? cluster.ask(node, words[0], words[1]) : cluster.ask(node, words[0]);
                    text.append("== ")
                            .append(node.name())
                            .append(": ")
                            .append(command)
                            .append('\n');
                    text.append(said.out()).append(said.err());
                }
            }
        }
        return text.toString();
    }
}
