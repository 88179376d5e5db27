package io.muster.control;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.muster.core.CauseId;
import io.muster.driver.Loops;
import io.netty.channel.EventLoop;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The real user nobody at a real socket. What he sends and hears goes through a small Perl program, which he may run.
@NullUnmarked
class NobodyAsksTest {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final int LOOK = 1;
    private static final int CHANGE = 2;

    /// Connects as often as told, sends each time what it is told, says what came back on the last, and waits.
    private static final String CLIENT = """
            use Socket; my ($path, $count, $hex) = @ARGV; my @all; $| = 1; $SIG{PIPE} = 'IGNORE';
            for (1 .. $count) {
                socket(my $s, PF_UNIX, SOCK_STREAM, 0) or die "socket: $!";
                connect($s, pack_sockaddr_un($path)) or die "connect: $!";
                syswrite($s, pack('H*', $hex)); push @all, $s;
            }
            my $heard = ''; sysread($all[-1], $heard, 65536); print unpack('H*', $heard), "\\n"; <STDIN>;
            """;

    private Path directory;
    private EventLoop loop;
    private ControlServer server;
    private Path socket;

    @BeforeEach
    void serve() throws IOException {
        assumeTrue(System.getProperty("user.name").equals("root"), "only root can become nobody");
        // Where nobody may go.
        directory = Files.createTempDirectory(
                "nobody-", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        loop = Loops.start("test");
        socket = directory.resolve("test.sock");
        server = serve(Limits.DEFAULT);
    }

    private ControlServer serve(Limits limits) throws IOException {
        SessionHandler handler = (session, frame) -> {
            if (frame.type() == LOOK) {
                session.reply(frame, Answer.of(new byte[] {7}));
            } else {
                session.reply(frame, session.mayChange() ? Answer.DONE : Answer.FORBIDDEN);
            }
        };
        return ControlServer.open(socket, loop, handler, limits);
    }

    @AfterEach
    void stop() throws IOException {
        if (server != null) {
            server.close();
            Loops.stop(loop);
            Files.deleteIfExists(directory);
        }
    }

    private Process client(String groups, int count, Frame frame) throws IOException {
        return new ProcessBuilder(List.of(
                        "setpriv",
                        "--reuid=65534",
                        "--regid=65534",
                        groups,
                        "perl",
                        "-e",
                        CLIENT,
                        socket.toString(),
                        Integer.toString(count),
                        HexFormat.of().formatHex(frame.encode())))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static Frame heard(Process client) throws Exception {
        try (BufferedReader said = client.inputReader(StandardCharsets.US_ASCII)) {
            byte[] octets = HexFormat.of().parseHex(said.readLine());
            return Frame.decode(java.util.Arrays.copyOfRange(octets, Frame.PREFIX, octets.length));
        } finally {
            client.destroy();
            assertTrue(client.waitFor(10, TimeUnit.SECONDS));
        }
    }

    private static Frame question(int type, int octets) {
        return new Frame(type, 1, CauseId.NONE, new byte[octets]);
    }

    @Test
    void nobodyMayLookAndIsToldWhoMayChange() throws Exception {
        Answer look = Answer.decode(heard(client("--clear-groups", 1, question(LOOK, 0))));
        assertArrayEquals(new byte[] {7}, look.body());
        Answer change = Answer.decode(heard(client("--clear-groups", 1, question(CHANGE, 0))));
        assertEquals(Answer.PERMISSION, change.code());
        assertEquals("permission denied: only root and members of group cluster may do that", change.text());
    }

    @Test
    void whatIsTooLargeForAQuestionIsAnsweredAlike() throws Exception {
        Frame last = heard(client("--clear-groups", 1, question(CHANGE, 30_000)));
        assertEquals(Frame.REFUSAL, last.type());
        assertEquals(Answer.FORBIDDEN.text(), new String(last.payload(), StandardCharsets.UTF_8));
    }

    @Test
    void aMemberOfTheSocketsGroupMayChange() throws Exception {
        server.close();
        var all = Limits.DEFAULT;
        // Any group that is there stands for the one that an operator makes.
        String there = Files.getAttribute(Path.of("/etc/shadow"), "posix:group").toString();
        server = serve(new Limits(all.maxPayload(), all.maxQueued(), all.stalledReaderMs(), all.maxSessions(), there));
        int group = server.operators().orElseThrow();
        Answer change = Answer.decode(heard(client("--groups=100," + group, 1, question(CHANGE, 0))));
        assertEquals(0, change.code());
    }

    @Test
    void aThousandConnectionsOfHisDelayNobodyElse() throws Exception {
        Process crowd = client("--clear-groups", 1000, question(LOOK, 0));
        try {
            Frame last = heard(crowd);
            assertEquals(Frame.REFUSAL, last.type());
            String why = new String(last.payload(), StandardCharsets.UTF_8);
            assertEquals("16 connections of user 65534 are open already: try again later", why);
        } finally {
            crowd.destroy();
        }
        long began = System.nanoTime();
        try (var operator = CommandClient.connect(socket, SOON)) {
            assertTrue(operator.ask(CHANGE).done());
        }
        long ms = (System.nanoTime() - began) / 1_000_000;
        assertTrue(ms < 1000, "answered after " + ms + " ms");
        assertEquals(984, server.counters().refused());
    }
}
