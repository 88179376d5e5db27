package io.muster.lvs.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import io.muster.daemon.Daemon;
import io.muster.daemon.Layout;
import io.muster.driver.Replay;
import io.muster.ipvs.DestinationEntry;
import io.muster.ipvs.FakeTable;
import io.muster.ipvs.IpvsOp;
import io.muster.ipvs.ServiceId;
import io.muster.ipvs.VirtualService;
import io.muster.lvsctl.cli.Lvsctl;
import io.muster.net.IpAddress;
import io.muster.os.KernelSettings;
import io.netty.channel.EventLoop;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// lvsd in this process on a table in memory, real servers on 127.0.0.2, and lvsctl as users call it.
class LvsdDaemonTest {
    private static final KernelSettings NO_KERNEL = new KernelSettings() {
        @Override
        public Optional<String> setting(String name) {
            return Optional.empty();
        }

        @Override
        public void set(String name, String value) {}
    };

    @TempDir
    Path root;

    private final FakeTable table = new FakeTable();
    private final AtomicReference<Throwable> broken = new AtomicReference<>();
    private final List<EventLoop> watched = new ArrayList<>();
    private Layout layout = Layout.under(Path.of("/"));
    private ServerSocket good;
    private LvsdDaemon lvsd;

    private final Daemon.Context context = new Daemon.Context() {
        @Override
        public Layout layout() {
            return layout;
        }

        @Override
        public void ready() {}

        @Override
        public void fatal(Throwable reason) {
            broken.set(reason);
        }

        @Override
        public void status(String line) {}

        @Override
        public void watchdog(EventLoop loop) {
            watched.add(loop);
        }
    };

    LvsdDaemonTest() throws IOException {
        good = new ServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.2"));
    }

    @BeforeEach
    void start() throws IOException {
        layout = Layout.under(root);
        layout.makeDirectories();
        write(3);
        lvsd = launch();
    }

    @AfterEach
    void stop() throws IOException {
        lvsd.close();
        good.close();
        assertEquals(null, broken.get());
    }

    private void write(int weight) throws IOException {
        Files.createDirectories(layout.lvsConf().getParent());
        Files.writeString(layout.lvsConf(), """
                network = nat
                virtual web {
                     active = 1
                     address = 127.0.0.1 lo:1
                     port = 80
                     scheduler = wlc
                     timeout = 1
                     check = connect
                     server one {
                         address = 127.0.0.2
                         port = PORT
                         active = 1
                         weight = WEIGHT
                     }
                     server two {
                         address = 127.0.0.3
                         port = 1
                         active = 1
                     }
                }
                """.replace("PORT", Integer.toString(good.getLocalPort()))
                .replace("WEIGHT", Integer.toString(weight)));
    }

    private LvsdDaemon launch() throws IOException {
        return LvsdDaemon.start(
                new LvsdDaemon.Setting(
                        layout.lvsConf(),
                        layout,
                        true,
                        layout.socket("lvsd-metrics").toString(),
                        () -> table,
                        NO_KERNEL),
                context);
    }

    private String weights() {
        return String.join(
                " ",
                table.table().stream()
                        .flatMap(entry -> entry.destinations().stream())
                        .map(DestinationEntry::destination)
                        .map(to -> to.address() + "=" + to.weight())
                        .sorted()
                        .toList());
    }

    private static void await(BooleanSupplier condition, Supplier<String> otherwise) {
        long deadline = System.nanoTime() + 20_000_000_000L;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError(otherwise.get());
            }
            Thread.yield();
        }
    }

    private void awaitWeights(String wanted) {
        await(() -> weights().equals(wanted), () -> "weights are " + weights() + ", not " + wanted);
    }

    private String lvsctl(int status, String... args) {
        var out = new ByteArrayOutputStream();
        var print = new PrintStream(out, true, StandardCharsets.UTF_8);
        int got = new Lvsctl(layout).run(args, print, print);
        String text = out.toString(StandardCharsets.UTF_8);
        assertEquals(status, got, text);
        return text;
    }

    /// Half of the unit's time, from the loop that decides: when that hangs, nothing says otherwise.
    @Test
    void systemdsWatchdogIsFedByTheLoopThatDecides() throws Exception {
        assertEquals(1, watched.size());
        String thread = watched.getFirst()
                .submit(() -> Thread.currentThread().getName())
                .get(5, TimeUnit.SECONDS);
        assertEquals("lvsd", thread);
    }

    @Test
    void drainsShowsAndUndrains() {
        awaitWeights("127.0.0.2=1");
        String told = lvsctl(0, "drain", "one");
        assertTrue(told.contains("drains: 0 active and 0 inactive connections"), told);
        awaitWeights("127.0.0.2=0");
        String shown = lvsctl(0, "status");
        assertTrue(
                shown.matches("(?s).*  one +127\\.0\\.0\\.2:\\d+ +up \\d+s +0 .*drains for \\d+s, 0 left\n.*"), shown);
        assertTrue(shown.matches("(?s).*  two +127\\.0\\.0\\.3:1 +down \\d+s +- .*connection refused\n.*"), shown);
        assertTrue(lvsctl(0, "status", "--json").contains("\"drain\":{\"by\":\"lvsctl\""));
        lvsctl(0, "undrain", "127.0.0.2");
        awaitWeights("127.0.0.2=1");
        assertTrue(lvsctl(1, "drain", "oen").contains("did you mean \"one\"?"));
    }

    /// Two real servers of one address: what is left on the one must not keep the wait for the other.
    @Test
    @Timeout(60)
    void aWaitFollowsTheServersThatTheAnswerNamedAndNoOther() throws IOException {
        Files.writeString(layout.lvsConf(), Files.readString(layout.lvsConf()).replace("127.0.0.3", "127.0.0.2"));
        lvsd.reload();
        await(() -> lvsctl(0, "status").contains("127.0.0.2:1 "), this::weights);
        awaitWeights("127.0.0.2=1");
        lvsctl(0, "drain", "one");
        awaitWeights("127.0.0.2=0");
        table.connections(
                table.table().getFirst().service().id(),
                IpAddress.parse("127.0.0.2").orElseThrow(),
                5,
                0);
        await(() -> lvsctl(0, "status").contains("5 left"), () -> lvsctl(0, "status"));
        String told = lvsctl(0, "drain", "127.0.0.2:1", "--wait", "--service", "web");
        assertTrue(told.contains("127.0.0.2:1: 0 active and 0 inactive connections, 0 templates"), told);
        assertFalse(told.contains(":" + good.getLocalPort()), told);
    }

    private static String replay(String... args) {
        var out = new ByteArrayOutputStream();
        var print = new PrintStream(out, true, StandardCharsets.UTF_8);
        int status = new Replay().run(args, print, print);
        String told = out.toString(StandardCharsets.UTF_8);
        assertEquals(0, status, told);
        return told;
    }

    @Test
    void whatItDidCanBeAskedAfterwards() throws IOException {
        awaitWeights("127.0.0.2=1");
        lvsctl(0, "drain", "one");
        awaitWeights("127.0.0.2=0");
        lvsctl(0, "undrain", "one");
        awaitWeights("127.0.0.2=1");
        write(1);
        lvsd.reload();
        good.close();
        await(() -> weights().isEmpty(), this::weights);
        lvsd.close();
        String record = layout.record("lvsd").toString();
        assertTrue(replay(record).contains("decide as they were recorded"));
        String told = replay("-w", "servers", record);
        assertTrue(told.contains("making 127.0.0.2:" + good.getLocalPort() + " available"), told);
        assertTrue(told.contains("127.0.0.2:" + good.getLocalPort() + ": drains: 0 active"), told);
        assertTrue(told.contains(": drain ended"), told);
        assertTrue(told.contains("reload: "), told);
        assertTrue(told.contains("due to connection failure: connection refused"), told);
    }

    @Test
    void wrongUsageIsSaidWithTheNearestWord() {
        assertTrue(lvsctl(2, "drian", "one").startsWith("lvsctl: unknown word \"drian\"; did you mean \"drain\"?\n"));
        assertTrue(lvsctl(2, "drain", "one", "--deadline", "soon").contains("seconds are wanted"));
        assertTrue(lvsctl(2, "drain").startsWith("Usage: lvsctl drain"));
        assertTrue(lvsctl(2, "undrain", "one", "--wait").startsWith("lvsctl: unrecognized option '--wait'\n"));
        assertTrue(lvsctl(0, "undrain", "--h").startsWith("Usage: lvsctl undrain"));
        assertTrue(lvsctl(2).startsWith("Usage: lvsctl"));
        assertTrue(lvsctl(0, "--help").startsWith("Usage: lvsctl"));
    }

    /// A real HTTP server that serves one site, at another address and port than connections go to.
    @Test
    void aCheckGoesElsewhereByNameAndTakesTheStatusesWanted() throws IOException {
        var door = HttpServer.create(new InetSocketAddress("127.0.0.4", 0), 10);
        door.createContext("/", exchange -> {
            boolean site = "shop.example".equals(exchange.getRequestHeaders().getFirst("Host"));
            exchange.sendResponseHeaders(site ? 403 : 500, -1);
            exchange.close();
        });
        door.start();
        try {
            int port = door.getAddress().getPort();
            String file = Files.readString(layout.lvsConf())
                    .replace(
                            "check = connect",
                            "reentry = 0\ncheck = http\ncheck_status = 200-299,401-403\nvirtualhost = shop.example")
                    .replace("address = 127.0.0.3", "address = 127.0.0.3\nconnect_ip = 127.0.0.4\ncheckport = " + port);
            Files.writeString(layout.lvsConf(), file);
            lvsd.reload();
            awaitWeights("127.0.0.3=1");
            String shown = lvsctl(0, "status");
            assertTrue(shown.contains("checked at 127.0.0.4:" + port + "\n"), shown);
            Files.writeString(layout.lvsConf(), file.replace("shop.example", "other.example"));
            lvsd.reload();
            await(() -> lvsctl(0, "status").contains("status 500, not 200-299,401-403"), this::weights);
        } finally {
            door.stop(0);
        }
    }

    private Path notifying(String script) throws IOException {
        Path program = root.resolve("notify");
        Files.writeString(program, "#!/bin/sh\n" + script + "\n");
        assertTrue(program.toFile().setExecutable(true));
        Path lines = root.resolve("told");
        Files.writeString(lines, "");
        String call = " = \"" + program + " " + lines + " %e %s\"\n";
        Files.writeString(
                layout.lvsConf(),
                Files.readString(layout.lvsConf())
                        .replace("timeout = 1", "timeout = 3")
                        .replace(
                                "check = connect",
                                "check = connect\nnotify_up" + call + "notify_down" + call + "quorum_up" + call
                                        + "quorum_down" + call));
        return lines;
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }

    @Test
    void programsAreRunWhenServersGoDown() throws IOException {
        awaitWeights("127.0.0.2=1");
        Path told =
                notifying("echo \"$2 $3 $LVS_EVENT $LVS_VIRTUAL $LVS_SERVER $LVS_ADDRESS $LVS_SERVERS_UP/$LVS_SERVERS"
                        + " ${LVS_REASON:+why}\" >> $1");
        lvsd.reload();
        await(() -> lvsctl(0, "status", "--json").contains("\"reloads\":1"), this::weights);
        good.close();
        String one = "down one down web one 127.0.0.2 0/2 why\n";
        String all = "down  down web  127.0.0.1 0/2 why\n";
        await(() -> text(told).length() >= one.length() + all.length(), () -> text(told));
        assertTrue(text(told).equals(one + all) || text(told).equals(all + one), text(told));
    }

    @Test
    void aProgramThatHangsKeepsNobodyAndEndsWithItsDaemon() throws IOException {
        awaitWeights("127.0.0.2=1");
        Path told = notifying("echo $$ >> $1; exec sleep 1000");
        lvsd.reload();
        await(() -> lvsctl(0, "status", "--json").contains("\"reloads\":1"), this::weights);
        good.close();
        await(() -> text(told).lines().count() == 2, () -> text(told));
        awaitWeights("");
        List<ProcessHandle> hung = text(told)
                .lines()
                .flatMap(pid -> ProcessHandle.of(Long.parseLong(pid)).stream())
                .toList();
        assertEquals(2, hung.size());
        lvsd.close();
        await(() -> hung.stream().noneMatch(ProcessHandle::isAlive), () -> "one goes on");
    }

    @Test
    void aReloadAppliesAWeightAndARefusedFileChangesNothing() throws IOException {
        awaitWeights("127.0.0.2=1");
        write(1);
        lvsd.reload();
        await(
                () -> lvsctl(0, "status", "--json").contains("\"configured_weight\":1,\"wanted_weight\":1"),
                this::weights);
        Files.writeString(layout.lvsConf(), "virtual web {\n  nonsense = 7\n  active = maybe\n}\n");
        lvsd.reload();
        assertTrue(lvsctl(0, "status", "--json").contains("\"reloads\":1"));
        awaitWeights("127.0.0.2=1");
    }

    @Test
    void aNewLvsdTakesTheTableOverAndAStopLeavesForeignServices() throws IOException {
        awaitWeights("127.0.0.2=1");
        String owned = Files.readString(layout.state().resolve("lvs/owned"));
        assertTrue(owned.contains("service tcp 127.0.0.1 80\n"), owned);
        lvsd.close();
        assertEquals(0, table.table().size());
        table.apply(new IpvsOp.AddService(VirtualService.of(ServiceId.mark(9, false), "rr")));
        lvsd = launch();
        awaitWeights("127.0.0.2=1");
        lvsd.close();
        assertEquals(1, table.table().size());
    }

    @Test
    void metricsAreServedOverHttp() throws IOException {
        awaitWeights("127.0.0.2=1");
        for (String path : List.of("/metrics", "/", "/metrics?x=1")) {
            String answer = asked("GET " + path);
            assertTrue(answer.startsWith("HTTP/1.1 200 OK\r\n"), answer);
            assertTrue(
                    answer.contains(
                            "\nmuster_lvs_server_up{virtual=\"web\",service=\"TCP 127.0.0.1:80\",server=\"one\""),
                    answer);
            assertTrue(answer.endsWith("# EOF\n"), answer);
        }
        String head = asked("HEAD /metrics");
        assertTrue(head.startsWith("HTTP/1.1 200 OK\r\n") && head.endsWith("\r\n\r\n"), head);
        assertTrue(asked("POST /metrics").startsWith("HTTP/1.1 405 "));
        assertTrue(asked("GET /else").startsWith("HTTP/1.1 404 "));
        assertTrue(lvsctl(0, "metrics").endsWith("# EOF\n"));
    }

    private String asked(String request) throws IOException {
        try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(layout.socket("lvsd-metrics")));
            channel.write(ByteBuffer.wrap((request + " HTTP/1.1\r\nHost: x\r\n\r\n").getBytes(StandardCharsets.UTF_8)));
            var text = new ByteArrayOutputStream();
            ByteBuffer part = ByteBuffer.allocate(4096);
            while (channel.read(part) >= 0) {
                text.write(part.array(), 0, part.position());
                part.clear();
            }
            return text.toString(StandardCharsets.UTF_8);
        }
    }

    @Test
    void aFileThatAsksForWhatIsNotBuiltIsRefusedAtTheStart() throws IOException {
        lvsd.close();
        Files.writeString(layout.lvsConf(), Files.readString(layout.lvsConf()) + "service = fos\n");
        IOException refused = assertThrows(IOException.class, this::launch);
        assertTrue(refused.getMessage().contains("aren't built yet"), refused.getMessage());
        write(1);
        lvsd = launch();
    }
}
