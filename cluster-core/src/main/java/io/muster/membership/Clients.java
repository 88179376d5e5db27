package io.muster.membership;

import io.muster.group.GroupEntry.Level;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// This node's clients: which group each is the member of, and whom the node can't live without.
///
/// Not replicated.
final class Clients {
    /// A client as the node's member of a group.
    static final class Binding {
        final int client;
        final Optional<Level> level;

        /// Its join stands in the log.
        boolean joined;

        /// Its stream runs: from the view with it in `joined`.
        boolean streaming;

        int requiredMs;

        Binding(int client, Optional<Level> level) {
            this.client = client;
            this.level = level;
        }
    }

    private final SortedMap<String, Binding> bindings = new TreeMap<>();

    /// Groups without their required client, and until when.
    private final SortedMap<String, Long> missed = new TreeMap<>();

    /// Groups of the upper levels whose client has gone without a word: what it ran may still run.
    private final SortedSet<String> tainted = new TreeSet<>();

    SortedMap<String, Binding> bindings() {
        return bindings;
    }

    @Nullable
    Binding binding(String group, int client) {
        Binding binding = bindings.get(group);
        return binding != null && binding.client == client ? binding : null;
    }

    boolean bind(String group, int client, Optional<Level> level) {
        if (bindings.containsKey(group)) {
            return false;
        }
        bindings.put(group, new Binding(client, level));
        missed.remove(group);
        return true;
    }

    /// In good order.
    void part(String group) {
        bindings.remove(group);
        tainted.remove(group);
        missed.remove(group);
    }

    /// The groups a vanished client was in.
    List<String> gone(int client, long nowMs) {
        List<String> groups = bindings.entrySet().stream()
                .filter(e -> e.getValue().client == client)
                .map(Map.Entry::getKey)
                .toList();
        for (String group : groups) {
            Binding binding = Objects.requireNonNull(bindings.remove(group));
            if (aboveFencing(binding.level)) {
                tainted.add(group);
            }
            if (binding.requiredMs > 0) {
                missed.put(group, nowMs + binding.requiredMs);
            }
        }
        return groups;
    }

    private static boolean aboveFencing(Optional<Level> level) {
        return level.isPresent() && level.get() != Level.FENCE;
    }

    /// Whether services or locks may be in use here.
    boolean unproven() {
        return !tainted.isEmpty() || bindings.values().stream().anyMatch(b -> aboveFencing(b.level));
    }

    boolean managesState() {
        return bindings.values().stream().anyMatch(b -> b.joined && b.level.isPresent());
    }

    /// Clients to ask before the node leaves.
    SortedSet<Integer> members() {
        SortedSet<Integer> clients = new TreeSet<>();
        bindings.values().forEach(b -> clients.add(b.client));
        return clients;
    }

    /// A group whose client hasn't come back in time.
    Optional<String> overdue(long nowMs) {
        return missed.entrySet().stream()
                .filter(e -> e.getValue() <= nowMs)
                .map(Map.Entry::getKey)
                .findFirst();
    }

    /// This node slept, not its clients.
    void stalled(long ms) {
        missed.replaceAll((group, deadline) -> deadline + ms);
    }

    long nextDeadlineMs() {
        long next = Long.MAX_VALUE;
        for (long deadline : missed.values()) {
            next = Math.min(next, deadline);
        }
        return next;
    }
}
