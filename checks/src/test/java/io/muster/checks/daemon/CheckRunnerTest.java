package io.muster.checks.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.checks.Check;
import io.muster.checks.CheckResult;
import io.muster.checks.Expect;
import io.muster.net.IpAddress;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CheckRunnerTest {
    private static final IpAddress LOCAL = IpAddress.parse("127.0.0.1").orElseThrow();

    private final Checks checks = new Checks();

    @AfterEach
    void end() {
        checks.close();
    }

    private static Check.Talk talk(TestServer server, String send, Expect expect) {
        return new Check.Talk(server.address(), server.port(), false, send, expect);
    }

    private void failsWith(String reason, CheckResult result) {
        assertEquals(CheckResult.Outcome.FAILED, result.outcome(), result.detail());
        assertTrue(result.detail().contains(reason), () -> "\"" + result.detail() + "\" instead of " + reason);
    }

    private static void isGood(CheckResult result) {
        assertTrue(result.good(), result.detail());
    }

    @Test
    void anAcceptedConnectionIsGoodAndClosedByReset() throws Exception {
        var end = new CompletableFuture<String>();
        try (var server = TestServer.of(connection -> {
            try {
                end.complete("read " + connection.getInputStream().read());
            } catch (IOException e) {
                end.complete(String.valueOf(e.getMessage()));
            }
        })) {
            isGood(checks.run(new Check.Connect(server.address(), server.port(), false), 2_000));
            assertEquals("Connection reset", end.get(5, TimeUnit.SECONDS));
        }
    }

    @Test
    void nothingOfAFinishedCheckIsLeftInTimeWait() throws Exception {
        try (var server = TestServer.saying("HTTP/1.0 200 OK\r\n\r\n")) {
            for (int i = 0; i < 20; i++) {
                isGood(checks.run(new Check.Connect(server.address(), server.port(), false), 2_000));
            }
            String port = String.format("0100007F:%04X 06", server.port());
            // Column 3 is the other side, column 4 the state: 06 is TIME_WAIT.
            long waiting = Files.readAllLines(Path.of("/proc/net/tcp")).stream()
                    .filter(line -> line.contains(port))
                    .count();
            assertEquals(0, waiting);
        }
    }

    @Test
    void aClosedPortIsRefused() throws Exception {
        int port;
        try (var socket = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            port = socket.getLocalPort();
        }
        failsWith("connection refused", checks.run(new Check.Connect(LOCAL, port, false), 2_000));
    }

    @Test
    void aServerWhoseQueueIsFullIsSilent() throws Exception {
        try (var socket = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            List<Socket> fill = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                var one = new Socket();
                fill.add(one);
                try {
                    one.connect(socket.getLocalSocketAddress(), 100);
                } catch (IOException e) {
                    // The queue is full, which is what this is for.
                }
            }
            failsWith(
                    "no connection within 300 ms",
                    checks.run(new Check.Connect(LOCAL, socket.getLocalPort(), false), 300));
            for (Socket one : fill) {
                one.close();
            }
        }
    }

    @Test
    void anAddressWithoutRouteFailsInWords() {
        // 240/4 has no route; Linux refuses it with EINVAL or ENETUNREACH, a broadcast address with EACCES.
        CheckResult result =
                checks.run(new Check.Connect(IpAddress.parse("255.255.255.255").orElseThrow(), 80, false), 500);
        assertEquals(CheckResult.Outcome.FAILED, result.outcome());
        assertFalse(result.detail().contains("Exception"), result.detail());
    }

    @Test
    void theExpectedPrefixIsGood() throws Exception {
        try (var server = TestServer.saying("220 ready and more")) {
            isGood(checks.run(talk(server, "hello\n", Expect.of("220", false, false)), 2_000));
        }
    }

    @Test
    void aWrongAnswerFailsAtOnceAndIsShown() throws Exception {
        try (var server = TestServer.of(connection -> {
            connection.getOutputStream().write("500 sick\n".getBytes(StandardCharsets.US_ASCII));
            connection.getInputStream().read();
        })) {
            CheckResult result = checks.run(talk(server, "", Expect.of("220", false, false)), 5_000);
            failsWith("answered \"500 sick\\n\", not \"220\"", result);
            assertTrue(result.tookMs() < 4_000, "waited for the time limit");
        }
    }

    @Test
    void anAnswerInSinglePiecesIsPutTogether() throws Exception {
        try (var server = TestServer.of(connection -> {
            connection.setTcpNoDelay(true);
            for (char c : "220 welcome".toCharArray()) {
                connection.getOutputStream().write(c);
                connection.getOutputStream().flush();
            }
            connection.getInputStream().read();
        })) {
            isGood(checks.run(talk(server, "", Expect.of("220 welcome", false, false)), 3_000));
        }
    }

    @Test
    void aDripThatNeverEndsFailsAtTheLimit() throws Exception {
        try (var server = TestServer.of(connection -> {
            while (true) {
                connection.getOutputStream().write('2');
                try {
                    TimeUnit.MILLISECONDS.sleep(20);
                } catch (InterruptedException e) {
                    return;
                }
            }
        })) {
            CheckResult result = checks.run(talk(server, "", Expect.of("ok$", true, false)), 400);
            failsWith("within 400 ms", result);
            assertTrue(result.tookMs() >= 400 && result.tookMs() < 3_000, () -> "took " + result.tookMs());
        }
    }

    @Test
    void aGiantAnswerIsGivenUpEarly() throws Exception {
        try (var server = TestServer.of(connection -> {
            byte[] much = new byte[1 << 16];
            while (true) {
                connection.getOutputStream().write(much);
            }
        })) {
            CheckResult result = checks.run(talk(server, "", Expect.of("needle", true, false)), 10_000);
            failsWith("nothing in the first 4096 octets", result);
            assertTrue(result.tookMs() < 5_000, () -> "took " + result.tookMs());
        }
    }

    @Test
    void aHalfOpenConnectionThatNeverAnswersFailsAtTheLimit() throws Exception {
        try (var server =
                TestServer.of(connection -> connection.getInputStream().readNBytes(9))) {
            failsWith("no answer within 300 ms", checks.run(talk(server, "hello", Expect.of("*", false, false)), 300));
        }
    }

    @Test
    void aResetInsteadOfAnAnswerFails() throws Exception {
        try (var server = TestServer.of(connection -> connection.setSoLinger(true, 0))) {
            failsWith("connection reset", checks.run(talk(server, "", Expect.of("*", false, false)), 2_000));
        }
    }

    @Test
    void anEndInsteadOfAnAnswerFails() throws Exception {
        try (var server = TestServer.of(connection -> {})) {
            failsWith("closed without an answer", checks.run(talk(server, "", Expect.of("*", false, false)), 2_000));
        }
    }

    @Test
    void withoutExpectSendingIsEnough() throws Exception {
        try (var server =
                TestServer.of(connection -> connection.getInputStream().read(new byte[100]))) {
            isGood(checks.run(talk(server, "hello", Expect.of("", false, false)), 2_000));
        }
    }

    @Test
    void aSendStringLargerThanAllBuffersIsSentWhole() throws Exception {
        var got = new CompletableFuture<Integer>();
        String much = "x".repeat(8 << 20);
        try (var server = TestServer.of(connection -> {
            got.complete(connection.getInputStream().readNBytes(much.length()).length);
            connection.getOutputStream().write('!');
            connection.getInputStream().read();
        })) {
            isGood(checks.run(talk(server, much, Expect.of("!", false, false)), 20_000));
            assertEquals(much.length(), got.get(1, TimeUnit.SECONDS));
        }
    }

    @Test
    void aDatagramIsAnsweredOrRefused() throws Exception {
        try (var socket = new DatagramSocket(0, InetAddress.ofLiteral("127.0.0.1"))) {
            Thread.ofVirtual().start(() -> {
                var packet = new DatagramPacket(new byte[100], 100);
                try {
                    while (true) {
                        socket.receive(packet);
                        socket.send(packet);
                    }
                } catch (IOException e) {
                    // The test is over.
                }
            });
            int port = socket.getLocalPort();
            isGood(checks.run(new Check.Talk(LOCAL, port, true, "ping", Expect.of("ping", false, true)), 2_000));
            failsWith(
                    "answered \"ping\"",
                    checks.run(new Check.Talk(LOCAL, port, true, "ping", Expect.of("pong", false, true)), 2_000));
            isGood(checks.run(new Check.Connect(LOCAL, port, true), 400));
        }
        int closed;
        try (var socket = new DatagramSocket(0, InetAddress.ofLiteral("127.0.0.1"))) {
            closed = socket.getLocalPort();
        }
        failsWith(
                "refused", checks.run(new Check.Talk(LOCAL, closed, true, "ping", Expect.of("*", false, true)), 2_000));
        failsWith("refused", checks.run(new Check.Connect(LOCAL, closed, true), 400));
    }

    @Test
    void noDescriptorIsLeftBehindByAnyEnd() throws Exception {
        long before;
        try (var server = TestServer.saying("220 x\n");
                var mute =
                        TestServer.of(connection -> connection.getInputStream().readNBytes(9))) {
            checks.run(new Check.Connect(server.address(), server.port(), false), 1_000);
            before = Checks.sockets();
            List<CompletableFuture<CheckResult>> all = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                all.add(checks.start(new Check.Connect(server.address(), server.port(), false), 1_000));
                all.add(checks.start(talk(server, "a", Expect.of("2", false, false)), 1_000));
                all.add(checks.start(talk(server, "a", Expect.of("3", false, false)), 1_000));
                all.add(checks.start(talk(mute, "", Expect.of("*", false, false)), 200));
                all.add(checks.start(new Check.Connect(LOCAL, 1, false), 1_000));
                all.add(checks.start(new Check.Talk(LOCAL, 1, true, "a", Expect.of("*", false, true)), 200));
            }
            CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).get(10, TimeUnit.SECONDS);
            Await.that("all served", 5_000, () -> server.served.get() >= 101 && mute.served.get() >= 50);
        }
        // What is left is fewer: the listening sockets have gone too.
        assertTrue(Checks.sockets() <= before, () -> "sockets left");
    }

    @Test
    void manyChecksAtOnceEachEndOnce() throws Exception {
        try (var server =
                TestServer.of(connection -> connection.getInputStream().read())) {
            List<CompletableFuture<CheckResult>> all = new ArrayList<>();
            for (int i = 0; i < 2_000; i++) {
                all.add(checks.start(new Check.Connect(LOCAL, server.port(), false), 10_000));
            }
            for (CompletableFuture<CheckResult> one : all) {
                isGood(one.get(15, TimeUnit.SECONDS));
            }
        }
        assertEquals(0, checks.running());
    }

    @Test
    void afterAStandstillOfOursSilenceIsHeldAgainstNobodyAtOnce() throws Exception {
        try (var server = TestServer.saying("220 ready")) {
            var result = new CompletableFuture<CheckResult>();
            checks.loop.execute(() -> {
                checks.runner.start(talk(server, "hello", Expect.of("220", false, false)), 300, result::complete);
                // The loop stands still, as a stopped process does, for longer than the limit and the lateness
                // forgiven.
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1_000));
            });
            isGood(result.get(10, TimeUnit.SECONDS));
        }
    }

    @Test
    void aClosedRunnerGivesNoMoreResults() throws Exception {
        try (var mute = TestServer.of(connection -> connection.getInputStream().readNBytes(9))) {
            var result = checks.start(talk(mute, "", Expect.of("*", false, false)), 500);
            Await.that("connected", 2_000, () -> checks.running() == 1);
            checks.runner.close();
            Await.that("abandoned", 2_000, () -> checks.running() == 0);
            assertFalse(result.isDone());
        }
    }
}
