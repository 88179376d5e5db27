package io.muster.control;

/// What a control server puts up with.
///
/// @param maxPayload most octets of payload of one frame it accepts
/// @param maxQueued most octets it keeps for a reader that doesn't take them
/// @param stalledReaderMs longest time in which a reader that has something to take takes nothing
/// @param maxSessions most clients at once
public record Limits(int maxPayload, int maxQueued, long stalledReaderMs, int maxSessions) {
    /// The same of a client that may only look: no such question is large.
    static final int GUEST_PAYLOAD = 4096;

    public static final Limits DEFAULT = new Limits(Frame.MAX_PAYLOAD, 16 << 20, 5_000, 256);
}
