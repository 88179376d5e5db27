package io.muster.pulse.daemon;

import io.muster.ipvs.SyncSource;
import io.muster.ipvs.daemon.BulkSync;
import io.muster.ipvs.daemon.ConnectionTable;
import io.muster.ipvs.daemon.KernelIpvs;
import io.muster.lvs.LvsConfig;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import org.slf4j.Logger;

/// Every connection once more to the partner when a director gives its role away and lives: the kernel's sync daemon
/// gathers for up to two seconds before it sends, and throws away what it has gathered when it is stopped. Without
/// this, whoever connected within those two seconds would be reset by the new director.
///
/// pulse says it when its core tells it to; lvsd says it when its pulse is dead, which can't.
public final class LastWord {
    private static final Duration ANSWER = Duration.ofSeconds(1);

    private LastWord() {}

    /// Sends what there is on a thread of its own, which may be interrupted.
    ///
    /// @param said called on that thread when it is done, broken off or impossible
    static Thread start(LvsConfig config, Logger log, Runnable said) {
        long began = System.nanoTime();
        return Thread.ofPlatform().name("last-word").daemon().start(() -> {
            try (var table = KernelIpvs.open(ANSWER)) {
                var source = new SyncSource(table.table(), table.timeouts());
                var target = BulkSync.Target.of(config.syncInterface(), config.syncId());
                BulkSync.Sent sent = new BulkSync(new ConnectionTable()).send(target, source, (done, total) -> {});
                log.info(
                        "{} connections sent to the partner once more, in {} ms",
                        sent.sent(),
                        (System.nanoTime() - began) / 1_000_000);
            } catch (InterruptedIOException e) {
                log.warn(
                        "not all connections could be sent to the partner within {} ms",
                        (System.nanoTime() - began) / 1_000_000);
            } catch (IOException e) {
                log.warn("connections can't be sent to the partner: {}", e.getMessage());
            } finally {
                said.run();
            }
        });
    }

    /// Sends what there is; nothing unless `syncdaemon = 1`. What can't be sent within the limit is left out. Blocks.
    public static void send(LvsConfig config, Duration limit, Logger log) {
        if (!config.syncDaemon()) {
            return;
        }
        Thread thread = start(config, log, () -> {});
        try {
            if (!thread.join(limit)) {
                thread.interrupt();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
