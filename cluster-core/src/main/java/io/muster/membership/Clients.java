package io.muster.membership;

import io.muster.core.CauseId;
import io.muster.core.Node;
import io.muster.group.Group;
import io.muster.group.GroupEntry;
import io.muster.group.GroupEntry.Level;
import io.muster.group.GroupEntry.Reason;
import io.muster.group.GroupEntry.View;
import io.muster.group.Remains;
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

        /// How long this node may live without it; 0 for ever.
        final int requiredMs;

        Binding(int client, Optional<Level> level, int requiredMs) {
            this.client = client;
            this.level = level;
            this.requiredMs = requiredMs;
        }

        boolean keeps(Level what) {
            return level.isPresent() && level.get() == what;
        }
    }

    /// All of it.
    record Image(SortedMap<String, Bound> bindings, SortedMap<String, Missed> missed, OwnRemains.Image own) {
        /// A [Binding].
        record Bound(int client, Optional<Level> level, boolean joined, boolean streaming, int requiredMs) {}
    }

    private final SortedMap<String, Binding> bindings = new TreeMap<>();

    /// A required client is gone.
    ///
    /// @param slackMs by how much pauses of this machine may still put off the deadline
    record Missed(long deadlineMs, long slackMs) {
        /// No client gets more than half its time again: the others can't wait for a machine that always stalls.
        static Missed at(long nowMs, int requiredMs) {
            return new Missed(nowMs + requiredMs, requiredMs / 2);
        }

        Missed later(long ms) {
            long more = Math.min(ms, slackMs);
            return new Missed(deadlineMs + more, slackMs - more);
        }

        Missed earlier(Missed other) {
            return deadlineMs <= other.deadlineMs ? this : other;
        }
    }

    /// Groups without their required client. One that is back has to have its stream before it counts: one that
    /// dies at once gains no time.
    private final SortedMap<String, Missed> missed = new TreeMap<>();

    private final OwnRemains own;

    Clients() {
        this(new OwnRemains());
    }

    private Clients(OwnRemains own) {
        this.own = own;
    }

    Image image() {
        var bound = new TreeMap<String, Image.Bound>();
        bindings.forEach((group, b) ->
                bound.put(group, new Image.Bound(b.client, b.level, b.joined, b.streaming, b.requiredMs)));
        return new Image(bound, new TreeMap<>(missed), own.image());
    }

    static Clients restored(Image image) {
        var it = new Clients(OwnRemains.restored(image.own()));
        image.bindings().forEach((group, bound) -> {
            var binding = new Binding(bound.client(), bound.level(), bound.requiredMs());
            binding.joined = bound.joined();
            binding.streaming = bound.streaming();
            it.bindings.put(group, binding);
        });
        it.missed.putAll(image.missed());
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

    OwnRemains own() {
        return own;
    }

    void join(CmanEvent.Join e, Outbox outbox, CmanOut out) {
        if (!bindings.containsKey(e.group())) {
            bindings.put(e.group(), new Binding(e.client(), e.level(), e.requiredMs()));
            own.order(new CmanMessage.Join(e.group(), e.level(), e.client()), outbox);
            out.answer(e.client(), e.request(), Result.OK, "");
        } else {
            out.answer(e.client(), e.request(), Result.BUSY, "this node is in group " + e.group() + " already");
        }
    }

    /// In good order.
    void part(CmanEvent.Part e, long nowMs, Outbox outbox, CmanOut out) {
        Binding binding = binding(e.group(), e.client());
        if (binding == null) {
            return;
        }
        bindings.remove(e.group());
        missed.remove(e.group());
        if (binding.keeps(Level.LOCK) && binding.streaming) {
            own.locksFree(e.group());
        }
        OwnRemains.Left left = binding.streaming ? OwnRemains.Left.NOTHING : OwnRemains.Left.WHAT_IT_FOUND;
        goes(e.group(), binding, Reason.LEFT, left, nowMs, outbox, out);
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
    List<String> gone(int client, long nowMs, Outbox outbox, CmanOut out) {
        List<String> groups = bindings.entrySet().stream()
                .filter(e -> e.getValue().client == client)
                .map(Map.Entry::getKey)
                .toList();
        for (String group : groups) {
            Binding binding = Objects.requireNonNull(bindings.remove(group));
            if (binding.keeps(Level.LOCK)) {
                own.locksLost(group);
            }
            if (binding.requiredMs > 0) {
                missed.merge(group, Missed.at(nowMs, binding.requiredMs), Missed::earlier);
            }
            OwnRemains.Left left = binding.joined ? OwnRemains.Left.ANYTHING : OwnRemains.Left.WHAT_IT_FOUND;
            goes(group, binding, Reason.LOST, left, nowMs, outbox, out);
        }
        return groups;
    }

    private void goes(
            String group,
            Binding binding,
            Reason reason,
            OwnRemains.Left left,
            long nowMs,
            Outbox outbox,
            CmanOut out) {
        Remains remains = reason == Reason.LOST ? Remains.ALL : Remains.NONE;
        var word = new CmanMessage.Part(group, reason, remains);
        if (binding.keeps(Level.SERVICE)) {
            own.gone(word, left, nowMs, out);
        } else {
            own.order(word, outbox);
        }
    }

    /// What may still run here. While a client answers for services or locks, its group knows better than
    /// this node, which has to say: all. One that keeps a ledger and whose join nobody has seen yet can't
    /// have started anything.
    Remains remains() {
        return answered() ? Remains.ALL : own.remains();
    }

    private boolean answered() {
        return bindings.values().stream()
                .anyMatch(b -> b.keeps(Level.SERVICE) && (b.joined || !own.kept()) || b.keeps(Level.LOCK));
    }

    /// This node's last word, behind those of its clients.
    void leave(boolean removed, Outbox outbox) {
        own.order(new CmanMessage.Leave(removed, answered() ? Remains.ALL : Remains.NONE), outbox);
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
                .filter(e -> !bindings.containsKey(e.getKey()) && e.getValue().deadlineMs() <= nowMs)
                .map(Map.Entry::getKey)
                .findFirst();
    }

    /// This node slept, not its clients.
    void stalled(long ms) {
        missed.replaceAll((group, gone) -> gone.later(ms));
    }

    long nextDeadlineMs() {
        long next = own.nextDeadlineMs();
        for (Map.Entry<String, Missed> entry : missed.entrySet()) {
            if (!bindings.containsKey(entry.getKey())) {
                next = Math.min(next, entry.getValue().deadlineMs());
            }
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
                    missed.remove(name);
                }
                if (binding.streaming) {
                    whole.apply(line.entry())
                            .ifPresent(entry -> out.add(new CmanEffect.Entry(binding.client, name, entry, cause)));
                }
            });
        }
    }
}
