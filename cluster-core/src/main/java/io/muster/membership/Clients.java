package io.muster.membership;

import io.muster.core.CauseId;
import io.muster.core.Node;
import io.muster.group.Group;
import io.muster.group.GroupEntry;
import io.muster.group.GroupEntry.Level;
import io.muster.group.GroupEntry.Reason;
import io.muster.group.GroupEntry.View;
import io.muster.membership.CmanEffect.Result;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
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

    /// All of it.
    record Image(SortedMap<String, Bound> bindings, SortedMap<String, Long> missed, SortedSet<String> tainted) {
        /// A [Binding].
        record Bound(int client, Optional<Level> level, boolean joined, boolean streaming, int requiredMs) {}
    }

    private final SortedMap<String, Binding> bindings = new TreeMap<>();

    /// Groups without their required client, and until when.
    private final SortedMap<String, Long> missed = new TreeMap<>();

    /// Groups of the upper levels whose client has gone without a word: what it ran may still run.
    private final SortedSet<String> tainted = new TreeSet<>();

    Image image() {
        var bound = new TreeMap<String, Image.Bound>();
        bindings.forEach((group, b) ->
                bound.put(group, new Image.Bound(b.client, b.level, b.joined, b.streaming, b.requiredMs)));
        return new Image(bound, new TreeMap<>(missed), new TreeSet<>(tainted));
    }

    static Clients restored(Image image) {
        var it = new Clients();
        image.bindings().forEach((group, bound) -> {
            var binding = new Binding(bound.client(), bound.level());
            binding.joined = bound.joined();
            binding.streaming = bound.streaming();
            binding.requiredMs = bound.requiredMs();
            it.bindings.put(group, binding);
        });
        it.missed.putAll(image.missed());
        it.tainted.addAll(image.tainted());
        return it;
    }

    SortedMap<String, Binding> bindings() {
        return bindings;
    }

    @Nullable
    Binding binding(String group, int client) {
        Binding binding = bindings.get(group);
        return binding != null && binding.client == client ? binding : null;
    }

    private boolean bind(String group, int client, Optional<Level> level) {
        if (bindings.containsKey(group)) {
            return false;
        }
        bindings.put(group, new Binding(client, level));
        missed.remove(group);
        return true;
    }

    void join(CmanEvent.Join e, Outbox outbox, CmanOut out) {
        if (bind(e.group(), e.client(), e.level())) {
            outbox.add(new CmanMessage.Join(e.group(), e.level(), e.client()), false, CauseId.NONE);
            out.answer(e.client(), e.request(), Result.OK, "");
        } else {
            out.answer(e.client(), e.request(), Result.BUSY, "this node is in group " + e.group() + " already");
        }
    }

    /// In good order.
    void part(CmanEvent.Part e, Outbox outbox, CmanOut out) {
        if (binding(e.group(), e.client()) == null) {
            return;
        }
        bindings.remove(e.group());
        tainted.remove(e.group());
        missed.remove(e.group());
        outbox.add(new CmanMessage.Part(e.group(), Reason.LEFT), false, CauseId.NONE);
        out.add(new CmanEffect.Parted(e.client(), e.group()));
    }

    /// @param group as the log has it, if it does
    void send(CmanEvent.Send e, @Nullable Group group, Outbox outbox, CmanOut out) {
        Binding binding = binding(e.group(), e.client());
        if (binding == null || !binding.streaming || group == null) {
            out.add(new CmanEffect.Disconnect(e.client(), "message to group " + e.group() + " which it isn't in"));
        } else if (e.payload().length > CmanCodec.MAX_PAYLOAD) {
            out.add(new CmanEffect.Disconnect(e.client(), "message of " + e.payload().length + " octets"));
        } else {
            outbox.add(new CmanMessage.ToGroup(group.id(), e.payload()), e.safe(), e.cause());
        }
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

    /// Hands the entries to the streams of this node's clients.
    ///
    /// @param whole makes of an entry what is handed out; empty for nothing
    void publish(
            List<Log.Line> lines,
            Node self,
            CauseId cause,
            Function<GroupEntry, Optional<GroupEntry>> whole,
            CmanOut out) {
        for (Log.Line line : lines) {
            bindings.forEach((name, binding) -> {
                if (line.group().isPresent() && !line.group().get().equals(name)) {
                    return;
                }
                if (line.entry() instanceof View view
                        && binding.joined
                        && view.joined().contains(self)) {
                    binding.streaming = true;
                }
                if (binding.streaming) {
                    whole.apply(line.entry())
                            .ifPresent(entry -> out.add(new CmanEffect.Entry(binding.client, name, entry, cause)));
                }
            });
        }
    }
}
