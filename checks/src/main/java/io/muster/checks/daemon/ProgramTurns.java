package io.muster.checks.daemon;

import io.muster.machine.Program;
import io.muster.machine.Programs;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/// Runs programs of checks, a few at a time: as an unprivileged user, without our environment, killed to
/// their last process at the time limit, and when the daemon ends. Those that have to wait for their turn
/// do so before their time begins.
///
/// Thread: the loop's.
final class ProgramTurns {
    /// How many run at once.
    static final int AT_ONCE = 16;

    private static final int KEPT = 4095;
    private static final Map<String, String> ENVIRONMENT = Map.of("PATH", CheckRunner.PATH);

    private record Waiting(Program program, Consumer<Program.Result> done) {}

    private final Programs programs;
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private final Set<Programs.Running> running = new HashSet<>();
    private boolean closed;
    private Runnable whenGone = () -> {};

    ProgramTurns(Programs programs) {
        this.programs = programs;
    }

    /// @param done called on the loop, not from within
    void start(List<String> command, long timeoutMs, Consumer<Program.Result> done) {
        var program =
                new Program(command, ENVIRONMENT, "", timeoutMs, KEPT, Program.Kept.OUTPUT, Program.Rights.NOBODY);
        waiting.add(new Waiting(program, done));
        next();
    }

    private void next() {
        while (!closed && running.size() < AT_ONCE && !waiting.isEmpty()) {
            new Turn(waiting.remove()).begin();
        }
    }

    /// Running or waiting for their turn.
    int size() {
        return running.size() + waiting.size();
    }

    /// Ends all; nobody hears of what came of them.
    ///
    /// @param gone called once none is left, on the loop; perhaps from within
    void close(Runnable gone) {
        closed = true;
        waiting.clear();
        whenGone = gone;
        running.forEach(Programs.Running::end);
        lookForEnd();
    }

    private void lookForEnd() {
        if (closed && running.isEmpty()) {
            Runnable then = whenGone;
            whenGone = () -> {};
            then.run();
        }
    }

    /// One that runs.
    private final class Turn {
        private final Waiting what;
        private Programs.Running mine = () -> {};

        Turn(Waiting what) {
            this.what = what;
        }

        void begin() {
            mine = programs.start(what.program(), Programs.Bond.TIED, this::ended);
            running.add(mine);
        }

        private void ended(Program.Result result) {
            running.remove(mine);
            lookForEnd();
            if (!closed) {
                what.done().accept(result);
                next();
            }
        }
    }
}
