package io.muster.group;

import io.muster.core.Core;
import io.muster.core.Drive;
import io.muster.core.MalformedMessage;
import io.muster.core.Node;
import io.muster.core.Proposal;
import io.muster.core.ReplicatedCore;
import io.muster.group.GroupEntry.Message;
import io.muster.group.GroupEntry.View;
import io.muster.group.ReplicaState.Holding;
import io.muster.group.ReplicaState.Outside;
import io.muster.group.ReplicaState.Waiting;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One member's copy of a replicated state, fed by its group's stream. The same class runs in daemons
/// and in the simulator.
///
/// **State transfer.** A member that finds itself in `joined` of a [View] starts over: it keeps back the
/// entries that follow, until the lowest member that has the state has sent it (as of some view not older
/// than its own), restores, applies what it kept back, and calls the core once with [Drive.Restored].
/// Every member keeps the same table of who still waits, from the log alone, so when a sender is lost
/// the next one begins again at the view that says so. A state counts only if its sender has it by that
/// table: one may come late, from before a partition or the other side of it.
///
/// **Starting afresh.** A member waits only for those that were in the group before it. When none of
/// them is left, nobody has the state; the longest waiting begin with the initial one, at that view.
///
/// [ReplicaState] has the table of states.
///
/// Entries keep their place; the core sees messages without the envelope and never sees a piece of state.
///
/// Thread: the owner's event loop.
///
/// @param <E> local events of the core
/// @param <F> effects of the core
public final class Replica<E, F> implements Core<ReplicaEvent<E>, ReplicaEffect<F>> {
    private final Node self;
    private final ReplicatedCore<GroupEntry, E, F> core;
    private final byte[] initial;
    private ReplicaState<E> state = new Outside<>(new ArrayList<>());
    private long position;

    /// A whole replica with the core in it, as a flight record holds it.
    ///
    /// @param snapshot the core's replicated half
    /// @param local the core's other half
    /// @param <E> local events of the core
    public record Image<E>(Node self, long position, ReplicaState<E> state, byte[] snapshot, Record local) {}

    /// @param core in its initial state
    public Replica(Node self, ReplicatedCore<GroupEntry, E, F> core) {
        this.self = self;
        this.core = core;
        this.initial = core.snapshot();
    }

    /// This replica and its core; what happens later doesn't change it.
    public Image<E> image() {
        return new Image<>(self, position, state.copy(), core.snapshot(), core.local());
    }

    /// A replica that goes on where another one was.
    ///
    /// @param core in its initial state; it becomes what the image says
    /// @throws MalformedMessage when the image isn't one of such a core
    public static <E, F> Replica<E, F> restored(Image<E> image, ReplicatedCore<GroupEntry, E, F> core)
            throws MalformedMessage {
        Replica<E, F> replica = new Replica<>(image.self, core);
        core.restore(image.snapshot);
        core.resume(image.local);
        replica.state = image.state.copy();
        replica.position = image.position;
        return replica;
    }

    /// Whether the core has the group's state. While it hasn't, nobody should look into it.
    public boolean synced() {
        return state instanceof Holding;
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
                switch (state) {
                    case Outside<E>(List<E> events) -> events.add(local);
                    case Waiting<E> waiting -> waiting.events().add(local);
                    case Holding<E> _ -> drive(new Drive.Local<>(local), nowMs, out);
                }
            }
            case ReplicaEvent.Tick<E>() -> {
                if (synced()) {
                    drive(new Drive.Tick<>(), nowMs, out);
                }
            }
        }
        return out;
    }

    @Override
    public long nextDeadlineMs() {
        return synced() ? core.nextDeadlineMs() : Long.MAX_VALUE;
    }

    /// The only way from one state to the next.
    private void enter(ReplicaState<E> next) {
        if (!state.mayBecome(next)) {
            throw new IllegalStateException("node " + self + ": at " + position + " from " + state + " to " + next);
        }
        state = next;
    }

    private void take(GroupEntry entry, long nowMs, List<ReplicaEffect<F>> out) {
        if (entry.position() <= position) {
            throw new IllegalStateException(
                    "node " + self + ": entry at " + entry.position() + " after " + position + ": " + entry);
        }
        position = entry.position();
        if (entry instanceof View view) {
            startOver(view);
        }
        switch (state) {
            // A stream begins with a view.
            case Outside<E> _ -> {}
            case Waiting<E> waiting -> {
                if (entry instanceof View view && waiting.abandoned(view)) {
                    beginAfresh(waiting, view, nowMs, out);
                } else {
                    waiting.keep(entry);
                    if (entry instanceof Message message) {
                        receiveState(waiting, message, nowMs, out);
                    }
                }
            }
            case Holding<E> holding -> follow(holding, entry, nowMs, out);
        }
    }

    private void startOver(View view) {
        switch (state) {
            case Outside<E>(List<E> events) -> enter(Waiting.since(view, self, events));
            case Waiting<E> waiting
            when view.joined().contains(self) -> enter(Waiting.since(view, self, waiting.events()));
            case Holding<E> _ when view.joined().contains(self) -> enter(Waiting.since(view, self, new ArrayList<>()));
            case Waiting<E> _, Holding<E> _ -> {}
        }
    }

    private void beginAfresh(Waiting<E> waiting, View view, long nowMs, List<ReplicaEffect<F>> out) {
        Holding<E> holding = waiting.afresh(view, self);
        restore(initial);
        enter(holding);
        core.apply(view);
        out.add(new ReplicaEffect.Synced<>(position, 0));
        sendState(holding, out);
        drive(new Drive.Restored<>(), nowMs, out);
        waiting.events().forEach(event -> drive(new Drive.Local<>(event), nowMs, out));
    }

    private void follow(Holding<E> holding, GroupEntry entry, long nowMs, List<ReplicaEffect<F>> out) {
        GroupEntry bare = account(holding, entry, out);
        if (bare != null) {
            core.apply(bare);
            if (entry instanceof View && state instanceof Holding<E> now) {
                sendState(now, out);
            }
            drive(new Drive.Applied<>(bare), nowMs, out);
        }
    }

    /// Keeps the table of who has the state; returns what the core is to see, or null for nothing.
    private @Nullable GroupEntry account(Holding<E> holding, GroupEntry entry, List<ReplicaEffect<F>> out) {
        if (entry instanceof View view) {
            enter(holding.after(view));
            return view;
        }
        if (!(entry instanceof Message message)) {
            return entry;
        }
        return switch (opened(message, out)) {
            case Envelope.Application(byte[] bare) ->
                new Message(message.position(), message.from(), message.regular(), bare, message.cause());
            case Envelope.State sent -> {
                if (sent.index() == sent.count() - 1) {
                    enter(holding.sent(message.from(), sent));
                }
                yield null;
            }
            case null -> null;
        };
    }

    private @Nullable Envelope opened(Message message, List<ReplicaEffect<F>> out) {
        try {
            return Envelope.decode(message.payload());
        } catch (MalformedMessage e) {
            out.add(new ReplicaEffect.Ignored<>(
                    message.position(), message.from().nodeid(), String.valueOf(e.getMessage())));
            return null;
        }
    }

    private void sendState(Holding<E> holding, List<ReplicaEffect<F>> out) {
        if (!holding.sends(self)) {
            return;
        }
        byte[] whole = core.snapshot();
        int count = Math.max(1, (whole.length + Envelope.PIECE_BYTES - 1) / Envelope.PIECE_BYTES);
        for (int i = 0; i < count; i++) {
            int from = i * Envelope.PIECE_BYTES;
            byte[] piece = Arrays.copyOfRange(whole, from, Math.min(whole.length, from + Envelope.PIECE_BYTES));
            out.add(new ReplicaEffect.Send<>(
                    Envelope.state(new Envelope.State(position, i, count, holding.since(), piece)), false));
        }
    }

    private void receiveState(Waiting<E> waiting, Message message, long nowMs, List<ReplicaEffect<F>> out) {
        if (!(opened(message, out) instanceof Envelope.State piece)) {
            return;
        }
        if (!piece.serves(self, waiting.entries().getFirst().position())) {
            return;
        }
        byte[] whole = waiting.receive(message.from(), piece).orElse(null);
        if (whole == null) {
            return;
        }
        int from = message.from().nodeid();
        try {
            core.restore(whole);
        } catch (MalformedMessage e) {
            // Everybody else counts this node as one that has the state now, so going on without it isn't
            // possible.
            throw new IllegalStateException("node " + self + ": state of node " + from + " can't be restored", e);
        }
        enter(new Holding<>(piece.waiting()));
        catchUp(waiting.entries(), piece.position(), out);
        out.add(new ReplicaEffect.Synced<>(piece.position(), from));
        drive(new Drive.Restored<>(), nowMs, out);
        waiting.events().forEach(event -> drive(new Drive.Local<>(event), nowMs, out));
    }

    /// Applies what was kept back and isn't in the state yet.
    private void catchUp(List<GroupEntry> entries, long position, List<ReplicaEffect<F>> out) {
        for (GroupEntry entry : entries) {
            if (entry.position() > position && state instanceof Holding<E> holding) {
                GroupEntry bare = account(holding, entry, out);
                if (bare != null) {
                    core.apply(bare);
                }
            }
        }
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
}
