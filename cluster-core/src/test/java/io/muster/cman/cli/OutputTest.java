package io.muster.cman.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.cli.Said;
import io.muster.cman.client.CmanView;
import io.muster.cman.client.StatusCodec;
import io.muster.core.Incarnation;
import io.muster.core.Node;
import io.muster.daemon.Layout;
import io.muster.group.Group;
import io.muster.group.GroupEntry.Level;
import io.muster.membership.CmanStatus;
import io.muster.membership.CmanStatus.GroupStatus;
import io.muster.membership.CmanStatus.NodeStatus;
import io.muster.membership.LastFenced;
import io.muster.quorum.Tally;
import io.muster.wire.Input;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the commands print, byte for byte, and their exit statuses.
class OutputTest {
    private static final long AT = 1_772_438_407_000L; // 2026-03-02 08:00:07 UTC

    static CmanView view() {
        Node self = node(1);
        TreeMap<Node, Long> members = new TreeMap<>();
        members.put(node(1), 5L);
        members.put(node(3), 5L);
        List<NodeStatus> nodes = List.of(
                status(1, "pier1.example.com", true, 1272, AT, Optional.empty()),
                status(2, "pier2.example.com", false, 0, 0, Optional.empty()),
                status(
                        3,
                        "pier3.example.com",
                        true,
                        1284,
                        AT + 304_000,
                        Optional.of(new LastFenced(node(3), 1, "fence_ipmilan", 9, AT + 240_000))));
        CmanStatus status = new CmanStatus(
                self,
                "harbor",
                6520,
                12,
                "ab",
                true,
                false,
                true,
                false,
                1284,
                new Tally(4, 5, 3, true, true),
                2,
                "/dev/disk/by-id/qd",
                nodes,
                List.of(
                        new GroupStatus(new Group("ccs", 0x00010002, Optional.empty(), members), false),
                        new GroupStatus(
                                new Group("fence:default", 0x00010001, Optional.of(Level.FENCE), members), false),
                        new GroupStatus(
                                new Group("rgmanager", 0x00030001, Optional.of(Level.SERVICE), members), true)));
        TreeMap<Integer, List<String>> addresses = new TreeMap<>();
        addresses.put(1, List.of("192.0.2.101", "198.51.100.1"));
        addresses.put(3, List.of("192.0.2.103"));
        return new CmanView(status, "pier1.example.com", "239.192.77.5", 10, addresses, "OPERATIONAL");
    }

    private static Node node(int id) {
        return new Node(id, new Incarnation(id, 1));
    }

    private static NodeStatus status(
            int id, String name, boolean member, long inc, long joined, Optional<LastFenced> fenced) {
        return new NodeStatus(id, name, member, false, inc, joined, 1, 5, !member, List.of(), fenced);
    }

    private static String golden(String name) throws IOException {
        try (var in = Objects.requireNonNull(OutputTest.class.getResourceAsStream("/io/muster/cman/" + name))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void status() throws IOException {
        assertEquals(golden("status.txt"), StatusText.of(view()));
    }

    @Test
    void nodes() throws IOException {
        CmanView v = view();
        assertEquals(golden("nodes.txt"), NodesText.table(v, NodesText.select(v, ""), false, false, ZoneOffset.UTC));
        assertEquals(golden("nodes-a-f.txt"), NodesText.table(v, NodesText.select(v, ""), true, true, ZoneOffset.UTC));
        assertEquals(
                "1 pier1.example.com M 192.0.2.101,198.51.100.1 \n2 pier2.example.com X  \n"
                        + "3 pier3.example.com M 192.0.2.103 \n",
                NodesText.list(v, NodesText.select(v, ""), "id,name,nonsense,type,addr"));
        assertEquals(
                "3 1 5 Member \n", NodesText.list(v, NodesText.select(v, "pier3.example.com"), "id,votes,exp,state"));
    }

    @Test
    void groups() throws IOException {
        assertEquals(golden("groups.txt"), GroupsText.table(GroupsText.rows(view()), false));
        assertEquals(golden("groups-v.txt"), GroupsText.table(GroupsText.rows(view()), true));
    }

    @Test
    void viewsSurviveTheirCodec() throws Exception {
        assertEquals(view(), StatusCodec.decode(new Input(StatusCodec.encode(view()))));
    }

    @Test
    void withoutCmanCommandsSaySoAndExitWithOne(@TempDir Path root) {
        Layout layout = Layout.under(root);
        for (String operation : List.of("status", "nodes", "services", "version", "wait", "leave", "expected -e 3")) {
            Said o = run(new CmanTool(layout), operation.split(" "));
            assertEquals(1, o.status(), operation);
            assertEquals("cman_tool: Cannot open connection to cman, is it running ?\n", o.err(), operation);
        }
        assertEquals(
                "Unable to connect to groupd.  Is it running?\n",
                run(new GroupTool(layout)).err());
    }

    @Test
    void wrongCommandLinesAreRefusedInTheOriginalsWords(@TempDir Path root) {
        CmanTool tool = new CmanTool(Layout.under(root));
        assertEquals(
                "cman_tool: can't specify two operations\n",
                run(tool, "join", "status").err());
        assertTrue(run(tool, "-~", "status").err().startsWith("cman_tool: invalid option -- '~'\n"));
        assertEquals(1, run(tool, "nonsense").status());
        assertEquals(1, run(tool).status());
        assertEquals(0, run(tool, "-h").status());
        assertEquals(
                "cman_tool: timeout is only appropriate with wait\n",
                run(tool, "join", "-t", "3").err());
    }

    private static Said run(io.muster.cli.Command command, String... args) {
        return Said.by(command, args);
    }
}
