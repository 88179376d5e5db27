package io.muster.core;

import java.util.Locale;
import java.util.random.RandomGenerator;

/// One start of cman on a node: 128 random bits, so that a node that has restarted is never mistaken for the one it
/// was.
///
/// (`Inc` in the output of `cman_tool nodes` is something else: a sequence number of the ring, for display.)
public record Incarnation(long high, long low) implements Comparable<Incarnation> {
    /// Stands for "never seen running": a configured node that nobody has met yet.
    public static final Incarnation UNKNOWN = new Incarnation(0, 0);

    /// A fresh one; the generator of a real daemon must be a secure one.
    public static Incarnation random(RandomGenerator dice) {
        return new Incarnation(dice.nextLong(), dice.nextLong() | 1);
    }

    @Override
    public int compareTo(Incarnation other) {
        int first = Long.compareUnsigned(high, other.high);
        return first != 0 ? first : Long.compareUnsigned(low, other.low);
    }

    /// The first eight hexadecimal digits: enough to tell two starts apart in a log.
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%016x", high).substring(0, 8);
    }

    /// All 32 hexadecimal digits.
    public String toHex() {
        return String.format(Locale.ROOT, "%016x%016x", high, low);
    }
}
