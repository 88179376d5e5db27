package io.muster.bed.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.bed.Await;
import io.muster.bed.Home;
import io.muster.bed.Shell;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Services that don't start or don't stop, with real agents and a script that does what a file of its node says.
@Tag("netns")
class ServiceIT {
    private static final String SERVICES = """
            <resources>
              <ip address="10.77.0.80" monitor_link="1" sleeptime="0"/>
              <script name="web-init" file="%s"/>
              <script name="moody" file="%s"/>
            </resources>
            <service name="web" domain="in-order" recovery="relocate"><ip ref="10.77.0.80"><script ref="web-init"/></ip></service>
            <service name="moody" domain="in-order" recovery="relocate" autostart="0"><script ref="moody"/></service>
            """;

    @RegisterExtension
    static final RealCluster real = new RealCluster(
            3,
            1,
            file -> file.withService(SERVICES.formatted(
                    Home.demo().resolve("web-init"), script(file.powerSocket().resolveSibling("moody")))));

    /// Fails at `start` on a node whose /run has `no-start`, at `stop` where it has `no-stop`.
    private static Path script(Path path) {
        try {
            Files.writeString(path, """
                    #!/bin/sh
                    case $1 in
                        start) [ ! -e /run/no-start ] && touch /run/moody ;;
                        stop) [ ! -e /run/no-stop ] && rm -f /run/moody ;;
                        status) [ -e /run/moody ] ;;
                    esac
                    """, StandardCharsets.UTF_8);
            assertTrue(path.toFile().setExecutable(true));
            return path;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void aServiceThatDoesNotStartHereIsStartedOnTheNextNode() {
        TestNode first = real.testbed().node("node1");
        TestNode second = real.testbed().node("node2");
        mood(first, "touch /run/no-start");
        try {
            real.cluster().ask(first, "clusvcadm", "-e", "moody", "-F");
            assertTrue(Await.until(12_000, () -> runs(second)), real::report);
            assertTrue(!runs(first));
            assertTrue(Await.until(5_000, () -> state(second).contains("started")), real::report);
        } finally {
            mood(first, "rm -f /run/no-start");
            real.cluster().ask(first, "clusvcadm", "-d", "moody");
        }
    }

    @Test
    void aServiceThatDoesNotStopIsFailedAndStartedNowhere() {
        TestNode first = real.testbed().node("node1");
        real.cluster().ask(first, "clusvcadm", "-e", "moody", "-F");
        TestNode owner = real.testbed().nodes().stream()
                .filter(n -> Await.until(8_000, () -> runs(n)))
                .findFirst()
                .orElseThrow();
        mood(owner, "touch /run/no-stop");
        try {
            Shell.Result moved = real.cluster().ask(owner, "clusvcadm", "-r", "moody");
            assertTrue(!moved.ok(), "a relocation that can't stop has not succeeded: " + moved.out());
            assertTrue(Await.until(8_000, () -> state(owner).contains("failed")), real::report);
            for (TestNode other : real.others(owner)) {
                assertTrue(!runs(other), "started on a second node");
            }
            mood(owner, "rm -f /run/no-stop");
            assertEquals(
                    0, real.cluster().ask(owner, "clusvcadm", "-d", "moody").status(), real.report());
            assertTrue(Await.until(8_000, () -> state(owner).contains("disabled")), real::report);
        } finally {
            mood(owner, "rm -f /run/no-stop /run/moody");
            real.cluster().ask(first, "clusvcadm", "-d", "moody");
        }
    }

    @Test
    void anOperatorsWordOnOneServiceEndsWhatAnRgmanagerLeftBehind() throws IOException {
        TestNode first = real.testbed().node("node1");
        real.cluster().ask(first, "clusvcadm", "-e", "moody", "-F");
        TestNode owner = real.testbed().nodes().stream()
                .filter(n -> Await.until(8_000, () -> runs(n)))
                .findFirst()
                .orElseThrow();
        TestNode other = real.others(owner).getFirst();
        mood(owner, "touch /run/no-stop");
        try {
            owner.signal("rgmanager", "TERM");
            assertTrue(Await.until(30_000, () -> owner.process("rgmanager") == null), real::report);
            assertTrue(
                    Await.until(
                            8_000,
                            () -> real.cluster()
                                    .ask(other, "cman_tool", "nodes", "-f")
                                    .out()
                                    .contains("May still run: service:moody")),
                    real::report);
            Shell.Result barred = real.cluster().ask(other, "clusvcadm", "-e", "moody", "-m", other.name());
            assertTrue(!barred.ok(), "it is started twice: " + barred.out());
            assertTrue(!runs(other));
            Shell.Result wrong = real.cluster().ask(other, "fence_ack_manual", "-O", "-s", "web", owner.name());
            assertEquals(1, wrong.status(), wrong.out());
            mood(owner, "rm -f /run/no-stop /run/moody");
            real.cluster()
                    .ask(other, "fence_ack_manual", "-O", "-s", "moody", owner.name())
                    .expectOk("fence_ack_manual -s");
            real.cluster().ask(other, "clusvcadm", "-d", "moody").expectOk("clusvcadm -d");
            real.cluster()
                    .ask(other, "clusvcadm", "-e", "moody", "-m", other.name())
                    .expectOk("clusvcadm -e");
            assertTrue(runs(other), real::report);
        } finally {
            mood(owner, "rm -f /run/no-stop");
            real.cluster().startDaemon(owner, "rgmanager");
            real.cluster().ask(other, "clusvcadm", "-d", "moody");
        }
    }

    @Test
    void relocateMovesTheWebServiceWithoutFencing() {
        TestNode owner = real.owner();
        TestNode target = real.others(owner).getLast();
        int requests = real.testbed().power().requests().size();
        long since = System.nanoTime();
        real.cluster().ask(owner, "clusvcadm", "-r", "web", "-m", target.name()).expectOk("clusvcadm -r");
        assertNotNull(real.client().await(since, 8_000, target.name()), real::report);
        assertEquals(requests, real.testbed().power().requests().size(), "somebody was fenced for it");
        real.assertNeverTwoOwners(since);
    }

    private static void mood(TestNode node, String command) {
        node.run(20_000, "sh", "-c", command).expectOk(command);
    }

    private static boolean runs(TestNode node) {
        return node.run(20_000, "test", "-e", "/run/moody").ok();
    }

    private static String state(TestNode node) {
        return real.cluster()
                .ask(node, "clustat", "-s", "moody")
                .out()
                .lines()
                .filter(line -> line.contains("service:moody"))
                .findFirst()
                .orElse("");
    }
}
