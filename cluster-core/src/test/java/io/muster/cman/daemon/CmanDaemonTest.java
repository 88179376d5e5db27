package io.muster.cman.daemon;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.cli.Said;
import io.muster.cli.Waiting;
import io.muster.cman.cli.CmanTool;
import io.muster.cman.client.GroupClient;
import io.muster.config.ConfigReader;
import io.muster.core.CauseId;
import io.muster.daemon.Layout;
import io.muster.driver.Replay;
import io.muster.group.GroupEntry;
import io.muster.group.GroupEntry.Level;
import io.muster.group.GroupEntry.Reason;
import io.muster.membership.CmanEvent;
import io.muster.os.RealMachine;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Three real daemons with real sockets on 127.0.0.1 to 3, in one process; clients and commands as
/// users have them.
@Timeout(60)
class CmanDaemonTest {
    private static final String GROUP = "fence:default";
    private static final String PASSWORD = "sesame";
    private static final String SECOND_VERSION = "config_version=\"2\"";

    @TempDir
    Path root;

    private final List<CmanDaemon> daemons = new ArrayList<>();
    private final List<AutoCloseable> closing = new ArrayList<>();
    private final RealMachine machine = RealMachine.of("test");
    private String conf = "";

    /// A client that keeps what it hears.
    private static final class Heard implements GroupClient.Listener {
        final BlockingQueue<GroupEntry> entries = new LinkedBlockingQueue<>();
        final BlockingQueue<String> closed = new LinkedBlockingQueue<>();
        final CompletableFuture<GroupClient> opened = new CompletableFuture<>();

        @Override
        public void onOpen(GroupClient client) {
            opened.complete(client);
        }

        @Override
        public void onUnreachable(IOException why) {
            opened.completeExceptionally(why);
        }

        @Override
        public void onEntry(String group, GroupEntry entry, CauseId cause) {
            entries.add(entry);
        }

        @Override
        public void onAskShutdown(GroupClient client) {
            client.answerShutdown(false);
        }

        @Override
        public void onClose(String why) {
            closed.add(why);
        }

        <T extends GroupEntry> T next(Class<T> type) throws InterruptedException {
            for (GroupEntry entry = poll(); ; entry = poll()) {
                if (type.isInstance(entry)) {
                    return type.cast(entry);
                }
            }
        }

        private GroupEntry poll() throws InterruptedException {
            GroupEntry entry = entries.poll(20, TimeUnit.SECONDS);
            if (entry == null) {
                throw new AssertionError("no entry within 20 s");
            }
            return entry;
        }
    }

    @BeforeEach
    void start() throws Exception {
        int port;
        try (var free = new DatagramSocket(0, InetAddress.getByName("127.0.0.1"))) {
            port = free.getLocalPort();
        }
        conf = """
                <cluster name="harbor" config_version="1">
                  <cman port="%d"/>
                  <clusternodes>
                    <clusternode name="127.0.0.1" nodeid="1"/>
                    <clusternode name="127.0.0.2" nodeid="2"/>
                    <clusternode name="127.0.0.3" nodeid="3"/>
                  </clusternodes>
                </cluster>
                """.formatted(port);
        for (int id = 1; id <= 3; id++) {
            Path etc = Files.createDirectories(layout(id).etc());
            Files.writeString(etc.resolve("cluster.conf"), conf);
            Path key = etc.resolve("cluster.key");
            Files.write(key, new byte[32]);
            Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("r--------"));
            daemons.add(CmanDaemon.start(layout(id), (clean, why) -> {}, broken -> {}));
        }
        for (int id = 1; id <= 3; id++) {
            assertEquals(0, tool(id, "wait", "-q", "-t", "20").status());
        }
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable each : closing) {
            each.close();
        }
        List<Thread> stopping =
                daemons.stream().map(d -> Thread.ofVirtual().start(d::close)).toList();
        for (Thread each : stopping) {
            each.join();
        }
        machine.close();
        // Whatever a test does to them: what they decided, they decide again.
        for (int id = 1; id <= 3; id++) {
            String record = layout(id).record("cman").toString();
            Said said = Said.together(new Replay()::run, record);
            assertEquals(0, said.status(), said.out());
            try (Stream<Path> files = Files.list(Path.of(record))) {
                for (Path file : files.toList()) {
                    String octets = Files.readString(file, StandardCharsets.ISO_8859_1);
                    assertFalse(octets.contains(PASSWORD), file.toString());
                }
            }
        }
    }

    private Layout layout(int id) {
        return Layout.from(
                Map.of("MUSTER_ROOT", root.resolve("n" + id).toString(), "MUSTER_NODENAME", "127.0.0." + id));
    }

    private Said tool(int id, String... args) {
        return Said.by(new CmanTool(layout(id)), args);
    }

    private GroupClient client(int id, Heard heard, Optional<Level> level) throws Exception {
        GroupClient client = connect(id, heard);
        join(client, level, 0);
        return client;
    }

    private GroupClient connect(int id, Heard heard) throws Exception {
        GroupClient.connect(machine, layout(id).socket("cman"), heard);
        GroupClient client = heard.opened.get(10, TimeUnit.SECONDS);
        closing.add(client);
        return client;
    }

    private static void join(GroupClient client, Optional<Level> level, int silentMs) throws Exception {
        var joined = new CompletableFuture<GroupClient.Reply>();
        client.join(GROUP, level, silentMs, 0, joined::complete);
        assertTrue(joined.get(10, TimeUnit.SECONDS).ok());
    }

    @Test
    void threeDaemonsFormAClusterAndCarryGroups() throws Exception {
        Waiting.until("nodes: 3", () -> tool(1, "status").out().contains("Nodes: 3\n"));
        assertTrue(tool(2, "status").out().contains("Quorum: 2  \n"));
        Heard one = new Heard();
        Heard two = new Heard();
        GroupClient first = client(1, one, Optional.of(Level.FENCE));
        assertEquals(List.of(first.self()), one.next(GroupEntry.View.class).members());
        GroupClient second = client(2, two, Optional.of(Level.FENCE));
        assertEquals(2, two.next(GroupEntry.View.class).members().size());
        byte[] large = new byte[1 << 20];
        large[77] = 5;
        second.send(GROUP, large, true, new CauseId(2, 9, 4));
        GroupEntry.Message message = one.next(GroupEntry.Message.class);
        assertArrayEquals(large, message.payload());
        assertEquals(second.self(), message.from());
        assertEquals(new CauseId(2, 9, 4), message.cause());
        assertEquals(message.position(), two.next(GroupEntry.Message.class).position());
        var quorate = new CompletableFuture<Boolean>();
        machine.loop().execute(() -> first.stillQuorate(quorate::complete));
        assertTrue(quorate.get(10, TimeUnit.SECONDS));

        // A client that says no keeps its node in the cluster; one that dies leaves its group.
        Said leave = tool(2, "leave");
        assertEquals("cman_tool: Error leaving cluster: Device or resource busy\n", leave.err());
        second.close();
        GroupEntry.View view = one.next(GroupEntry.View.class);
        while (view.left().isEmpty()) {
            view = one.next(GroupEntry.View.class);
        }
        assertEquals(Reason.LOST, view.left().getFirst().reason());
        assertEquals(0, tool(2, "leave", "-w", "-t", "20").status());
        Waiting.until("nodes: 2", () -> tool(1, "status").out().contains("Nodes: 2\n"));
    }

    @Test
    void aKilledDaemonEndsAndItsClientsHearIt() throws Exception {
        Heard three = new Heard();
        client(3, three, Optional.of(Level.FENCE));
        assertEquals(0, tool(1, "kill", "-n", "127.0.0.3").status());
        Waiting.until("nodes: 2", () -> tool(1, "status").out().contains("Nodes: 2\n"));
        daemons.get(2).close();
        assertTrue(three.closed.poll(20, TimeUnit.SECONDS) != null);
    }

    /// As ccsd does, when all have agreed.
    private GroupClient.Reply announced(String document) throws Exception {
        GroupClient ccsd = connect(1, new Heard());
        var joined = new CompletableFuture<GroupClient.Reply>();
        ccsd.join(CmanEvent.Announce.GROUP, Optional.empty(), 0, 0, joined::complete);
        assertTrue(joined.get(10, TimeUnit.SECONDS).ok());
        byte[] octets = document.getBytes(StandardCharsets.UTF_8);
        int version = ConfigReader.parse(octets, "cluster.conf")
                .config()
                .orElseThrow()
                .version();
        var reply = new CompletableFuture<GroupClient.Reply>();
        ccsd.announceConfig(version, ConfigReader.sha256(octets), octets, reply::complete);
        GroupClient.Reply said = reply.get(10, TimeUnit.SECONDS);
        ccsd.close();
        return said;
    }

    @Test
    void aNewConfigurationReachesEveryStream() throws Exception {
        Heard heard = new Heard();
        client(2, heard, Optional.empty());
        // Its stream begins with what is in force, and the new configuration might else be ordered before.
        GroupEntry.Config first = heard.next(GroupEntry.Config.class);
        assertEquals(1, first.version());
        assertFalse(first.agreed());
        String next = conf.replace("config_version=\"1\"", SECOND_VERSION);
        assertTrue(announced(next).ok());
        GroupEntry.Config config = heard.next(GroupEntry.Config.class);
        assertEquals(2, config.version());
        assertTrue(config.agreed());
        assertArrayEquals(next.getBytes(StandardCharsets.UTF_8), config.bytes());
        Waiting.until("6.2.0 config 2", () -> tool(3, "version").out().equals("6.2.0 config 2\n"));
        assertFalse(announced(conf).ok(), "an older one");
    }

    @Test
    void passwordsOfALongConfigurationReachNoRecord() throws Exception {
        Heard heard = new Heard();
        client(2, heard, Optional.empty());
        assertEquals(1, heard.next(GroupEntry.Config.class).version());
        var devices = new StringBuilder("</clusternodes>\n<fencedevices>\n");
        for (int i = 0; i < 400; i++) {
            // So long that each end of a datagram cuts one in two, and each half still says what it is.
            String password = PASSWORD.repeat(30);
            devices.append("<fencedevice name=\"d%d\" agent=\"fence_apc\" ipaddr=\"10.0.0.%d\" passwd=\"%s\"/>\n"
                    .formatted(i, i, password));
        }
        String next = conf.replace("config_version=\"1\"", SECOND_VERSION)
                .replace("</clusternodes>", devices + "</fencedevices>");
        assertTrue(announced(next).ok());
        assertEquals(2, heard.next(GroupEntry.Config.class).version());
        Waiting.until("6.2.0 config 2", () -> tool(3, "version").out().equals("6.2.0 config 2\n"));
    }

    @Test
    void votesMustFit() throws IOException {
        assertEquals(
                "cman_tool: can't set expected votes: Invalid argument\n",
                tool(1, "expected", "-e", "9").err());
        assertEquals(0, tool(1, "votes", "-v", "3").status());
        Waiting.until("total votes: 5", () -> tool(2, "status").out().contains("Total votes: 5\n"));
        assertFalse(tool(2, "nodes", "-n", "nobody").err().isEmpty());
    }

    @Test
    void aClientFasterThanTheRingWaitsAndLosesNothing() throws Exception {
        Heard heard = new Heard();
        GroupClient client = connect(1, heard);
        // It may be put out for silence, and waiting isn't silence.
        join(client, Optional.empty(), 1_000);
        heard.next(GroupEntry.View.class);
        int messages = 48;
        for (int i = 0; i < messages; i++) {
            byte[] large = new byte[1 << 20];
            large[0] = (byte) i;
            client.send(GROUP, large, false, CauseId.NONE);
        }
        for (int i = 0; i < messages; i++) {
            assertEquals((byte) i, heard.next(GroupEntry.Message.class).payload()[0]);
        }
        assertTrue(heard.closed.isEmpty());
        assertEquals(0, tool(1, "wait", "-q", "-t", "20").status());
    }
}
