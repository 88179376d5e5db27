package io.muster.bed.node;

import io.muster.bed.Await;
import io.muster.bed.Home;
import io.muster.bed.Shell;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/// The suite's daemons on the nodes of a testbed: real processes, started as their units would start them.
///
/// Thread: any one at a time.
public final class Cluster {
    /// In the order of the units: membership, configuration, fencing, services.
    public static final List<String> DAEMONS = List.of("cman", "ccsd", "fenced", "rgmanager");

    /// Between two commands that ask the same: each starts a JVM, on processors that the daemons need.
    private static final int COMMAND_PAUSE_MS = 250;

    public final Testbed testbed;
    private final boolean oneProcess;

    public Cluster(Testbed testbed, boolean oneProcess) {
        this.testbed = testbed;
        this.oneProcess = oneProcess;
    }

    boolean oneProcess() {
        return oneProcess;
    }

    /// Gives every node the same cluster.conf and a key.
    public void configure(ClusterFile file) throws IOException {
        Path key = testbed.dir.resolve("cluster.key");
        if (!Files.exists(key)) {
            Shell.run(
                            20_000,
                            java.util.Map.of(),
                            List.of(Home.dir().resolve("bin/keygen").toString(), key.toString()))
                    .expectOk("keygen");
        }
        for (TestNode node : testbed.nodes()) {
            Files.writeString(node.conf(), file.text(), StandardCharsets.UTF_8);
            Files.copy(
                    key,
                    node.root.resolve("etc/cluster/cluster.key"),
                    StandardCopyOption.REPLACE_EXISTING,
                    StandardCopyOption.COPY_ATTRIBUTES);
        }
    }

    /// Starts the daemons of these nodes, each after the one it needs says it is there, all nodes at once.
    public void start(List<TestNode> nodes) throws IOException {
        if (oneProcess) {
            for (TestNode node : nodes) {
                node.start("clusterd", bin("clusterd"), "-f");
            }
            return;
        }
        for (TestNode node : nodes) {
            startDaemon(node, "cman");
        }
        for (TestNode node : nodes) {
            awaitSocket(node, "cman");
            // fenced before ccsd: nothing waits for ccsd.
            startDaemon(node, "fenced");
            startDaemon(node, "rgmanager");
            startDaemon(node, "ccsd");
        }
    }

    void startDaemon(TestNode node, String daemon) throws IOException {
        node.start(daemon, bin(daemon), "-f");
    }

    public static void awaitSocket(TestNode node, String daemon) {
        Path socket = node.root.resolve("run/muster/" + daemon + ".sock");
        Await.that(daemon + " on " + node.name() + " (its log: " + node.log(daemon) + ")", 15_000, () -> {
            if (node.process(daemon) == null && !Files.exists(socket)) {
                return false;
            }
            return Files.exists(socket);
        });
    }

    /// Powers a node on and starts its daemons.
    public void boot(TestNode node) throws IOException {
        node.powerOn();
        start(List.of(node));
    }

    /// Asks a command of the suite on a node.
    public Shell.Result ask(TestNode node, String command, String... args) {
        List<String> words = new ArrayList<>(List.of(bin(command)));
        words.addAll(List.of(args));
        return node.run(15_000, words.toArray(String[]::new));
    }

    /// The members as a node's cman sees them, by name.
    List<String> members(TestNode node) {
        return ask(node, "cman_tool", "nodes")
                .out()
                .lines()
                .map(line -> line.strip().split("\\s+"))
                .filter(words -> words.length > 2 && words[1].equals("M"))
                .map(words -> words[words.length - 1])
                .toList();
    }

    public void awaitMembers(TestNode node, int count, int limitMs) {
        Await.that(
                count + " members as " + node.name() + " sees it",
                limitMs,
                COMMAND_PAUSE_MS,
                () -> members(node).size() == count);
    }

    private static String bin(String command) {
        return Home.dir().resolve("bin").resolve(command).toString();
    }
}
