package io.muster.fence;

import io.muster.core.Node;
import io.muster.group.GroupEntry.Reason;
import io.muster.group.Remains;
import java.util.Comparator;
import java.util.Optional;

/// A run of a node that isn't known to be harmless.
///
/// @param node the run; its incarnation is `UNKNOWN` for a configured node that nobody has met when the
///     domain started
/// @param since place in the log of its loss
/// @param rank tells losses at the same place apart: a domain that starts afresh hears of several runs
/// of a node at once
/// @param cause why it is one
/// @param remains what may still run there
/// @param claim who may start agents against it
/// @param proof why it is harmless; it stays here until cman has told all groups so
public record Victim(
        Node node, long since, int rank, Cause cause, Remains remains, Optional<Claim> claim, Optional<Proof> proof) {
    /// In the order of their losses.
    static final Comparator<Victim> BY_LOSS =
            Comparator.comparingLong(Victim::since).thenComparingInt(Victim::rank);

    /// Why a run became a victim.
    public enum Cause {
        /// It fell silent.
        LOST,
        /// The cluster ended its membership; whether it obeyed isn't known.
        KILLED,
        /// It wasn't a member when the domain started without anybody who knew what it had been doing.
        STARTUP;

        static Cause of(Reason reason) {
            return switch (reason) {
                case LOST -> LOST;
                case KILLED -> KILLED;
                case LEFT, REMOVED -> throw new IllegalArgumentException("no loss: " + reason);
            };
        }
    }

    /// The right to start agents, until a result or until the holder is lost.
    ///
    /// @param since place in the log
    public record Claim(Node holder, long since) {}

    boolean heldBy(Node holder) {
        return claim.isPresent() && claim.get().holder().equals(holder);
    }
}
