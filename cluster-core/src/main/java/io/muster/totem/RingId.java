package io.muster.totem;

import io.muster.core.Node;
import org.jspecify.annotations.Nullable;

/// Names one configuration of the ring, uniquely without stable storage.
///
/// @param sequence grows with every ring any member has seen
/// @param representative the lowest member, with its incarnation
public record RingId(long sequence, Node representative) implements Comparable<RingId> {
    @Override
    public int compareTo(RingId other) {
        int first = Long.compare(sequence, other.sequence);
        return first != 0 ? first : representative.compareTo(other.representative);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other == this
                || other instanceof RingId(long its, Node itsRepresentative)
                        && its == sequence
                        && itsRepresentative.equals(representative);
    }

    @Override
    public int hashCode() {
        return 31 * Long.hashCode(sequence) + representative.hashCode();
    }

    @Override
    public String toString() {
        return representative.nodeid() + "/" + sequence;
    }
}
