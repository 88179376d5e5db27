package io.muster.pulse.daemon;

import io.muster.driver.Patience;
import io.muster.machine.Program;
import io.muster.os.ProgramRun;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Runs `active_cmd` and `inactive_cmd`, one after the other, off the loop: nobody waits for them, and
/// each is ended after [#LIMIT_MS].
///
/// Thread: any.
final class Hooks implements AutoCloseable {
    static final long LIMIT_MS = 10_000;

    private static final Logger LOG = LoggerFactory.getLogger("pulse");
    private static final int KEEP_BYTES = 2_000;
    private static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private final ExecutorService one = Executors.newSingleThreadExecutor(
            task -> Thread.ofPlatform().name("pulse-hooks").daemon().unstarted(task));

    void run(String name, String command) {
        if (command.isBlank()) {
            return;
        }
        try {
            one.execute(() -> {
                var program =
                        new Program(List.of("/bin/sh", "-c", command), Map.of("PATH", PATH), "", LIMIT_MS, KEEP_BYTES);
                Program.Result result = ProgramRun.run(program);
                if (result.timedOut()) {
                    LOG.warn("{} \"{}\": ended after {} ms", name, command, LIMIT_MS);
                } else if (result.status() != 0) {
                    LOG.warn("{} \"{}\": status {}: {}", name, command, result.status(), result.output());
                } else {
                    LOG.info("{} \"{}\": done in {} ms", name, command, result.tookMs());
                }
            });
        } catch (RejectedExecutionException e) {
            LOG.debug("{} comes too late", name);
        }
    }

    /// Lets what is to run run, within its limit.
    @Override
    public void close() {
        var ended = new Patience();
        one.execute(ended::end);
        one.shutdown();
        if (!ended.await(LIMIT_MS + 1_000)) {
            one.shutdownNow();
        }
    }
}
