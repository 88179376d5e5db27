package io.muster.core;

import java.util.HexFormat;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// One start of cman on a node: 128 random bits, so that a node that has restarted is never mistaken for the one it
/// was.
///
/// (`Inc` in the output of `cman_tool nodes` is something else: a sequence number of the ring, for display.)
public record Incarnation(long high, long low) implements Comparable<Incarnation> {
    /// Stands for "never seen running": a configured node that nobody has met yet.
    public static final Incarnation UNKNOWN = new Incarnation(0, 0);

    private static final HexFormat HEX = HexFormat.of();

    /// A fresh one; the generator of a real daemon must be a secure one.
    public static Incarnation random(RandomGenerator dice) {
        return new Incarnation(dice.nextLong(), dice.nextLong() | 1);
    }

    @Override
    public int compareTo(Incarnation other) {
        int first = Long.compareUnsigned(high, other.high);
        return first != 0 ? first : Long.compareUnsigned(low, other.low);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other == this
                || other instanceof Incarnation(long itsHigh, long itsLow) && itsHigh == high && itsLow == low;
    }

    @Override
    public int hashCode() {
        return 31 * Long.hashCode(high) + Long.hashCode(low);
    }

    /// The first eight hexadecimal digits: enough to tell two starts apart in a log.
    @Override
    public String toString() {
        return HEX.toHexDigits((int) (high >>> 32));
    }

    /// All 32 hexadecimal digits.
    public String toHex() {
        return HEX.toHexDigits(high) + HEX.toHexDigits(low);
    }
}
