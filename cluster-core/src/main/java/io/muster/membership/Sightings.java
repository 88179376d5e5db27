package io.muster.membership;

import io.muster.core.Node;
import io.muster.group.GroupEntry;
import java.util.Collections;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/// When this node saw others join and made harmless, in monotonic milliseconds by nodeid. Not replicated.
final class Sightings {
    private final SortedMap<Integer, Long> joinedMs = new TreeMap<>();
    private final SortedMap<Integer, Long> fencedMs = new TreeMap<>();

    /// All of it.
    record Image(SortedMap<Integer, Long> joinedMs, SortedMap<Integer, Long> fencedMs) {}

    Image image() {
        return new Image(new TreeMap<>(joinedMs), new TreeMap<>(fencedMs));
    }

    static Sightings restored(Image image) {
        var it = new Sightings();
        it.joinedMs.putAll(image.joinedMs());
        it.fencedMs.putAll(image.fencedMs());
        return it;
    }

    void members(Set<Node> before, Set<Node> after, long nowMs) {
        for (Node node : after) {
            if (!before.contains(node)) {
                joinedMs.put(node.nodeid(), nowMs);
            }
        }
    }

    /// A node that is back says that it found nothing of an earlier run: that is no fencing, and has no
    /// time.
    void proven(GroupEntry.Fenced entry, ClusterState state, long nowMs) {
        LastFenced last = state.fenced.get(entry.victim().nodeid());
        if (last != null && last.position() == entry.position()) {
            fencedMs.put(entry.victim().nodeid(), nowMs);
        }
    }

    SortedMap<Integer, Long> joinedMs() {
        return Collections.unmodifiableSortedMap(joinedMs);
    }

    SortedMap<Integer, Long> fencedMs() {
        return Collections.unmodifiableSortedMap(fencedMs);
    }
}
