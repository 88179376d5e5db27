package io.muster.core;

import java.util.Comparator;

/// One run of one node: its number in cluster.conf, from 1, and the incarnation.
public record Node(int nodeid, Incarnation incarnation) implements Comparable<Node> {
    private static final Comparator<Node> ORDER =
            Comparator.comparingInt(Node::nodeid).thenComparing(Node::incarnation);

    @Override
    public int compareTo(Node other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return nodeid + "/" + incarnation;
    }
}
