package io.muster.ccs;

import io.muster.core.Node;
import java.util.SortedSet;
import java.util.TreeSet;

/// A document on its way: proposed, being written by everybody, not yet in force.
///
/// @param attempt grows with every proposal of the cluster's life, also over full restarts
/// @param from whose operator asked; nodeid 0 for an election
/// @param request of that operator
/// @param probationSec 0 for none
/// @param onDisk nodeids that have it written and synced
record Pending(long attempt, Node from, long request, int probationSec, Document document, SortedSet<Integer> onDisk) {
    Pending {
        onDisk = new TreeSet<>(onDisk);
    }
}
