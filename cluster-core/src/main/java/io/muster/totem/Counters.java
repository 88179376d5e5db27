package io.muster.totem;

/// What a ring counts instead of logging it. Thread: the owner's.
public final class Counters {
    long malformed;
    long foreign;
    long retransmitted;
    long requested;
    long tokensSentAgain;
    long tokensLost;
    long gathers;

    Counters() {}

    /// All of them.
    record Image(
            long malformed,
            long foreign,
            long retransmitted,
            long requested,
            long tokensSentAgain,
            long tokensLost,
            long gathers) {}

    Image image() {
        return new Image(malformed, foreign, retransmitted, requested, tokensSentAgain, tokensLost, gathers);
    }

    static Counters restored(Image image) {
        var it = new Counters();
        it.malformed = image.malformed();
        it.foreign = image.foreign();
        it.retransmitted = image.retransmitted();
        it.requested = image.requested();
        it.tokensSentAgain = image.tokensSentAgain();
        it.tokensLost = image.tokensLost();
        it.gathers = image.gathers();
        return it;
    }

    /// Datagrams that no decoder took.
    public long malformed() {
        return malformed;
    }

    /// Datagrams of runs that are over, of other rings, or of nobody.
    public long foreign() {
        return foreign;
    }

    /// Packets sent again because somebody asked.
    public long retransmitted() {
        return retransmitted;
    }

    /// Packets asked for.
    public long requested() {
        return requested;
    }

    /// Tokens sent again.
    public long tokensSentAgain() {
        return tokensSentAgain;
    }

    /// Tokens missed for the whole time-out.
    public long tokensLost() {
        return tokensLost;
    }

    /// Gathers begun.
    public long gathers() {
        return gathers;
    }
}
