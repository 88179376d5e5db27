package io.muster.totem;

/// Where a ring stands.
///
/// | from        | may enter                     | on |
/// |-------------|-------------------------------|----|
/// | Idle        | Gather, Stopped               | start |
/// | Gather      | Gather, Commit, Stopped       | stuck; agreement |
/// | Commit      | Gather, Recovery, Stopped     | news or silence of the representative; its commit |
/// | Recovery    | Gather, Operational, Stopped  | news or silence; old packets equal everywhere |
/// | Operational | Gather, Stopped               | token lost, join, beacon, refused port, a member leaves |
/// | Stopped     | | |
sealed interface Phase {
    String OPERATIONAL = "OPERATIONAL";

    record Idle() implements Phase {}

    record Gather(Gathering gathering) implements Phase {}

    /// Agreed; on others than the representative, waiting for its word.
    record Commit(Gathering gathering, long sinceMs) implements Phase {}

    record Recovery(io.muster.totem.Recovery work) implements Phase {}

    record Operational(Circulation circulation) implements Phase {}

    record Stopped() implements Phase {}

    /// A phase in an image. Of recovery and the operational ring only what [Ring] hasn't elsewhere.
    sealed interface Image {
        record Idle() implements Image {}

        record Gather(Gathering.Image gathering) implements Image {}

        record Commit(Gathering.Image gathering, long sinceMs) implements Image {}

        record Recovery() implements Image {}

        record Operational(Circulation.Image circulation) implements Image {}

        record Stopped() implements Image {}
    }

    default Image image() {
        return switch (this) {
            case Idle _ -> new Image.Idle();
            case Gather(Gathering gathering) -> new Image.Gather(gathering.image());
            case Commit(Gathering gathering, long sinceMs) -> new Image.Commit(gathering.image(), sinceMs);
            case Recovery _ -> new Image.Recovery();
            case Operational(Circulation circulation) -> new Image.Operational(circulation.image());
            case Stopped _ -> new Image.Stopped();
        };
    }

    default boolean mayEnter(Phase next) {
        return switch (next) {
            case Idle _ -> false;
            case Gather _ -> !(this instanceof Stopped);
            case Commit(Gathering gathering, long _) -> this instanceof Gather now && now.gathering() == gathering;
            case Recovery _ -> this instanceof Commit;
            case Operational(Circulation circulation) ->
                this instanceof Recovery now && now.work().next == circulation.log;
            case Stopped _ -> true;
        };
    }

    /// As a log line says it.
    default String label() {
        return switch (this) {
            case Idle _ -> "IDLE";
            case Gather _ -> "GATHER";
            case Commit _ -> "COMMIT";
            case Recovery _ -> "RECOVERY";
            case Operational _ -> OPERATIONAL;
            case Stopped _ -> "STOPPED";
        };
    }
}
