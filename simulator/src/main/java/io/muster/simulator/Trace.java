package io.muster.simulator;

import java.util.ArrayDeque;

/// The last lines of what happened, for the message of a failure.
public final class Trace {
    private final int lines;
    private final ArrayDeque<String> kept = new ArrayDeque<>();
    private boolean loud;

    Trace(int lines) {
        this.lines = lines;
    }

    /// Prints every line at once, for watching one seed.
    public void loud() {
        loud = true;
    }

    public void add(long nowMicros, String line) {
        String text = String.format(java.util.Locale.ROOT, "%9.3f ms %s", nowMicros / 1000.0, line);
        if (loud) {
            System.out.println(text);
        }
        kept.add(text);
        if (kept.size() > lines) {
            kept.remove();
        }
    }

    @Override
    public String toString() {
        return String.join("\n", kept);
    }
}
