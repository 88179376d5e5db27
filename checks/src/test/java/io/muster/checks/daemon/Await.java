package io.muster.checks.daemon;

import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/// Waits for a condition, with a deadline.
public final class Await {
    private Await() {}

    public static void that(String what, int limitMs, BooleanSupplier condition) {
        long end = System.nanoTime() + limitMs * 1_000_000L;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError(what + ": not within " + limitMs + " ms");
            }
            LockSupport.parkNanos(5_000_000);
        }
    }
}
