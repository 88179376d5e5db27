package io.muster.bed.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.bed.Await;
import io.muster.bed.Home;
import io.muster.bed.Shell;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The testbed itself: nodes that boot, hear each other, are cut off, die and come back.
@Tag("netns")
class TestbedIT {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    static Path dir;

    private static @Nullable Testbed testbed;

    @BeforeAll
    static void open() {
        try {
            testbed = Testbed.open(dir, List.of("node1", "node2", "node3"), 1);
        } catch (IOException e) {
            Assumptions.abort(String.valueOf(e.getMessage()));
        }
    }

    @AfterAll
    static void close() {
        if (testbed != null) {
            testbed.close();
        }
    }

    private static Testbed testbed() {
        return java.util.Objects.requireNonNull(testbed);
    }

    private static TestNode node(int nodeid) {
        return testbed().node("node" + nodeid);
    }

    @Test
    void aNodeHasItsOwnNameProcessesAndAddresses() {
        Shell.Result said = node(2).run(
                        5_000,
                        "sh",
                        "-c",
                        "hostname; ls /proc | grep -c '^[0-9]'; ip -4 -o addr; getent hosts node3; echo $MUSTER_ROOT");
        assertEquals(0, said.status(), said.err());
        assertTrue(said.out().startsWith("node2\n"), said.out());
        assertTrue(said.out().contains("10.77.0.12/24"), said.out());
        assertTrue(said.out().contains("10.77.0.13"), said.out());
        assertTrue(said.out().contains(dir.resolve("node2").toString()), said.out());
    }

    @Test
    void pidOneReapsOrphans() {
        node(1).run(20_000, "sh", "-c", "(sh -c 'sleep 0.05' &) ; sleep 0.2");
        assertEquals(
                "",
                node(1).run(20_000, "sh", "-c", "cat /proc/[0-9]*/stat 2>/dev/null | grep ') Z ' || true")
                        .out());
    }

    @Test
    void cutNodesHearEachOtherAndNobodyElse() throws IOException {
        assertTrue(hears(1, 3));
        testbed().cut(List.of(node(1), node(2)));
        assertTrue(hears(1, 2));
        assertFalse(hears(1, 3));
        assertFalse(hears(3, 2));
        testbed().heal();
        assertTrue(Await.until(2_000, () -> hears(3, 1)));
        testbed().isolate(List.of(node(1), node(2)), true);
        assertFalse(hears(1, 2));
        assertTrue(hears(1, 3));
        testbed().isolate(List.of(node(1), node(2)), false);
        assertTrue(Await.until(2_000, () -> hears(1, 2)));
    }

    private static boolean hears(int from, int to) {
        // A UDP datagram there and its echo back; perl-base is on every Debian, ping is not.
        String listen = "use Socket; socket(S,PF_INET,SOCK_DGRAM,17); bind(S,sockaddr_in(7007,INADDR_ANY)) or exit 1;"
                + "my $r=''; vec($r,fileno(S),1)=1; exit 0 if !select($r,undef,undef,3);"
                + "my $a=recv(S,my $b,100,0); send(S,$b,0,$a);";
        String ask = "use Socket; socket(S,PF_INET,SOCK_DGRAM,17); my $to=sockaddr_in(7007,inet_aton('"
                + Testbed.address(to, 0) + "'));"
                + "for (1..20) { send(S,'x',0,$to); my $r=''; vec($r,fileno(S),1)=1; exit 0 if select($r,undef,undef,0.1) and defined recv(S,my $b,100,0); } exit 1;";
        Thread echo = Thread.ofVirtual().start(() -> node(to).run(20_000, "perl", "-e", listen));
        boolean heard = node(from).run(20_000, "perl", "-e", ask).ok();
        try {
            echo.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return heard;
    }

    @Test
    void theSwitchTakesAllProcessesAndTheLink() throws IOException {
        node(3).start("sleeper", "sleep", "300");
        assertTrue(Await.until(2_000, () -> node(3).process("sleeper") != null));
        ProcessHandle sleeper = node(3).process("sleeper");
        assertNotNull(sleeper);
        assertEquals("ok on", ask("status node3"));
        assertEquals("ok", ask("off node3"));
        assertFalse(sleeper.isAlive());
        assertEquals("ok off", ask("status node3"));
        assertFalse(testbed().outer().network("ip", "link", "show", "v3l0").ok());
        assertEquals("ok", ask("on node3"));
        assertNull(node(3).process("sleeper"));
        assertTrue(Await.until(2_000, () -> hears(1, 3)));
        testbed().power().fault("node3", PowerController.Fault.FAILS);
        assertTrue(ask("off node3").startsWith("failed: "));
        assertTrue(node(3).on());
        testbed().power().mend("node3");
        assertTrue(ask("off node9").startsWith("failed: no node"));
        assertTrue(ask("explode node3").startsWith("failed: what is"));
    }

    @Test
    void aStoppedNodeStandsStill() throws IOException {
        node(2).start("counter", "sh", "-c", "while :; do echo x; sleep 0.01; done");
        Path out = node(2).root.resolve("console/counter.out");
        assertTrue(Await.until(2_000, () -> out.toFile().length() > 4));
        node(2).signalAll("STOP");
        long then = out.toFile().length();
        assertFalse(Await.until(200, () -> out.toFile().length() > then));
        node(2).signalAll("CONT");
        assertTrue(Await.until(2_000, () -> out.toFile().length() > then + 4));
        node(2).signal("counter", "KILL");
    }

    @Test
    void theClientSeesAnOutageToTheMillisecond() throws IOException {
        String init = Home.demo().resolve("web-init").toString();
        node(1).run(20_000, init, "start").expectOk("web");
        assertTrue(node(1).run(20_000, init, "status").ok());
        try (WebClient client = WebClient.start(testbed(), Testbed.address(1, 0), 80, 10)) {
            WebClient.Answer first = client.await(System.nanoTime(), 5_000);
            assertNotNull(first, "no answer");
            assertEquals("node1", first.node());
            long before = System.nanoTime();
            testbed().cut(List.of(node(1)));
            // What was on its way when the link went down may still arrive.
            long cut = System.nanoTime() + 50_000_000L;
            assertFalse(Await.until(300, () -> client.await(cut, 0) != null));
            testbed().heal();
            assertNotNull(client.await(System.nanoTime(), 3_000));
            WebClient.Outage outage = client.worstOutage(before);
            assertNotNull(outage);
            assertTrue(outage.ms() > 290 && outage.ms() < 3000, outage.toString());
        }
        node(1).run(20_000, init, "stop").expectOk("stop");
        assertEquals(3, node(1).run(20_000, init, "status").status());
    }

    private static String ask(String line) throws IOException {
        try (SocketChannel channel =
                SocketChannel.open(UnixDomainSocketAddress.of(testbed().powerSocket()))) {
            channel.write(ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8)));
            return new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8).strip();
        }
    }
}
