package io.muster.control;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.core.CauseId;
import io.muster.driver.Loop;
import io.muster.driver.Loops;
import io.netty.channel.EventLoop;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@NullUnmarked
class ControlSocketTest {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final int ECHO = 1;
    private static final int SILENT = 2;
    private static final int FLOOD = 3;
    private static final int FAIL = 4;
    private static final int WATCH = 5;
    private static final int PUSH = 6;
    private static final int OBEY = 7;
    private static final int REFUSE = 8;

    @TempDir
    Path directory;

    private EventLoop loop;
    private ControlServer server;
    private Path socket;
    private final BlockingQueue<String> closed = new LinkedBlockingQueue<>();
    private final BlockingQueue<Session> opened = new LinkedBlockingQueue<>();

    private final class Daemon implements SessionHandler {
        @Override
        public void onOpen(Session session) {
            opened.add(session);
        }

        @Override
        public void onFrame(Session session, Frame frame) {
            switch (frame.type()) {
                case ECHO -> session.send(new Frame(ECHO, frame.sequence(), CauseId.NONE, frame.payload()));
                case OBEY -> session.reply(frame, Answer.of(new byte[] {9}));
                case REFUSE -> session.reply(frame, Answer.of(3, "not today"));
                case FLOOD -> {
                    for (int i = 0; i < 64; i++) {
                        session.send(FLOOD, new byte[64 << 10]);
                    }
                }
                case FAIL -> throw new IllegalArgumentException("on purpose");
                case WATCH -> session.watch(20, 200);
                case PUSH -> session.send(PUSH, new CauseId(1, 2, 3), frame.payload());
                default -> {}
            }
        }

        @Override
        public void onClose(Session session, String why) {
            closed.add(why);
        }
    }

    @BeforeEach
    void serve() throws IOException {
        loop = Loops.start("test");
        socket = directory.resolve("run/test.sock");
        server = ControlServer.open(socket, loop, new Daemon(), new Limits(1 << 20, 1 << 20, 400, 4, "cluster"));
    }

    @AfterEach
    void stop() {
        server.close();
        Loops.stop(loop);
    }

    @Test
    void aCommandAsksAndIsAnswered() throws Exception {
        try (var client = ControlClient.connect(socket, SOON)) {
            byte[] big = new byte[900_000];
            big[899_999] = 7;
            assertArrayEquals(big, client.ask(ECHO, big).payload());
            client.send(SILENT, new byte[0]);
            client.send(PUSH, new byte[] {5});
            Frame pushed = client.receive();
            assertEquals(new CauseId(1, 2, 3), pushed.cause());
            assertEquals(0, pushed.sequence());
        }
        assertEquals("closed by client", closed.poll(10, TimeUnit.SECONDS));
        assertEquals(1, server.counters().opened());
        assertEquals(3, server.counters().framesIn());
    }

    @Test
    void aYesIsPassedOnAndANoIsRefusedInTheDaemonsWords() throws Exception {
        assertArrayEquals(
                new byte[] {9},
                CommandClient.askOnce(socket, SOON, OBEY).orRefuse().body());
        Answer no = CommandClient.askOnce(socket, SOON, REFUSE);
        assertEquals(3, no.code());
        assertEquals(
                "not today", assertThrows(RefusedException.class, no::orRefuse).getMessage());
        var nonsense = assertThrows(IOException.class, () -> CommandClient.askOnce(socket, SOON, ECHO));
        assertEquals("the daemon's answer makes no sense: a frame of type 1 for an answer", nonsense.getMessage());
    }

    @Test
    void theKernelSaysWhoThePeerIs() throws Exception {
        try (var client = ControlClient.connect(socket, SOON)) {
            client.ask(ECHO, new byte[0]);
            Session session = opened.poll(10, TimeUnit.SECONDS);
            assertEquals(ProcessHandle.current().pid(), session.pid());
            assertTrue(session.mayChange());
        }
    }

    @Test
    void theSocketIsForEverybodyAndGoesWithItsServer() throws IOException {
        assertEquals("rw-rw-rw-", PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)));
        server.close();
        assertFalse(Files.exists(socket));
        assertThrows(NotRunningException.class, () -> ControlClient.connect(socket, SOON));
    }

    @Test
    void aSecondDaemonIsRefusedAndALeftOverReplaced() throws IOException {
        assertThrows(IOException.class, () -> ControlServer.open(socket, loop, new Daemon()));
        Path stale = directory.resolve("run/stale.sock");
        try (var dead = java.nio.channels.ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            dead.bind(UnixDomainSocketAddress.of(stale));
        }
        try (var second = ControlServer.open(stale, loop, new Daemon());
                var client = ControlClient.connect(stale, SOON)) {
            assertEquals(0, second.counters().slow());
            client.send(SILENT, new byte[0]);
        }
    }

    @Test
    void aPathTooLongForASocketIsNamed() {
        Path deep = directory.resolve("d".repeat(100)).resolve("test.sock");
        var refusal = assertThrows(IOException.class, () -> ControlServer.open(deep, loop, new Daemon()));
        assertTrue(refusal.getMessage().contains("MUSTER_ROOT"), refusal.getMessage());
    }

    @Test
    void waitingForAnAnswerIsBounded() throws Exception {
        try (var client = ControlClient.connect(socket, Duration.ofMillis(50))) {
            assertThrows(SocketTimeoutException.class, () -> client.ask(SILENT, new byte[0]));
        }
    }

    @Test
    void aReaderThatTakesNothingIsDisconnectedAndCounted() throws Exception {
        try (var client = ControlClient.connect(socket, SOON)) {
            client.send(FLOOD, new byte[0]);
            String why = closed.poll(10, TimeUnit.SECONDS);
            assertTrue(why.startsWith("too slow: "), why);
            assertEquals(1, server.counters().slow());
        }
    }

    @Test
    void aReaderStuckWithLittleIsDisconnectedAfterItsTime() throws Exception {
        try (var client = ControlClient.connect(socket, SOON)) {
            client.ask(ECHO, new byte[0]);
            Session session = opened.poll(10, TimeUnit.SECONDS);
            session.send(FLOOD, new byte[700_000]);
            String why = closed.poll(10, TimeUnit.SECONDS);
            assertTrue(why.contains("none taken for"), why);
        }
    }

    @Test
    void aSlowReaderThatKeepsReadingGetsEverything() throws Exception {
        try (var client = ControlClient.connect(socket, SOON)) {
            client.ask(ECHO, new byte[0]);
            Session session = opened.poll(10, TimeUnit.SECONDS);
            for (int i = 0; i < 12; i++) {
                session.send(FLOOD, new byte[64 << 10]);
            }
            for (int i = 0; i < 12; i++) {
                assertEquals(64 << 10, client.receive().payload().length);
            }
            assertEquals(0, server.counters().slow());
        }
    }

    @Test
    void aClientWhoseLoopHangsIsDisconnectedAndOneThatTurnsIsNot() throws Exception {
        try (var hung = ControlClient.connect(socket, SOON)) {
            hung.send(WATCH, new byte[0]);
            String why = closed.poll(10, TimeUnit.SECONDS);
            assertTrue(why.startsWith("no answer for"), why);
            assertEquals(1, server.counters().silent());
        }
        var listener = new Recording();
        try (var alive = connect(socket, listener).get(10, TimeUnit.SECONDS)) {
            alive.send(WATCH, new byte[0]);
            var later = new CompletableFuture<AsyncControlClient.Outcome>();
            loop.schedule(
                    () -> alive.ask(ECHO, CauseId.NONE, new byte[1], 5_000, later::complete),
                    500,
                    TimeUnit.MILLISECONDS);
            assertEquals(1, frame(later).payload().length);
            assertEquals(1, server.counters().silent());
        }
    }

    @Test
    void damagedFramesEndTheirSessionOnly() throws Exception {
        try (var raw = SocketChannel.open(UnixDomainSocketAddress.of(socket));
                var healthy = ControlClient.connect(socket, SOON)) {
            raw.write(ByteBuffer.wrap(new byte[] {0x7f, 0, 0, 0, 1}));
            String why = closed.poll(10, TimeUnit.SECONDS);
            assertTrue(why.startsWith("malformed frame"), why);
            assertEquals(-1, raw.read(ByteBuffer.allocate(1)));
            assertEquals(1, healthy.ask(ECHO, new byte[1]).payload().length);
        }
        assertEquals(1, server.counters().malformed());
    }

    @Test
    void aFailingHandlerEndsItsSessionOnly() throws Exception {
        try (var unlucky = ControlClient.connect(socket, SOON);
                var healthy = ControlClient.connect(socket, SOON)) {
            assertThrows(EOFException.class, () -> unlucky.ask(FAIL, new byte[0]));
            assertEquals(1, healthy.ask(ECHO, new byte[1]).payload().length);
        }
    }

    @Test
    void framesArriveWholeHoweverTheyAreCut() throws Exception {
        byte[] octets = new Frame(ECHO, 77, CauseId.NONE, new byte[] {1, 2, 3}).encode();
        try (var raw = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            for (byte octet : octets) {
                raw.write(ByteBuffer.wrap(new byte[] {octet}));
            }
            ByteBuffer answer = ByteBuffer.allocate(octets.length);
            while (answer.hasRemaining()) {
                assertTrue(raw.read(answer) > 0);
            }
            assertArrayEquals(octets, answer.array());
        }
    }

    @Test
    void tooManySessionsAreRefused() throws Exception {
        var clients = new java.util.ArrayList<ControlClient>();
        try {
            for (int i = 0; i < 4; i++) {
                clients.add(ControlClient.connect(socket, SOON));
                clients.getLast().ask(ECHO, new byte[0]);
            }
            clients.add(ControlClient.connect(socket, SOON));
            var refusal =
                    assertThrows(RefusedException.class, () -> clients.getLast().ask(ECHO, new byte[0]));
            assertEquals("4 connections are open already: try again later", refusal.getMessage());
            assertEquals(1, server.counters().refused());
        } finally {
            for (ControlClient client : clients) {
                client.close();
            }
        }
    }

    @Test
    void aDaemonAsksFollowsAndHearsTheEnd() throws Exception {
        var listener = new Recording();
        AsyncControlClient client = connect(socket, listener).get(10, TimeUnit.SECONDS);
        Frame answer = frame(ask(client, ECHO, new CauseId(1, 1, 1), new byte[] {4}, 5_000));
        assertEquals(4, answer.payload()[0]);
        client.send(PUSH, new byte[] {6});
        assertEquals(6, listener.frames.poll(10, TimeUnit.SECONDS).payload()[0]);
        assertEquals("no answer within 50 ms", none(ask(client, SILENT, CauseId.NONE, new byte[0], 50)));
        assertEquals(
                "connection ended: closed by the other daemon",
                none(ask(client, FAIL, CauseId.NONE, new byte[0], 5_000)));
        assertEquals("closed by the other daemon", listener.ends.poll(10, TimeUnit.SECONDS));
        assertEquals("connection is closed", none(ask(client, ECHO, CauseId.NONE, new byte[0], 5_000)));
    }

    @Test
    void connectingToNobodySaysSo() {
        var nobody = connect(directory.resolve("nobody.sock"), new Recording());
        var refusal = assertThrows(ExecutionException.class, () -> nobody.get(10, TimeUnit.SECONDS));
        assertTrue(refusal.getCause() instanceof NotRunningException);
    }

    private CompletableFuture<AsyncControlClient> connect(Path where, Recording listener) {
        AsyncControlClient.connect(new NettySockets(loop), Loop.of(loop), where, listener);
        return listener.opened;
    }

    private static CompletableFuture<AsyncControlClient.Outcome> ask(
            AsyncControlClient client, int type, CauseId cause, byte[] payload, long ms) {
        var answer = new CompletableFuture<AsyncControlClient.Outcome>();
        client.ask(type, cause, payload, ms, answer::complete);
        return answer;
    }

    private static Frame frame(CompletableFuture<AsyncControlClient.Outcome> answer) throws Exception {
        return ((AsyncControlClient.Outcome.Got) answer.get(10, TimeUnit.SECONDS)).frame();
    }

    private static String none(CompletableFuture<AsyncControlClient.Outcome> answer) throws Exception {
        return ((AsyncControlClient.Outcome.None) answer.get(10, TimeUnit.SECONDS)).why();
    }

    private static final class Recording implements AsyncControlClient.Listener {
        final BlockingQueue<Frame> frames = new LinkedBlockingQueue<>();
        final BlockingQueue<String> ends = new LinkedBlockingQueue<>();
        final CompletableFuture<AsyncControlClient> opened = new CompletableFuture<>();

        @Override
        public void onOpen(AsyncControlClient client) {
            opened.complete(client);
        }

        @Override
        public void onUnreachable(IOException why) {
            opened.completeExceptionally(why);
        }

        @Override
        public void onFrame(Frame frame) {
            frames.add(frame);
        }

        @Override
        public void onClose(String why) {
            ends.add(why);
        }
    }
}
