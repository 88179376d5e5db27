package io.muster.pulse;

import io.muster.core.Incarnation;
import io.muster.pulse.Heartbeat.Wish;
import java.util.Optional;

/// The conversation with the partner in one format: what is sent, and what of that which comes counts.
interface Talk {
    /// What this director says of itself.
    record Own(boolean active, Wish wish, long connections, int syncPermille) {}

    /// What came of one packet.
    sealed interface Verdict {}

    /// It counts.
    ///
    /// @param fresh said after we last stood still (or started): what it says isn't history
    /// @param heardAgeMs how long ago the partner had heard us when it said this; 0 if the format
    ///     doesn't tell
    /// @param heardSequence highest number of ours it had heard; [Long#MAX_VALUE] if the format doesn't
    ///     tell
    /// @param met whether it is the first of this run of the partner
    record Heard(
            boolean active,
            Wish wish,
            boolean fresh,
            long heardAgeMs,
            long heardSequence,
            long connections,
            int syncPermille,
            boolean met)
            implements Verdict {}

    /// It doesn't count.
    record Refused(Rejection why, String text) implements Verdict {}

    /// It doesn't count, and is to be answered, so that its sender learns of us.
    record Greet(byte[] answer) implements Verdict {}

    /// All of a conversation, but for what is configured.
    sealed interface Image permits MusterTalk.Image, OriginalTalk.Image {}

    Image image();

    /// @throws IllegalArgumentException for an image in the other format
    void resume(Image image);

    byte[] next(Own own, long nowMs);

    /// Number of the last one sent; 0 if the format has none.
    long sequence();

    /// @param genuine whether its code is the key's
    Verdict received(byte[] octets, boolean genuine, Own own, long nowMs);

    /// This director stood still: what waits in its sockets may be old.
    void stoodStill(long nowMs);

    /// The run of the partner we talk to, if the format tells.
    Optional<Incarnation> partner();
}
