package io.muster.ipvs.daemon;

import io.muster.driver.Clocks;
import io.muster.driver.Patience;
import io.muster.ipvs.SyncSource;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import org.slf4j.Logger;

/// Every connection once more to the partner when a director gives its role away and lives: the kernel's sync daemon
/// gathers for up to two seconds before it sends, and throws away what it has gathered when it is stopped. Without
/// this, whoever connected within those two seconds would be reset by the new director.
///
/// Whoever runs a director says it when it gives its role away; and who outlives one that couldn't.
public final class LastWord {
    private static final Duration ANSWER = Duration.ofSeconds(1);

    private LastWord() {}

    /// Sends what there is on a thread of its own, which may be interrupted.
    ///
    /// @param to where the partner's sync daemon listens
    /// @param said called on that thread when it is done, broken off or impossible
    public static Thread start(BulkSync.Target to, Logger log, Runnable said) {
        long began = Clocks.system().monotonicNs();
        return Thread.ofPlatform().name("last-word").daemon().start(() -> {
            try (var table = KernelIpvs.open(ANSWER)) {
                var source = new SyncSource(table.table(), table.timeouts());
                BulkSync.Sent sent = new BulkSync(new ConnectionTable()).send(to, source, (done, total) -> {});
                log.info(
                        "{} connections sent to the partner once more, in {} ms",
                        sent.sent(),
                        (Clocks.system().monotonicNs() - began) / 1_000_000);
            } catch (InterruptedIOException e) {
                log.warn(
                        "not all connections could be sent to the partner within {} ms",
                        (Clocks.system().monotonicNs() - began) / 1_000_000);
            } catch (IOException e) {
                log.warn("connections can't be sent to the partner: {}", e.getMessage());
            } finally {
                said.run();
            }
        });
    }

    /// Sends what there is. What can't be sent within the limit is left out. Blocks.
    public static void send(BulkSync.Target to, Duration limit, Logger log) {
        var said = new Patience();
        Thread thread = start(to, log, said::end);
        if (!said.await(limit.toMillis())) {
            thread.interrupt();
        }
    }
}
