package io.muster.member;

import io.muster.core.Node;
import java.util.Optional;

/// Where a daemon stands with its group. `Long.MAX_VALUE` stands for "at no time".
sealed interface StayState {
    /// Before [StayEvent.Begin].
    record Unborn() implements StayState {}

    /// Getting ready by itself, cman not looked for yet.
    record PreparingAlone() implements StayState {}

    /// No connection.
    ///
    /// @param retryAtMs when cman is looked for again
    /// @param untilMs when to give that up
    /// @param told whether it was said
    record Away(long retryAtMs, long untilMs, boolean told) implements StayState {}

    /// A connection is being made.
    ///
    /// @param former the run of this node with which there was one before, if that matters
    record Reaching(long untilMs, boolean told, Optional<Node> former) implements StayState {}

    /// Connected and getting ready.
    record Preparing(Node self) implements StayState {}

    /// Connected and not wanted in the group.
    record Outside(Node self) implements StayState {}

    /// Connected, waiting until it makes sense to join.
    ///
    /// @param lookAtMs when to look again; never while a look is underway
    /// @param told what was said last
    record Waiting(Node self, long lookAtMs, String told) implements StayState {}

    /// Asked, or refused and about to ask again.
    ///
    /// @param againAtMs when to ask again; never while asked
    /// @param refusal the last one, empty for none
    record Joining(Node self, long againAtMs, String refusal) implements StayState {}

    /// In the group.
    ///
    /// @param synced whether the replica has the group's state
    record Member(Node self, boolean synced, boolean quorate) implements StayState {}

    /// In the group, told to end, handing over.
    ///
    /// @param barredSinceMs since when there is no quorum that would take our word
    record Parting(Node self, long deadlineMs, long barredSinceMs) implements StayState {}

    /// Stopping what runs here without the group.
    ///
    /// @param wanted whether the daemon was told to end
    record Stopping(boolean wanted, String why, long deadlineMs) implements StayState {}

    record Over() implements StayState {}

    /// The word for it in logs.
    default String word() {
        return switch (this) {
            case Unborn u -> "unborn";
            case PreparingAlone p -> "preparing alone";
            case Away a -> "away";
            case Reaching r -> "reaching";
            case Preparing p -> "preparing";
            case Outside o -> "outside";
            case Waiting w -> "waiting";
            case Joining j -> "joining";
            case Member m -> "member";
            case Parting p -> "parting";
            case Stopping s -> "stopping";
            case Over o -> "over";
        };
    }
}
