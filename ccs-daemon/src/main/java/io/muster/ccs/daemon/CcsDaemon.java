package io.muster.ccs.daemon;

import io.muster.ccs.CcsEffect;
import io.muster.ccs.CcsEvent;
import io.muster.ccs.CcsReplay;
import io.muster.ccs.ConfigLog;
import io.muster.ccs.Document;
import io.muster.control.ControlServer;
import io.muster.core.CauseId;
import io.muster.daemon.Daemon;
import io.muster.daemon.Layout;
import io.muster.driver.CauseIds;
import io.muster.driver.Loops;
import io.muster.group.GroupEntry;
import io.muster.group.daemon.GroupClient;
import io.muster.group.daemon.ReplicaDriver;
import io.muster.group.daemon.ReplicaRecord;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// ccsd: agrees with the other nodes' ccsds on one cluster.conf, keeps it on disk, answers queries about it.
///
/// Without cman it answers from the file on disk and looks for cman every second. Nothing else in the cluster
/// stops when ccsd does: back again it takes the state from the others.
///
/// Thread: its own loop; disk work on a thread beside it.
public final class CcsDaemon implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CcsDaemon.class);
    private static final String GROUP = "ccs";
    private static final long RECONNECT_MS = 1_000;

    private final Layout layout;
    private final Consumer<Throwable> fatal;
    private final boolean standAlone;
    private final EventLoop loop;
    private final CauseIds ids = CauseIds.ofThisProcess();
    private final ConfigStore store;
    private final ExecutorService diskWork = Executors.newSingleThreadExecutor(
            Thread.ofVirtual().name("ccsd-disk").factory());
    private final Queries queries;
    private final ControlServer server;

    private @Nullable GroupClient cman;
    private @Nullable ConfigLog log;
    private @Nullable ReplicaDriver<CcsEvent, CcsEffect> driver;
    private boolean closed;
    private boolean toldWaiting;

    private CcsDaemon(Layout layout, Consumer<Throwable> fatal, boolean standAlone) throws IOException {
        this.layout = layout;
        this.fatal = fatal;
        this.standAlone = standAlone;
        this.store = new ConfigStore(layout);
        this.loop = Loops.start("ccsd");
        this.queries = new Queries(this::document, this::onDisk, this::quorate, this::post, loop);
        try {
            this.server = ControlServer.open(layout.socket("ccsd"), loop, queries);
        } catch (IOException e) {
            Loops.stop(loop);
            diskWork.close();
            throw e;
        }
    }

    public static void main(String[] args) {
        boolean[] alone = {false};
        Daemon.named("ccsd")
                .options("n46dXm:t:p:P:", "  -X       stand alone: no cman, no other nodes\n", (letter, argument) -> {
                    alone[0] |= letter == 'X';
                    return true;
                })
                .main(args, context -> start(context.layout(), context::fatal, alone[0]));
    }

    /// Starts the daemon in this process.
    ///
    /// @param fatal ends the process when ccsd itself is broken
    /// @throws IOException when another ccsd runs, or the socket can't be made
    public static CcsDaemon start(Layout layout, Consumer<Throwable> fatal) throws IOException {
        return start(layout, fatal, false);
    }

    /// @param standAlone no cman, no other nodes: queries about the file only
    static CcsDaemon start(Layout layout, Consumer<Throwable> fatal, boolean standAlone) throws IOException {
        CcsDaemon daemon = new CcsDaemon(layout, fatal, standAlone);
        daemon.loop.execute(daemon::connect);
        return daemon;
    }

    private void connect() {
        if (closed || standAlone) {
            return;
        }
        GroupClient.connect(layout.socket("cman"), loop, new FromCman()).whenComplete((client, failure) -> {
            if (failure != null) {
                if (!toldWaiting) {
                    toldWaiting = true;
                    LOG.info("no cman yet, trying again");
                }
                again();
            } else if (closed) {
                client.close();
            } else {
                toldWaiting = false;
                begin(client);
            }
        });
    }

    private void again() {
        if (!closed) {
            loop.schedule(this::connect, RECONNECT_MS, TimeUnit.MILLISECONDS);
        }
    }

    private void begin(GroupClient client) {
        ConfigLog fresh = new ConfigLog(client.self());
        ids.nodeid(client.self().nodeid());
        var record = new ReplicaRecord(CcsReplay.NAME, layout.record("ccsd"), CcsReplay.CODEC);
        var setup = new ReplicaDriver.Setup(GROUP, client, loop, ids, record, fatal);
        cman = client;
        log = fresh;
        driver = new ReplicaDriver<>(setup, fresh, this::perform);
        look();
        client.join(GROUP, Optional.empty(), 0).whenComplete((_, failure) -> {
            if (failure != null) {
                LOG.warn("can't join group {}: {}: trying again", GROUP, failure.getMessage());
                client.close();
            }
        });
    }

    /// Tells the core what is on disk; again later when the disk doesn't say.
    private void look() {
        GroupClient client = cman;
        if (client == null || closed) {
            return;
        }
        int nodeid = client.self().nodeid();
        disk(() -> {
            try {
                CcsEvent.Found found = store.found(nodeid);
                return () -> {
                    if (cman == client) {
                        post(found);
                    }
                };
            } catch (IOException e) {
                LOG.warn("can't read the configuration: {}", e.toString());
                return () -> loop.schedule(this::look, RECONNECT_MS, TimeUnit.MILLISECONDS);
            }
        });
    }

    private void lost(String why) {
        if (cman == null) {
            // Never got as far as begin: connect tries again by itself.
            return;
        }
        if (!closed) {
            LOG.warn("cman is gone: {}: answering from the file until it is back", why);
        }
        ReplicaDriver<CcsEvent, CcsEffect> gone = driver;
        cman = null;
        log = null;
        driver = null;
        if (gone != null) {
            gone.close();
        }
        queries.abandon();
        again();
    }

    private boolean post(CcsEvent event) {
        ReplicaDriver<CcsEvent, CcsEffect> now = driver;
        if (now == null) {
            return false;
        }
        now.post(event);
        return true;
    }

    private Optional<Document> document() {
        ConfigLog now = log;
        return now == null ? Optional.empty() : now.chosen();
    }

    private Optional<Document> onDisk() {
        try {
            return store.file();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private boolean quorate() {
        ReplicaDriver<CcsEvent, CcsEffect> now = driver;
        ConfigLog core = log;
        return now != null && core != null && now.replica().synced() && core.quorate();
    }

    private void perform(CcsEffect effect, CauseId cause) {
        switch (effect) {
            case CcsEffect.Stage(Document document, long attempt) ->
                write(() -> {
                    store.stage(document, attempt);
                    return new CcsEvent.Staged(document.version(), attempt);
                });
            case CcsEffect.Install(Document document, long attempt, boolean keepAside) ->
                write(() -> {
                    store.install(document, attempt, keepAside)
                            .ifPresent(kept -> LOG.warn("the cluster.conf of this node is kept as {}", kept));
                    return new CcsEvent.Installed(document.version(), attempt);
                });
            case CcsEffect.Discard() ->
                write(() -> {
                    store.discard();
                    return new CcsEvent.Discarded();
                });
            case CcsEffect.Announce(Document document) -> announce(document);
            case CcsEffect.Answer(long request, boolean done, String text) -> queries.answer(request, done, text);
            case CcsEffect.Log(boolean warning, String text) -> {
                if (warning) {
                    LOG.warn("{}", text);
                } else {
                    LOG.info("{}", text);
                }
            }
            case CcsEffect.Send send ->
                throw new IllegalStateException("a proposal came to the performer: " + send.message() + " " + cause);
        }
    }

    private void announce(Document document) {
        GroupClient client = cman;
        if (client == null) {
            return;
        }
        client.announceConfig(document.version().number(), document.version().sha256(), document.octets())
                .whenComplete((_, failure) -> {
                    if (failure != null) {
                        LOG.info("cman keeps its configuration: {}", failure.getMessage());
                    }
                });
    }

    @FunctionalInterface
    private interface Write {
        CcsEvent run() throws IOException;
    }

    private void write(Write work) {
        ReplicaDriver<CcsEvent, CcsEffect> mine = driver;
        disk(() -> {
            CcsEvent event;
            try {
                event = work.run();
            } catch (IOException e) {
                event = new CcsEvent.WriteFailed(e.toString());
            }
            CcsEvent done = event;
            return () -> {
                // A write begun for a core that is gone says nothing to the next one, which looks for itself.
                if (mine != null && driver == mine) {
                    mine.post(done);
                }
            };
        });
    }

    @FunctionalInterface
    private interface DiskWork {
        /// @return what to do with the result, on the loop
        Runnable run();
    }

    private void disk(DiskWork work) {
        if (!diskWork.isShutdown()) {
            diskWork.execute(() -> {
                Runnable then = work.run();
                if (!loop.isShuttingDown()) {
                    loop.execute(then);
                }
            });
        }
    }

    @Override
    public void close() {
        loop.submit(() -> {
                    closed = true;
                    GroupClient client = cman;
                    if (client != null) {
                        client.leave(GROUP);
                        client.close();
                    }
                    if (driver != null) {
                        driver.close();
                    }
                })
                .awaitUninterruptibly(2_000);
        server.close();
        diskWork.close();
        Loops.stop(loop);
    }

    private final class FromCman implements GroupClient.Listener {
        @Override
        public void onEntry(String group, GroupEntry entry, CauseId cause) {
            ReplicaDriver<CcsEvent, CcsEffect> now = driver;
            if (now != null && group.equals(GROUP)) {
                now.entry(entry, cause);
            }
        }

        @Override
        public void onClose(String why) {
            lost(why);
        }
    }
}
