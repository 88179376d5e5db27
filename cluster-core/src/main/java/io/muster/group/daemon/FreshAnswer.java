package io.muster.group.daemon;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Asks whether the cluster is quorate until the answer is a no, or a yes young enough to be acted on.
///
/// A yes says how it was after the question. When the way back took long, or this process was stopped in between, the
/// cluster may have gone on without this node; so the question's age counts, on the clock that counts suspended time.
///
/// Thread: any.
final class FreshAnswer {
    /// How old the question may be when its answer is acted on.
    static final long TRUST_MS = 1_000;

    private static final Logger LOG = LoggerFactory.getLogger(GroupClient.class);

    private final Supplier<CompletableFuture<Boolean>> question;
    private final LongSupplier clockMs;
    private final long untilMs;

    /// @param question asks cman once
    /// @param limitMs of all questions together; then it is a no
    FreshAnswer(Supplier<CompletableFuture<Boolean>> question, LongSupplier clockMs, long limitMs) {
        this.question = question;
        this.clockMs = clockMs;
        this.untilMs = clockMs.getAsLong() + limitMs;
    }

    /// The answer, young enough at the moment the future completes.
    CompletableFuture<Boolean> ask() {
        long askedMs = clockMs.getAsLong();
        return question.get().thenCompose(yes -> {
            if (!yes || young(askedMs)) {
                return CompletableFuture.completedFuture(yes);
            }
            return clockMs.getAsLong() < untilMs ? ask() : CompletableFuture.completedFuture(false);
        });
    }

    /// The answer, young enough at the moment the calling thread has it. Blocks.
    boolean await() throws InterruptedException {
        for (long askedMs = clockMs.getAsLong(); askedMs < untilMs; askedMs = clockMs.getAsLong()) {
            try {
                if (!question.get().get(untilMs - askedMs, TimeUnit.MILLISECONDS)) {
                    return false;
                }
            } catch (ExecutionException | TimeoutException e) {
                return false;
            }
            if (young(askedMs)) {
                return true;
            }
        }
        return false;
    }

    private boolean young(long askedMs) {
        long ageMs = clockMs.getAsLong() - askedMs;
        if (ageMs > TRUST_MS) {
            LOG.info("quorate, says cman, but the question is {} ms old: asked again", ageMs);
        }
        return ageMs <= TRUST_MS;
    }
}
