package io.muster.service.daemon;

import io.muster.config.ClusterConfig;
import io.muster.config.ConfigReader;
import io.muster.control.SessionHandler;
import io.muster.core.CauseId;
import io.muster.core.Node;
import io.muster.daemon.Layout;
import io.muster.driver.CauseIds;
import io.muster.driver.Recorder;
import io.muster.group.GroupEntry;
import io.muster.group.daemon.CmanView;
import io.muster.group.daemon.GroupClient;
import io.muster.group.daemon.ReplicaDriver;
import io.muster.group.daemon.ReplicaRecord;
import io.muster.machine.Machine;
import io.muster.machine.Programs;
import io.muster.machine.Programs.TakeOver;
import io.muster.resource.MetadataSet;
import io.muster.resource.daemon.TreeRunner;
import io.muster.service.ClusterServices;
import io.muster.service.PlanReader;
import io.muster.service.ResultCode;
import io.muster.service.ServiceEffect;
import io.muster.service.ServiceEvent;
import io.muster.service.ServiceManager;
import io.muster.service.ServiceReplay;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One node's service manager at work: core, cman, agents and commands on one event loop.
///
/// Thread: the loop, except where a method says otherwise.
final class ServiceNode implements GroupClient.Listener {
    private static final Logger LOG = LoggerFactory.getLogger("rgmanager");
    private static final String GROUP = "rgmanager";
    private static final String FENCE_GROUP = "fence:default";

    /// An rgmanager that is gone for longer than this makes its node a victim.
    private static final int REQUIRED_MS = 10_000;

    /// A loop that is silent for longer than this is put out of the group.
    private static final int SILENT_MS = 5_000;

    private static final long RETRY_MS = 250;
    private static final long LOOK_MS = 250;

    /// How long a node without quorum waits for others to hear that it stops.
    private static final Duration NOBODY_LISTENS = Duration.ofSeconds(15);

    /// Longest time an agent of an earlier run may take to die; later than [#REQUIRED_MS] the node is a victim anyway.
    private static final long END_AGENTS_MS = 8_000;

    private final Layout layout;
    private final Machine machine;
    private final EventLoop loop;
    private final Consumer<Throwable> fatal;
    private final CauseIds ids = CauseIds.ofThisProcess();
    private final Commands commands;
    private final CountDownLatch left = new CountDownLatch(1);

    private volatile @Nullable GroupClient client;
    private volatile @Nullable Trees trees;
    private volatile MetadataSet metadata = MetadataSet.of(List.of(), List.of());
    private volatile boolean closing;

    /// Of the connection to cman.
    private volatile boolean gone;

    /// Set while quorum is lost or cman gone: whatever agent comes next isn't started, so that the stop can.
    private volatile boolean startsBarred;

    private @Nullable ServiceManager manager;
    private volatile @Nullable ReplicaDriver<ServiceEvent, ServiceEffect> driver;

    ServiceNode(Layout layout, Machine machine, EventLoop loop, Consumer<Throwable> fatal) {
        this.layout = layout;
        this.machine = machine;
        this.loop = loop;
        this.fatal = fatal;
        // The upper bits are the time of the start, so that a restarted daemon never answers to an old number.
        this.commands = new Commands(this::status, this::post, System.currentTimeMillis() << 20);
    }

    SessionHandler commands() {
        return commands;
    }

    /// Waits for cman and for fencing, then joins the group. Thread: a virtual one, blocks.
    ///
    /// @throws IOException when an agent of an earlier run can't be ended
    void begin(ClusterConfig found, MetadataSet agents) throws InterruptedException, IOException {
        agents.problems().forEach(LOG::warn);
        // First of all: what an earlier run began must be over before this one says that everything is stopped.
        Trees built = new Trees(new TreeRunner(new TreeRunner.Setup(
                machine.loop(), machine.clocks(), takeOver(), this::mayStart, ids, Recorder.none(), fatal)));
        metadata = agents;
        configure(built, found);
        trees = built;
        GroupClient connected = connect();
        if (connected == null) {
            return;
        }
        client = connected;
        ClusterConfig config = awaitConfig(connected, found);
        configure(built, config);
        awaitFencing(connected, config);
        Node self = connected.self();
        ids.nodeid(self.nodeid());
        var core = new ServiceManager(self, PlanReader::read);
        var record = new ReplicaRecord(ServiceReplay.NAME, layout.record("rgmanager"), ServiceReplay.CODEC);
        var setup = new ReplicaDriver.Setup(GROUP, connected, loop, ids, record, fatal);
        loop.execute(() -> {
            manager = core;
            var running = new ReplicaDriver<>(setup, core, this::perform);
            driver = running;
            running.post(new ServiceEvent.Configured(PlanReader.of(config)));
            join(connected, "");
        });
    }

    private void configure(Trees present, ClusterConfig config) {
        onLoop(() -> present.configure(config.rm(), metadata, CauseId.NONE));
    }

    private void onLoop(Runnable what) {
        if (loop.inEventLoop()) {
            what.run();
        } else {
            loop.execute(what);
        }
    }

    private Programs takeOver() throws IOException {
        var taken = new CompletableFuture<TakeOver>();
        machine.programs().takeOver(layout.run().resolve("rgmanager-agents"), END_AGENTS_MS, taken::complete);
        return switch (taken.join()) {
            case TakeOver.Taken(Programs programs, List<String> ended) -> {
                ended.forEach(agent -> LOG.warn("{}: agent of an earlier rgmanager, still at work, was ended", agent));
                yield programs;
            }
            case TakeOver.Failed(IOException why) -> throw why;
        };
    }

    private CompletableFuture<List<String>> stopEverything(@Nullable Trees present) {
        var stopped = new CompletableFuture<List<String>>();
        if (present == null) {
            stopped.complete(List.of());
        } else {
            onLoop(() -> present.stopEverything(CauseId.NONE, (unclean, _) -> stopped.complete(unclean)));
        }
        return stopped;
    }

    private void barStarts(boolean barred) {
        startsBarred = barred;
        Trees present = trees;
        if (present != null) {
            onLoop(() -> present.bar(barred, CauseId.NONE));
        }
    }

    /// Until cman takes it: the connection of a predecessor that was killed may not have ended yet. When this one ends,
    /// [#onClose] says what becomes of us.
    private void join(GroupClient cman, String toldBefore) {
        cman.join(GROUP, Optional.of(GroupEntry.Level.SERVICE), SILENT_MS).whenComplete((joined, failure) -> {
            if (failure == null) {
                cman.require(GROUP, REQUIRED_MS);
                LOG.info("node={} joins group {}", cman.self(), GROUP);
            } else if (!closing && !gone) {
                String why = String.valueOf(failure.getMessage());
                if (!why.equals(toldBefore)) {
                    LOG.warn("can't join group {} yet: {}", GROUP, why);
                }
                loop.schedule(() -> join(cman, why), RETRY_MS, TimeUnit.MILLISECONDS);
            }
        });
    }

    private @Nullable GroupClient connect() throws InterruptedException {
        boolean told = false;
        while (!closing) {
            try {
                return GroupClient.connect(layout.socket("cman"), loop, this).get(10, TimeUnit.SECONDS);
            } catch (ExecutionException | TimeoutException e) {
                if (!told) {
                    LOG.info("waiting for cman: {}", String.valueOf(e.getCause()));
                    told = true;
                }
                Thread.sleep(RETRY_MS);
            }
        }
        return null;
    }

    /// The configuration that the cluster agrees on: the file may be older or newer until ccsd has put that right.
    private ClusterConfig awaitConfig(GroupClient cman, ClusterConfig found) throws InterruptedException {
        ClusterConfig config = found;
        boolean told = false;
        while (!closing) {
            try {
                int agreed = cman.status().get(10, TimeUnit.SECONDS).status().configVersion();
                if (agreed == config.version()) {
                    break;
                }
                if (!told) {
                    LOG.warn(
                            "cluster.conf here is version {}, the cluster's {}: waiting for ccsd",
                            config.version(),
                            agreed);
                    told = true;
                }
                Thread.sleep(RETRY_MS);
                config = RgManager.read(layout);
            } catch (ExecutionException | TimeoutException | IOException e) {
                LOG.debug("cluster.conf and cman's version of it", e);
                Thread.sleep(RETRY_MS);
            }
        }
        return config;
    }

    /// A node that can be fenced waits until it is in the fence domain: before that nobody would fence the others.
    private void awaitFencing(GroupClient cman, ClusterConfig config) throws InterruptedException {
        int nodeid = cman.self().nodeid();
        boolean fenced =
                config.node(nodeid).filter(node -> !node.methods().isEmpty()).isPresent();
        boolean told = false;
        while (fenced && !closing) {
            try {
                CmanView view = cman.status().get(10, TimeUnit.SECONDS);
                if (view.status().groups().stream()
                        .anyMatch(g -> g.group().name().equals(FENCE_GROUP)
                                && g.group().members().containsKey(cman.self()))) {
                    return;
                }
            } catch (ExecutionException | TimeoutException e) {
                LOG.debug("cman's status", e);
            }
            if (!told) {
                LOG.info("waiting for the fence domain");
                told = true;
            }
            Thread.sleep(RETRY_MS);
        }
    }

    @Override
    public void onEntry(String group, GroupEntry entry, CauseId cause) {
        var running = driver;
        if (running == null || !group.equals(GROUP)) {
            return;
        }
        if (entry instanceof GroupEntry.Quorum(long position, boolean quorate)) {
            barStarts(!quorate);
        }
        running.entry(entry, cause);
    }

    /// The node may leave the cluster when nothing runs on it.
    @Override
    public void onAskShutdown(GroupClient cman) {
        ServiceManager core = manager;
        int nodeid = cman.self().nodeid();
        boolean idle = core == null
                || core.services().stream()
                        .noneMatch(s -> s.owner() == nodeid && s.state().occupies());
        cman.answerShutdown(idle);
    }

    @Override
    public void onClose(String why) {
        if (closing) {
            left.countDown();
            return;
        }
        gone = true;
        barStarts(true);
        LOG.error("cman is gone ({}): stopping all services", why);
        stopEverything(trees).whenComplete((unclean, failure) -> {
            if (unclean != null && !unclean.isEmpty()) {
                LOG.error("#69 Unclean stop of {}", unclean);
            }
            fatal.accept(new IOException("cman: " + why));
        });
    }

    /// Asked right before each start of an agent.
    private void mayStart(Consumer<Boolean> then) {
        GroupClient cman = client;
        if (startsBarred || cman == null) {
            then.accept(false);
            return;
        }
        Thread.ofVirtual().start(() -> {
            boolean yes = false;
            try {
                yes = cman.awaitQuorate() && !startsBarred;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            boolean told = yes;
            loop.execute(() -> then.accept(told));
        });
    }

    private void post(ServiceEvent event) {
        var running = driver;
        if (running != null) {
            running.post(event);
        }
    }

    private void perform(ServiceEffect effect, CauseId cause) {
        var running = driver;
        Trees present = trees;
        GroupClient cman = client;
        if (running == null || present == null || cman == null) {
            throw new IllegalStateException("an effect before the start: " + effect);
        }
        switch (effect) {
            case ServiceEffect.Propose p -> throw new IllegalStateException("a proposal among the local effects");
            case ServiceEffect.RunTree run ->
                present.run(
                        run.service(),
                        run.operation(),
                        cause,
                        (result, by) -> running.post(
                                new ServiceEvent.TreeDone(
                                        run.service(),
                                        run.operation(),
                                        run.generation(),
                                        result.ok(),
                                        result.partial(),
                                        System.currentTimeMillis()),
                                by));
            case ServiceEffect.StopEverything(long epoch) -> {
                LOG.info("stopping all services on this node");
                present.stopEverything(
                        cause,
                        (unclean, by) -> running.post(
                                new ServiceEvent.StoppedEverything(epoch, unclean, System.currentTimeMillis()), by));
            }
            case ServiceEffect.ReportStopped(Node run) -> cman.reportFenced(run, GroupEntry.STOPPED, cause);
            case ServiceEffect.ReportRecovered(long upTo) -> cman.reportRecovered(GROUP, upTo, cause);
            case ServiceEffect.Answer(long id, ResultCode code, int owner) -> commands.answer(id, code, owner);
            case ServiceEffect.Reconfigure(int version, byte[] document) ->
                ConfigReader.parse(document, "cluster.conf").config().ifPresent(config -> {
                    configure(present, config);
                    LOG.info("cluster.conf version {} is in force", version);
                });
            case ServiceEffect.NeedConfiguration(int version) -> reread(version, running, present);
            case ServiceEffect.Leave() -> left.countDown();
            case ServiceEffect.StateChanged s ->
                LOG.info(
                        "{} {} -> {}: {}; owner {}",
                        s.service(),
                        s.from().text(),
                        s.to().text(),
                        s.reason(),
                        s.owner());
            case ServiceEffect.Notice(boolean warning, String text) -> {
                if (warning) {
                    LOG.warn(text);
                } else {
                    LOG.info(text);
                }
            }
        }
    }

    private void reread(int version, ReplicaDriver<ServiceEvent, ServiceEffect> running, Trees present) {
        Thread.ofVirtual().start(() -> {
            try {
                ClusterConfig config = RgManager.read(layout);
                if (config.version() == version) {
                    configure(present, config);
                    running.post(new ServiceEvent.Configured(PlanReader.of(config)));
                } else {
                    LOG.warn(
                            "the cluster has cluster.conf version {}, here is {}: waiting for ccsd",
                            version,
                            config.version());
                }
            } catch (IOException e) {
                LOG.warn("the cluster has cluster.conf version {}, here: {}", version, e.getMessage());
            }
        });
    }

    /// What commands are told.
    private ClusterServices status() {
        ServiceManager core = manager;
        GroupClient cman = client;
        var running = driver;
        int self = cman == null || core == null ? 0 : cman.self().nodeid();
        if (core == null || running == null || !running.replica().synced() || core.plan() == null) {
            return ClusterServices.none(ResultCode.AGAIN, self);
        }
        if (!core.quorate()) {
            return ClusterServices.none(ResultCode.QUORUM, self);
        }
        return new ClusterServices(ResultCode.SUCCESS, core.locked(), self, core.members(), core.services());
    }

    /// Waits until the others know that nothing runs here any more. Without quorum nobody takes that note: then the
    /// services are stopped all the same, and the wait is short.
    private boolean handedOver(Duration limit) throws InterruptedException {
        long began = System.nanoTime();
        long barredNanos = began;
        while (!left.await(LOOK_MS, TimeUnit.MILLISECONDS)) {
            long now = System.nanoTime();
            if (!startsBarred) {
                barredNanos = now;
            }
            if (now - began >= limit.toNanos()) {
                return false;
            }
            if (now - barredNanos >= NOBODY_LISTENS.toNanos()) {
                stopAlone(limit.minusNanos(now - began));
                return false;
            }
        }
        return true;
    }

    private void stopAlone(Duration limit) throws InterruptedException {
        Trees present = trees;
        if (present == null) {
            return;
        }
        try {
            List<String> unclean = stopEverything(present).get(limit.toMillis(), TimeUnit.MILLISECONDS);
            if (!unclean.isEmpty()) {
                LOG.error("#69 Unclean stop of {}", unclean);
            }
        } catch (ExecutionException | TimeoutException e) {
            LOG.error("services aren't stopped", e);
        }
    }

    /// Stops this node's services, tells the others, leaves. Thread: any but the loop, blocks at most `limit`.
    void shutdown(Duration limit) {
        post(new ServiceEvent.ShutdownRequested(System.currentTimeMillis()));
        var running = driver;
        GroupClient cman = client;
        try {
            // Without the group's state this run has started nothing.
            if (running != null && running.replica().synced() && !handedOver(limit)) {
                LOG.error("services couldn't be handed over: ends anyway");
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        } finally {
            closing = true;
        }
        if (cman != null) {
            cman.require(GROUP, 0);
            cman.leave(GROUP);
            cman.close();
        }
        if (running != null) {
            running.close();
        }
    }
}
