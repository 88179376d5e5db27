package io.muster.pulse;

/// `preempt = 1`: the primary, standing by while the backup is active, asks for its role when it has been
/// there for a deadtime and has the connections, or has waited for them for `preempt_wait`.
///
/// Thread: the core's.
final class RoleRequest {
    private final long deadtimeMs;
    private boolean preempt;
    private long preemptWaitMs;
    private long sinceMs = Long.MAX_VALUE;
    private boolean asking;

    RoleRequest(PulseSettings settings) {
        deadtimeMs = settings.heartbeat().deadtimeMs();
        configure(settings.heartbeat().preempt(), settings.heartbeat().preemptWaitMs());
    }

    /// All of it, but for what is configured once for all.
    record Image(boolean preempt, long preemptWaitMs, long sinceMs, boolean asking) {}

    Image image() {
        return new Image(preempt, preemptWaitMs, sinceMs, asking);
    }

    void resume(Image image) {
        configure(image.preempt(), image.preemptWaitMs());
        sinceMs = image.sinceMs();
        asking = image.asking();
    }

    void configure(boolean nowPreempt, long nowPreemptWaitMs) {
        preempt = nowPreempt;
        preemptWaitMs = nowPreemptWaitMs;
    }

    /// There is nothing to ask for.
    void forget() {
        sinceMs = Long.MAX_VALUE;
        asking = false;
    }

    boolean asking() {
        return asking;
    }

    /// @param eligible whether this is a primary that could be active beside a backup that is
    /// @param has whether it has the partner's connections
    /// @return whether it begins to ask now
    boolean begins(boolean eligible, boolean has, long nowMs) {
        if (!preempt || !eligible) {
            forget();
            return false;
        }
        sinceMs = Math.min(sinceMs, nowMs);
        if (asking || waitedMs(nowMs) < deadtimeMs || !has && waitedMs(nowMs) < preemptWaitMs) {
            return false;
        }
        asking = true;
        return true;
    }

    long waitedMs(long nowMs) {
        return nowMs - sinceMs;
    }
}
