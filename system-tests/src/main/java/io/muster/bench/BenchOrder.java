package io.muster.bench;

import io.muster.bed.Figures;
import io.muster.bed.node.TestNode;
import io.muster.bed.node.Testbed;
import io.muster.daemon.Layout;
import io.muster.transport.cli.Keygen;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// `muster bench order`: ordered messages a second on three nodes, Muster's ring and transport side by side with
/// Debian's corosync, both encrypted, in the same network namespaces and in turn.
///
/// A rate is that of the slowest node. Muster's sender lives in the ring's process, corosync's is a client over shared
/// memory, as each is used by the layer that carries clusters: cman's groups in its own process, Pacemaker over cpg.
public final class BenchOrder {
    private static final int NODES = 3;
    private static final int MUSTER_PORT = 5405;
    private static final int COROSYNC_PORT = 5415;
    private static final int LATENCY_BYTES = 100;
    private static final int LATENCY_GAP_US = 2000;

    /// What is measured in one case, in messages a second; several rounds.
    private record Case(int bytes, int senders, List<Double> muster, List<Double> corosync) {
        private Case(int bytes, int senders) {
            this(bytes, senders, new ArrayList<>(), new ArrayList<>());
        }

        private double ratio() {
            return median(corosync) == 0 ? 0 : median(muster) / median(corosync);
        }
    }

    private record Latency(long p50Us, long p99Us, long maxUs) {}

    private final int warmMs;
    private final int measureMs;
    private final int rounds;
    private final int latencyCount;
    private final PrintStream out;
    private final List<Case> cases =
            List.of(new Case(1024, 1), new Case(1024, 3), new Case(8192, 1), new Case(8192, 3));
    private final List<OrderPeer> muster = new ArrayList<>();
    private final List<OrderPeer> corosync = new ArrayList<>();
    private final List<Latency> musterLatency = new ArrayList<>();
    private final List<Latency> corosyncLatency = new ArrayList<>();
    private final List<Latency> musterTurns = new ArrayList<>();
    private final List<Latency> corosyncTurns = new ArrayList<>();

    private BenchOrder(int measureMs, int rounds, PrintStream out) {
        this.warmMs = Math.max(1000, measureMs / 3);
        this.measureMs = measureMs;
        this.rounds = rounds;
        this.latencyCount = Math.max(200, measureMs / 6);
        this.out = out;
    }

    /// @return exit status: 0, or 1 when Muster is slower anywhere or the bench couldn't run
    static int run(BenchOptions options, PrintStream out) throws IOException {
        BenchOrder bench = new BenchOrder(options.seconds(4) * 1000, options.rounds(3), out);
        try {
            return bench.measure(options.json(), options.alone());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 1;
        }
    }

    private int measure(@Nullable Path json, boolean alone) throws IOException, InterruptedException {
        Path dir = Files.createTempDirectory("muster-order");
        try (Network network = Network.open(dir)) {
            try {
                return measure(network, dir, json, alone);
            } finally {
                muster.forEach(OrderPeer::close);
                corosync.forEach(OrderPeer::close);
            }
        } finally {
            delete(dir);
        }
    }

    private int measure(Network network, Path dir, @Nullable Path json, boolean alone)
            throws IOException, InterruptedException {
        out.println(network.note);
        Optional<String> why = alone ? Optional.of("not asked for") : OrderCorosync.prepare(dir);
        why.ifPresent(reason -> out.println("without corosync: " + reason));
        startMuster(network, dir);
        if (why.isEmpty() && network.separate) {
            startCorosync(network, dir);
        }
        work();
        report();
        if (json != null) {
            Figures.write(json, figures());
        }
        return cases.stream().allMatch(c -> c.corosync.isEmpty() || c.ratio() >= 1.0) ? 0 : 1;
    }

    private void startMuster(Network network, Path dir) throws IOException, InterruptedException {
        PrintStream quiet = new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
        Path key = dir.resolve("cluster.key");
        if (new Keygen(Layout.under(dir)).run(new String[] {key.toString()}, quiet, System.err) != 0) {
            throw new IOException("no key");
        }
        for (int nodeid = 1; nodeid <= NODES; nodeid++) {
            String jvm = System.getProperty("muster.bench.jvm", "-XX:+UseSerialGC -Xms192m -Xmx192m -Xmn96m")
                    .replace("@", Integer.toString(nodeid));
            List<String> command =
                    OrderNode.command(List.of(jvm.split(" ")), nodeid, key, MUSTER_PORT, network.addresses);
            muster.add(new OrderPeer(
                    "node " + nodeid, network.on(nodeid, command), dir.resolve("muster" + nodeid + ".log")));
        }
        awaitMembers("Muster", muster);
    }

    private void startCorosync(Network network, Path dir) throws IOException, InterruptedException {
        network.nodes.forEach(OrderCorosync::over);
        List<Path> files = OrderCorosync.configure(dir, network.addresses, COROSYNC_PORT);
        for (int nodeid = 1; nodeid <= NODES; nodeid++) {
            network.start(nodeid, "corosync", OrderCorosync.command(files.get(nodeid - 1)));
        }
        for (int nodeid = 1; nodeid <= NODES; nodeid++) {
            corosync.add(new OrderPeer(
                    "cpgbench " + nodeid,
                    network.on(nodeid, List.of(dir.resolve("cpgbench").toString())),
                    dir.resolve("cpgbench" + nodeid + ".log")));
        }
        awaitMembers("corosync", corosync);
    }

    private static void awaitMembers(String name, List<OrderPeer> peers) throws IOException, InterruptedException {
        long deadlineNs = System.nanoTime() + 40_000_000_000L;
        int complete = 0;
        while (complete < NODES) {
            complete = 0;
            for (OrderPeer peer : peers) {
                peer.tell("members");
                complete += peer.await("members", 30_000)[0] == NODES ? 1 : 0;
            }
            if (System.nanoTime() > deadlineNs) {
                throw new IllegalStateException(name + " doesn't form a ring of " + NODES);
            }
            if (complete < NODES) {
                Thread.sleep(100);
            }
        }
    }

    private void work() throws IOException, InterruptedException {
        // A compiler that is still at work says nothing about the daemon of next week.
        rate(muster, cases.getFirst(), 4000, 2000);
        rate(muster, cases.getLast(), 4000, 2000);
        for (int round = 0; round < rounds; round++) {
            for (Case c : cases) {
                c.muster.add(rate(muster, c, warmMs, measureMs));
                if (!corosync.isEmpty()) {
                    c.corosync.add(rate(corosync, c, warmMs, measureMs));
                }
            }
            for (int node = 0; node < NODES; node++) {
                musterLatency.add(latency(muster.get(node)));
                if (!corosync.isEmpty()) {
                    corosyncLatency.add(latency(corosync.get(node)));
                }
            }
            musterTurns.add(inTurn(muster));
            if (!corosync.isEmpty()) {
                corosyncTurns.add(inTurn(corosync));
            }
        }
    }

    private static double rate(List<OrderPeer> peers, Case c, int warmMs, int measureMs)
            throws IOException, InterruptedException {
        for (int i = 0; i < peers.size(); i++) {
            peers.get(i).tell("run " + c.bytes + " " + (i < c.senders ? 1 : 0) + " " + warmMs + " " + measureMs);
        }
        double slowest = Double.MAX_VALUE;
        for (OrderPeer peer : peers) {
            long[] result = peer.await("result", warmMs + measureMs + 20_000);
            slowest = Math.min(slowest, result[0] * 1e6 / result[1]);
        }
        for (OrderPeer peer : peers) {
            peer.await("idle", 60_000);
        }
        return slowest;
    }

    private Latency latency(OrderPeer peer) throws IOException, InterruptedException {
        peer.tell("latency " + LATENCY_BYTES + " " + latencyCount + " " + LATENCY_GAP_US);
        long[] us = peer.await("latency", 60_000);
        return new Latency(us[0], us[1], us[2]);
    }

    /// Each message from another node than the one before.
    private Latency inTurn(List<OrderPeer> peers) throws IOException, InterruptedException {
        long[] us = new long[latencyCount];
        for (int i = 0; i < us.length; i++) {
            OrderPeer peer = peers.get(i % peers.size());
            peer.tell("latency " + LATENCY_BYTES + " 1 " + LATENCY_GAP_US);
            us[i] = peer.await("latency", 10_000)[0];
        }
        Arrays.sort(us);
        return new Latency(us[us.length / 2], us[us.length * 99 / 100], us[us.length - 1]);
    }

    private void report() {
        out.printf(
                Locale.ROOT,
                "%n%-22s %12s %12s %10s %10s %7s%n",
                "ordered messages",
                "Muster/s",
                "corosync/s",
                "MB/s",
                "MB/s",
                "ratio");
        for (Case c : cases) {
            double ours = median(c.muster);
            double theirs = median(c.corosync);
            out.printf(
                    Locale.ROOT,
                    "%-22s %12.0f %12s %10.1f %10s %7s%n",
                    c.bytes + " B, " + c.senders + (c.senders == 1 ? " sender" : " senders"),
                    ours,
                    c.corosync.isEmpty() ? "-" : String.format(Locale.ROOT, "%.0f", theirs),
                    ours * c.bytes / 1e6,
                    c.corosync.isEmpty() ? "-" : String.format(Locale.ROOT, "%.1f", theirs * c.bytes / 1e6),
                    c.corosync.isEmpty() ? "-" : String.format(Locale.ROOT, "%.2f", c.ratio()));
        }
        out.println();
        sayLatency("from one node", musterLatency, corosyncLatency);
        sayLatency("from all in turn", musterTurns, corosyncTurns);
    }

    private void sayLatency(String how, List<Latency> ours, List<Latency> theirs) {
        out.printf(
                Locale.ROOT,
                "send to own delivery, %d B every %.0f ms, %s: Muster p50 %d us, p99 %d us%s%n",
                LATENCY_BYTES,
                LATENCY_GAP_US / 1000.0,
                how,
                p50(ours),
                p99(ours),
                theirs.isEmpty()
                        ? ""
                        : String.format(Locale.ROOT, "; corosync p50 %d us, p99 %d us", p50(theirs), p99(theirs)));
    }

    private Map<String, Object> figures() {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("nodes", NODES);
        all.put("encrypted", true);
        all.put("cases", cases.stream().map(BenchOrder::figures));
        all.put("latency_us", figures(musterLatency, corosyncLatency));
        all.put("latency_in_turn_us", figures(musterTurns, corosyncTurns));
        return all;
    }

    private static Map<String, Object> figures(Case c) {
        boolean both = !c.corosync.isEmpty();
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("bytes", c.bytes);
        figures.put("senders", c.senders);
        figures.put("muster_per_s", Math.round(median(c.muster)));
        figures.put("corosync_per_s", both ? Math.round(median(c.corosync)) : Optional.empty());
        figures.put("ratio", both ? new BigDecimal(c.ratio()).setScale(3, RoundingMode.HALF_UP) : Optional.empty());
        return figures;
    }

    private static Map<String, Object> figures(List<Latency> ours, List<Latency> theirs) {
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("muster", figures(ours));
        figures.put("corosync", theirs.isEmpty() ? Optional.empty() : figures(theirs));
        return figures;
    }

    private static Map<String, Object> figures(List<Latency> all) {
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("p50", p50(all));
        figures.put("p99", p99(all));
        return figures;
    }

    private static long p50(List<Latency> all) {
        return Math.round(median(all.stream().map(l -> (double) l.p50Us).toList()));
    }

    private static long p99(List<Latency> all) {
        return Math.round(median(all.stream().map(l -> (double) l.p99Us).toList()));
    }

    private static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        return sorted.isEmpty() ? 0 : sorted.get(sorted.size() / 2);
    }

    private static void delete(Path dir) {
        try (Stream<Path> all = Files.walk(dir)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException | UncheckedIOException e) {
            System.err.println("bench: " + dir + " is left: " + e.getMessage());
        }
    }

    /// Three nodes: namespaces where they can be had, else addresses of the loopback device.
    private static final class Network implements AutoCloseable {
        private final List<String> addresses;
        private final String note;
        private final boolean separate;
        private final List<TestNode> nodes;
        private final @Nullable Testbed testbed;

        private Network(@Nullable Testbed testbed, List<String> addresses, String note) {
            this.testbed = testbed;
            this.nodes = testbed == null ? List.of() : testbed.nodes();
            this.separate = testbed != null;
            this.addresses = addresses;
            this.note = note;
        }

        private static Network open(Path dir) {
            List<String> addresses = new ArrayList<>();
            try {
                Testbed testbed = Testbed.open(dir, List.of("node1", "node2", "node3"), 1);
                testbed.nodes().forEach(node -> addresses.add(node.address()));
                return new Network(testbed, addresses, "three nodes in network namespaces, joined by a bridge");
            } catch (IOException | RuntimeException e) {
                for (int i = 1; i <= NODES; i++) {
                    addresses.add("127.78.0." + i);
                }
                return new Network(
                        null,
                        addresses,
                        "three processes on the loopback device, as there are no namespaces here (" + e.getMessage()
                                + "); corosync can't run like that");
            }
        }

        private List<String> on(int nodeid, List<String> command) {
            return separate ? nodes.get(nodeid - 1).enter(command) : command;
        }

        private void start(int nodeid, String program, List<String> command) throws IOException {
            nodes.get(nodeid - 1).start(program, command.toArray(String[]::new));
        }

        @Override
        public void close() {
            if (testbed != null) {
                testbed.close();
            }
        }
    }
}
