package io.muster.fence;

import io.muster.core.MalformedMessage;
import io.muster.member.Proposals;
import java.util.List;

/// What this node says to its group: each message until it has come out of the log.
final class Speech {
    /// After how long what hasn't come out of the log is said again; saying it twice does no harm.
    private static final long AGAIN_MS = 5_000;

    private final Proposals<FenceMessage> proposals = new Proposals<>(AGAIN_MS);

    List<Proposals.Said<FenceMessage>> image() {
        return proposals.underWay();
    }

    void resume(List<Proposals.Said<FenceMessage>> image) {
        proposals.resume(image);
    }

    /// Asks for what commits something; it is sent unless it is on its way already.
    ///
    /// @return whether it is sent now
    boolean propose(FenceMessage message, long nowMs, List<FenceEffect> out) {
        boolean now = proposals.say(message, nowMs);
        if (now) {
            out.add(safe(message));
        }
        return now;
    }

    static FenceEffect safe(FenceMessage message) {
        return new FenceEffect.Propose(FenceCodec.encode(message), true);
    }

    static FenceEffect tried(FenceMessage.Tried message) {
        return new FenceEffect.Propose(FenceCodec.encode(message), false);
    }

    /// One of this node's messages has come out of the log.
    void landed(byte[] payload) {
        try {
            proposals.landed(FenceCodec.decode(payload));
        } catch (MalformedMessage e) {
            throw new IllegalStateException("own message to the fence domain can't be read", e);
        }
    }

    /// The state was replaced.
    void forget() {
        proposals.forget();
    }

    /// Ends a pass.
    ///
    /// @return when something is to be said again
    long settle() {
        return proposals.settle();
    }
}
