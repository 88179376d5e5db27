package io.muster.bed.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.muster.bed.Await;
import io.muster.bed.Directories;
import io.muster.bed.Shell;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// A cluster of real daemons for a test class: booted once, mended before each test.
///
/// Before each test all nodes are up, members, and the service `web` answers; who owns it is whoever owned it last
/// (nofailback). The logs of a cluster whose test failed stay below `target/netns`.
final class RealCluster implements BeforeAllCallback, BeforeEachCallback, AfterAllCallback {
    private static final Path LOGS = Path.of("target", "netns").toAbsolutePath();

    private final List<String> names;
    private final int links;
    private final UnaryOperator<ClusterFile> file;
    private final OptionalLong cableSeed;
    private final boolean oneProcess;
    private boolean six;
    private @Nullable Parts parts;

    private record Parts(Testbed testbed, Cluster cluster, LogWatch logs, WebClient client) {}

    RealCluster(int nodes, int links, UnaryOperator<ClusterFile> file) {
        this(nodes, links, file, OptionalLong.empty());
    }

    /// @param cableSeed with cables that can be bad
    RealCluster(int nodes, int links, UnaryOperator<ClusterFile> file, OptionalLong cableSeed) {
        this(nodes, links, file, cableSeed, Boolean.getBoolean("muster.one-process"));
    }

    private RealCluster(
            int nodes, int links, UnaryOperator<ClusterFile> file, OptionalLong cableSeed, boolean oneProcess) {
        this.cableSeed = cableSeed;
        this.oneProcess = oneProcess;
        List<String> all = new ArrayList<>();
        for (int i = 1; i <= nodes; i++) {
            all.add("node" + i);
        }
        this.names = List.copyOf(all);
        this.links = links;
        this.file = file;
    }

    /// Whose names mean IPv6 addresses.
    static RealCluster ofSix(int nodes) {
        var cluster = new RealCluster(nodes, 1, f -> f);
        cluster.six = true;
        return cluster;
    }

    /// All daemons of each node in one process.
    static RealCluster ofClusterds(int nodes) {
        return new RealCluster(nodes, 1, f -> f, OptionalLong.empty(), true);
    }

    @Override
    public void beforeAll(ExtensionContext context) throws IOException {
        Path dir = LOGS.resolve(context.getRequiredTestClass().getSimpleName());
        Directories.delete(dir);
        Files.createDirectories(dir);
        // Unix sockets have short paths only; the checkout may lie deep.
        Path shortDir = Files.createTempDirectory("muster-it-");
        Files.writeString(dir.resolve("where"), shortDir + "\n");
        Testbed testbed;
        try {
            testbed = cableSeed.isEmpty()
                    ? six ? Testbed.openSix(shortDir, names, links) : Testbed.open(shortDir, names, links)
                    : Testbed.openCabled(shortDir, names, links, cableSeed.getAsLong());
        } catch (IOException e) {
            Assumptions.abort("no namespaces here: " + e.getMessage());
            return;
        }
        Cluster cluster = new Cluster(testbed, oneProcess);
        cluster.configure(file.apply(ClusterFile.of(testbed).withNoFailback(true)));
        cluster.start(testbed.nodes());
        LogWatch logs = new LogWatch(testbed.nodes());
        WebClient client = WebClient.start(testbed, Testbed.SERVICE_ADDRESS, 80, 10);
        parts = new Parts(testbed, cluster, logs, client);
    }

    @Override
    public void beforeEach(ExtensionContext context) throws IOException {
        testbed().heal();
        for (TestNode node : testbed().nodes()) {
            testbed().power().mend(node.name());
            if (node.on() && !healthy(node)) {
                node.powerOff();
            }
        }
        boolean anew = testbed().nodes().stream().filter(TestNode::on).count() * 2 <= names.size();
        List<TestNode> off =
                testbed().nodes().stream().filter(n -> anew || !n.on()).toList();
        for (TestNode node : off) {
            node.powerOff();
        }
        for (TestNode node : off) {
            node.powerOn();
        }
        cluster().start(off.isEmpty() ? List.of() : off);
        for (TestNode node : testbed().nodes()) {
            awaitRunning(node);
        }
        assertNotNull(client().await(System.nanoTime(), 30_000), () -> "web doesn't answer; " + report());
    }

    private boolean healthy(TestNode node) {
        for (String daemon : cluster().oneProcess() ? List.of("clusterd") : Cluster.DAEMONS) {
            if (node.process(daemon) == null) {
                return false;
            }
        }
        return true;
    }

    private void awaitRunning(TestNode node) {
        boolean all = Await.until(30_000, 250, () -> cluster().members(node).size() == names.size());
        assertEquals(true, all, () -> "not all members as " + node.name() + " sees it; " + report());
    }

    @Override
    public void afterAll(ExtensionContext context) throws IOException {
        if (parts == null) {
            return;
        }
        client().close();
        logs().close();
        testbed().close();
        Path kept = LOGS.resolve(context.getRequiredTestClass().getSimpleName());
        for (TestNode node : testbed().nodes()) {
            for (String daemon : List.of("cman", "ccsd", "fenced", "rgmanager", "clusterd")) {
                if (Files.exists(node.log(daemon))) {
                    Files.copy(node.log(daemon), kept.resolve(node.name() + "-" + daemon + ".log"));
                }
            }
        }
        Directories.delete(testbed().dir);
    }

    private Parts parts() {
        return java.util.Objects.requireNonNull(parts, "not open");
    }

    Testbed testbed() {
        return parts().testbed();
    }

    Cluster cluster() {
        return parts().cluster();
    }

    LogWatch logs() {
        return parts().logs();
    }

    WebClient client() {
        return parts().client();
    }

    Failover failover() {
        return new Failover(cluster(), logs(), client());
    }

    /// The node that answers the client now.
    TestNode owner() {
        WebClient.Answer answer = client().await(System.nanoTime(), 10_000);
        assertNotNull(answer, () -> "web doesn't answer; " + report());
        return testbed().node(answer.node());
    }

    List<TestNode> others(TestNode... than) {
        List<TestNode> all = new ArrayList<>(testbed().nodes());
        all.removeAll(List.of(than));
        return all;
    }

    /// Waits until somebody's log says it.
    LogWatch.Line awaitLog(Instant since, int limitMs, String daemon, String part) {
        LogWatch.Line line = logs().await(
                        since,
                        limitMs,
                        l -> (l.daemon().equals(daemon) || l.daemon().equals("clusterd"))
                                && l.text().contains(part));
        assertNotNull(line, () -> "no line \"" + part + "\" in the logs of " + daemon + "; " + report());
        return line;
    }

    /// After the first answer of a new owner the old one must be silent for ever.
    void assertNeverTwoOwners(long sinceNanos) {
        List<String> sequence = new ArrayList<>();
        for (WebClient.Answer answer : client().answers()) {
            if (answer.answeredNanos() - sinceNanos > 0
                    && (sequence.isEmpty() || !sequence.getLast().equals(answer.node()))) {
                sequence.add(answer.node());
            }
        }
        assertEquals(sequence.stream().distinct().toList(), sequence, "owners as the client saw them");
    }

    static PrintStream quiet() {
        return new PrintStream(java.io.OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    }

    /// What the commands of all nodes say, for a failure's message.
    String report() {
        StringBuilder text = new StringBuilder("\n");
        for (TestNode node : testbed().nodes()) {
            text.append("== ").append(node.name()).append(node.on() ? "\n" : " is off\n");
            if (node.on()) {
                for (String[] command : List.of(
                        new String[] {"cman_tool", "nodes"}, new String[] {"fence_tool", "ls"}, new String[] {"clustat"
                        })) {
                    Shell.Result said =
                            cluster().ask(node, command[0], java.util.Arrays.copyOfRange(command, 1, command.length));
                    text.append(said.out()).append(said.err());
                }
            }
        }
        return text.toString();
    }
}
