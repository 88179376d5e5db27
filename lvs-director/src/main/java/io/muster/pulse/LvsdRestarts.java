package io.muster.pulse;

import java.util.ArrayDeque;
import java.util.List;

/// When lvsd is started again: at once, since the kernel's table goes on forwarding meanwhile; but one
/// that has died more than [#MOST] times within [#WITHIN_MS] only every [#PAUSE_MS], and is no ground
/// to be active on. Neither is one that had to be ended twice within [#HUNG_WITHIN_MS] because it didn't answer.
final class LvsdRestarts {
    static final int MOST = 3;
    static final long WITHIN_MS = 60_000;
    static final long PAUSE_MS = 10_000;
    static final long HUNG_WITHIN_MS = 600_000;

    private final ArrayDeque<Long> deaths = new ArrayDeque<>();
    private long startAtMs = Long.MAX_VALUE;
    private long startedMs = Long.MAX_VALUE;
    private long hungMs = Long.MAX_VALUE;

    /// All of it.
    record Image(List<Long> deaths, long startAtMs, long startedMs, long hungMs) {}

    Image image() {
        return new Image(List.copyOf(deaths), startAtMs, startedMs, hungMs);
    }

    void resume(Image image) {
        deaths.clear();
        deaths.addAll(image.deaths());
        startAtMs = image.startAtMs();
        startedMs = image.startedMs();
        hungMs = image.hungMs();
    }

    /// @param hung whether it had to be ended
    /// @return whether that was once too often
    boolean died(boolean hung, long nowMs) {
        startedMs = Long.MAX_VALUE;
        deaths.add(nowMs);
        while (deaths.getFirst() <= nowMs - WITHIN_MS) {
            deaths.removeFirst();
        }
        boolean tooOften = deaths.size() > MOST;
        if (hung) {
            tooOften |= hungMs != Long.MAX_VALUE && nowMs - hungMs < HUNG_WITHIN_MS;
            hungMs = nowMs;
        }
        startAtMs = tooOften ? nowMs + PAUSE_MS : nowMs;
        return tooOften;
    }

    /// Whether it is to be started now; true once.
    boolean due(long nowMs) {
        if (nowMs < startAtMs) {
            return false;
        }
        started(nowMs);
        return true;
    }

    void started(long nowMs) {
        startAtMs = Long.MAX_VALUE;
        startedMs = nowMs;
    }

    /// Whether it has run for so long that its former deaths are history.
    boolean settled(long nowMs) {
        return startedMs != Long.MAX_VALUE && nowMs - startedMs >= WITHIN_MS;
    }

    /// When [#due] or [#settled] changes.
    long nextMs(boolean awaitSettled) {
        return awaitSettled && startedMs != Long.MAX_VALUE ? startedMs + WITHIN_MS : startAtMs;
    }
}
