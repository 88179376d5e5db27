package io.muster.pulse;

/// How far a primary that stands by is with asking for its role back.
///
/// @param sinceMs since when there has been something to ask for; never where there isn't
/// @param asking whether it does
record RoleRequest(long sinceMs, boolean asking) {
    static final RoleRequest NONE = new RoleRequest(Long.MAX_VALUE, false);

    /// `preempt` and `preempt_wait`: the primary, standing by while the backup is active, asks for its role when it
    /// has been there for a deadtime and has the connections, or has waited for them for `waitMs`.
    record Preempt(boolean on, long waitMs) {}

    /// What comes of it now that there is something to ask for.
    ///
    /// @param has whether this director has the partner's connections
    RoleRequest next(Preempt preempt, boolean has, long deadtimeMs, long nowMs) {
        long since = Math.min(sinceMs, nowMs);
        long waited = nowMs - since;
        return new RoleRequest(since, asking || waited >= deadtimeMs && (has || waited >= preempt.waitMs()));
    }
}
