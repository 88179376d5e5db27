package io.muster.service;

import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;

/// Where a start that is due is to be tried, one node after the other until one succeeds.
///
/// @param target where to start first; 0 for no preference
/// @param inPlace only there or, when that isn't possible any more, anywhere
/// @param origin whom to come back to when nobody else can; 0 for nobody
/// @param restart whether the start counts as one more restart
/// @param tried nodes on which it was started already, in vain
record Search(int target, boolean inPlace, int origin, boolean restart, SortedSet<Integer> tried) {
    /// Anywhere.
    static final Search ANYWHERE = first(0);

    Search {
        tried = Collections.unmodifiableSortedSet(new TreeSet<>(tried));
    }

    /// First there, then anywhere; 0 for no preference.
    static Search first(int target) {
        return new Search(target, false, 0, false, new TreeSet<>());
    }

    /// Where it was.
    static Search again(int owner) {
        return new Search(owner, true, 0, false, new TreeSet<>());
    }

    /// Away from its owner, who has it again if nobody else can.
    static Search away(int owner, int target) {
        return new Search(target, false, owner, false, new TreeSet<>());
    }

    Search counted() {
        return new Search(target, inPlace, origin, true, tried);
    }

    /// Not only in place any more.
    Search widened() {
        return new Search(target, false, origin, restart, tried);
    }

    Search trying(int nodeid) {
        var more = new TreeSet<>(tried);
        more.add(nodeid);
        return new Search(target, false, origin, restart, more);
    }

    boolean untried(int nodeid) {
        return !tried.contains(nodeid);
    }
}
