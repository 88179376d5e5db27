package io.muster.bed;

import io.muster.driver.Patience;
import java.util.function.BooleanSupplier;

/// Waits for something outside of this program to become true, with a deadline.
public final class Await {
    private Await() {}

    /// Looks every 20 ms.
    ///
    /// @return whether it came true in time
    public static boolean until(int limitMs, BooleanSupplier condition) {
        return until(limitMs, 20, condition);
    }

    /// Looks every `pauseMs`: for conditions that cost something to look at, such as a command's start.
    public static boolean until(int limitMs, int pauseMs, BooleanSupplier condition) {
        return Patience.until(limitMs, pauseMs, condition);
    }

    /// The same, and an exception when it didn't.
    public static void that(String what, int limitMs, BooleanSupplier condition) {
        that(what, limitMs, 20, condition);
    }

    public static void that(String what, int limitMs, int pauseMs, BooleanSupplier condition) {
        if (!until(limitMs, pauseMs, condition)) {
            throw new IllegalStateException(what + ": not within " + limitMs + " ms");
        }
    }
}
