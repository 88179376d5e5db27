package io.muster.cli;

import io.muster.driver.Patience;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/// Waits in a test for what nobody announces.
public final class Waiting {
    /// Far longer than anything takes, even where six others share the machine.
    private static final long LIMIT_MS = 20_000;

    private static final long LOOK_MS = 5;

    private Waiting() {}

    /// @throws AssertionError when it doesn't come true in time
    public static void until(String what, BooleanSupplier condition) {
        until(condition, () -> "waited in vain: " + what);
    }

    /// @param otherwise what to say then
    public static void until(BooleanSupplier condition, Supplier<String> otherwise) {
        if (!Patience.until(LIMIT_MS, LOOK_MS, condition)) {
            throw new AssertionError(otherwise.get());
        }
    }
}
