package io.muster.fence.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.cli.Said;
import io.muster.cli.Waiting;
import io.muster.cman.client.GroupClient;
import io.muster.cman.daemon.CmanDaemon;
import io.muster.control.Answer;
import io.muster.control.CommandClient;
import io.muster.core.CauseId;
import io.muster.core.Incarnation;
import io.muster.core.Node;
import io.muster.daemon.Layout;
import io.muster.driver.Replay;
import io.muster.fence.DomainReport;
import io.muster.fence.cli.FenceAckManual;
import io.muster.fence.cli.FenceTool;
import io.muster.group.GroupEntry;
import io.muster.group.GroupEntry.Level;
import io.muster.member.daemon.AskFencing;
import io.muster.os.RealMachine;
import io.muster.transport.cli.Keygen;
import io.muster.wire.Output;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The real fenced on the real cman: one node that is quorate alone, and one that is missing.
class FencedTest {
    private static final long LIMIT_NS = TimeUnit.SECONDS.toNanos(60);

    @TempDir
    Path root = Path.of("set by JUnit");

    private Layout layout = Layout.under(Path.of("set by begin"));
    private final CompletableFuture<Throwable> ended = new CompletableFuture<>();
    private final @Nullable AutoCloseable[] running = new AutoCloseable[2];

    @BeforeEach
    void begin() throws Exception {
        layout = Layout.from(Map.of(
                "MUSTER_ROOT",
                root.toString(),
                "MUSTER_FENCE_PATH",
                root.toString(),
                "MUSTER_NODENAME",
                "127.0.0.1",
                "PATH",
                "/usr/bin:/bin"));
        layout.makeDirectories();
        Files.createDirectories(layout.etc());
        int port;
        try (var free = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Files.writeString(layout.clusterConf(), """
                <?xml version="1.0"?>
                <cluster name="one" config_version="1"><cman port="%d" expected_votes="1"/><clusternodes>
                <clusternode name="127.0.0.1" nodeid="1" votes="1"/>
                <clusternode name="127.0.0.2" nodeid="2" votes="0"><fence>
                  <method name="power"><device name="switch" port="2"/></method></fence></clusternode>
                </clusternodes><fencedevices><fencedevice name="switch" agent="fence_switch"/></fencedevices>
                <fence_daemon post_join_delay="0"/></cluster>
                """.formatted(port));
        assertEquals(0, Said.by(new Keygen(layout)).status());
    }

    @AfterEach
    void end() throws Exception {
        for (AutoCloseable daemon : running) {
            if (daemon != null) {
                daemon.close();
            }
        }
    }

    private void start(String agent) throws Exception {
        Path file = Files.writeString(root.resolve("fence_switch"), "#!/bin/sh\n" + agent);
        assertTrue(file.toFile().setExecutable(true));
        running[1] = CmanDaemon.start(layout, (clean, why) -> {}, ended::complete);
        running[0] = FenceDaemon.start(layout, ended::complete);
    }

    private String tool(String... args) {
        return Said.by(new FenceTool(layout), args).out();
    }

    private void await(String what, BooleanSupplier condition) {
        Waiting.until(condition, () -> what + " didn't happen; fenced says:\n" + tool("dump"));
    }

    @Test
    void aRefusedJoinIsTriedAgain() throws Exception {
        running[0] = CmanDaemon.start(layout, (clean, why) -> {}, ended::complete);
        try (var machine = RealMachine.of("holder")) {
            var opened = new CompletableFuture<GroupClient>();
            GroupClient.connect(machine, layout.socket("cman"), new Holder(opened));
            GroupClient holder = opened.get(10, TimeUnit.SECONDS);
            var joined = new CompletableFuture<GroupClient.Reply>();
            holder.join("fence:default", Optional.of(Level.FENCE), 0, 0, joined::complete);
            assertTrue(joined.get(10, TimeUnit.SECONDS).ok());
            running[1] = FenceDaemon.start(layout, ended::complete);
            await("refusal", () -> tool("dump").contains("can't join the fence domain yet"));
            holder.leave("fence:default");
            await("join", () -> tool("dump").contains("joining the fence domain as node"));
            holder.close();
        }
    }

    private record Holder(CompletableFuture<GroupClient> opened) implements GroupClient.Listener {
        @Override
        public void onOpen(GroupClient client) {
            opened.complete(client);
        }

        @Override
        public void onUnreachable(IOException why) {
            opened.completeExceptionally(why);
        }

        @Override
        public void onEntry(String group, GroupEntry entry, CauseId cause) {}

        @Override
        public void onClose(String why) {}
    }

    @Test
    void aNodeMissingAtTheStartIsFencedByItsAgent() throws Exception {
        start("cat > " + root + "/told");
        await("fencing", () -> tool("ls", "-n").contains("nodeid 2 member 0 victim 0 last fence master 1 how agent"));
        assertEquals("port=2\nnodename=127.0.0.2\nagent=fence_switch\n", Files.readString(root.resolve("told")));
        assertTrue(tool("ls").contains("wait state    none\n"));
    }

    @Test
    void whoStandsOnFencingIsToldWhetherThisRunHasCompletedTheDomain() throws Exception {
        start("exit 0");
        await("join", () -> tool("ls").contains("wait state    none"));
        Node self = DomainReport.decode(
                        asked(FenceProtocol.REPORT, new Output()).body())
                .node("127.0.0.1")
                .flatMap(DomainReport.NodeLine::run)
                .orElseThrow();
        assertTrue(asked(AskFencing.COMPLETE, FenceProtocol.node(self)).done());
        Node former = new Node(1, new Incarnation(1, 1));
        assertFalse(asked(AskFencing.COMPLETE, FenceProtocol.node(former)).done());
        tool("leave", "-w", "5");
        assertFalse(asked(AskFencing.COMPLETE, FenceProtocol.node(self)).done());
    }

    private Answer asked(int type, Output request) throws IOException {
        return CommandClient.askOnce(layout.socket("fenced"), FenceProtocol.PATIENCE, type, request);
    }

    @Test
    void theFlightRecordReplaysToTheSameDecisions() throws Exception {
        start("exit 0");
        await("fencing", () -> tool("ls", "-n").contains("how agent"));
        end();
        running[0] = null;
        running[1] = null;
        replay(layout.record("fenced").toString());
    }

    @Test
    void whyAnEntryCameReachesThroughCmanToTheAgentAndTheRing() throws Exception {
        start("exit 0");
        await("fencing", () -> tool("ls", "-n").contains("how agent"));
        end();
        running[0] = null;
        running[1] = null;
        String fenced = layout.record("fenced").toString();
        String cman = layout.record("cman").toString();
        String event = replay("-p", fenced)
                .lines()
                .filter(line -> line.contains("Entry[entry=Fenced["))
                .findFirst()
                .orElseThrow();
        String chain = replay("-w", event.split(" ")[1], fenced, cman);
        assertTrue(chain.lines().count() > 3, chain);
        assertTrue(chain.contains("AgentDone[") && chain.contains("QuorateChecked["), chain);
        String member = replay("-p", fenced)
                .lines()
                .filter(line -> line.contains("Entry[entry=Membership["))
                .findFirst()
                .orElseThrow();
        String ring = replay("-w", member.split(" ")[1], fenced, cman);
        assertTrue(ring.lines().count() > 1 && ring.contains("Of"), ring);
    }

    private static String replay(String... args) {
        Said said = Said.together(new Replay()::run, args);
        assertEquals(0, said.status(), said.out());
        return said.out();
    }

    @Test
    void anOperatorsWordHelpsWhereTheAgentFailsAndOnlyForAVictim() throws Exception {
        start("exit 1");
        await("failure", () -> tool("dump").contains("fence 127.0.0.2 failed"));
        assertEquals(1, acknowledge("127.0.0.2", "yes\n"), "only one word will do");
        assertEquals(1, acknowledge("127.0.0.1", "absolutely\n"), "no victim");
        assertEquals(0, acknowledge("127.0.0.2", "absolutely\n"));
        await(
                "override",
                () -> tool("ls", "-n").contains("nodeid 2 member 0 victim 0 last fence master 1 how override"));
        assertEquals(1, acknowledge("127.0.0.2", "absolutely\n"), "no victim any more");
    }

    private int acknowledge(String node, String answer) {
        var in = new ByteArrayInputStream(answer.getBytes(StandardCharsets.UTF_8));
        return Said.by(new FenceAckManual(layout, in), node).status();
    }

    @Test
    void aNodeCanLeaveTheDomainAndJoinAgain() throws Exception {
        start("exit 0");
        await("join", () -> tool("ls").contains("wait state    none"));
        assertEquals("", tool("leave", "-w", "5"));
        assertEquals("", tool("ls"));
        tool("join", "-w", "20");
        assertTrue(tool("ls").contains("members       1 \n"));
    }

    @Test
    void whenCmanGoesFencedEndsWithAnError() throws Exception {
        start("exit 0");
        await("join", () -> tool("ls").contains("wait state    none"));
        AutoCloseable cman = running[1];
        running[1] = null;
        cman.close();
        assertTrue(ended.get(30, TimeUnit.SECONDS) instanceof IOException);
    }

    @Test
    void theStayOfFencedReplaysThroughFiveDeathsOfCman() throws Exception {
        Path file = Files.writeString(root.resolve("fence_switch"), "#!/bin/sh\nexit 0\n");
        assertTrue(file.toFile().setExecutable(true));
        for (int death = 1; death <= 5; death++) {
            var end = new CompletableFuture<Throwable>();
            running[1] = CmanDaemon.start(layout, (clean, why) -> {}, end::complete);
            running[0] = FenceDaemon.start(layout, end::complete);
            await("join", () -> tool("ls").contains("wait state    none"));
            running[1].close();
            running[1] = null;
            assertTrue(end.get(30, TimeUnit.SECONDS) instanceof IOException);
            running[0].close();
            running[0] = null;
        }
        String record = layout.record("fenced-stay").toString();
        String told = replay("-d", record);
        assertEquals(5, told.split("Reached\\[", -1).length - 1, told);
        assertEquals(5, told.split("HungUp\\[", -1).length - 1, told);
        assertTrue(told.contains("StateChanged[from=joining, to=member, reason=taken by cman]"), told);
    }
}
