package io.muster.checks;

import java.util.Optional;

/// How one target is judged.
///
/// @param intervalMs from check to check, and the time limit of one
/// @param reentryMs how long a failed server must stay good before it is let in again
/// @param retries how many checks in a row may fail before one more takes it out; 0 as the original
/// @param weight its full weight
/// @param loadScale how many times its weight a server without load may get at most; 0 if loads aren't
///     heeded
/// @param source of loads; without one they come from the check, see [Check.Program]
public record Rules(
        Check check,
        long intervalMs,
        long reentryMs,
        int retries,
        int weight,
        int loadScale,
        Optional<LoadSource> source) {
    /// The original's `-S`.
    public static final int LOAD_SCALE = 10;

    /// @throws IllegalArgumentException for an interval below 1 ms, a negative weight or time
    public Rules {
        if (intervalMs < 1 || reentryMs < 0 || retries < 0 || weight < 0 || loadScale < 0) {
            throw new IllegalArgumentException("interval " + intervalMs + " ms, reentry " + reentryMs + " ms, weight "
                    + weight + ", load scale " + loadScale);
        }
    }

    /// The original's: no retries.
    public Rules(Check check, long intervalMs, long reentryMs, int weight, int loadScale) {
        this(check, intervalMs, reentryMs, 0, weight, loadScale, Optional.empty());
    }

    /// Good checks in a row that let a failed server in again.
    int threshold() {
        return Math.clamp(reentryMs / intervalMs, 1, Integer.MAX_VALUE / 2);
    }
}
