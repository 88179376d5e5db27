package io.muster.pulse;

/// Whether the lvsd below works: it is asked every [#ASK_MS], and answers through its loop, unless it waits for
/// something that doesn't come. One that hasn't answered for [#SILENT_MS] - for [#START_MS] if it has never answered -
/// is to be ended; one that is still there [#END_MS] later can't be.
///
/// Times are monotonic milliseconds, `Long.MAX_VALUE` for never. Thread: the core's.
final class LvsdWatch {
    static final long ASK_MS = 1_000;
    static final long SILENT_MS = 6_000;
    /// A Java program on a machine that has much else to do, with names in its file to look up.
    static final long START_MS = 60_000;

    static final long END_MS = 5_000;

    private long asked;
    private long askAtMs = Long.MAX_VALUE;
    private long heardMs = Long.MAX_VALUE;
    private long silentAtMs = Long.MAX_VALUE;
    private long goneByMs = Long.MAX_VALUE;

    /// All of it.
    record Image(long asked, long askAtMs, long heardMs, long silentAtMs, long goneByMs) {}

    Image image() {
        return new Image(asked, askAtMs, heardMs, silentAtMs, goneByMs);
    }

    void resume(Image image) {
        asked = image.asked();
        askAtMs = image.askAtMs();
        heardMs = image.heardMs();
        silentAtMs = image.silentAtMs();
        goneByMs = image.goneByMs();
    }

    void started(long nowMs) {
        askAtMs = nowMs;
        heardMs = nowMs;
        silentAtMs = nowMs + START_MS;
        goneByMs = Long.MAX_VALUE;
    }

    /// @return whether it had been told to end
    boolean ended() {
        boolean told = goneByMs != Long.MAX_VALUE;
        askAtMs = Long.MAX_VALUE;
        silentAtMs = Long.MAX_VALUE;
        goneByMs = Long.MAX_VALUE;
        return told;
    }

    /// The next question, if it is time for one and the last was answered; 0 if not.
    long question(long nowMs) {
        if (nowMs < askAtMs) {
            return 0;
        }
        askAtMs = Long.MAX_VALUE;
        return ++asked;
    }

    /// An answer, perhaps of one that is no more.
    void answered(long number, long nowMs) {
        if (number == asked && silentAtMs != Long.MAX_VALUE) {
            askAtMs = nowMs + ASK_MS;
            heardMs = nowMs;
            silentAtMs = nowMs + SILENT_MS;
        }
    }

    /// We stood still ourselves: what was said meanwhile hasn't been read yet.
    void excuse(long ms) {
        if (silentAtMs != Long.MAX_VALUE) {
            silentAtMs += ms;
        }
    }

    /// How long it has been silent, when that has become too long; true once.
    boolean tooLong(long nowMs) {
        if (nowMs < silentAtMs) {
            return false;
        }
        askAtMs = Long.MAX_VALUE;
        silentAtMs = Long.MAX_VALUE;
        goneByMs = nowMs + END_MS;
        return true;
    }

    long silentMs(long nowMs) {
        return nowMs - heardMs;
    }

    /// Whether it goes on although it was ended; true once, and it counts as told to end from then on, too.
    boolean stays(long nowMs) {
        if (goneByMs == Long.MAX_VALUE || nowMs < goneByMs) {
            return false;
        }
        goneByMs = Long.MAX_VALUE - 1;
        return true;
    }

    long nextMs() {
        return Math.min(askAtMs, Math.min(silentAtMs, goneByMs));
    }
}
