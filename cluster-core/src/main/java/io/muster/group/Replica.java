package io.muster.group;

import io.muster.core.Core;
import io.muster.core.Drive;
import io.muster.core.MalformedMessage;
import io.muster.core.Node;
import io.muster.core.Proposal;
import io.muster.core.ReplicatedCore;
import io.muster.group.GroupEntry.Departure;
import io.muster.group.GroupEntry.Message;
import io.muster.group.GroupEntry.View;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// One member's copy of a replicated state, fed by its group's stream. The same class runs in daemons and in the
/// simulator.
///
/// **State transfer.** A member that finds itself in `joined` of a [View] starts over: it keeps back the entries that
/// follow, until the lowest member that has the state has sent it (as of some view not older than its own), restores,
/// applies what it kept back, and calls the core once with [Drive.Restored]. Every member keeps the same table of who
/// still waits, from the log alone, so when a sender is lost the next one begins again at the view that says so.
///
/// **Starting afresh.** A member waits only for those that were in the group before it. When none of them is left,
/// nobody
/// has the state; the longest waiting begin with the initial one, at that view.
///
/// Entries keep their place; the core sees messages without the envelope and never sees a piece of state.
///
/// Thread: the owner's event loop.
///
/// @param <E> local events of the core
/// @param <F> effects of the core
public final class Replica<E, F> implements Core<ReplicaEvent<E>, ReplicaEffect<F>> {
    private static final long HAS_STATE = 0;

    private final Node self;
    private final ReplicatedCore<GroupEntry, E, F> core;
    private final byte[] initial;

    /// Members of the present view: 0, or the position of the view since which one waits for the state.
    private SortedMap<Node, Long> waiting = new TreeMap<>();

    /// While this node waits: who was there before it and still is.
    private final SortedSet<Node> elders = new TreeSet<>();

    private final List<GroupEntry> kept = new ArrayList<>();
    private final List<E> keptEvents = new ArrayList<>();
    private final Map<Integer, Assembly> assemblies = new TreeMap<>();
    private boolean member;
    private boolean synced;
    private long position;

    /// @param core in its initial state
    public Replica(Node self, ReplicatedCore<GroupEntry, E, F> core) {
        this.self = self;
        this.core = core;
        this.initial = core.snapshot();
    }

    /// Whether the core has the group's state. While it hasn't, nobody should look into it.
    public boolean synced() {
        return synced;
    }

    /// The core's replicated state, for checkers.
    public byte[] snapshot() {
        return core.snapshot();
    }

    /// Position of the last entry taken in.
    public long position() {
        return position;
    }

    @Override
    public List<ReplicaEffect<F>> on(ReplicaEvent<E> event, long nowMs) {
        List<ReplicaEffect<F>> out = new ArrayList<>();
        switch (event) {
            case ReplicaEvent.Entry<E>(GroupEntry entry) -> take(entry, nowMs, out);
            case ReplicaEvent.Local<E>(E local) -> {
                if (synced) {
                    drive(new Drive.Local<>(local), nowMs, out);
                } else {
                    keptEvents.add(local);
                }
            }
            case ReplicaEvent.Tick<E>() -> {
                if (synced) {
                    drive(new Drive.Tick<>(), nowMs, out);
                }
            }
        }
        return out;
    }

    @Override
    public long nextDeadlineMs() {
        return synced ? core.nextDeadlineMs() : Long.MAX_VALUE;
    }

    private void take(GroupEntry entry, long nowMs, List<ReplicaEffect<F>> out) {
        if (entry.position() <= position) {
            throw new IllegalStateException(
                    "node " + self + ": entry at " + entry.position() + " after " + position + ": " + entry);
        }
        position = entry.position();
        if (entry instanceof View view && (view.joined().contains(self) || !member)) {
            startOver(view);
        }
        if (!synced && !(entry instanceof View view && afresh(view))) {
            kept.add(entry);
            if (entry instanceof View view) {
                elders.removeAll(nodes(view.left()));
            }
            if (entry instanceof Message message) {
                receiveState(message, nowMs, out);
            }
            return;
        }
        if (!synced) {
            beginAfresh((View) entry, nowMs, out);
            return;
        }
        GroupEntry bare = account(entry, out);
        if (bare != null) {
            core.apply(bare);
            if (entry instanceof View) {
                sendState(out);
            }
            drive(new Drive.Applied<>(bare), nowMs, out);
        }
    }

    private void startOver(View view) {
        member = true;
        synced = false;
        kept.clear();
        assemblies.clear();
        elders.clear();
        elders.addAll(view.members());
        elders.removeAll(view.joined());
        elders.remove(self);
        waiting = new TreeMap<>();
    }

    /// Whether with this view nobody is left that could send the state.
    private boolean afresh(View view) {
        SortedSet<Node> left = new TreeSet<>(elders);
        left.removeAll(nodes(view.left()));
        left.removeAll(view.joined());
        left.retainAll(view.members());
        return left.isEmpty();
    }

    private void beginAfresh(View view, long nowMs, List<ReplicaEffect<F>> out) {
        // Those that came with this node stand where it stands; whoever came later waits since then.
        SortedMap<Node, Long> since = new TreeMap<>();
        for (GroupEntry entry : kept) {
            if (entry instanceof View earlier) {
                boolean first = since.isEmpty();
                for (Node node : earlier.joined()) {
                    since.put(node, first ? HAS_STATE : earlier.position());
                }
                since.keySet().retainAll(earlier.members());
            }
        }
        boolean first = since.isEmpty();
        for (Node node : view.joined()) {
            since.put(node, first ? HAS_STATE : view.position());
        }
        since.put(self, HAS_STATE);
        since.keySet().retainAll(view.members());
        waiting = since;
        restore(initial);
        synced = true;
        kept.clear();
        assemblies.clear();
        core.apply(view);
        out.add(new ReplicaEffect.Synced<>(view.position(), 0));
        sendState(out);
        drive(new Drive.Restored<>(), nowMs, out);
        releaseEvents(nowMs, out);
    }

    /// Keeps the table of who has the state; returns what the core is to see, or null for nothing.
    private @Nullable GroupEntry account(GroupEntry entry, List<ReplicaEffect<F>> out) {
        if (entry instanceof View view) {
            waiting.keySet().retainAll(view.members());
            view.joined().forEach(node -> waiting.put(node, view.position()));
            return view;
        }
        if (!(entry instanceof Message message)) {
            return entry;
        }
        try {
            return switch (Envelope.decode(message.payload())) {
                case Envelope.Application(byte[] bare) ->
                    new Message(message.position(), message.from(), message.regular(), bare, message.cause());
                case Envelope.State state -> {
                    if (state.index() == state.count() - 1) {
                        waiting.replaceAll((node, since) -> since <= state.position() ? HAS_STATE : since);
                    }
                    yield null;
                }
            };
        } catch (MalformedMessage e) {
            out.add(new ReplicaEffect.Ignored<>(
                    message.position(), message.from().nodeid(), String.valueOf(e.getMessage())));
            return null;
        }
    }

    private void sendState(List<ReplicaEffect<F>> out) {
        boolean wanted = waiting.values().stream().anyMatch(since -> since != HAS_STATE);
        Node sender = waiting.entrySet().stream()
                .filter(e -> e.getValue() == HAS_STATE)
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(self);
        if (!wanted || !sender.equals(self)) {
            return;
        }
        byte[] whole = core.snapshot();
        int count = Math.max(1, (whole.length + Envelope.PIECE_BYTES - 1) / Envelope.PIECE_BYTES);
        for (int i = 0; i < count; i++) {
            int from = i * Envelope.PIECE_BYTES;
            byte[] piece = Arrays.copyOfRange(whole, from, Math.min(whole.length, from + Envelope.PIECE_BYTES));
            out.add(new ReplicaEffect.Send<>(
                    Envelope.state(new Envelope.State(position, i, count, new TreeMap<>(waiting), piece)), false));
        }
    }

    private void receiveState(Message message, long nowMs, List<ReplicaEffect<F>> out) {
        Envelope.State state;
        try {
            if (!(Envelope.decode(message.payload()) instanceof Envelope.State decoded)) {
                return;
            }
            state = decoded;
        } catch (MalformedMessage e) {
            out.add(new ReplicaEffect.Ignored<>(
                    message.position(), message.from().nodeid(), String.valueOf(e.getMessage())));
            return;
        }
        Long since = state.waiting().get(self);
        // A state of a view before this node's own lacks entries that this node hasn't kept either.
        if (since == null || since == HAS_STATE || kept.getFirst().position() > state.position()) {
            return;
        }
        int from = message.from().nodeid();
        Assembly assembly = state.index() == 0 ? new Assembly(state.position()) : assemblies.get(from);
        if (assembly == null || !assembly.add(state)) {
            assemblies.remove(from);
            return;
        }
        assemblies.put(from, assembly);
        if (assembly.pieces < state.count()) {
            return;
        }
        try {
            core.restore(assembly.bytes.toByteArray());
        } catch (MalformedMessage e) {
            // Everybody else counts this node as one that has the state now, so going on without it isn't possible.
            throw new IllegalStateException("node " + self + ": state of node " + from + " can't be restored", e);
        }
        waiting = new TreeMap<>(state.waiting());
        synced = true;
        for (GroupEntry entry : kept) {
            if (entry.position() > state.position()) {
                GroupEntry bare = account(entry, out);
                if (bare != null) {
                    core.apply(bare);
                }
            }
        }
        kept.clear();
        assemblies.clear();
        elders.clear();
        out.add(new ReplicaEffect.Synced<>(state.position(), from));
        drive(new Drive.Restored<>(), nowMs, out);
        releaseEvents(nowMs, out);
    }

    private void releaseEvents(long nowMs, List<ReplicaEffect<F>> out) {
        List<E> events = List.copyOf(keptEvents);
        keptEvents.clear();
        events.forEach(event -> drive(new Drive.Local<>(event), nowMs, out));
    }

    private void restore(byte[] snapshot) {
        try {
            core.restore(snapshot);
        } catch (MalformedMessage e) {
            throw new IllegalStateException("node " + self + ": the core refuses its own initial state", e);
        }
    }

    private void drive(Drive<GroupEntry, E> why, long nowMs, List<ReplicaEffect<F>> out) {
        for (F effect : core.drive(why, nowMs)) {
            out.add(
                    effect instanceof Proposal proposal
                            ? new ReplicaEffect.Send<>(Envelope.application(proposal.payload()), proposal.safe())
                            : new ReplicaEffect.Perform<>(effect));
        }
    }

    private static List<Node> nodes(List<Departure> left) {
        return left.stream().map(Departure::node).toList();
    }

    /// Pieces of one state, which come in order from one sender.
    private static final class Assembly {
        private final long position;
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private int pieces;

        Assembly(long position) {
            this.position = position;
        }

        boolean add(Envelope.State state) {
            if (state.position() != position || state.index() != pieces) {
                return false;
            }
            bytes.writeBytes(state.piece());
            pieces++;
            return true;
        }
    }
}
