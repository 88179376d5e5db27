package io.muster.fence.daemon;

import io.muster.driver.Clocks;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;

/// The last lines of the log, for `fence_tool dump`.
///
/// Thread: the loop.
final class LogMemory {
    private static final int KEPT = 1000;

    private final Clocks clocks;
    private final Deque<String> lines = new ArrayDeque<>();

    LogMemory(Clocks clocks) {
        this.clocks = clocks;
    }

    void add(String text) {
        lines.add(Instant.ofEpochMilli(clocks.wallMs()) + " " + text);
        if (lines.size() > KEPT) {
            lines.remove();
        }
    }

    String text() {
        return lines.isEmpty() ? "" : String.join("\n", lines) + "\n";
    }
}
