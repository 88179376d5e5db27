package io.muster.lvs;

import io.muster.lvscf.LvsConfig;
import java.util.Optional;

/// Where lvsd stands, with what exists only there. [Course] is the one that changes it. Times are
/// monotonic milliseconds.
sealed interface LvsdState {
    /// Before [LvsdEvent.Started]: nothing is known, and nothing is done.
    record Unstarted() implements LvsdState {
        @Override
        public Life life() {
            return Life.NONE;
        }
    }

    /// The table has not been as wanted yet.
    ///
    /// @param config what is wanted; of what checks send and run, as much as may be written
    record Settling(Life life, LvsConfig config) implements LvsdState {}

    /// The table has been as wanted, and is kept so.
    record Keeping(Life life, LvsConfig config) implements LvsdState {}

    /// Told to end: everything of ours is being removed.
    ///
    /// @param kept whether the table had ever been as wanted
    /// @param untilMs when it ends even if something is left
    record Stopping(Life life, boolean kept, long untilMs) implements LvsdState {}

    /// Nothing happens any more.
    record Stopped(Life life, boolean kept) implements LvsdState {}

    /// @param startedMs since when it has lived
    /// @param wallOffsetMs wall-clock time less the core's
    record Life(long startedMs, long wallOffsetMs) {
        static final Life NONE = new Life(0, 0);
    }

    Life life();

    /// The word for it in logs.
    default String word() {
        return switch (this) {
            case Unstarted _ -> "unstarted";
            case Settling _ -> "settling";
            case Keeping _ -> "keeping";
            case Stopping _ -> "stopping";
            case Stopped _ -> "stopped";
        };
    }

    /// What is wanted in the table; empty for nothing.
    default Optional<LvsConfig> wanted() {
        return switch (this) {
            case Settling settling -> Optional.of(settling.config());
            case Keeping keeping -> Optional.of(keeping.config());
            case Unstarted _, Stopping _, Stopped _ -> Optional.empty();
        };
    }

    /// Whether the table has been as wanted.
    default boolean kept() {
        return switch (this) {
            case Unstarted _, Settling _ -> false;
            case Keeping _ -> true;
            case Stopping stopping -> stopping.kept();
            case Stopped stopped -> stopped.kept();
        };
    }

    /// Whether the table in the comment of [Course] has a row for it.
    default boolean mayBecome(LvsdState next) {
        return switch (this) {
            case Unstarted _ -> next instanceof Settling || next instanceof Stopped;
            case Settling _ -> next instanceof Keeping || next instanceof Stopping;
            case Keeping _ -> next instanceof Stopping;
            case Stopping _ -> next instanceof Stopped;
            case Stopped _ -> false;
        };
    }
}
