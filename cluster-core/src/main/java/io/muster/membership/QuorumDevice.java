package io.muster.membership;

/// This node's quorum device: what it is called, its votes, and when it is dead unless it is polled
/// before. The others hear of changes only.
final class QuorumDevice {
    private String name = "";
    private int votes;
    private long deadAt = Long.MAX_VALUE;

    /// All of it.
    record Image(String name, int votes, long deadAt) {}

    Image image() {
        return new Image(name, votes, deadAt);
    }

    static QuorumDevice restored(Image image) {
        var it = new QuorumDevice();
        it.name = image.name();
        it.votes = image.votes();
        it.deadAt = image.deadAt();
        return it;
    }

    String name() {
        return name;
    }

    int votes() {
        return votes;
    }

    /// A stall of this node doesn't keep the device alive: nobody knows what became of it in that time,
    /// and its next poll revives it.
    ///
    /// @return whether the others have to be told
    boolean polled(CmanEvent.SetDevice e, int pollMs, long nowMs) {
        deadAt = e.votes() > 0 ? nowMs + pollMs : Long.MAX_VALUE;
        if (name.equals(e.name()) && votes == e.votes()) {
            return false;
        }
        name = e.name();
        votes = e.votes();
        return true;
    }

    /// Whether it wasn't polled in time. It has no votes then.
    boolean dies(long nowMs) {
        if (nowMs < deadAt) {
            return false;
        }
        deadAt = Long.MAX_VALUE;
        votes = 0;
        return true;
    }

    boolean isAsToldBy(Member member) {
        return member.deviceVotes() == votes && member.device().equals(name);
    }

    CmanMessage.Device told() {
        return new CmanMessage.Device(name, votes);
    }

    long nextDeadlineMs() {
        return deadAt;
    }
}
