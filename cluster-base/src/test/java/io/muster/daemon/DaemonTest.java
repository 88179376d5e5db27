package io.muster.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.cli.LongOption;
import io.muster.cli.Said;
import io.muster.control.ControlClient;
import io.muster.control.ControlServer;
import io.muster.control.Frame;
import io.muster.control.NotRunningException;
import io.muster.control.Session;
import io.muster.control.SessionHandler;
import io.muster.core.CauseId;
import io.muster.driver.Loops;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/// Runs a small daemon as a process of its own.
class DaemonTest {
    private static final int BREAK = 9;
    private static final int SAY = 10;

    @TempDir
    Path root;

    /// The daemon under test: answers everything, breaks when told to.
    static final class Small {
        public static void main(String[] args) {
            Daemon.named("small").main(args, Small::start);
        }

        private static AutoCloseable start(Daemon.Context context) throws IOException {
            EventLoop loop = Loops.start("small");
            Signals.on("HUP", () -> {
                try {
                    Files.writeString(context.layout().root().resolve("hangup"), "heard\n");
                } catch (IOException e) {
                    context.fatal(e);
                }
            });
            var server = ControlServer.open(context.layout().socket("small"), loop, new SessionHandler() {
                @Override
                public void onFrame(Session session, Frame frame) {
                    if (frame.type() == BREAK) {
                        context.fatal(new IllegalStateException("from A to B in epoch 7"));
                    }
                    if (frame.type() == SAY) {
                        LoggerFactory.getLogger("small")
                                .info("number {}", new String(frame.payload(), StandardCharsets.UTF_8));
                        return;
                    }
                    session.send(new Frame(frame.type(), frame.sequence(), CauseId.NONE, frame.payload()));
                }
            });
            return () -> {
                server.close();
                Loops.stop(loop);
                LoggerFactory.getLogger(Small.class).info("said\ngood-bye");
            };
        }
    }

    @Test
    void sigtermIsACleanStop() throws Exception {
        Process process = launch();
        try {
            try (var client = connect(process)) {
                assertEquals(1, client.ask(1, new byte[] {7}).payload().length);
            }
            Path pidFile = Layout.under(root).pidFile("small");
            assertEquals(process.pid() + "\n", read(pidFile));
            process.destroy();
            assertTrue(process.waitFor(20, TimeUnit.SECONDS));
            assertEquals(0, process.exitValue());
            assertFalse(Files.exists(pidFile));
            String log = Files.readString(Layout.under(root).log().resolve("small.log"));
            assertTrue(
                    log.matches("(?s)\\d{4}-\\d\\d-\\d\\dT[\\d:.]{12}Z small\\[\\d+\\] INFO small .* starts.*"), log);
            assertTrue(log.contains("INFO said\n    good-bye\n"), log);
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void aBrokenCoreEndsTheProcessAtOnceAndSaysWhy() throws Exception {
        Process process = launch();
        try (var client = connect(process)) {
            client.send(BREAK, new byte[0]);
            assertTrue(process.waitFor(20, TimeUnit.SECONDS));
            assertEquals(1, process.exitValue());
            String log = Files.readString(Layout.under(root).log().resolve("small.log"));
            assertTrue(log.contains("ERROR small ends: java.lang.IllegalStateException: from A to B in epoch 7"), log);
        } finally {
            process.destroyForcibly();
        }
    }

    /// Whoever is started again on a full disk may have something to stop.
    @Test
    void withoutAPidFileItRunsAllTheSame() throws Exception {
        Files.createDirectories(Layout.under(root).pidFile("small"));
        Process process = launch();
        try (var client = connect(process)) {
            assertEquals(1, client.ask(1, new byte[] {7}).payload().length);
            process.destroy();
            assertTrue(process.waitFor(20, TimeUnit.SECONDS));
            assertEquals(0, process.exitValue());
            String log = Files.readString(Layout.under(root).log().resolve("small.log"));
            assertTrue(log.contains("WARN no pid file: "), log);
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void aSecondOneEndsBeforeItTouchesAnything() throws Exception {
        Process process = launch();
        try (var client = connect(process)) {
            Path pidFile = Layout.under(root).pidFile("small");
            read(pidFile);
            Process second = launch();
            try {
                assertTrue(second.waitFor(20, TimeUnit.SECONDS));
                assertEquals(1, second.exitValue());
                assertEquals(
                        "small: another small runs here (pid " + process.pid() + "): this one ends\n",
                        Files.readString(root.resolve("output")));
            } finally {
                second.destroyForcibly();
            }
            assertEquals(process.pid() + "\n", Files.readString(pidFile));
            assertEquals(1, client.ask(1, new byte[] {7}).payload().length);
        } finally {
            process.destroyForcibly();
        }
        process.waitFor(20, TimeUnit.SECONDS);
        Process next = launch();
        try (var client = connect(next)) {
            assertEquals(1, client.ask(1, new byte[] {7}).payload().length, "the lock went with the killed one");
        } finally {
            next.destroyForcibly();
        }
    }

    @Test
    void optionsAreThoseOfEveryDaemon() {
        assertEquals("-1 ", parse("-f"));
        assertEquals("0 small " + Daemon.version() + "\n", parse("-V"));
        assertTrue(parse("-h").startsWith("0 Usage: small [options]\n  -n NAME"), parse("-h"));
        assertTrue(parse("-z").startsWith("1 small: invalid option -- 'z'\nUsage: small"), parse("-z"));
        assertTrue(parse("-f", "now").startsWith("1 small: unexpected argument \"now\"\nUsage: small"), parse("now"));
        assertEquals("-1 ", parse("-n", "x"));
        assertTrue(parse("-n", "bad").startsWith("1 Usage"), parse("-n", "bad"));
    }

    @Test
    void longOptionsComeToTheHandlerAndADaemonsOwnLettersAreItsOwn() {
        var seen = new StringBuilder();
        var daemon = Daemon.named("small")
                .options("f:V:", "", (letter, argument) -> {
                    seen.append(letter).append('=').append(argument).append(' ');
                    return true;
                })
                .longOptions(
                        new LongOption("guard", LongOption.Argument.NONE, 1000),
                        new LongOption("mark", LongOption.Argument.REQUIRED, 'f'));
        assertEquals(
                -1,
                Said.by(daemon::parse, "--guard", "-f", "7", "--mark=8", "-V", "vip")
                        .status());
        assertEquals("1000=null 102=7 102=8 86=vip ", seen.toString());
        assertEquals(new Said(0, "small " + Daemon.version() + "\n", ""), Said.together(daemon::parse, "--version"));
        assertEquals(
                new Said(
                        1,
                        "small: unrecognized option '--gard'\nUsage: small [options]\n"
                                + "  -h       print this help, then exit\n",
                        ""),
                Said.together(daemon::parse, "--gard"));
    }

    @Test
    void aHangUpDoesNotEndADaemonThatAskedForIt() throws Exception {
        Process process = launch();
        try (var client = connect(process)) {
            client.ask(1, new byte[0]);
            Process kill = new ProcessBuilder("kill", "-HUP", Long.toString(process.pid())).start();
            assertEquals(0, kill.waitFor());
            assertEquals("heard\n", read(root.resolve("hangup")));
            assertEquals(1, client.ask(1, new byte[] {7}).payload().length);
            assertTrue(process.isAlive());
        } finally {
            process.destroyForcibly();
        }
    }

    /// What logrotate does with `create`: rename, make the file anew, send HUP to the daemon.
    @Test
    void aLogThatIsRotatedLosesNoLine() throws Exception {
        Process process = launch();
        Path log = Layout.under(root).log().resolve("small.log");
        Path rotated = log.resolveSibling("small.log.1");
        try (var client = connect(process)) {
            int sent = 0;
            while (!(Files.exists(rotated) && Files.size(log) > 0)) {
                for (int i = 0; i < 100; i++) {
                    client.send(SAY, Integer.toString(sent++).getBytes(StandardCharsets.UTF_8));
                }
                client.ask(1, new byte[0]);
                if (sent == 1_000) {
                    Files.move(log, rotated);
                    Files.createFile(log);
                    Process kill = new ProcessBuilder("kill", "-HUP", Long.toString(process.pid())).start();
                    assertEquals(0, kill.waitFor());
                }
                assertTrue(sent < 1_000_000, "no line in the new file after " + sent);
            }
            process.destroy();
            assertTrue(process.waitFor(20, TimeUnit.SECONDS));
            String all = Files.readString(rotated) + Files.readString(log);
            var numbers = all.lines()
                    .filter(line -> line.contains("INFO number "))
                    .map(line -> Integer.parseInt(line.replaceFirst(".* ", "")))
                    .toList();
            assertEquals(IntStream.range(0, sent).boxed().toList(), numbers);
        } finally {
            process.destroyForcibly();
        }
    }

    private static String parse(String... args) {
        Said said = Said.together(
                Daemon.named("small")
                        .options("n:", "  -n NAME  this node", (letter, argument) -> !"bad".equals(argument))::parse,
                args);
        return said.status() + " " + said.out();
    }

    private Process launch() throws IOException {
        var builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx64m",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                Small.class.getName());
        builder.environment().put("MUSTER_ROOT", root.toString());
        builder.environment().remove("NOTIFY_SOCKET");
        builder.redirectErrorStream(true).redirectOutput(root.resolve("output").toFile());
        return builder.start();
    }

    /// A file that its writer makes after it serves its socket.
    private static String read(Path file) throws IOException {
        long deadline = System.nanoTime() + 20_000_000_000L;
        while ((!Files.exists(file) || Files.size(file) == 0) && System.nanoTime() < deadline) {
            Thread.onSpinWait();
        }
        return Files.readString(file);
    }

    private ControlClient connect(Process process) throws IOException {
        long deadline = System.nanoTime() + 20_000_000_000L;
        while (true) {
            try {
                return ControlClient.connect(Layout.under(root).socket("small"), Duration.ofSeconds(10));
            } catch (NotRunningException e) {
                if (System.nanoTime() > deadline || !process.isAlive()) {
                    throw new AssertionError(Files.readString(root.resolve("output")), e);
                }
                Thread.yield();
            }
        }
    }
}
