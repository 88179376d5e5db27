package io.muster.bed.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.muster.bed.Await;
import io.muster.bed.cable.Counters;
import io.muster.bed.cable.Faults;
import io.muster.bed.node.Line.Way;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Cables between real kernels: what a node sends, another hears or not, later or twice.
@Tag("netns")
class CableIT {
    private static final int PATIENCE_MS = 20_000;
    private static final int QUIET_MS = 700;

    /// Sends as many numbered datagrams as it is told, one each 2 ms.
    private static final String SEND = "use Socket; socket(S,PF_INET,SOCK_DGRAM,17);"
            + "my $to=sockaddr_in(7007,inet_aton($ARGV[0]));"
            + "for (1..$ARGV[1]) { send(S,$_,0,$to); select(undef,undef,undef,0.002); }";

    /// Says each number that comes.
    private static final String HEAR = "use Socket; $|=1; socket(S,PF_INET,SOCK_DGRAM,17);"
            + "bind(S,sockaddr_in(7007,INADDR_ANY)) or exit 1; print qq(ready\\n);"
            + "while (1) { recv(S,my $b,100,0); print qq($b\\n); }";

    /// Asks for an echo and says how many milliseconds it took; the other side of it.
    private static final String ASK = "use Socket; use Time::HiRes 'time'; socket(S,PF_INET,SOCK_DGRAM,17);"
            + "my $to=sockaddr_in(7008,inet_aton($ARGV[0])); for (1..50) { my $t=time; send(S,'x',0,$to);"
            + "my $r=''; vec($r,fileno(S),1)=1; next unless select($r,undef,undef,0.4); recv(S,my $b,9,0);"
            + "print int(1000*(time-$t)),qq(\\n); exit 0 if $n++; } exit 1;";

    private static final String ECHO = "use Socket; socket(S,PF_INET,SOCK_DGRAM,17);"
            + "bind(S,sockaddr_in(7008,INADDR_ANY)) or exit 1;"
            + "while (1) { my $a=recv(S,my $b,100,0); send(S,$b,0,$a); }";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path dir;

    @SuppressWarnings("NullAway.Init")
    private Testbed testbed;

    private int heard;

    @BeforeEach
    void open() throws IOException {
        Cable.absence().ifPresent(why -> assumeTrue(false, "no taps: " + why));
        testbed = Testbed.openCabled(dir, List.of("node1", "node2"), 1, Long.getLong("seed", 7));
    }

    @AfterEach
    @SuppressWarnings("NullAway")
    void nothingIsLeft() {
        if (testbed != null) {
            testbed.close();
            assertTrue(
                    Await.until(PATIENCE_MS, () -> openTaps() == 0), () -> openTaps() + " taps are open after the end");
            assertFalse(Thread.getAllStackTraces().keySet().stream()
                    .anyMatch(thread -> thread.getName().startsWith("cable ")));
        }
    }

    private static long openTaps() {
        try (var all = Files.list(Path.of("/proc/self/fd"))) {
            return all.filter(fd -> fd.toFile().exists()).filter(CableIT::isTap).count();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static boolean isTap(Path fd) {
        try {
            return Files.readSymbolicLink(fd).endsWith("net/tun");
        } catch (IOException e) {
            return false;
        }
    }

    private TestNode node(int nodeid) {
        return testbed.node("node" + nodeid);
    }

    private Counters counters(int nodeid, Way way) {
        return ((Cable) node(nodeid).line(0)).counters(way);
    }

    /// Sends from one node to the other, and returns the numbers that came.
    private List<Integer> send(int from, int to, int count) throws IOException {
        String name = "hear" + heard++;
        node(to).start(name, "perl", "-e", HEAR);
        Path out = node(to).root.resolve("console/" + name + ".out");
        Await.that("listening", PATIENCE_MS, () -> out.toFile().length() > 0);
        node(from)
                .run(PATIENCE_MS, "perl", "-e", SEND, node(to).address(), Integer.toString(count))
                .expectOk("sent");
        for (long said = 0; said < out.toFile().length(); ) {
            long before = out.toFile().length();
            Await.until(QUIET_MS, () -> out.toFile().length() > before);
            said = before;
        }
        node(to).signal(name, "KILL");
        return Files.readAllLines(out).stream().skip(1).map(Integer::valueOf).toList();
    }

    @Test
    void eachDirectionLosesDoublesAndIsCutByItself() throws IOException {
        assertEquals(100, send(1, 2, 100).size());
        node(1).line(0).set(Way.FROM_NODE, Faults.NONE.withDouble(100));
        List<Integer> twice = send(1, 2, 50);
        assertEquals(100, twice.size(), () -> "all twice: " + twice);
        assertEquals(50, send(2, 1, 50).size());
        node(1).line(0).set(Way.FROM_NODE, Faults.NONE.withCut(true));
        assertEquals(List.of(), send(1, 2, 20));
        // A neighbour that can't answer must be known already.
        node(2).run(PATIENCE_MS, "ip", "neigh", "replace", node(1).address(), "lladdr", mac(1), "dev", "eth0")
                .expectOk("neighbour");
        assertEquals(20, send(2, 1, 20).size());
        assertTrue(counters(1, Way.FROM_NODE).cut() >= 20);
        node(1).line(0).set(Faults.NONE.withLoss(50));
        int some = send(1, 2, 200).size();
        assertTrue(some > 60 && some < 140, "half of 200: " + some);
        node(1).powerOff();
        node(1).powerOn();
        assertEquals(50, node(1).line(0).faults(Way.TO_NODE).lossPercent(), "a bad cable stays bad");
    }

    @Test
    void delayIsAddedInEachDirection() throws IOException {
        node(2).start("echo", "perl", "-e", ECHO);
        assertTrue(roundTripMs() < 60, "a good cable takes no time");
        node(1).line(0).set(Way.FROM_NODE, Faults.NONE.withDelay(60, 0));
        assertTrue(roundTripMs() >= 60);
        node(2).line(0).set(Faults.NONE.withDelay(40, 0));
        int all = roundTripMs();
        assertTrue(all >= 140 && all < 400, "60 + 2 * 40: " + all);
    }

    private String mac(int nodeid) throws IOException {
        return node(nodeid)
                .run(PATIENCE_MS, "cat", "/sys/class/net/eth0/address")
                .expectOk("address")
                .strip();
    }

    private int roundTripMs() {
        String[] took = node(1).run(PATIENCE_MS, "perl", "-e", ASK, node(2).address())
                .expectOk("an echo")
                .split("\n");
        return Math.min(Integer.parseInt(took[0]), Integer.parseInt(took[1]));
    }

    @Test
    void aPulledPlugIsSeenAndANodeThatDiesTakesItsCableWithIt() throws IOException {
        assertEquals("1", carrier());
        node(1).link(0, false);
        assertEquals("0", carrier());
        node(1).link(0, true);
        assertEquals("1", carrier());
        Cable cable = (Cable) node(1).line(0);
        assertTrue(node(1).powerOff());
        assertFalse(cable.whole());
        assertFalse(
                testbed.outer().network("ip", "link", "show", node(1).port(0)).ok());
    }

    private String carrier() {
        return node(1).run(PATIENCE_MS, "cat", "/sys/class/net/eth0/carrier")
                .expectOk("carrier")
                .strip();
    }

    @Test
    void withoutTapsAPacketFilterLosesAndSaysWhatItCannot() throws IOException {
        assumeTrue(node(1).run(PATIENCE_MS, "iptables", "-S").ok(), "no iptables");
        var line = new FilterLine(node(1), "eth0", "no /dev/net/tun on this machine");
        assertEquals(50, send(2, 1, 50).size());
        line.set(Way.TO_NODE, Faults.NONE.withCut(true));
        assertEquals(0, send(2, 1, 50).size());
        line.set(Way.TO_NODE, Faults.NONE.withLoss(50));
        int some = send(2, 1, 200).size();
        assertTrue(some > 50 && some < 150, "half of 200: " + some);
        line.set(Way.TO_NODE, Faults.NONE);
        assertEquals(50, send(2, 1, 50).size());
        var refused = assertThrows(
                UnsupportedOperationException.class, () -> line.set(Way.TO_NODE, Faults.NONE.withDelay(5, 0)));
        assertTrue(
                refused.getMessage()
                        .endsWith("only loss and cuts can be had, for this is a packet filter: no /dev/net/tun on this"
                                + " machine"),
                refused.getMessage());
    }
}
