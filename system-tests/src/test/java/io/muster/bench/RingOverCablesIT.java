package io.muster.bench;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.muster.bed.Await;
import io.muster.bed.Directories;
import io.muster.bed.cable.Counters;
import io.muster.bed.cable.Faults;
import io.muster.bed.node.Cable;
import io.muster.bed.node.Line;
import io.muster.bed.node.TestNode;
import io.muster.bed.node.Testbed;
import io.muster.daemon.Layout;
import io.muster.transport.cli.Keygen;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Ring and transport as cman has them, three processes, over cables that lose, delay, double, reorder and damage
/// frames: every message comes once, everywhere in the same order, and nobody falls out of the ring.
@Tag("netns")
class RingOverCablesIT {
    private static final int NODES = 3;
    private static final int PORT = 5425;
    private static final int MESSAGES = 3_000;
    private static final int LIMIT_MS = 60_000;

    /// Of each cable in each direction: between two nodes lie two cables.
    private static final Faults WEATHER = Faults.NONE
            .withLoss(2)
            .withDelay(2, 4)
            .withDouble(3)
            .withReorder(3, 8)
            .withFlip(1);

    private final long seed = Long.getLong("seed", 20_261);

    @Test
    void everyMessageComesOnceAndEverywhereInTheSameOrder() throws Exception {
        Path dir = Files.createTempDirectory("muster-it-");
        try (Testbed testbed = open(dir)) {
            assumeTrue(testbed.nodes().getFirst().line(0) instanceof Cable, "no taps here: no /dev/net/tun for us");
            List<OrderPeer> peers = start(testbed, dir);
            try {
                all(peers, "members", NODES);
                testbed.nodes().forEach(node -> node.line(0).set(WEATHER));
                long began = System.nanoTime();
                for (OrderPeer peer : peers) {
                    peer.tell("order " + MESSAGES + " " + NODES * MESSAGES);
                }
                var digests = new ArrayList<long[]>();
                for (OrderPeer peer : peers) {
                    digests.add(peer.await("ordered", LIMIT_MS));
                }
                System.out.println("ordered over bad cables in " + (System.nanoTime() - began) / 1_000_000 + " ms: "
                        + said(testbed));
                for (long[] digest : digests) {
                    assertEquals(NODES * MESSAGES, digest[0], where());
                    assertArrayEquals(digests.getFirst(), digest, where());
                }
                all(peers, "members", NODES);
                assertHappened(testbed);
                assertEquals(List.of(), gathers(dir), where());
            } finally {
                peers.forEach(OrderPeer::close);
            }
        } finally {
            Directories.delete(dir);
        }
    }

    private Testbed open(Path dir) {
        try {
            return Testbed.openCabled(dir, List.of("node1", "node2", "node3"), 1, seed);
        } catch (IOException e) {
            return org.junit.jupiter.api.Assumptions.abort("no namespaces here: " + e.getMessage());
        }
    }

    private static List<OrderPeer> start(Testbed testbed, Path dir) throws IOException {
        var quiet = new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
        Path key = dir.resolve("cluster.key");
        assertEquals(0, new Keygen(Layout.under(dir)).run(new String[] {key.toString()}, quiet, System.err));
        List<String> addresses = testbed.nodes().stream().map(TestNode::address).toList();
        var peers = new ArrayList<OrderPeer>();
        for (int nodeid = 1; nodeid <= NODES; nodeid++) {
            List<String> command =
                    OrderNode.command(List.of("-XX:+UseSerialGC", "-Xmx128m"), nodeid, key, PORT, addresses);
            TestNode node = testbed.nodes().get(nodeid - 1);
            peers.add(new OrderPeer(node.name(), node.enter(command), log(dir, nodeid)));
        }
        return peers;
    }

    private static Path log(Path dir, int nodeid) {
        return dir.resolve("ring" + nodeid + ".log");
    }

    private static void all(List<OrderPeer> peers, String word, long answer) {
        Await.that(
                "everybody: " + word + " " + answer,
                LIMIT_MS,
                200,
                () -> peers.stream().allMatch(peer -> ask(peer, word) == answer));
    }

    private static long ask(OrderPeer peer, String word) {
        try {
            peer.tell(word);
            return peer.await(word, LIMIT_MS)[0];
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /// That the weather was bad indeed.
    private void assertHappened(Testbed testbed) {
        for (TestNode node : testbed.nodes()) {
            for (Line.Way way : Line.Way.values()) {
                Counters counters = ((Cable) node.line(0)).counters(way);
                assertTrue(
                        counters.lost() > 0
                                && counters.doubled() > 0
                                && counters.reordered() > 0
                                && counters.flipped() > 0,
                        () -> where() + " " + node.name() + " " + way + ": " + counters);
                assertEquals(0, counters.full(), where());
            }
        }
    }

    private static String said(Testbed testbed) {
        var text = new StringBuilder();
        for (TestNode node : testbed.nodes()) {
            text.append("\n  " + node.name() + " " + ((Cable) node.line(0)).counters(Line.Way.FROM_NODE));
        }
        return text.toString();
    }

    /// What made the ring form again after it had formed: nothing should.
    private static List<String> gathers(Path dir) throws IOException {
        var all = new ArrayList<String>();
        for (int nodeid = 1; nodeid <= NODES; nodeid++) {
            Files.readAllLines(log(dir, nodeid)).stream()
                    .filter(line -> line.contains("OPERATIONAL -> GATHER") && line.contains("token"))
                    .forEach(all::add);
        }
        return all;
    }

    private String where() {
        return "-Dseed=" + seed;
    }
}
