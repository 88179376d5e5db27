package io.muster.checks.daemon;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.muster.checks.Check;
import io.muster.checks.CheckResult;
import io.muster.checks.CheckResult.Outcome;
import io.muster.checks.Expect;
import io.muster.net.IpAddress;
import io.muster.os.Echo;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Checks over datagrams, against real servers on loopback some of whose packets are lost.
class DatagramChecksTest {
    private static final IpAddress LOCAL = IpAddress.of(InetAddress.ofLiteral("127.0.0.1"));
    private static final int LONG_MS = 30_000;

    private final Checks checks = new Checks();

    @AfterEach
    void close() {
        checks.close();
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static void isGood(String detail, CheckResult result) {
        assertEquals(Outcome.GOOD, result.outcome(), result.detail());
        assertTrue(result.detail().contains(detail), result.detail());
    }

    private static void isBad(String reason, CheckResult result) {
        assertEquals(Outcome.FAILED, result.outcome(), result.detail());
        assertTrue(result.detail().contains(reason), result.detail());
    }

    private CheckResult talk(DatagramServer server, int timeoutMs) {
        return checks.run(
                new Check.Talk(LOCAL, server.port(), true, "are you there", new Expect.Prefix("yes")), timeoutMs);
    }

    private CheckResult dns(DatagramServer server, int timeoutMs) {
        return checks.run(new Check.Dns(LOCAL, server.port(), true, "www.example"), timeoutMs);
    }

    private static byte[] answer(byte[] question, int code) {
        byte[] answer = question.clone();
        answer[2] |= (byte) 0x80;
        answer[3] = (byte) code;
        return answer;
    }

    private static byte[] withId(byte[] message, int difference) {
        byte[] other = message.clone();
        other[1] += (byte) difference;
        return other;
    }

    @Test
    void aLostQuestionIsAskedAgain() throws Exception {
        try (var server = new DatagramServer((number, q) -> number == 1 ? List.of() : List.of(text("yes")))) {
            isGood("answered as expected", talk(server, 3_000));
            assertTrue(server.questions.size() >= 2, "asked once");
            assertArrayEquals(text("are you there"), server.questions.getLast());
        }
    }

    @Test
    void aLostDnsQuestionIsAskedAgainWithTheSameId() throws Exception {
        try (var server = new DatagramServer((number, q) -> number < 3 ? List.of() : List.of(answer(q, 0)))) {
            isGood("no error", dns(server, 4_500));
            assertEquals(3, server.questions.size());
            assertArrayEquals(server.questions.get(0), server.questions.get(2));
        }
    }

    @Test
    void aServerThatIsSilentFailsAfterThreeQuestions() throws Exception {
        try (var server = new DatagramServer((number, q) -> List.of())) {
            isBad("no answer within 300 ms", dns(server, 300));
            isBad("no answer within 300 ms", talk(server, 300));
            assertTrue(server.questions.size() <= 6, server.questions.size() + " questions");
        }
    }

    @Test
    void aServerThatAnswersIsAskedOnce() throws Exception {
        try (var server = new DatagramServer((number, q) -> List.of(text("ye")))) {
            // Half an answer is one: what comes after it isn't asked for again.
            isBad("no \"yes\" after \"ye\" within 3000 ms", talk(server, 3_000));
            assertEquals(1, server.questions.size());
        }
    }

    @Test
    void dnsTakesOnlyTheAnswerToItsQuestion() throws Exception {
        try (var server = new DatagramServer((number, q) -> {
            byte[] other = answer(q, 0);
            other[13] = 'x';
            return List.of(new byte[20], q, withId(answer(q, 0), 1), other, answer(q, 2));
        })) {
            isBad("server failure", dns(server, LONG_MS));
        }
    }

    @Test
    void answersToOthersAloneAreNone() throws Exception {
        try (var server = new DatagramServer((number, q) -> List.of(withId(answer(q, 0), number)))) {
            isBad("no answer to the question, after", dns(server, 2_000));
        }
    }

    @Test
    void anEchoIsAnswered() {
        CheckResult result = checks.run(new Check.Ping(LOCAL), LONG_MS);
        assumeTrue(result.outcome() != Outcome.UNTOLD, result.detail());
        isGood("echo answered", result);
    }

    @Test
    void aLostEchoRequestIsSentAgain() throws Exception {
        var sent = new AtomicInteger();
        var result = new CompletableFuture<CheckResult>();
        checks.loop.execute(() -> new PingRun(checks.runner, new Check.Ping(LOCAL), 3_000, result::complete) {
            @Override
            void request(InetAddress to, Duration limit, Consumer<Echo.Result> answer) {
                if (sent.incrementAndGet() == 2) {
                    assertTrue(limit.toMillis() <= 2_000, "within the same time limit, not " + limit);
                    answer.accept(new Echo.Result(true, 1, ""));
                }
            }
        }.start());
        isGood("echo answered", result.get(LONG_MS, TimeUnit.MILLISECONDS));
    }
}
