package io.muster.checks.daemon;

import io.muster.checks.AgentLoad;
import io.muster.checks.Check;
import io.muster.checks.CheckResult;
import io.muster.checks.CheckResult.Outcome;
import io.muster.machine.Program;
import java.util.function.Consumer;

/// Runs a program. See [Check.Program] for what is good.
final class ProgramRun extends Run {
    private final Check.Program check;

    ProgramRun(CheckRunner runner, Check.Program check, long timeoutMs, Consumer<CheckResult> done) {
        super(runner, timeoutMs, done);
        this.check = check;
    }

    @Override
    void begin() {
        runner.programs().start(check.command(), timeoutMs, this::judge);
    }

    private void judge(Program.Result ended) {
        String program = check.command().getFirst();
        switch (ended.status()) {
            case Program.NOT_STARTED -> bad(notStarted(program, ended.output()));
            case Program.TIMED_OUT -> bad(program + " killed after " + timeoutMs + " ms");
            case 0 -> output(program, ended.output());
            default -> bad(program + " ended with status " + ended.status());
        }
    }

    /// The same status is that of a program, a shell mostly, that ran and didn't find another.
    private static String notStarted(String program, String why) {
        return why.isEmpty()
                ? program + " ended with status " + Program.NOT_STARTED
                : program + " can't be run: " + why;
    }

    private void output(String program, String output) {
        String said = check.agent() ? output.lines().findFirst().orElse("") : butLast(output);
        if (!check.expect().isEmpty() && !said.equals(check.expect())) {
            byte[] octets = Check.octets(said);
            bad(program + " said " + io.muster.checks.Dialogue.shown(octets, octets.length));
            return;
        }
        if (!check.agent()) {
            good(program + " content");
            return;
        }
        double load = AgentLoad.parse(output);
        if (Double.isNaN(load)) {
            bad(program + " told no load");
        } else {
            end(Outcome.GOOD, program + ": load " + load, load);
        }
    }

    /// The line break at the end, whatever it is.
    private static String butLast(String output) {
        return output.isEmpty() ? output : output.substring(0, output.length() - 1);
    }

    @Override
    void release() {}

    @Override
    String awaited() {
        return "end of " + check.command().getFirst();
    }
}
