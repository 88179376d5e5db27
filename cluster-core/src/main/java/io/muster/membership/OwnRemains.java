package io.muster.membership;

import io.muster.core.CauseId;
import io.muster.group.Remains;
import io.muster.membership.CmanMessage.Ordinary;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/// What may still run on this node while no client answers for it: what the ledger said when it was last read.
///
/// It is read at the start and whenever a client of the level of services goes, and until the answer is here nobody
/// knows: all may run. What such a client's going means to the others waits for the answer, and what this node says
/// after it waits behind it.
///
/// Locks stand in no ledger: those of a client that went without a word may all be held until this cman ends, or
/// until a successor that had its group's state says good-bye in good order.
///
/// Not replicated.
final class OwnRemains {
    /// So long may the disk take. Then nobody knows what runs here, and the others are told that.
    static final int READ_MS = 5_000;

    private Remains list = Remains.ALL;

    /// Whether somebody keeps a ledger here.
    private boolean kept;

    /// Of the last question to the ledger.
    private long asked;

    /// When the answer has to be here; [Long#MAX_VALUE] when none is missing.
    private long readBy = Long.MAX_VALUE;

    /// What runs here if there turns out to be no ledger.
    private Remains otherwise = Remains.NONE;

    private final SortedSet<String> locks = new TreeSet<>();
    /// A message that waits for the ledger's answer.
    ///
    /// @param list whether the answer belongs into it
    record Held(Ordinary message, boolean list) {}

    private final List<Held> held = new ArrayList<>();

    /// What a client of services that kept no ledger leaves running.
    enum Left {
        /// It says good-bye and had its group's state: its word counts.
        NOTHING,
        /// It never came to start or stop anything.
        WHAT_IT_FOUND,
        /// It was a member of its group and is gone without a word.
        ANYTHING
    }

    /// All of it.
    record Image(
            Remains list,
            boolean kept,
            long asked,
            long readBy,
            Remains otherwise,
            SortedSet<String> locks,
            List<Held> held) {}

    Image image() {
        return new Image(list, kept, asked, readBy, otherwise, new TreeSet<>(locks), List.copyOf(held));
    }

    static OwnRemains restored(Image image) {
        var it = new OwnRemains();
        it.list = image.list();
        it.kept = image.kept();
        it.asked = image.asked();
        it.readBy = image.readBy();
        it.otherwise = image.otherwise();
        it.locks.addAll(image.locks());
        it.held.addAll(image.held());
        return it;
    }

    /// What runs here if no client answers for it.
    Remains remains() {
        return locks.isEmpty() && !reading() ? list : Remains.ALL;
    }

    /// Whether there is a ledger, so that what runs here is known also while a client that hasn't joined yet goes to
    /// work on it.
    boolean kept() {
        return kept;
    }

    private boolean reading() {
        return readBy != Long.MAX_VALUE;
    }

    /// A client that manages services goes, and with it who knew.
    ///
    /// @param without a ledger: what it leaves behind
    void gone(CmanMessage.Part word, Left without, long nowMs, CmanOut out) {
        held.add(new Held(word, true));
        Remains left = switch (without) {
            case NOTHING -> Remains.NONE;
            case WHAT_IT_FOUND -> list;
            case ANYTHING -> Remains.ALL;
        };
        otherwise = reading() ? otherwise.or(left) : left;
        if (!reading()) {
            readBy = nowMs + READ_MS;
        }
        out.add(new CmanEffect.ReadLedger(++asked));
    }

    /// A client that keeps locks is gone without a word.
    void locksLost(String group) {
        locks.add(group);
    }

    /// A client that keeps locks holds none any more.
    void locksFree(String group) {
        locks.remove(group);
    }

    /// The ledger's answer.
    ///
    /// @return whether it came too late, so that the others have been told already that nobody knows
    boolean read(CmanEvent.LedgerRead e, Outbox outbox) {
        if (e.number() != asked) {
            return false;
        }
        list = e.remains().orElse(otherwise);
        kept = e.remains().isPresent();
        boolean late = asked > 0 && !reading();
        release(outbox);
        return late;
    }

    /// A disk that doesn't answer: whoever waits for its word is told that nobody knows.
    boolean overdue(long nowMs, Outbox outbox) {
        if (nowMs < readBy) {
            return false;
        }
        list = Remains.ALL;
        release(outbox);
        return true;
    }

    private void release(Outbox outbox) {
        readBy = Long.MAX_VALUE;
        for (Held one : held) {
            Ordinary message = one.list() && one.message() instanceof CmanMessage.Part part
                    ? new CmanMessage.Part(part.group(), part.reason(), list)
                    : one.message();
            send(message, outbox);
        }
        held.clear();
    }

    private void send(Ordinary message, Outbox outbox) {
        Ordinary filled = message instanceof CmanMessage.Leave leave
                ? new CmanMessage.Leave(leave.removed(), leave.remains().or(remains()))
                : message;
        outbox.add(filled, false, CauseId.NONE);
    }

    /// Sends what this node says of its clients, behind what waits already. A leave gets what may run here then.
    void order(Ordinary message, Outbox outbox) {
        if (reading()) {
            held.add(new Held(message, false));
        } else {
            send(message, outbox);
        }
    }

    /// An operator has looked: this service runs here no longer.
    void acknowledged(String service) {
        list = list.without(service);
    }

    long nextDeadlineMs() {
        return readBy;
    }
}
