package io.muster.checks.daemon;

import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Asks again while a check waits for a datagram, at a third and at two thirds of its time, as resolvers do: one lost
/// packet is news of the network, not of the server.
///
/// Thread: the runner's loop.
final class Repeats {
    private static final int TIMES = 3;

    private final Run run;
    private final Runnable ask;
    private int asked = 1;
    private @Nullable Future<?> next;

    /// @param ask asks once more; may end the check
    Repeats(Run run, Runnable ask) {
        this.run = run;
        this.ask = ask;
    }

    /// When it has been asked for the first time.
    void begin() {
        long inMs = run.timeoutMs / TIMES;
        if (!run.ended() && inMs > 0) {
            next = run.runner.loop().schedule(this::again, inMs, TimeUnit.MILLISECONDS);
        }
    }

    private void again() {
        next = null;
        ask.run();
        if (++asked < TIMES) {
            begin();
        }
    }

    /// Nothing is asked any more.
    void stop() {
        if (next != null) {
            next.cancel(false);
            next = null;
        }
    }
}
