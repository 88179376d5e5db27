package io.muster.pulse;

import io.muster.core.Incarnation;

/// One heartbeat in Muster's own format, as it is before sealing and after opening.
///
/// @param primary whether the sender is the one the file calls `primary`
/// @param from this run of the sender
/// @param to the run of the receiver that the sender knows; [Incarnation#UNKNOWN] if it has met none
/// @param sequence counted from 1 in one run of the sender
/// @param heard highest sequence heard from `to`; 0 for none
/// @param heardAgeMs how long ago that was; [#NEVER]
/// @param connections in the sender's table
/// @param syncPermille how much of the sender's connections has been sent to `to` as a whole
public record Heartbeat(
        boolean primary,
        Incarnation from,
        Incarnation to,
        long sequence,
        long heard,
        long heardAgeMs,
        boolean active,
        Wish wish,
        long connections,
        int syncPermille) {
    /// For [#heardAgeMs].
    public static final long NEVER = 0xffff_ffffL;

    /// What the sender would like.
    public enum Wish {
        /// Would take over if it had to.
        ABLE,
        /// Couldn't take over now: an inhibitor, or it is going.
        UNABLE,
        /// The primary, back and ready: wants its role (`preempt = 1`).
        TAKE
    }
}
