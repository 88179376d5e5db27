package io.muster.control;

/// What a control server puts up with.
///
/// @param maxPayload most octets of payload of one frame it accepts
/// @param maxQueued most octets it keeps for a reader that doesn't take them
/// @param stalledReaderMs longest time in which a reader that has something to take takes nothing
/// @param maxSessions most clients at once
/// @param group whose members may change things, beside root and the daemon's own user
public record Limits(int maxPayload, int maxQueued, long stalledReaderMs, int maxSessions, String group) {
    /// The same of a client that may only look: no such question is large.
    static final int GUEST_PAYLOAD = 4096;

    public static final Limits DEFAULT = new Limits(Frame.MAX_PAYLOAD, 16 << 20, 5_000, 256, "cluster");
}
