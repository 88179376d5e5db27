package io.muster.testbed;

import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/// Waits for something outside of this program to become true, with a deadline.
final class Await {
    private Await() {}

    /// Looks every 20 ms.
    ///
    /// @return whether it came true in time
    static boolean until(int limitMs, BooleanSupplier condition) {
        long end = System.nanoTime() + limitMs * 1_000_000L;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - end > 0 || Thread.currentThread().isInterrupted()) {
                return condition.getAsBoolean();
            }
            LockSupport.parkNanos(20_000_000L);
        }
        return true;
    }

    /// The same, and an exception when it didn't.
    static void that(String what, int limitMs, BooleanSupplier condition) {
        if (!until(limitMs, condition)) {
            throw new IllegalStateException(what + ": not within " + limitMs + " ms");
        }
    }
}
