package io.muster.checks.daemon;

import io.muster.checks.Check;
import io.muster.checks.CheckResult;
import io.muster.machine.Program;
import io.muster.machine.Programs;
import java.util.function.Consumer;

/// Asks for the load of servers whose check was good. Whatever the program does, the check's
/// result is what it was: a load that can't be had is none. It has three seconds, in the time that
/// the check has left, and none is waited for in a queue, so that programs that hang delay no check
/// for longer.
///
/// Thread: the runner's loop.
final class LoadTurns {
    private static final long MOST_MS = 3_000;

    private final ProgramTurns programs;

    LoadTurns(Programs programs) {
        this.programs = new ProgramTurns(programs);
    }

    void after(CheckResult result, Check.WithLoad asked, long timeoutMs, Consumer<CheckResult> done) {
        long limitMs = Math.min(MOST_MS, timeoutMs - result.tookMs());
        if (!result.good() || limitMs < 1 || programs.size() >= ProgramTurns.AT_ONCE) {
            done.accept(result);
            return;
        }
        programs.start(
                asked.source().command(),
                limitMs,
                ended -> done.accept(result.withLoad(
                        ended.status() == 0 ? asked.source().load(ended.output()) : Double.NaN,
                        asked.source().command().getFirst() + why(ended, limitMs))));
    }

    private static String why(Program.Result ended, long limitMs) {
        return switch (ended.status()) {
            case 0 -> " told none";
            case Program.NOT_STARTED -> " can't be run" + (ended.output().isEmpty() ? "" : ": " + ended.output());
            case Program.TIMED_OUT -> " killed after " + limitMs + " ms";
            default -> " ended with status " + ended.status();
        };
    }

    int size() {
        return programs.size();
    }

    void close(Runnable gone) {
        programs.close(gone);
    }
}
