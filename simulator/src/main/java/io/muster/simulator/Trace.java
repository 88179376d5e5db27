package io.muster.simulator;

import java.util.ArrayDeque;

/// The last lines of what happened, for the message of a failure.
public final class Trace {
    /// Made into text only when somebody reads it.
    private record Line(long micros, String text) {
        @Override
        public String toString() {
            return String.format(java.util.Locale.ROOT, "%9.3f ms %s", micros / 1000.0, text);
        }
    }

    private final int lines;
    private final ArrayDeque<Line> kept = new ArrayDeque<>();
    private boolean loud;

    Trace(int lines) {
        this.lines = lines;
    }

    /// Prints every line at once, for watching one seed.
    public void loud() {
        loud = true;
    }

    public void add(long nowMicros, String line) {
        var told = new Line(nowMicros, line);
        if (loud) {
            System.out.println(told);
        }
        kept.add(told);
        if (kept.size() > lines) {
            kept.remove();
        }
    }

    @Override
    public String toString() {
        return String.join("\n", kept.stream().map(Line::toString).toList());
    }
}
