package io.muster.lvs;

/// When to try again what failed: soon, then every [#STEADY_MS], and after ten times ever more seldom.
final class Backoff {
    static final long FIRST_MS = 100;
    static final long STEADY_MS = 800;
    static final long LONGEST_MS = 30_000;
    private static final int PATIENCE = 10;

    private int failures;
    private long notBeforeMs = Long.MIN_VALUE;

    /// All of it.
    record Image(int failures, long notBeforeMs) {}

    Image image() {
        return new Image(failures, notBeforeMs);
    }

    void resume(Image image) {
        failures = image.failures();
        notBeforeMs = image.notBeforeMs();
    }

    void failed(long nowMs) {
        long wait = failures < PATIENCE
                ? Math.min(FIRST_MS << Math.min(failures, 10), STEADY_MS)
                : Math.min(STEADY_MS << Math.min(failures - PATIENCE + 1, 10), LONGEST_MS);
        failures++;
        notBeforeMs = nowMs + wait;
    }

    /// What was tried has changed, or went well.
    void reset() {
        failures = 0;
        notBeforeMs = Long.MIN_VALUE;
    }

    boolean failing() {
        return failures > 0;
    }

    boolean over(long nowMs) {
        return nowMs >= notBeforeMs;
    }

    long notBeforeMs() {
        return notBeforeMs;
    }
}
