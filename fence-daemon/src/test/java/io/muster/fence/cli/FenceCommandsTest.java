package io.muster.fence.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.cli.Command;
import io.muster.cli.Said;
import io.muster.core.Incarnation;
import io.muster.core.Node;
import io.muster.daemon.Layout;
import io.muster.fence.DomainReport;
import io.muster.fence.DomainReport.NodeLine;
import io.muster.group.Remains;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the commands print and how they exit, without a daemon.
class FenceCommandsTest {
    @TempDir
    Path root = Path.of("set by JUnit");

    private Layout layout() {
        return Layout.from(Map.of("MUSTER_ROOT", root.toString(), "MUSTER_FENCE_PATH", root.toString()));
    }

    private static Said run(Command command, String... args) {
        return Said.by(command, args);
    }

    private Said fenceNode(String... args) throws IOException {
        Files.createDirectories(root.resolve("etc/cluster"));
        Files.writeString(root.resolve("etc/cluster/cluster.conf"), """
                <?xml version="1.0"?>
                <cluster name="t" config_version="1"><clusternodes>
                <clusternode name="node1" nodeid="1"><fence>
                  <method name="a"><device name="bad" passwd="secret"/></method>
                  <method name="b"><device name="good"/></method></fence></clusternode>
                <clusternode name="node2" nodeid="2"><fence>
                  <method name="a"><device name="bad"/></method></fence></clusternode>
                <clusternode name="node3" nodeid="3"/>
                </clusternodes><fencedevices>
                <fencedevice name="bad" agent="fence_bad"/><fencedevice name="good" agent="fence_good"/>
                </fencedevices></cluster>
                """);
        agent("fence_bad", "echo no route to host; exit 1");
        agent("fence_good", "exit 0");
        return run(new FenceNode(layout()), args);
    }

    private void agent(String name, String body) throws IOException {
        Path file = Files.writeString(root.resolve(name), "#!/bin/sh\ncat >/dev/null\n" + body + "\n");
        assertTrue(file.toFile().setExecutable(true));
    }

    @Test
    void lsPrintsTheBlockAsTheOriginalDid() {
        var victim = new Node(2, new Incarnation(1, 1));
        var report = new DomainReport(
                true,
                true,
                true,
                2,
                1,
                "fencing",
                List.of(1, 3),
                false,
                List.of(
                        new NodeLine(1, "n1", true, true, false, Optional.empty(), 0, "none", 0),
                        new NodeLine(2, "n2", true, false, true, Optional.of(victim), 1, "agent", 0)),
                List.of(new DomainReport.VictimLine(victim, "n2", "lost", 1, false, Remains.ALL, true)),
                List.of());
        String block = """
                fence domain
                member count  2
                victim count  1
                victim now    2
                master nodeid 1
                wait state    fencing
                members       1 3\s
                """;
        assertEquals(block + "\n", FenceTool.text(report, false));
        assertEquals(block + """
                        all nodes
                        nodeid 1 member 1 victim 0 last fence master 0 how none
                        nodeid 2 member 0 victim 1 last fence master 1 how agent

                        """, FenceTool.text(report, true));
    }

    @Test
    void lsShowsWhatMayStillRunOfAVictimThatNeedsNoFencing() {
        var former = new Node(2, new Incarnation(1, 1));
        var remains = Remains.of("service:web", "service:db");
        var report = new DomainReport(
                true,
                true,
                true,
                0,
                1,
                "none",
                List.of(1, 2),
                true,
                List.of(),
                List.of(new DomainReport.VictimLine(former, "n2", "lost", 0, false, remains, false)),
                List.of());
        assertTrue(FenceTool.text(report, false)
                .endsWith("members       1 2 \nmay still run service:db,service:web of n2, run " + former.incarnation()
                        + "\n\n"));
    }

    @Test
    void lsWithoutFencedIsSilentAndExitsWithOne() {
        assertEquals(new Said(1, "", ""), run(new FenceTool(layout(), ms -> {}), "ls"));
    }

    @Test
    void joinWithoutFencedSaysSo() {
        Said ran = run(new FenceTool(layout(), ms -> {}), "-t", "3", "join");
        assertEquals(new Said(1, "", "fence_tool: fenced isn't running\n"), ran);
    }

    @Test
    void anUnknownActionIsNamedWithTheNearestRightWord() {
        Said ran = run(new FenceTool(layout(), ms -> {}), "jion");
        assertEquals(1, ran.status());
        assertTrue(ran.err().startsWith("fence_tool: unknown action \"jion\"; did you mean \"join\"?\nUsage: "));
    }

    @Test
    void anInvalidOptionIsToldAsGetoptDoes() {
        assertTrue(
                run(new FenceTool(layout(), ms -> {}), "-z").err().startsWith("fence_tool: invalid option -- 'z'\n"));
    }

    @Test
    void fenceNodeGoesOnToTheMethodThatWorks() throws IOException {
        assertEquals(new Said(0, "fence node1 success\n", ""), fenceNode("node1"));
    }

    @Test
    void fenceNodeTellsWhatItDoesAndKeepsPasswordsToItself() throws IOException {
        assertEquals("""
                agent args: passwd=*** nodename=node1 agent=fence_bad
                fence node1 dev 0.0 agent fence_bad result: error from agent
                agent "fence_bad" reports: no route to host
                agent args: nodename=node1 agent=fence_good
                fence node1 dev 1.0 agent fence_good result: success
                fence node1 success
                """, fenceNode("-vv", "node1").out());
    }

    @Test
    void fenceNodeFailsWithOneAndIsUndefinedWithTwo() throws IOException {
        assertEquals(new Said(1, "fence node2 failed\n", ""), fenceNode("node2"));
        assertEquals(new Said(2, "fence node3 undefined\n", ""), fenceNode("node3"));
        assertEquals(new Said(2, "unfence node1 undefined\n", ""), fenceNode("-U", "node1"));
    }

    @Test
    void fenceNodeTestsAllDevices() throws IOException {
        assertEquals(new Said(1, "status node1 failed\n", ""), fenceNode("-S", "node1"));
    }

    @Test
    void anUnknownNodeIsNamedWithTheNearestRightName() throws IOException {
        assertEquals(
                new Said(1, "", "fence_node: \"nod2\": no such node in cluster.conf; did you mean \"node2\"?\n"),
                fenceNode("nod2"));
    }

    @Test
    void ackManualNeedsANodeAndAFenced() {
        var command = new FenceAckManual(layout(), new ByteArrayInputStream(new byte[0]));
        assertTrue(run(command).err().startsWith("Usage: fence_ack_manual"));
        Said ran = run(command, "-n", "node1");
        assertEquals(1, ran.status());
        assertEquals(
                "fence_ack_manual: fenced isn't running on this node: run it on a node of the fence domain\n",
                ran.err());
    }
}
