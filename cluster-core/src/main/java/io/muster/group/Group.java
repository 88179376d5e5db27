package io.muster.group;

import io.muster.core.Node;
import io.muster.group.GroupEntry.Level;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// A closed process group as all nodes know it.
///
/// @param name `type:name` or just a name, at most 64 octets
/// @param id number among the creator's groups in the high half, its nodeid in the low half
/// @param level where it stands in recovery; empty for one that takes no part
/// @param members with the position up to which each has reported recovery
public record Group(String name, int id, Optional<Level> level, SortedMap<Node, Long> members) {
    public Group {
        members = Collections.unmodifiableSortedMap(new TreeMap<>(members));
    }

    Group with(Node node, long reported) {
        SortedMap<Node, Long> changed = new TreeMap<>(members);
        changed.put(node, reported);
        return new Group(name, id, level, changed);
    }

    Group without(Node node) {
        SortedMap<Node, Long> changed = new TreeMap<>(members);
        changed.remove(node);
        return new Group(name, id, level, changed);
    }
}
