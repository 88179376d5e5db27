package io.muster.group.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/// A cman by hand: each answer comes after a given time on a given clock.
class FreshAnswerTest {
    private record Reply(boolean yes, long afterMs) {}

    private long nowMs = 5_000;
    private int asked;
    private final Deque<Reply> replies = new ArrayDeque<>();

    private FreshAnswer answer(Reply... coming) {
        replies.addAll(List.of(coming));
        return new FreshAnswer(
                () -> {
                    asked++;
                    Reply next = replies.remove();
                    nowMs += next.afterMs();
                    return CompletableFuture.completedFuture(next.yes());
                },
                () -> nowMs,
                12_000);
    }

    @Test
    void aQuickYesIsTrusted() throws Exception {
        assertTrue(answer(new Reply(true, 1_000)).ask().get());
        assertTrue(answer(new Reply(true, 3)).await());
    }

    @Test
    void aYesThatTookTooLongIsAskedAgain() throws Exception {
        assertTrue(answer(new Reply(true, 1_001), new Reply(true, 9_000), new Reply(true, 5))
                .ask()
                .get());
        assertEquals(3, asked);
        assertTrue(answer(new Reply(true, 4_000), new Reply(true, 5)).await());
        assertEquals(5, asked);
    }

    @Test
    void aNoEndsTheQuestionHoweverLate() throws Exception {
        assertFalse(
                answer(new Reply(true, 1_001), new Reply(false, 2_000)).ask().get());
        assertFalse(answer(new Reply(true, 1_001), new Reply(false, 2_000)).await());
    }

    @Test
    void onlySlowYesesAreANoInTheEnd() throws Exception {
        Reply slow = new Reply(true, 7_000);
        assertFalse(answer(slow, slow).ask().get());
        assertFalse(answer(slow, slow).await());
    }

    @Test
    void noConnectionIsANo() throws Exception {
        var broken = new FreshAnswer(
                () -> CompletableFuture.failedFuture(new java.io.IOException("gone")), () -> nowMs, 12_000);
        assertFalse(broken.await());
    }
}
