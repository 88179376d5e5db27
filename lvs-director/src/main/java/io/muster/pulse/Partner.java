package io.muster.pulse;

import io.muster.pulse.Heartbeat.Wish;

/// What is known of the partner: what it said last, and for how long it has been silent.
final class Partner {
    private static final long READ_MS = 20;

    private final long deadtimeMs;
    boolean alive;
    boolean everHeard;
    boolean active;
    Wish wish = Wish.ABLE;
    long connections;
    int syncPermille;
    long heardMs;

    /// Silence counts from here.
    private long silentSinceMs;

    /// How much more of our own stalls a silence may be excused by.
    private long creditMs;

    Partner(long deadtimeMs) {
        this.deadtimeMs = deadtimeMs;
    }

    /// All of it, but for what is configured.
    record Image(
            boolean alive,
            boolean everHeard,
            boolean active,
            Wish wish,
            long connections,
            int syncPermille,
            long heardMs,
            long silentSinceMs,
            long creditMs) {}

    Image image() {
        return new Image(alive, everHeard, active, wish, connections, syncPermille, heardMs, silentSinceMs, creditMs);
    }

    void resume(Image image) {
        alive = image.alive();
        everHeard = image.everHeard();
        active = image.active();
        wish = image.wish();
        connections = image.connections();
        syncPermille = image.syncPermille();
        heardMs = image.heardMs();
        silentSinceMs = image.silentSinceMs();
        creditMs = image.creditMs();
    }

    /// @return whether it is new, or back from silence
    boolean heard(Talk.Heard h, long nowMs) {
        boolean appeared = !alive || h.met();
        alive = true;
        everHeard = true;
        active = h.active();
        wish = h.wish();
        connections = h.connections();
        syncPermille = h.syncPermille();
        heardMs = nowMs;
        listenFrom(nowMs);
        return appeared;
    }

    /// Gives it a whole deadtime to be heard in.
    void listenFrom(long nowMs) {
        silentSinceMs = nowMs;
        creditMs = deadtimeMs;
    }

    /// After a pause of our own: what came meanwhile waits in the socket and has to be read before
    /// silence is judged; and if the whole machine stood still, what came is lost, and the next
    /// heartbeat has to be waited for. In one silence that adds up to one deadtime at most.
    void excuse(long ms, long keepaliveMs, long nowMs) {
        long untilMs = nowMs + (ms < keepaliveMs ? Math.min(ms, READ_MS) : keepaliveMs + keepaliveMs / 4);
        long by = Math.clamp(untilMs - deadAtMs(), 0, creditMs);
        creditMs -= by;
        silentSinceMs += by;
    }

    /// When its silence has lasted for deadtime.
    long deadAtMs() {
        return silentSinceMs + deadtimeMs;
    }

    void lost() {
        alive = false;
        active = false;
    }
}
