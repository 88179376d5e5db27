package io.muster.nanny.daemon;

import io.muster.nanny.Check;
import io.muster.nanny.CheckResult;
import io.muster.nanny.CheckResult.Outcome;
import io.muster.os.NetException;
import java.time.Duration;
import java.util.function.Consumer;

/// One echo request.
final class PingRun extends Run {
    private final Check.Ping check;

    PingRun(CheckRunner runner, Check.Ping check, long timeoutMs, Consumer<CheckResult> done) {
        super(runner, timeoutMs, done);
        this.check = check;
    }

    @Override
    void begin() {
        try {
            runner.echoes()
                    .get()
                    .send(
                            check.server().inet(),
                            Duration.ofMillis(timeoutMs),
                            result -> runner.later(() -> {
                                if (result.answered()) {
                                    good("echo answered");
                                } else {
                                    bad(result.reason());
                                }
                            }));
        } catch (NetException e) {
            end(Outcome.UNTOLD, String.valueOf(e.getMessage()), Double.NaN);
        }
    }

    @Override
    void release() {}

    @Override
    String awaited() {
        return "answer to an echo request";
    }
}
