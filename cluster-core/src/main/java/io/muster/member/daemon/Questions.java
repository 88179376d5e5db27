package io.muster.member.daemon;

import io.muster.control.Answer;
import io.muster.control.Frame;
import io.muster.control.Session;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import java.util.function.Supplier;

/// The questions of operators that only the group can answer. Each is named by 64 random bits, drawn
/// when the daemon starts, and a count: a daemon that was restarted never takes an answer to its
/// predecessor for its own, whatever the clock says. Each is answered once, to a connection of this
/// life, or abandoned.
///
/// Who may ask and whether there is anybody to decide is asked here and nowhere else.
///
/// Thread: the loop.
public final class Questions {
    private record Open(Session session, Frame frame) {}

    private final Answer forbidden;
    private final Answer abandoned;
    private final Supplier<Optional<Answer>> unable;
    private final SortedMap<Long, Open> open = new TreeMap<>();
    private long next;

    /// @param life 64 random bits
    /// @param forbidden to users that may not change anything
    /// @param unable why nobody can decide now; empty when somebody can
    /// @param abandoned to those whose question will never be answered
    public Questions(long life, Answer forbidden, Supplier<Optional<Answer>> unable, Answer abandoned) {
        this.next = life;
        this.forbidden = forbidden;
        this.unable = unable;
        this.abandoned = abandoned;
    }

    /// Takes a question that changes something, or answers it with a no.
    ///
    /// @param then with its name
    public void ask(Session session, Frame frame, LongConsumer then) {
        if (!session.mayChange()) {
            session.reply(frame, forbidden);
            return;
        }
        take(session, frame, then);
    }

    /// Takes a question that anybody may ask, or answers it with a no.
    public void look(Session session, Frame frame, LongConsumer then) {
        take(session, frame, then);
    }

    private void take(Session session, Frame frame, LongConsumer then) {
        Optional<Answer> no = unable.get();
        if (no.isPresent()) {
            session.reply(frame, no.get());
            return;
        }
        long name = next++;
        open.put(name, new Open(session, frame));
        then.accept(name);
    }

    /// Answers a question of this life; one that is unknown, or whose asker has hung up, is passed over.
    public void answer(long name, Answer answer) {
        Open asked = open.remove(name);
        if (asked != null) {
            asked.session.reply(asked.frame, answer);
        }
    }

    /// Nobody will answer those that are open.
    public void abandon() {
        var left = new TreeMap<>(open);
        open.clear();
        left.values().forEach(asked -> asked.session.reply(asked.frame, abandoned));
    }

    /// The asker has hung up.
    public void closed(Session session) {
        open.values().removeIf(asked -> asked.session == session);
    }
}
