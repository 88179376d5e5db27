package io.muster.checks.daemon;

import io.muster.checks.CheckResult;
import io.muster.checks.CheckResult.Outcome;
import io.muster.checks.daemon.TimeLimits.Same;
import io.muster.driver.Clocks;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One running check, from its start to the one result it gives. Thread: the runner's loop.
abstract class Run {
    final CheckRunner runner;
    final long timeoutMs;
    final long beganNs = Clocks.system().monotonicNs();
    /// Neighbours in the list of the same time limit.
    @Nullable
    Run before;

    @Nullable
    Run after;

    @Nullable
    Same list;

    private final Consumer<CheckResult> done;
    private boolean starting = true;
    private boolean ended;

    Run(CheckRunner runner, long timeoutMs, Consumer<CheckResult> done) {
        this.runner = runner;
        this.timeoutMs = timeoutMs;
        this.done = done;
    }

    /// Starts; may end at once.
    abstract void begin();

    /// Gives back all it holds; called once.
    abstract void release();

    /// Its time is over.
    void expire() {
        bad("no " + awaited() + " within " + timeoutMs + " ms");
    }

    /// What it waits for.
    abstract String awaited();

    final void start() {
        begin();
        starting = false;
    }

    final void good(String detail) {
        end(Outcome.GOOD, detail, Double.NaN);
    }

    final void bad(String reason) {
        end(Outcome.FAILED, reason, Double.NaN);
    }

    final void end(Outcome outcome, String detail, double load) {
        if (ended) {
            return;
        }
        ended = true;
        release();
        runner.ended(this);
        var result = new CheckResult(outcome, detail, (Clocks.system().monotonicNs() - beganNs) / 1_000_000, load);
        if (outcome == Outcome.UNTOLD) {
            runner.untold(detail);
        }
        if (runner.isClosed()) {
            return;
        }
        if (starting) {
            // Whoever starts a check isn't called back from within.
            runner.later(() -> done.accept(result));
        } else {
            done.accept(result);
        }
    }

    /// Ends it without a result.
    final void abandon() {
        if (!ended) {
            ended = true;
            release();
            runner.ended(this);
        }
    }

    final boolean ended() {
        return ended;
    }
}
