package io.muster.bed.cable;

import java.util.ArrayList;
import java.util.List;

/// What one direction of a cable does to frames; the words are those of Linux' netem.
///
/// @param cut nothing passes, and what is under way is lost
/// @param lossPercent frames that vanish
/// @param doublePercent frames that come twice
/// @param reorderPercent frames that come `reorderMs` later than they would, so that those behind them pass
/// @param flipPercent frames of which one bit is turned over
/// @param delayMs time on the way
/// @param jitterMs most that may be added to it; order is kept
/// @param reorderMs see `reorderPercent`
public record Faults(
        boolean cut,
        double lossPercent,
        double doublePercent,
        double reorderPercent,
        double flipPercent,
        int delayMs,
        int jitterMs,
        int reorderMs) {
    /// A good cable.
    public static final Faults NONE = new Faults(false, 0, 0, 0, 0, 0, 0, 0);

    private static final int LONGEST_MS = 60_000;

    /// @throws IllegalArgumentException naming all that is out of range
    public Faults {
        var wrong = new ArrayList<String>();
        percent("loss", lossPercent, wrong);
        percent("double", doublePercent, wrong);
        percent("reorder", reorderPercent, wrong);
        percent("flip", flipPercent, wrong);
        time("delay", delayMs, wrong);
        time("jitter", jitterMs, wrong);
        time("reorder by", reorderMs, wrong);
        if (reorderPercent > 0 && reorderMs == 0) {
            wrong.add("reorder " + reorderPercent + " % by 0 ms reorders nothing");
        }
        if (!wrong.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", wrong));
        }
    }

    private static void percent(String what, double value, List<String> wrong) {
        if (!(value >= 0 && value <= 100)) {
            wrong.add(what + " " + value + " isn't a percentage");
        }
    }

    private static void time(String what, int ms, List<String> wrong) {
        if (ms < 0 || ms > LONGEST_MS) {
            wrong.add(what + " " + ms + " ms isn't between 0 and " + LONGEST_MS);
        }
    }

    public Faults withCut(boolean now) {
        return new Faults(now, lossPercent, doublePercent, reorderPercent, flipPercent, delayMs, jitterMs, reorderMs);
    }

    public Faults withLoss(double percent) {
        return new Faults(cut, percent, doublePercent, reorderPercent, flipPercent, delayMs, jitterMs, reorderMs);
    }

    public Faults withDouble(double percent) {
        return new Faults(cut, lossPercent, percent, reorderPercent, flipPercent, delayMs, jitterMs, reorderMs);
    }

    public Faults withReorder(double percent, int byMs) {
        return new Faults(cut, lossPercent, doublePercent, percent, flipPercent, delayMs, jitterMs, byMs);
    }

    public Faults withFlip(double percent) {
        return new Faults(cut, lossPercent, doublePercent, reorderPercent, percent, delayMs, jitterMs, reorderMs);
    }

    public Faults withDelay(int ms, int jitterMs) {
        return new Faults(cut, lossPercent, doublePercent, reorderPercent, flipPercent, ms, jitterMs, reorderMs);
    }

    /// Whether this asks for nothing but what a packet filter can do.
    public boolean onlyLoses() {
        return equals(NONE.withCut(cut).withLoss(lossPercent));
    }
}
