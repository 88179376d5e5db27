package io.muster.membership;

import io.muster.membership.CmanEffect.Result;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// How this node leaves: its clients are asked, it says so to the others, and turns the token until
/// they have heard it.
///
/// | phase | leaves it when |
/// |---|---|
/// | staying | somebody asks it to leave: asking, or leaving at once when there is nobody to ask |
/// | asking | all agree: leaving; one objects, the asker goes or time is up: staying |
/// | left (its own word has come round) | the token has gone round once more, or half a second later: gone |
final class Shutdown {
    /// After its last message a leaving node turns the token until the others have that message, but no
    /// longer.
    private static final int LINGER_MS = 500;

    /// Clients being asked whether the node may leave.
    record Ballot(int client, int request, boolean removed, SortedSet<Integer> open, long deadline) {
        /// With its own list of those who haven't answered.
        Ballot copy() {
            return new Ballot(client, request, removed, new TreeSet<>(open), deadline);
        }
    }

    private @Nullable Ballot ballot;
    private boolean left;
    private long lingerUntil = Long.MAX_VALUE;

    /// All of it.
    record Image(@Nullable Ballot ballot, boolean left, long lingerUntil) {}

    Image image() {
        return new Image(ballot == null ? null : ballot.copy(), left, lingerUntil);
    }

    static Shutdown restored(Image image) {
        var it = new Shutdown();
        it.ballot = image.ballot() == null ? null : image.ballot().copy();
        it.left = image.left();
        it.lingerUntil = image.lingerUntil();
        return it;
    }

    boolean begun() {
        return ballot != null || left;
    }

    boolean left() {
        return left;
    }

    void ask(CmanEvent.Leave e, SortedSet<Integer> voters, long deadline, CmanOut out) {
        voters.forEach(client -> out.add(new CmanEffect.AskShutdown(client)));
        ballot = new Ballot(e.client(), e.request(), e.removed(), voters, deadline);
    }

    /// @return when all have agreed: whether the node's votes are to be taken away
    Optional<Boolean> vote(int client, boolean yes, CmanOut out) {
        Ballot asked = ballot;
        if (asked == null || !asked.open().remove(client)) {
            return Optional.empty();
        }
        if (!yes) {
            ballot = null;
            out.answer(asked.client(), asked.request(), Result.BUSY, "");
        } else if (asked.open().isEmpty()) {
            ballot = null;
            out.answer(asked.client(), asked.request(), Result.OK, "");
            return Optional.of(asked.removed());
        }
        return Optional.empty();
    }

    /// Who goes can't object; who has asked doesn't want it any more.
    Optional<Boolean> gone(int client, CmanOut out) {
        Ballot asked = ballot;
        if (asked != null && asked.client() == client) {
            ballot = null;
            return Optional.empty();
        }
        return vote(client, true, out);
    }

    void overdue(long nowMs, CmanOut out) {
        Ballot asked = ballot;
        if (asked != null && nowMs >= asked.deadline()) {
            ballot = null;
            out.answer(asked.client(), asked.request(), Result.BUSY, "");
        }
    }

    /// This node's own word that it leaves has come round.
    void departed(long nowMs) {
        left = true;
        lingerUntil = nowMs + LINGER_MS;
    }

    /// Whether a round of the token that began then proves that all have heard the word.
    boolean heardBy(long sinceMs) {
        return left && lingerUntil != Long.MAX_VALUE && sinceMs >= lingerUntil - LINGER_MS;
    }

    boolean lingeredUntil(long nowMs) {
        return nowMs >= lingerUntil;
    }

    long nextDeadlineMs() {
        Ballot asked = ballot;
        return asked == null ? lingerUntil : Math.min(lingerUntil, asked.deadline());
    }
}
