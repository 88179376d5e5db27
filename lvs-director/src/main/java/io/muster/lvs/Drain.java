package io.muster.lvs;

/// A real server that takes no new connections because somebody said so.
///
/// @param by who: a weight of 0 set by hand in the table is a drain too, until `lvsctl undrain` or a reload
/// @param sinceMs wall-clock milliseconds, as is the next: drains outlive lvsd
/// @param deadlineMs when what remains is cut; 0 for never
/// @param cut connections that were cut at the deadline; -1 while it hasn't come
public record Drain(By by, long sinceMs, long deadlineMs, long cut) {
    /// Who asked.
    public enum By {
        LVSCTL,
        HAND,
        /// lvs.cf, which names the server no longer.
        REMOVAL
    }

    Drain cutOff(long connections) {
        return new Drain(by, sinceMs, deadlineMs, connections);
    }

    /// Whether the deadline has come, so that the server has left the table.
    public boolean over() {
        return cut >= 0;
    }
}
