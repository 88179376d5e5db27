package io.muster.pulse.daemon;

import io.muster.core.Incarnation;
import io.muster.driver.Clocks;
import io.muster.driver.Patience;
import io.muster.ipvs.IpvsError;
import io.muster.ipvs.IpvsException;
import io.muster.ipvs.IpvsOp;
import io.muster.ipvs.IpvsTable;
import io.muster.ipvs.SyncDaemon;
import io.muster.ipvs.SyncSource;
import io.muster.ipvs.daemon.BulkSync;
import io.muster.ipvs.daemon.ConnectionTable;
import io.muster.ipvs.daemon.KernelIpvs;
import io.muster.ipvs.daemon.LastWord;
import io.muster.lvscf.LvsConfig;
import io.muster.os.BorrowedSettings;
import io.muster.os.KernelSettings;
import io.muster.pulse.PulseEvent;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The kernel's connection synchronisation, turned by role.
///
/// - `sync_threshold` is `2 50` while pulse runs: the kernel says nothing of a connection that was only established,
///   but does so at its second packet, which is the end of the handshake.
/// - `backup_only` is 1 while this director receives and 0 before it takes addresses over: the standby's table is
///   warm, and mustn't forward what a director in direct routing sends to this very machine as a real server.
///
/// Former values come back at the end. Thread: the loop's; what may block is done on a thread of its own, in order.
final class KernelSync implements TableSync {
    private static final Logger LOG = LoggerFactory.getLogger("pulse");
    private static final Duration LIMIT = Duration.ofSeconds(5);
    private static final long END_MS = 6_000;
    private static final String THRESHOLD = "net.ipv4.vs.sync_threshold";
    private static final String BACKUP_ONLY = "net.ipv4.vs.backup_only";

    /// Counting may take this part of the time at most: it walks the whole table.
    private static final int COUNT_SHARE = 50;

    private static final long COUNT_EVERY_MS = 1_000;
    private static final long BULK_DELAY_MS = 1_000;

    private final IpvsTable table;
    private final LvsConfig config;
    private final Listener listener;
    private final BorrowedSettings settings;
    private final ConnectionTable connections = new ConnectionTable();
    private volatile Thread sending = Thread.ofVirtual().unstarted(() -> {});
    private volatile Thread word = Thread.ofVirtual().unstarted(() -> {});
    private final ScheduledExecutorService work = Executors.newSingleThreadScheduledExecutor(
            task -> Thread.ofPlatform().name("pulse-table").daemon().unstarted(task));

    private KernelSync(IpvsTable table, LvsConfig config, Path notes, Listener listener) {
        this.table = table;
        this.config = config;
        settings = new BorrowedSettings(notes, KernelSettings.MACHINE);
        this.listener = listener;
    }

    /// Opens the table, which loads IPVS where it isn't yet.
    ///
    /// @param notes file for what is to be put back
    /// @return [TableSync#NONE] unless `syncdaemon = 1`
    /// @throws IpvsException when this kernel has no IPVS, in words
    static TableSync open(LvsConfig config, Path notes, Listener listener) throws IpvsException {
        var table = KernelIpvs.open(LIMIT);
        if (!config.syncDaemon()) {
            table.close();
            return NONE;
        }
        var sync = new KernelSync(table, config, notes, listener);
        try {
            sync.settings.borrow(List.of(THRESHOLD, BACKUP_ONLY));
        } catch (IOException e) {
            LOG.warn("{}: settings aren't put back after a kill: {}", notes, e.getMessage());
        }
        sync.set(THRESHOLD, "2 50");
        sync.work.execute(sync::count);
        return sync;
    }

    private void set(String name, String value) {
        try {
            settings.set(name, value);
        } catch (IOException e) {
            LOG.warn("{}", e.getMessage());
        }
    }

    @Override
    public void forward(boolean on) {
        set(BACKUP_ONLY, on ? "0" : "1");
    }

    @Override
    public void switchTo(boolean master) {
        word.interrupt();
        later(() -> {
            long began = Clocks.system().monotonicNs();
            stopDaemons();
            var wanted = SyncDaemon.of(master, config.syncInterface(), config.syncId());
            IpvsError error =
                    table.apply(List.of(new IpvsOp.StartDaemon(wanted))).getFirst();
            String role = master ? "master" : "backup";
            if (error.ok()) {
                LOG.info(
                        "sync daemon is {} on {}, id {}, after {} ms",
                        role,
                        config.syncInterface(),
                        config.syncId(),
                        (Clocks.system().monotonicNs() - began) / 1_000_000);
            } else {
                LOG.error(
                        "sync daemon can't be {} on {}: error {}: connections aren't synchronised",
                        role,
                        config.syncInterface(),
                        error.errno());
            }
        });
    }

    private void stopDaemons() throws IpvsException {
        // Which of them runs isn't asked: one that doesn't is refused, and that is all.
        table.apply(
                List.of(new IpvsOp.StopDaemon(false, config.syncId()), new IpvsOp.StopDaemon(true, config.syncId())));
    }

    /// After a moment, in which a partner that has just started gets its own daemon to listen. Reading and sending
    /// take seconds for large tables, so neither the loop nor the table waits for them; a new one ends the last.
    @Override
    public void bulk(Incarnation to) {
        try {
            work.schedule(() -> sendAll(to), BULK_DELAY_MS, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("too late for the table");
        }
    }

    private BulkSync.Target target() {
        return BulkSync.Target.of(config.syncInterface(), config.syncId());
    }

    @Override
    public void lastWord(long number) {
        // It says all that is left of that one, too.
        sending.interrupt();
        word = LastWord.start(target(), LOG, () -> listener.found(new PulseEvent.LastWordSaid(number)));
    }

    private void sendAll(Incarnation to) {
        SyncSource source;
        try {
            source = new SyncSource(table.table(), table.timeouts());
        } catch (IpvsException e) {
            LOG.error("connections can't be sent to the partner: {}", e.getMessage());
            return;
        }
        sending.interrupt();
        sending = Thread.ofPlatform().name("pulse-bulk").daemon().start(() -> {
            long began = Clocks.system().monotonicNs();
            try {
                BulkSync.Sent sent = new BulkSync(connections).send(target(), source, (done, total) -> {
                    // The whole is said only when all of it is out.
                    int permille = (int) Math.min(999, total == 0 ? 0 : done * 1000 / total);
                    listener.found(new PulseEvent.BulkDone(to, permille));
                });
                listener.found(new PulseEvent.BulkDone(to, 1000));
                LOG.info(
                        "{} connections sent to the partner in {} ms, {} can't be said",
                        sent.sent(),
                        (Clocks.system().monotonicNs() - began) / 1_000_000,
                        sent.left());
            } catch (InterruptedIOException e) {
                LOG.debug("connections: {}", e.getMessage());
            } catch (IOException e) {
                LOG.error("connections can't be sent to the partner: {}", e.getMessage());
            }
        });
    }

    private void count() {
        long began = Clocks.system().monotonicNs();
        try {
            listener.found(new PulseEvent.Connections(connections.count()));
        } catch (IOException e) {
            LOG.debug("connections can't be counted: {}", e.getMessage());
        }
        long tookMs = (Clocks.system().monotonicNs() - began) / 1_000_000;
        try {
            work.schedule(this::count, Math.max(COUNT_EVERY_MS, tookMs * COUNT_SHARE), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("no more counting");
        }
    }

    @FunctionalInterface
    private interface Task {
        void run() throws IOException;
    }

    private void later(Task task) {
        try {
            work.execute(() -> {
                try {
                    task.run();
                } catch (IOException e) {
                    LOG.error("connection synchronisation: {}", e.getMessage());
                }
            });
        } catch (RejectedExecutionException e) {
            LOG.debug("too late for the table");
        }
    }

    /// Ends the synchronisation and puts the settings back.
    @Override
    public void close() {
        sending.interrupt();
        word.interrupt();
        var ended = new Patience();
        work.execute(() -> {
            try {
                stopDaemons();
            } catch (IpvsException e) {
                LOG.error("connection synchronisation: {}", e.getMessage());
            }
            settings.putBack().forEach(LOG::warn);
            ended.end();
        });
        if (!ended.await(END_MS)) {
            LOG.warn("the sync daemon doesn't end within {} ms", END_MS);
        }
        // Counts and bulk sends that were to come.
        work.shutdownNow();
        table.close();
    }
}
