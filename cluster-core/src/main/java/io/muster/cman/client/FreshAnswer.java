package io.muster.cman.client;

import io.muster.driver.DaemonLog;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/// Asks whether the cluster is quorate until the answer is a no, or a yes young enough to be acted on.
///
/// A yes says how it was after the question. When the way back took long, or this process was stopped in
/// between, the cluster may have gone on without this node; so the question's age counts, on the clock
/// that counts suspended time.
///
/// Thread: the loop on which answers come.
final class FreshAnswer {
    /// How old the question may be when its answer is acted on.
    static final long TRUST_MS = 1_000;

    /// Asks cman once.
    interface Question {
        void ask(Consumer<Boolean> then);
    }

    private final Question question;
    private final LongSupplier clockMs;
    private final long untilMs;

    /// @param limitMs of all questions together; then it is a no
    FreshAnswer(Question question, LongSupplier clockMs, long limitMs) {
        this.question = question;
        this.clockMs = clockMs;
        this.untilMs = clockMs.getAsLong() + limitMs;
    }

    /// @param then the answer, young enough at the moment of the call
    void ask(Consumer<Boolean> then) {
        long askedMs = clockMs.getAsLong();
        question.ask(yes -> {
            if (!yes || young(askedMs)) {
                then.accept(yes);
            } else if (clockMs.getAsLong() < untilMs) {
                ask(then);
            } else {
                then.accept(false);
            }
        });
    }

    private boolean young(long askedMs) {
        long ageMs = clockMs.getAsLong() - askedMs;
        if (ageMs > TRUST_MS) {
            DaemonLog.get().info("quorate, says cman, but the question is {} ms old: asked again", ageMs);
        }
        return ageMs <= TRUST_MS;
    }
}
