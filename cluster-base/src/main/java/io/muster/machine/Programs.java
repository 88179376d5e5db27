package io.muster.machine;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/// Runs other programs. Thread: the loop; outcomes come on it.
public interface Programs {
    /// What becomes of a program whose daemon dies.
    enum Bond {
        /// It is killed with it: a fence agent mustn't hit a node that has long come back.
        TIED,
        /// It goes on: a database outlives its manager.
        FREE,
        /// It goes on, and the daemon's next run finds it ([Programs#takeOver]). What may leave something
        /// running must be found: one that can't be noted isn't started.
        NOTED
    }

    /// One at work.
    interface Running {
        /// Kills it with all its descendants; it ends as if its time were over. Does nothing once it
        /// has ended.
        void end();
    }

    /// Starts a program.
    ///
    /// @param ended once, however it ends; one that can't be started ends with [Program#NOT_STARTED]
    Running start(Program program, Bond bond, Consumer<Program.Result> ended);

    /// Takes over from the daemon's former runs: afterwards no program that one of them has started
    /// through the [Programs] that its own take-over gave it can act any more.
    ///
    /// What a *finished* program left running (the database) is never touched. Where no note can be
    /// written (a full disk), [Bond#NOTED] programs don't start, and all others do: who looks or stops
    /// does no harm by being late.
    ///
    /// @param notes the directory where programs at work are noted
    /// @param withinMs how long one may take to die
    void takeOver(Path notes, long withinMs, Consumer<TakeOver> then);

    /// What came of [Programs#takeOver].
    sealed interface TakeOver {
        /// @param programs notes what it starts
        /// @param ended what was ended, for the log
        record Taken(Programs programs, List<String> ended) implements TakeOver {
            public Taken {
                ended = List.copyOf(ended);
            }
        }

        /// One can't be ended, or can't be barred: nothing may be reported stopped.
        record Failed(IOException why) implements TakeOver {}
    }
}
