package io.muster.cman.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

/// A cman by hand: each answer comes after a given time on a given clock.
class FreshAnswerTest {
    private record Reply(boolean yes, long afterMs) {}

    private long nowMs = 5_000;
    private int asked;
    private final Deque<Reply> replies = new ArrayDeque<>();

    private FreshAnswer answer(Reply... coming) {
        replies.clear();
        replies.addAll(List.of(coming));
        return new FreshAnswer(
                then -> {
                    asked++;
                    Reply next = replies.remove();
                    nowMs += next.afterMs();
                    then.accept(next.yes());
                },
                () -> nowMs,
                12_000);
    }

    private static boolean ask(FreshAnswer answer) {
        var heard = new ArrayList<Boolean>();
        answer.ask(heard::add);
        assertEquals(1, heard.size());
        return heard.getFirst();
    }

    @Test
    void aQuickYesIsTrusted() {
        assertTrue(ask(answer(new Reply(true, 1_000))));
    }

    @Test
    void aYesThatTookTooLongIsAskedAgain() {
        assertTrue(ask(answer(new Reply(true, 1_001), new Reply(true, 9_000), new Reply(true, 5))));
        assertEquals(3, asked);
    }

    @Test
    void aNoEndsTheQuestionHoweverLate() {
        assertFalse(ask(answer(new Reply(true, 1_001), new Reply(false, 2_000))));
    }

    @Test
    void onlySlowYesesAreANoInTheEnd() {
        Reply slow = new Reply(true, 7_000);
        assertFalse(ask(answer(slow, slow)));
    }
}
