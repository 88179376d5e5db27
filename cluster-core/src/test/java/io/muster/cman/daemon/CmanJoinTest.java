package io.muster.cman.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.cli.Said;
import io.muster.cman.cli.CmanTool;
import io.muster.daemon.Layout;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// `cman_tool join` starts a daemon of its own, with what it was told beside cluster.conf.
@Timeout(120)
class CmanJoinTest {
    @TempDir
    Path root;

    private int port;

    @BeforeEach
    void write() throws Exception {
        try (var free = new DatagramSocket(0, InetAddress.getByName("127.0.0.4"))) {
            port = free.getLocalPort();
        }
        for (int id = 1; id <= 2; id++) {
            Path etc = Files.createDirectories(layout(id).etc());
            Files.writeString(etc.resolve("cluster.conf"), """
                    <cluster name="harbor" config_version="1">
                      <clusternodes>
                        <clusternode name="127.0.0.4" nodeid="1"/>
                        <clusternode name="127.0.0.5" nodeid="2"/>
                      </clusternodes>
                    </cluster>
                    """);
            Path key = etc.resolve("other.key");
            Files.write(key, new byte[32]);
            Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("r--------"));
        }
    }

    @AfterEach
    void end() throws Exception {
        for (int id = 1; id <= 2; id++) {
            Path file = layout(id).pidFile("cman");
            if (Files.exists(file)) {
                long pid = Long.parseLong(Files.readString(file).strip());
                ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
            }
        }
    }

    private Layout layout(int id) {
        return Layout.from(Map.of("MUSTER_ROOT", root.resolve("n" + id).toString()));
    }

    private Said tool(int id, String... args) {
        return Said.by(new CmanTool(layout(id)), args);
    }

    private String key(int id) {
        return layout(id).etc().resolve("other.key").toString();
    }

    @Test
    void joinWaitsForMembershipAndQuorumAndTakesWhatItIsTold() {
        String p = Integer.toString(port);
        Said alone = tool(1, "join", "-q", "-t", "4", "-n", "127.0.0.4", "-p", p, "-k", key(1));
        assertEquals(2, alone.status(), alone.err());
        assertEquals("Timed-out waiting for cluster\n", alone.err());
        assertEquals(
                "cman_tool: Node is already active\n",
                tool(1, "join", "-n", "127.0.0.4").err());
        Said both = tool(2, "join", "-w", "-q", "-t", "60", "-o", "127.0.0.5", "-p", p, "-k", key(2));
        assertEquals(0, both.status(), both.err());
        assertEquals(0, tool(1, "wait", "-q", "-t", "20").status());
        assertTrue(
                tool(1, "status").out().contains("Nodes: 2\n"),
                tool(1, "status").out());
        assertEquals(0, tool(2, "leave", "-w", "-t", "20").status());
        assertEquals(0, tool(1, "leave", "-w", "-t", "20").status());
        Said votes = tool(
                1,
                "join",
                "-wq",
                "-t60",
                "-n127.0.0.4",
                "-p",
                p,
                "-k",
                key(1),
                "-e",
                "1",
                "-v",
                "3",
                "-N",
                "1",
                "-c",
                "harbor",
                "-m",
                "239.1.2.3");
        assertEquals(0, votes.status(), votes.err());
        String status = tool(1, "status").out();
        assertTrue(status.contains("Node votes: 3\n"), status);
        assertTrue(status.contains("Expected votes: 1\n"), status);
        assertTrue(status.contains("239.1.2.3"), status);
        assertEquals(0, tool(1, "leave", "-w", "-t", "20").status());
    }

    @Test
    void whatCannotBeTakenIsRefusedByName() {
        refused(
                "-c \"pier\": cluster.conf is that of cluster \"harbor\": the others would refuse this node",
                "-c",
                "pier");
        refused("-2: two_node needs expected votes of 1: add -e 1", "-2");
        Said none = tool(1, "join", "-X");
        assertEquals(1, none.status());
        assertEquals("cman_tool: -X: cman has its nodes from cluster.conf and doesn't start without\n", none.err());
    }

    private void refused(String why, String... options) {
        String[] args = new String[options.length + 5];
        System.arraycopy(options, 0, args, 0, options.length);
        System.arraycopy(new String[] {"join", "-n", "127.0.0.4", "-k", key(1)}, 0, args, options.length, 5);
        Said outcome = tool(1, args);
        assertEquals(1, outcome.status());
        assertEquals("cman_tool: cman not started: " + why + "\n", outcome.err());
    }
}
