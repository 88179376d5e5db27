package io.muster.bed.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.muster.bed.Await;
import io.muster.bed.Shell;
import io.muster.cman.client.CmanFrames;
import io.muster.config.client.CcsFrames;
import io.muster.control.CommandClient;
import io.muster.control.Frame;
import io.muster.core.CauseId;
import io.muster.fence.daemon.FenceProtocol;
import io.muster.service.daemon.ServiceFrames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// The user nobody on a node of a running cluster: he sees how things stand, learns no password, changes nothing, and
/// keeps no operator waiting.
@Tag("netns")
class NobodyIT {
    private static final String PASSWORD = "swordfish-0815";
    private static final String WHO = "only root and members of group cluster";

    private static final List<String> STATUS = List.of(
            "cman_tool status",
            "cman_tool nodes",
            "cman_tool -af nodes",
            "cman_tool version",
            "cman_tool services",
            "cman_tool service",
            "clustat",
            "clustat -x",
            "fence_tool ls",
            "group_tool",
            "group_tool ls -g1",
            "group_tool ls 1 rgmanager",
            "clusvcadm -S");

    private static final List<String> DEEDS = List.of(
            "cman_tool expected -e 1",
            "cman_tool votes -v 3",
            "cman_tool kill -n node2",
            "cman_tool leave force",
            "cman_tool debug -d 1",
            "ccs_test connect",
            "ccs_test get 0 //fencedevice/@passwd",
            "ccs_tool query //fencedevice/@passwd",
            "ccs_tool confirm",
            "fence_tool dump",
            "fence_tool leave",
            "clusvcadm -d web",
            "clusvcadm -l",
            "group_tool dump",
            "group_tool dump fence",
            "group_tool log hello");

    /// Holds so many connections, asks on each of them again and again, and connects anew what is closed.
    private static final String CROWD = """
            use Socket; use Fcntl; use IO::Select; my ($path, $count, $hex, $seconds) = @ARGV; $SIG{PIPE} = 'IGNORE';
            my ($octets, $end, $all) = (pack('H*', $hex), time + $seconds, IO::Select->new);
            while (time < $end) {
                for (1 .. 50) {
                    last if $all->count >= $count;
                    socket(my $s, PF_UNIX, SOCK_STREAM, 0) or last;
                    fcntl($s, F_SETFL, O_NONBLOCK); connect($s, pack_sockaddr_un($path)) or last;
                    syswrite($s, $octets); $all->add($s);
                }
                for my $s ($all->can_read(0.01)) {
                    my $n = sysread($s, my $heard, 65536);
                    if ($n) { syswrite($s, $octets) } elsif (defined $n) { $all->remove($s); close $s }
                }
            }
            """;

    @RegisterExtension
    static final RealCluster real = new RealCluster(3, 1, f -> f);

    @BeforeEach
    void nobodyMayEnter() throws IOException {
        assumeTrue(System.getProperty("user.name").equals("root"), "only root can become nobody");
        Files.setPosixFilePermissions(real.testbed().dir, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static TestNode node() {
        return real.testbed().node("node1");
    }

    private static Shell.Result nobody(String... command) {
        List<String> all = new ArrayList<>(List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"));
        all.addAll(List.of(command));
        return node().run(20_000, all.toArray(String[]::new));
    }

    @Test
    void nobodySeesHowThingsStandAndLearnsAndChangesNothing() throws IOException {
        for (TestNode each : real.testbed().nodes()) {
            Files.setPosixFilePermissions(each.conf(), PosixFilePermissions.fromString("rw-r-----"));
        }
        Path proposal = node().root.resolve("next.conf");
        String device = "<fencedevice name=\"ilo\" agent=\"fence_ilo\" ipaddr=\"10.77.0.9\" login=\"admin\" passwd=\""
                + PASSWORD + "\"/></fencedevices>";
        Files.writeString(
                proposal,
                Files.readString(node().conf())
                        .replace("</fencedevices>", device)
                        .replace("config_version=\"1\"", "config_version=\"2\""));
        Files.setPosixFilePermissions(proposal, PosixFilePermissions.fromString("rw-------"));
        Shell.Result updated = real.cluster().ask(node(), "ccs_tool", "update", proposal.toString());
        assertEquals(0, updated.status(), updated.toString());
        Files.delete(proposal);
        for (String command : STATUS) {
            Shell.Result said = nobody(command.split(" "));
            assertEquals(0, said.status(), command + ": " + said);
            assertFalse((said.out() + said.err()).contains(PASSWORD), command);
        }
        Instant then = Instant.now();
        for (String command : DEEDS) {
            Shell.Result said = nobody(command.split(" "));
            assertNotEquals(0, said.status(), command + ": " + said);
            assertTrue((said.out() + said.err()).contains(WHO), command + ": " + said);
            assertFalse((said.out() + said.err()).contains(PASSWORD), command);
        }
        Shell.Result found = nobody("grep", "-rsl", PASSWORD, node().root.toString());
        assertEquals("", found.out(), "files that tell him");
        assertTrue(
                real.logs().since(then).stream().noneMatch(line -> line.text().contains("fencing node")));
        real.cluster().awaitMembers(node(), 3, 5_000);
    }

    @Test
    void aThousandConnectionsOfHisDelayNoOperator() throws Exception {
        Map<String, Integer> questions = new TreeMap<>(Map.of(
                "cman", CmanFrames.ASK_STATUS,
                "fenced", FenceProtocol.REPORT,
                "rgmanager", ServiceFrames.ASK_STATUS,
                "ccsd", CcsFrames.DOCUMENT));
        Instant then = Instant.now();
        Map<String, Long> worst = new TreeMap<>();
        for (Map.Entry<String, Integer> each : questions.entrySet()) {
            // What a busy machine takes anyway.
            long calmMs = longestAnswerMs(each.getKey(), each.getValue());
            Process crowd = crowd(socket(each.getKey()), each.getValue());
            try {
                Await.until(1_500, () -> !crowd.isAlive());
                worst.put(each.getKey(), longestAnswerMs(each.getKey(), each.getValue()) - calmMs);
                assertTrue(crowd.isAlive(), "nobody was in the way any more");
            } finally {
                crowd.destroy();
            }
        }
        System.out.println("delay of an operator beside 1,000 connections of nobody's, ms: " + worst);
        worst.forEach((daemon, ms) -> assertTrue(ms < 1_000, daemon + " answered " + ms + " ms later"));
        assertTrue(
                real.logs().since(then).stream().noneMatch(line -> line.text().contains("fencing node")));
        real.cluster().awaitMembers(node(), 3, 5_000);
    }

    private static long longestAnswerMs(String daemon, int question) throws Exception {
        long longest = 0;
        for (int i = 0; i < 30; i++) {
            long began = System.nanoTime();
            CommandClient.askOnce(socket(daemon), Duration.ofSeconds(10), question);
            longest = Math.max(longest, (System.nanoTime() - began) / 1_000_000);
            Thread.sleep(50);
        }
        return longest;
    }

    private static Process crowd(Path socket, int question) throws IOException {
        String octets = HexFormat.of().formatHex(new Frame(question, 1, CauseId.NONE, new byte[0]).encode());
        return new ProcessBuilder(
                        "setpriv",
                        "--reuid=65534",
                        "--regid=65534",
                        "--clear-groups",
                        "perl",
                        "-e",
                        CROWD,
                        socket.toString(),
                        "1000",
                        octets,
                        "60")
                .inheritIO()
                .start();
    }

    private static Path socket(String daemon) {
        return node().root.resolve("run/muster").resolve(daemon + ".sock");
    }
}
