package io.muster.nanny;

/// Where a nanny stands, with what exists only there. [Care] is the one that changes it.
sealed interface CareState {
    /// Before [CareEvent.Started].
    record Unstarted() implements CareState {}

    /// The server is checked and kept in the table.
    record Caring() implements CareState {}

    /// Told to end: the server is being taken out.
    ///
    /// @param untilMs when the table has had time enough, in monotonic milliseconds
    record Leaving(long untilMs) implements CareState {}

    /// Nothing happens any more.
    record Over() implements CareState {}

    /// The word for it in logs.
    default String word() {
        return switch (this) {
            case Unstarted _ -> "unstarted";
            case Caring _ -> "caring";
            case Leaving _ -> "leaving";
            case Over _ -> "over";
        };
    }

    /// Whether the table in the comment of [Care] has a row for it.
    default boolean mayBecome(CareState next) {
        return switch (this) {
            case Unstarted _ -> next instanceof Caring || next instanceof Over;
            case Caring _ -> next instanceof Leaving || next instanceof Over;
            case Leaving _ -> next instanceof Over;
            case Over _ -> false;
        };
    }
}
