package io.muster.demo;

import io.muster.bed.Await;
import io.muster.bed.Directories;
import io.muster.bed.Figures;
import io.muster.bed.Shell;
import io.muster.bed.node.Box;
import io.muster.bed.node.Cluster;
import io.muster.bed.node.ClusterFile;
import io.muster.bed.node.Failover;
import io.muster.bed.node.LogWatch;
import io.muster.bed.node.TestNode;
import io.muster.bed.node.Testbed;
import io.muster.bed.node.WebClient;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// `./muster demo`: three nodes with real daemons on this machine, a service, the death of its node,
/// and what the others make of it. Everything is bounded in time, and whatever happens nothing is left
/// behind.
public final class Demo {
    private static final List<String> NAMES = List.of("node1", "node2", "node3");
    private static final int SERVED_LIMIT_MS = 40_000;

    /// Within this a service that goes back has done so, and some.
    private static final int RETURN_MS = 5_000;

    private final DemoOptions options;
    private final PrintStream out;
    private final long started = System.nanoTime();

    /// Set until all has gone well: what went wrong is in the logs.
    private volatile boolean failed;

    private Demo(DemoOptions options, PrintStream out) {
        this.options = options;
        this.out = out;
    }

    public static void main(String[] args) {
        int[] status = {0};
        DemoOptions.parse(args, System.out, System.err, status).ifPresent(options -> status[0] = run(options, args));
        System.out.flush();
        System.exit(status[0]);
    }

    private static int run(DemoOptions options, String[] args) {
        try {
            if (options.lvs()) {
                return DemoLvs.run(options.json(), System.out, System.err);
            }
            if (options.down()) {
                return Kept.down(System.out, System.err);
            }
            if (options.shell() != null) {
                return Kept.shell(options.shell(), System.err);
            }
            if (options.keep() && !options.inBackground()) {
                return Kept.launch(args, System.out, System.err);
            }
            new Demo(options, System.out).play();
            return 0;
        } catch (IOException | IllegalStateException e) {
            System.err.println("demo: " + e.getMessage());
            return 1;
        }
    }

    private void play() throws IOException {
        if (!Box.root()) {
            System.err.println("demo: not root: the nodes live in a user namespace; the daemons run without real-time"
                    + " scheduling and locked memory");
        }
        Path dir = options.keep() ? Kept.dir() : Files.createTempDirectory("muster-demo-");
        Files.createDirectories(dir);
        Testbed testbed;
        try {
            testbed = Testbed.open(dir, NAMES, 1);
        } catch (IOException e) {
            Directories.delete(dir);
            throw e;
        }
        Thread cleaner = new Thread(() -> {
            testbed.close();
            if (failed) {
                System.err.println("demo: the daemons' logs are left in " + dir);
            } else {
                Directories.delete(dir);
            }
        });
        Runtime.getRuntime().addShutdownHook(cleaner);
        failed = true;
        Cluster cluster = new Cluster(testbed, options.oneProcess());
        ClusterFile file = ClusterFile.of(testbed).withNoFailback(options.noFailback());
        cluster.configure(options.cut() ? file.withDelay("node1") : file);
        say(
                "three nodes and a client, joined by a bridge; one cluster.conf; %s on each",
                options.oneProcess() ? "clusterd" : String.join(", ", Cluster.DAEMONS));
        cluster.start(testbed.nodes());
        try (LogWatch logs = new LogWatch(testbed.nodes());
                WebClient client = WebClient.start(testbed, Testbed.SERVICE_ADDRESS, 80, 10)) {
            awaitService(cluster, client);
            Failover.Result result = lose(cluster, logs, client);
            if (options.json() != null) {
                Figures.write(options.json(), result.json(NAMES.size()));
            }
            comeBack(cluster, client, result);
        }
        failed = false;
        if (options.keep()) {
            Kept.hold(testbed, out);
        }
        say("done; everything is gone again");
    }

    private void awaitService(Cluster cluster, WebClient client) {
        for (TestNode node : cluster.testbed.nodes()) {
            cluster.awaitMembers(node, NAMES.size(), 30_000);
        }
        say("quorate: all three are members");
        WebClient.Answer first = client.await(started, SERVED_LIMIT_MS);
        if (first == null) {
            throw new IllegalStateException("the service web doesn't answer; " + states(cluster));
        }
        say("service web answers at http://%s/ from %s", Testbed.SERVICE_ADDRESS, first.node());
    }

    private static String states(Cluster cluster) {
        TestNode node = cluster.testbed.nodes().getFirst();
        return "clustat on " + node.name() + " says:\n"
                + cluster.ask(node, "clustat").out();
    }

    private Failover.Result lose(Cluster cluster, LogWatch logs, WebClient client) {
        WebClient.Answer now = client.await(System.nanoTime() - 100_000_000L, 5_000);
        String owner = now == null ? NAMES.getFirst() : now.node();
        TestNode witness = other(cluster, owner);
        show(cluster, witness, "before");
        out.println();
        out.println(options.cut() ? "Cutting " + owner + " off." : "Pulling the plug of " + owner + ".");
        out.println();
        Failover failover = new Failover(cluster, logs, client);
        Failover.Result result =
                failover.run(options.cut() ? Failover.Kind.CUT : Failover.Kind.PLUG, SERVED_LIMIT_MS, out);
        show(cluster, witness, "after");
        out.println();
        out.printf(
                Locale.ROOT,
                "In short: found out after %.0f ms, fenced %.0f ms later, served %.0f ms later. The client was without"
                        + " the service for %.0f ms.%n",
                result.detectMs(),
                result.fenceMs(),
                result.startMs(),
                result.outageMs());
        return result;
    }

    private void comeBack(Cluster cluster, WebClient client, Failover.Result result) throws IOException {
        TestNode lost = cluster.testbed.node(result.ownerBefore());
        TestNode witness = other(cluster, lost.name());
        Instant since = Instant.now();
        long sinceNanos = System.nanoTime();
        out.println();
        if (options.cut()) {
            cluster.testbed.heal();
            if (lost.on()) {
                Await.until(10_000, () -> !lost.on());
            }
        }
        lost.powerOn();
        say("%s gets its power back and starts its daemons", lost.name());
        cluster.start(List.of(lost));
        cluster.awaitMembers(witness, NAMES.size(), 30_000);
        cluster.awaitMembers(lost, NAMES.size(), 30_000);
        say("%s is a member again", lost.name());
        if (options.noFailback()) {
            stays(cluster, client, result.ownerAfter(), lost, sinceNanos);
        } else if (client.await(sinceNanos, SERVED_LIMIT_MS, lost.name()) == null) {
            throw new IllegalStateException("web has not gone back to " + lost.name() + " since " + since);
        } else {
            WebClient.Outage move = client.worstOutage(sinceNanos);
            say(
                    "web is back on %s, its first node; the client waited %.0f ms for the move",
                    lost.name(), move == null ? 0.0 : move.ms());
        }
        run(cluster, lost, "cman_tool", "nodes");
        run(cluster, lost, "clustat");
    }

    /// A return would begin as soon as rgmanager runs on the node that is back.
    private void stays(Cluster cluster, WebClient client, String owner, TestNode back, long sinceNanos) {
        Await.that(
                "rgmanager on " + back.name(),
                SERVED_LIMIT_MS,
                250,
                () -> cluster.ask(back, "clustat").out().contains("Online, Local, rgmanager"));
        if (client.await(sinceNanos, RETURN_MS, back.name()) != null) {
            throw new IllegalStateException("web has gone back to " + back.name() + " in spite of nofailback");
        }
        if (client.await(System.nanoTime(), SERVED_LIMIT_MS, owner) == null) {
            throw new IllegalStateException("web has not stayed on " + owner);
        }
        say("nofailback: web stays on %s", owner);
    }

    private void show(Cluster cluster, TestNode on, String when) {
        out.println();
        out.println("--- " + when + ", as " + on.name() + " sees it");
        run(cluster, on, "cman_tool", "status");
        run(cluster, on, "cman_tool", "nodes");
        run(cluster, on, "fence_tool", "ls");
        run(cluster, on, "clustat");
    }

    private void run(Cluster cluster, TestNode on, String command, String... args) {
        List<String> words = new ArrayList<>(List.of(command));
        words.addAll(List.of(args));
        out.println();
        out.println("[root@" + on.name() + " ~]# " + String.join(" ", words));
        Shell.Result said = cluster.ask(on, command, args);
        out.print(said.out());
        if (!said.ok()) {
            out.print(said.err());
            out.println("(status " + said.status() + ")");
        }
    }

    private static TestNode other(Cluster cluster, String than) {
        return cluster.testbed.nodes().stream()
                .filter(node -> !node.name().equals(than))
                .findFirst()
                .orElseThrow();
    }

    private void say(String format, @Nullable Object... values) {
        double seconds = (System.nanoTime() - started) / 1e9;
        out.printf(Locale.ROOT, "%6.1f s  ", seconds);
        out.printf(Locale.ROOT, format + "%n", values);
        out.flush();
    }
}
