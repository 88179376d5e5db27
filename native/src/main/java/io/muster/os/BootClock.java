package io.muster.os;

/// Milliseconds since boot, time in suspend included (CLOCK_BOOTTIME). Where it runs ahead of the monotonic clock, the
/// machine was asleep and its peers have moved on.
public final class BootClock {
    private BootClock() {}

    /// Any thread.
    public static long nowMs() {
        var time = new LibC.TimeSpec();
        if (LibC.clock_gettime(LibC.CLOCK_BOOTTIME, time) != 0) {
            throw new IllegalStateException("clock_gettime(CLOCK_BOOTTIME) failed");
        }
        return time.seconds * 1000 + time.nanoseconds / 1_000_000;
    }
}
