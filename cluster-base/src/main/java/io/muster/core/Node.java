package io.muster.core;

import org.jspecify.annotations.Nullable;

/// One run of one node: its number in cluster.conf, from 1, and the incarnation.
///
/// Compared more often than anything else, and therefore by hand.
public record Node(int nodeid, Incarnation incarnation) implements Comparable<Node> {
    @Override
    public int compareTo(Node other) {
        return nodeid != other.nodeid
                ? Integer.compare(nodeid, other.nodeid)
                : incarnation.compareTo(other.incarnation);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other == this
                || other instanceof Node(int itsNodeid, Incarnation its)
                        && itsNodeid == nodeid
                        && its.equals(incarnation);
    }

    @Override
    public int hashCode() {
        return 31 * nodeid + incarnation.hashCode();
    }

    @Override
    public String toString() {
        return nodeid + "/" + incarnation;
    }
}
