package io.muster.driver;

/// Notices time that has passed unseen: a driver woken late, a suspended machine.
///
/// The wall clock says nothing of that: somebody may have set it. A step of it is only a reason to look at the
/// clock that counts sleep at once and not within a second.
///
/// Thread: the driver's loop.
final class StallWatch {
    private static final long BOOT_EVERY_NS = 1_000_000_000;

    private final Clocks clocks;
    private final long lateMs;
    private final long gapMs;
    private long lastNs;
    private long lastWallMs;
    private long bootAskedNs;
    private long bootAheadNs;
    private long reportedMs = Long.MIN_VALUE;

    /// @param lateMs a wake-up later than this is a stall
    /// @param gapMs clocks that part by more than this have to be looked at; boot time that does is a stall
    StallWatch(Clocks clocks, long lateMs, long gapMs) {
        this.clocks = clocks;
        this.lateMs = lateMs;
        this.gapMs = gapMs;
        lastNs = clocks.monotonicNs();
        lastWallMs = clocks.wallMs();
        bootAskedNs = lastNs;
        bootAheadNs = clocks.bootNs() - lastNs;
    }

    /// To be called before each step.
    ///
    /// @param dueMs when the driver should have been woken at the latest
    /// @return the length of the stall in milliseconds, 0 for none
    long check(long nowNs, long dueMs) {
        long stalledMs = Math.max(late(nowNs / 1_000_000, dueMs), gap(nowNs));
        if (stalledMs > 0) {
            reportedMs = nowNs / 1_000_000;
        }
        return stalledMs;
    }

    private long late(long nowMs, long dueMs) {
        // What has been reported up to a moment isn't reported again.
        long since = Math.max(dueMs, reportedMs);
        return since < nowMs && nowMs - since > lateMs ? nowMs - since : 0;
    }

    private long gap(long nowNs) {
        long wallMs = clocks.wallMs();
        long partedMs = Math.abs((wallMs - lastWallMs) - (nowNs - lastNs) / 1_000_000);
        lastNs = nowNs;
        lastWallMs = wallMs;
        if (nowNs - bootAskedNs < BOOT_EVERY_NS && partedMs <= gapMs) {
            return 0;
        }
        bootAskedNs = nowNs;
        long aheadNs = clocks.bootNs() - nowNs;
        long sleptMs = (aheadNs - bootAheadNs) / 1_000_000;
        bootAheadNs = aheadNs;
        return sleptMs > gapMs ? sleptMs : 0;
    }
}
