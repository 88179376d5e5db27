package io.muster.checks.daemon;

import io.muster.checks.Check;
import io.muster.checks.CheckResult;
import io.muster.checks.CheckResult.Outcome;
import io.muster.driver.Clocks;
import io.muster.os.Echo;
import io.muster.os.NetException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// Echo requests until one is answered.
class PingRun extends Run {
    private final Check.Ping check;
    private final Repeats repeats = new Repeats(this, this::ask);

    PingRun(CheckRunner runner, Check.Ping check, long timeoutMs, Consumer<CheckResult> done) {
        super(runner, timeoutMs, done);
        this.check = check;
    }

    @Override
    void begin() {
        ask();
        repeats.begin();
    }

    private void ask() {
        long leftNs =
                TimeUnit.MILLISECONDS.toNanos(timeoutMs) - (Clocks.system().monotonicNs() - beganNs);
        try {
            request(check.server().inet(), Duration.ofNanos(Math.max(0, leftNs)), this::judge);
        } catch (NetException e) {
            end(Outcome.UNTOLD, String.valueOf(e.getMessage()), Double.NaN);
        }
    }

    /// Sends one request; the answer comes on any thread.
    void request(InetAddress to, Duration limit, Consumer<Echo.Result> answer) throws NetException {
        runner.echoes().get().send(to, limit, answer);
    }

    private void judge(Echo.Result result) {
        runner.later(() -> {
            if (result.answered()) {
                good("echo answered");
            } else {
                bad(result.reason());
            }
        });
    }

    @Override
    void release() {
        repeats.stop();
    }

    @Override
    String awaited() {
        return "answer to an echo request";
    }
}
