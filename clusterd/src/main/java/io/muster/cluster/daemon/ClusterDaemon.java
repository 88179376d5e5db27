package io.muster.cluster.daemon;

import io.muster.ccs.daemon.CcsDaemon;
import io.muster.cman.daemon.CmanDaemon;
import io.muster.daemon.Daemon;
import io.muster.daemon.Layout;
import io.muster.driver.DaemonLog;
import io.muster.fence.daemon.FenceDaemon;
import io.muster.service.daemon.RgManager;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// `clusterd`: cman, fenced, rgmanager and ccsd of one node in one process, for demos, tests and small machines.
///
/// The daemons don't know: they have their own event loops and talk over the same sockets as when they are processes of
/// their own. What is lost is their separation: one that breaks takes the node with it.
public final class ClusterDaemon implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("clusterd");

    /// How long services may take to stop when a test or a demo ends; the daemon itself gives them more.
    private static final Duration SHORT_STOP = Duration.ofSeconds(18);

    /// Stopped in reverse.
    private final Deque<AutoCloseable> running = new ArrayDeque<>();

    private ClusterDaemon() {}

    public static void main(String[] args) {
        Daemon.named("clusterd")
                .stopsWithin(RgManager.STOP_LIMIT.plusSeconds(30))
                .main(args, context -> {
                    CmanDaemon.harden();
                    ClusterDaemon all = start(context.layout(), context::fatal);
                    return () -> all.close(RgManager.STOP_LIMIT);
                });
    }

    /// Starts the daemons in the order of their units.
    ///
    /// @param fatal ends the process
    /// @throws Exception when one of them can't start; those before it are stopped again
    public static ClusterDaemon start(Layout layout, Consumer<Throwable> fatal) throws Exception {
        ClusterDaemon all = new ClusterDaemon();
        try {
            all.run("cman", () -> CmanDaemon.start(layout, (clean, why) -> ended(clean, why, fatal), fatal));
            all.run("fenced", () -> FenceDaemon.start(layout, fatal));
            all.run("rgmanager", () -> RgManager.start(layout, fatal));
            all.run("ccsd", () -> CcsDaemon.start(layout, fatal));
            return all;
        } catch (Exception e) {
            all.close();
            throw e;
        }
    }

    private void run(String name, Callable<AutoCloseable> daemon) throws Exception {
        running.push(DaemonLog.within(name, daemon));
    }

    private static void ended(boolean clean, String why, Consumer<Throwable> fatal) {
        if (clean) {
            // The other daemons stop in order, from a thread that isn't one of theirs.
            Thread.ofPlatform().name("clusterd-end").start(() -> System.exit(0));
        } else {
            fatal.accept(new IllegalStateException("cman ends: " + why));
        }
    }

    /// Stops services first, then fencing, then membership; all of them, whatever one says.
    @Override
    public void close() {
        close(SHORT_STOP);
    }

    private void close(Duration services) {
        while (!running.isEmpty()) {
            AutoCloseable daemon = running.pop();
            try {
                if (daemon instanceof RgManager manager) {
                    manager.close(services);
                } else {
                    daemon.close();
                }
            } catch (Exception e) {
                LOG.error("{} didn't stop: {}", daemon.getClass().getSimpleName(), e.toString());
            }
        }
    }
}
