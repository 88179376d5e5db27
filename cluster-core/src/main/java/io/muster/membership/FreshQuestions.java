package io.muster.membership;

import io.muster.totem.RingEvent;
import java.util.ArrayList;
import java.util.List;

/// Clients' questions whether the cluster is quorate at this moment. Each is answered when the token
/// has gone round once since it was asked: what was quorate before may not be any more.
final class FreshQuestions {
    /// A question is answered with no after so long.
    private static final int LIMIT_MS = 10_000;

    record Question(int client, int request, long askedMs) {}

    private final List<Question> open = new ArrayList<>();

    List<Question> image() {
        return List.copyOf(open);
    }

    static FreshQuestions restored(List<Question> image) {
        var it = new FreshQuestions();
        it.open.addAll(image);
        return it;
    }

    /// @param known whether an answer is known already: nobody becomes quorate by waiting for the token
    void ask(CmanEvent.AskFresh e, boolean known, long position, long nowMs, CmanOut out) {
        Question question = new Question(e.client(), e.request(), nowMs);
        if (known) {
            answer(question, false, position, out);
        } else {
            open.add(question);
            out.toRing(new RingEvent.AskRound());
        }
    }

    /// The ring is another one: what was asked of the old one is asked of it.
    void askAgain(CmanOut out) {
        if (!open.isEmpty()) {
            out.toRing(new RingEvent.AskRound());
        }
    }

    /// The token has gone round since then.
    void round(long sinceMs, boolean quorate, long position, CmanOut out) {
        for (Question q : List.copyOf(open)) {
            if (sinceMs >= q.askedMs()) {
                open.remove(q);
                answer(q, quorate, position, out);
            }
        }
    }

    void overdue(long position, long nowMs, CmanOut out) {
        for (Question q : List.copyOf(open)) {
            if (nowMs >= q.askedMs() + LIMIT_MS) {
                open.remove(q);
                answer(q, false, position, out);
            }
        }
    }

    void gone(int client) {
        open.removeIf(q -> q.client() == client);
    }

    long nextDeadlineMs() {
        long next = Long.MAX_VALUE;
        for (Question q : open) {
            next = Math.min(next, q.askedMs() + LIMIT_MS);
        }
        return next;
    }

    private static void answer(Question q, boolean quorate, long position, CmanOut out) {
        out.add(new CmanEffect.Fresh(q.client(), q.request(), quorate, position));
    }
}
