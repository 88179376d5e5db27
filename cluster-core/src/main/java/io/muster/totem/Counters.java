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
