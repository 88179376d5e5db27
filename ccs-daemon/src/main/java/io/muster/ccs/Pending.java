package io.muster.ccs;

import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;

/// A document on its way: being written by everybody, not yet in force.
///
/// @param attempt grows with every proposal of the cluster's life, also over full restarts
/// @param onDisk nodeids that have it written and synced
record Pending(long attempt, Document document, SortedSet<Integer> onDisk) {
    Pending {
        onDisk = Collections.unmodifiableSortedSet(new TreeSet<>(onDisk));
    }

    /// With one more that has it.
    Pending on(int nodeid) {
        SortedSet<Integer> more = new TreeSet<>(onDisk);
        more.add(nodeid);
        return new Pending(attempt, document, more);
    }
}
