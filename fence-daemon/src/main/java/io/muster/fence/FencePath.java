package io.muster.fence;

import java.util.Comparator;

/// One way to reach one node's power: a device of a method.
public record FencePath(int nodeid, String method, String device) implements Comparable<FencePath> {
    private static final Comparator<FencePath> ORDER = Comparator.comparingInt(FencePath::nodeid)
            .thenComparing(FencePath::method)
            .thenComparing(FencePath::device);

    /// How it went the last time.
    ///
    /// @param how `fence` or `status`
    /// @param byNodeid where the agent ran
    /// @param wallMs when, on that node's clock
    public record Trial(boolean ok, String how, String agent, int byNodeid, long wallMs) {}

    @Override
    public int compareTo(FencePath other) {
        return ORDER.compare(this, other);
    }
}
