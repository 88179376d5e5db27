package io.muster.ccs;

import io.muster.ccs.Choice.InForce;
import io.muster.ccs.Choice.Unelected;
import io.muster.config.ConfigVersion;
import java.util.Optional;

/// How long this node has waited for what: the first election, an update that nobody finishes, a
/// probation that ends. Time may only propose; what comes of it is decided in the log.
///
/// @param election while a quorum has said what it has and others may still bring their file
/// @param update by the number of its attempt
/// @param probation by the version that is on it
record Patience(Waiting<Boolean> election, Waiting<Long> update, Waiting<ConfigVersion> probation) {
    /// How long those that start a little later may still bring their file into the first election.
    static final long GRACE_MS = 2_000;

    static final Patience NONE = new Patience(Waiting.nothing(), Waiting.nothing(), Waiting.nothing());

    /// Waiting for one thing; another one begins anew.
    ///
    /// @param what empty for nothing
    /// @param dueMs when it has been long enough; [Long#MAX_VALUE] for never
    record Waiting<T>(Optional<T> what, long dueMs) {
        static <T> Waiting<T> nothing() {
            return new Waiting<>(Optional.empty(), Long.MAX_VALUE);
        }

        Waiting<T> on(Optional<T> now, long untilMs) {
            if (now.equals(what)) {
                return this;
            }
            return now.isEmpty() ? nothing() : new Waiting<>(now, untilMs);
        }

        boolean over(long nowMs) {
            return nowMs >= dueMs;
        }

        /// The due time, unless it is over.
        long next(long nowMs) {
            return over(nowMs) ? Long.MAX_VALUE : dueMs;
        }
    }

    /// The others may have held their election meanwhile.
    Patience restored() {
        return new Patience(Waiting.nothing(), update, probation);
    }

    /// @param leads whether this node is the one that proposes an election
    Patience at(CcsState state, boolean leads, long nowMs) {
        boolean electing = leads
                && state.standing().quorate()
                && state.choice() instanceof Unelected
                && ConfigVote.quorumHeard(state);
        Optional<InForce> now = state.choice() instanceof InForce in ? Optional.of(in) : Optional.empty();
        Optional<Long> attempt =
                now.flatMap(InForce::update).map(update -> update.pending().attempt());
        long probationMs = now.flatMap(InForce::probation)
                .map(trial -> trial.sec() * 1000L)
                .orElse(0L);
        return new Patience(
                election.on(electing ? Optional.of(true) : Optional.empty(), nowMs + GRACE_MS),
                update.on(attempt, nowMs + CcsState.UPDATE_MS),
                probation.on(state.onProbation(), nowMs + probationMs));
    }

    /// When the next of these is over; [Long#MAX_VALUE] for never.
    long nextMs(long nowMs) {
        return Math.min(Math.min(election.next(nowMs), update.next(nowMs)), probation.next(nowMs));
    }
}
