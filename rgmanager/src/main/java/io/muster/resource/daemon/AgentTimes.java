package io.muster.resource.daemon;

import java.util.Collections;
import java.util.Comparator;
import java.util.SortedMap;
import java.util.TreeMap;

/// How long the agents of a node took, for each resource and action. Kept for the life of the daemon.
///
/// Thread: the owner's.
public final class AgentTimes {
    private final SortedMap<Key, Took> took = new TreeMap<>();

    /// @param label the resource, `type:name`
    public record Key(String label, String action) implements Comparable<Key> {
        private static final Comparator<Key> ORDER =
                Comparator.comparing(Key::label).thenComparing(Key::action);

        @Override
        public int compareTo(Key other) {
            return ORDER.compare(this, other);
        }
    }

    /// @param count calls that have ended
    public record Took(long count, long lastMs, long longestMs) {
        private Took and(long ms) {
            return new Took(count + 1, ms, Math.max(longestMs, ms));
        }
    }

    void ended(String label, String action, long ms) {
        took.merge(new Key(label, action), new Took(1, ms, ms), (before, now) -> before.and(ms));
    }

    /// All of them, in order of resource and action.
    public SortedMap<Key, Took> all() {
        return Collections.unmodifiableSortedMap(new TreeMap<>(took));
    }
}
