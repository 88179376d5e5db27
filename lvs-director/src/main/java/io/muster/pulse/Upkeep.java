package io.muster.pulse;

/// When an active director renews its addresses and announces them again.
///
/// @param refreshAtMs before their lifetime ends
/// @param announceAtMs never when all is said
/// @param announcements that are still to come
record Upkeep(long refreshAtMs, long announceAtMs, int announcements) {
    long nextMs() {
        return Math.min(refreshAtMs, announceAtMs);
    }

    Upkeep refreshed(long nextMs) {
        return new Upkeep(nextMs, announceAtMs, announcements);
    }

    /// The first announcement has been made.
    Upkeep announcing(long nowMs) {
        return new Upkeep(refreshAtMs, nowMs + Pulse.ANNOUNCE_MS, Pulse.ANNOUNCEMENTS);
    }

    /// One more has.
    ///
    /// @param silent whether a partner that nobody hears may announce, too: then there is always another
    Upkeep announced(long nowMs, boolean silent) {
        int left = Math.max(0, announcements - 1);
        long never = silent ? nowMs + Pulse.ANNOUNCE_SILENT_MS : Long.MAX_VALUE;
        return new Upkeep(refreshAtMs, left > 0 ? nowMs + Pulse.ANNOUNCE_MS : never, left);
    }
}
