package io.muster.training;

import io.muster.bed.Await;
import io.muster.bed.Directories;
import io.muster.bed.Home;
import io.muster.bed.node.Cluster;
import io.muster.bed.node.ClusterFile;
import io.muster.bed.node.TestNode;
import io.muster.bed.node.Testbed;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.reflect.Constructor;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Makes the start-up (AOT) caches of the commands and daemons: runs a small cluster and two directors for real, each
/// daemon told to write down what it loaded when it ends.
///
/// `Training CACHES` where CACHES is a directory: one cache per daemon, and two for the tools. On a machine without
/// namespaces there are none; everything then works the same and starts slower. `Training tools` is the run of the
/// tools.
public final class Training {
    private static final List<List<String>> TOOLS = List.of(
            List.of("io.muster.cman.cli.CmanTool", "status"),
            List.of("io.muster.cman.cli.CmanTool", "nodes"),
            List.of("io.muster.cman.cli.GroupTool"),
            List.of("io.muster.fence.cli.FenceTool", "ls"),
            List.of("io.muster.service.cli.Clustat"),
            List.of("io.muster.service.cli.Clusvcadm", "-h"),
            List.of("io.muster.training.RecordedIpvsadm", "-Ln"),
            List.of("io.muster.training.RecordedIpvsadm", "-A", "-t", "10.1.1.9:80", "-s", "wlc"),
            // Ends for want of the device: what speaks to the kernel has been loaded by then.
            List.of(
                    "io.muster.pulse.cli.SendArp",
                    "-i",
                    "none",
                    "10.0.0.1",
                    "020000000001",
                    "10.0.0.1",
                    "ffffffffffff"));

    private static final List<List<String>> XML_TOOLS =
            List.of(List.of("io.muster.ccs.cli.CcsTool", "lsnode"), List.of("io.muster.config.cli.ConfigValidate"));

    private Training() {}

    public static void main(String[] args) throws IOException {
        if (args[0].equals("tools") || args[0].equals("xmltools")) {
            (args[0].equals("tools") ? TOOLS : XML_TOOLS).forEach(Training::tool);
            System.exit(0);
        }
        Path dir = Files.createTempDirectory("muster-train-");
        try (Testbed testbed = Testbed.open(dir, List.of("node1", "node2"), 1)) {
            cluster(testbed, Path.of(args[0]));
            DirectorTraining.run(testbed.node("node1"), testbed.node("node2"), Path.of(args[0]));
        } finally {
            Directories.delete(dir);
        }
        System.exit(0);
    }

    /// node1 runs the four daemons, node2 the one that is all of them.
    private static void cluster(Testbed testbed, Path caches) throws IOException {
        Cluster cluster = new Cluster(testbed, false);
        cluster.configure(ClusterFile.of(testbed));
        TestNode four = testbed.node("node1");
        TestNode one = testbed.node("node2");
        Map<String, Process> running = new HashMap<>();
        running.put("clusterd", start(one, "clusterd", caches, "-f"));
        running.put("cman", start(four, "cman", caches, "-f"));
        Cluster.awaitSocket(four, "cman");
        for (String daemon : Cluster.DAEMONS) {
            if (!daemon.equals("cman")) {
                running.put(daemon, start(four, daemon, caches, "-f"));
            }
        }
        // A service that starts and is asked for trains what a fail-over will need.
        boolean served = Await.until(
                25_000,
                () -> four.run(2_000, "ip", "-o", "addr", "show", "to", Testbed.SERVICE_ADDRESS)
                        .out()
                        .contains(Testbed.SERVICE_ADDRESS));
        if (!served) {
            System.err.println("training: the service did not start");
        }
        tools(four, "training", "tools", caches);
        tools(four, "training_xml", "xmltools", caches);
        // Each writes its cache as it ends, and all processors are busy then: one at a time.
        for (String daemon : List.of("rgmanager", "ccsd", "fenced", "cman")) {
            stop(four, daemon, running.get(daemon));
        }
        stop(one, "clusterd", running.get("clusterd"));
    }

    private static void tools(TestNode node, String command, String which, Path caches) {
        node.run(
                30_000,
                "env",
                cache(caches, which),
                Home.dir().resolve("bin").resolve(command).toString(),
                which);
    }

    static String cache(Path caches, String name) {
        return "MUSTER_AOT=-XX:AOTCacheOutput=" + caches.resolve(name + ".aot");
    }

    static Process start(TestNode node, String daemon, Path caches, String... options) throws IOException {
        List<String> words = new ArrayList<>();
        words.add("env");
        words.add(cache(caches, daemon));
        words.add(Home.dir().resolve("bin").resolve(daemon).toString());
        words.addAll(List.of(options));
        return node.start(daemon, words.toArray(String[]::new));
    }

    static void stop(TestNode node, String daemon, @Nullable Process process) {
        if (process == null || node.process(daemon) == null) {
            System.err.println("training: " + daemon + " has ended by itself:\n" + tail(node, daemon));
            return;
        }
        node.signal(daemon, "TERM");
        try {
            if (!process.waitFor(40, TimeUnit.SECONDS)) {
                System.err.println("training: " + daemon + " doesn't end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    static String tail(TestNode node, String daemon) {
        try {
            List<String> lines = Files.readAllLines(node.root.resolve("console/" + daemon + ".out"));
            return String.join("\n", lines.subList(Math.max(0, lines.size() - 5), lines.size()));
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static void tool(List<String> line) {
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        try {
            Class<?> type = Class.forName(line.getFirst());
            String[] args = line.subList(1, line.size()).toArray(String[]::new);
            type.getMethod("run", String[].class, PrintStream.class, PrintStream.class)
                    .invoke(make(type), args, nowhere, nowhere);
        } catch (ReflectiveOperationException | LinkageError e) {
            System.err.println("training: " + line + ": " + e);
        }
    }

    private static Object make(Class<?> type) throws ReflectiveOperationException {
        @Nullable Constructor<?> withLayout = null;
        for (Constructor<?> constructor : type.getDeclaredConstructors()) {
            List<Class<?>> takes = List.of(constructor.getParameterTypes());
            if (takes.isEmpty()) {
                constructor.setAccessible(true);
                return constructor.newInstance();
            }
            if (takes.equals(List.of(io.muster.daemon.Layout.class))) {
                withLayout = constructor;
            }
        }
        if (withLayout == null) {
            throw new NoSuchMethodException(type + ": no constructor for a training run");
        }
        withLayout.setAccessible(true);
        return withLayout.newInstance(io.muster.daemon.Layout.fromEnvironment());
    }
}
