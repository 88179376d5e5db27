package io.muster.nanny.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.checks.Check;
import io.muster.checks.Rules;
import io.muster.checks.Target;
import io.muster.checks.TargetHealth.Force;
import io.muster.checks.daemon.Await;
import io.muster.checks.daemon.TestServer;
import io.muster.driver.Replay;
import io.muster.ipvs.FakeTable;
import io.muster.ipvs.Forwarding;
import io.muster.ipvs.IpvsOp;
import io.muster.ipvs.ServiceId;
import io.muster.ipvs.VirtualService;
import io.muster.net.IpAddress;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NannyTest {
    private static final ServiceId WEB =
            ServiceId.tcp(IpAddress.parse("192.168.26.10").orElseThrow(), 80);

    private final FakeTable table = new FakeTable();

    private NannyOptions options(int port, boolean quiesce, boolean fos) {
        IpAddress server = IpAddress.parse("127.0.0.1").orElseThrow();
        return new NannyOptions(
                WEB,
                new Target(WEB.toString(), server, port),
                new Rules(new Check.Connect(server, port, false), 100, 200, 64, 0),
                Forwarding.MASQ,
                quiesce,
                fos,
                false,
                false,
                "ipvsadm");
    }

    private Nanny start(NannyOptions options) throws IOException {
        return Nanny.start(
                options,
                TableHand.on(table, options.service(), options.target(), options.forwarding()),
                Optional.empty(),
                1,
                status -> {});
    }

    private String weights() {
        return table.destinations(WEB).stream()
                .map(d -> Integer.toString(d.destination().weight()))
                .toList()
                .toString();
    }

    private void await(String wanted) {
        try {
            Await.that("weights " + wanted, 5_000, () -> weights().equals(wanted));
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + ", but " + weights(), e);
        }
    }

    private void addService() throws IOException {
        table.apply(List.of(new IpvsOp.AddService(VirtualService.of(WEB, "wlc"))));
    }

    @Test
    void aServerIsAddedSlowlyAndRemovedAtItsFirstFailure() throws Exception {
        addService();
        int port;
        Nanny nanny;
        try (var server = TestServer.of(connection -> {})) {
            port = server.port();
            nanny = start(options(port, false, false));
            await("[2]");
        }
        await("[]");
        try (nanny;
                var again = TestServer.on(
                        new ServerSocket(port, 50, InetAddress.ofLiteral("127.0.0.1")), connection -> {})) {
            assertEquals(port, again.port());
            await("[2]");
        }
        assertEquals("[]", weights());
    }

    @Test
    void quiescingLeavesTheServerWithWeightZero() throws Exception {
        addService();
        Nanny nanny;
        try (var server = TestServer.of(connection -> {})) {
            nanny = start(options(server.port(), true, false));
            await("[2]");
        }
        await("[0]");
        nanny.close();
        assertEquals("[]", weights());
    }

    @Test
    void anOperatorsWordStandsAboveTheChecks() throws Exception {
        addService();
        try (var server = TestServer.of(connection -> {});
                var nanny = start(options(server.port(), false, false))) {
            await("[2]");
            nanny.force(Force.DOWN);
            await("[]");
            int before = server.served.get();
            Await.that("checked on", 5_000, () -> server.served.get() > before + 3);
            assertEquals("[]", weights());
            nanny.force(Force.AUTO);
            await("[2]");
        }
    }

    @Test
    void whatTheTableRefusesIsTriedAgain() throws Exception {
        try (var server = TestServer.of(connection -> {});
                var nanny = start(options(server.port(), false, false))) {
            Await.that("checked", 5_000, () -> server.served.get() > 2);
            assertEquals("[]", weights());
            addService();
            await("[2]");
            assertTrue(nanny != null);
        }
    }

    @Test
    void whatPrintsItsCommandsIsHeardAndObeysSignals(@TempDir Path root) throws Exception {
        Process process;
        BlockingQueue<String> lines = new LinkedBlockingQueue<>();
        try (var server = TestServer.of(connection -> {})) {
            var builder = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-XX:+UseSerialGC",
                            "-XX:TieredStopAtLevel=1",
                            "--enable-native-access=ALL-UNNAMED",
                            "-cp",
                            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                            Nanny.class.getName(),
                            "-c",
                            "-h",
                            "127.0.0.1",
                            "-p",
                            "80",
                            "-r",
                            Integer.toString(server.port()),
                            "-V",
                            "192.168.26.10",
                            "-t",
                            "1",
                            "-a",
                            "1",
                            "-w",
                            "2",
                            "-M",
                            "g",
                            "--norun",
                            "--lvs")
                    .redirectError(
                            ProcessBuilder.Redirect.appendTo(root.resolve("err").toFile()));
            builder.environment().put("MUSTER_ROOT", root.toString());
            builder.environment().put("_JAVA_SR_SIGNUM", "40");
            process = builder.start();
            BufferedReader out = process.inputReader(StandardCharsets.US_ASCII);
            Thread.ofVirtual().start(() -> out.lines().forEach(lines::add));
            String r = "-t 192.168.26.10:80 -r 127.0.0.1:" + server.port();
            assertEquals("/sbin/ipvsadm -a " + r + " -g -w 1", next(lines));
            signal(process, "USR1");
            assertEquals("/sbin/ipvsadm -d " + r, next(lines));
            signal(process, "USR2");
            assertEquals("/sbin/ipvsadm -a " + r + " -g -w 1", next(lines));
        }
        int before = lines.size();
        signal(process, "HUP");
        String last = next(lines);
        assertTrue(last.startsWith("/sbin/ipvsadm -d "), () -> before + " " + last);
        signal(process, "TERM");
        assertTrue(process.waitFor(10, TimeUnit.SECONDS));
        assertEquals(0, process.exitValue());
        String log = java.nio.file.Files.readString(root.resolve("err"));
        assertTrue(log.contains("[ active ] making 127.0.0.1:"), log);
        assertTrue(log.contains("due to connection failure: forced down"), log);
    }

    private static String next(BlockingQueue<String> lines) throws InterruptedException {
        return String.valueOf(lines.poll(15, TimeUnit.SECONDS));
    }

    private static void signal(Process process, String name) throws Exception {
        assertEquals(
                0,
                new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                        .start()
                        .waitFor());
    }

    @Test
    void whatHappensIsRecordedAndReplays(@TempDir Path root) throws Exception {
        addService();
        Path records;
        try (var server = TestServer.of(connection -> {})) {
            NannyOptions options = options(server.port(), false, false);
            records = root.resolve(Nanny.recordName(options.target()));
            assertEquals(
                    "nanny-TCP_192.168.26.10:80-127.0.0.1:" + server.port(),
                    records.getFileName().toString());
            TableHand hand = TableHand.on(table, options.service(), options.target(), options.forwarding());
            try (var nanny = Nanny.start(options, hand, Optional.of(records), 1, status -> {})) {
                await("[2]");
                nanny.force(Force.DOWN);
                await("[]");
            }
        }
        var octets = new ByteArrayOutputStream();
        var print = new PrintStream(octets, true, StandardCharsets.UTF_8);
        assertEquals(0, new Replay().run(new String[] {records.toString()}, print, print), octets::toString);
        octets.reset();
        assertEquals(0, new Replay().run(new String[] {"-w", "server", records.toString()}, print, print));
        String story = octets.toString(StandardCharsets.UTF_8);
        assertTrue(story.contains("weight 2 asked for"), story);
        assertTrue(story.contains("due to connection failure: forced down"), story);
    }

    @Test
    void failureEndsAFailoverNanny() throws Exception {
        var ended = new LinkedBlockingQueue<Integer>();
        int port;
        try (var server = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            port = server.getLocalPort();
        }
        NannyOptions options = options(port, false, true);
        try (var nanny = Nanny.start(
                options,
                TableHand.printing(System.out, "ipvsadm", options.service(), options.target(), options.forwarding()),
                Optional.empty(),
                1,
                ended::add)) {
            assertEquals(1, ended.poll(5, TimeUnit.SECONDS));
            assertTrue(nanny != null);
        }
    }
}
