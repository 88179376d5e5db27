package io.muster.cman.daemon;

import io.muster.cman.client.CmanView;
import io.muster.config.ClusterConfig;
import io.muster.config.daemon.Logging;
import io.muster.control.ControlServer;
import io.muster.core.CauseId;
import io.muster.core.Incarnation;
import io.muster.core.MalformedMessage;
import io.muster.core.Node;
import io.muster.daemon.Daemon;
import io.muster.daemon.Layout;
import io.muster.daemon.Logs;
import io.muster.driver.CauseIds;
import io.muster.driver.Clocks;
import io.muster.driver.Dice;
import io.muster.driver.EventDriver;
import io.muster.driver.FlightRecorder;
import io.muster.driver.Loop;
import io.muster.driver.Patience;
import io.muster.driver.Recorder;
import io.muster.finding.Why;
import io.muster.membership.Cman;
import io.muster.membership.CmanEffect;
import io.muster.membership.CmanEffect.Result;
import io.muster.membership.CmanEvent;
import io.muster.membership.CmanNode;
import io.muster.membership.CmanRecord;
import io.muster.membership.CmanSettings;
import io.muster.membership.CmanSettings.Configured;
import io.muster.membership.NodeEffect;
import io.muster.membership.NodeEvent;
import io.muster.os.RealMachine;
import io.muster.os.RealTime;
import io.muster.totem.Ring;
import io.muster.totem.RingConfig;
import io.muster.totem.RingEvent;
import io.muster.transport.LinkStatus;
import io.muster.transport.Transport;
import io.muster.transport.daemon.UdpDriver;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// cman: ring, membership, quorum and groups of one node, on one event loop with its UDP and control
/// sockets.
///
/// Never waits for a disk, a name look-up or another daemon once it runs. When the node is told to go
/// or has to be made
/// harmless, the process ends at once and without a word ([Ending] with `clean` false); the others see
/// to the rest.
///
/// Thread: `start`, `close` and `kill` from any but the loop.
public final class CmanDaemon implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("cman");

    /// The daemon itself as a client of its core, for its own leave.
    private static final int OWN = -1;

    /// How long a node that starts gives the others to answer before it looks for a ring, and how long
    /// after they all did.
    private static final long LISTEN_MS = 1_000;

    private static final long SETTLE_MS = 100;

    /// So long after a change of the ring's phase what comes in counts as its consequence.
    private static final long AFTERMATH_MS = 2_000;

    private static final long CLOCK_MS = 500;

    private static final int REAL_TIME_PRIORITY = 50;

    /// How long an end waits for what it leaves on the disk for the report.
    private static final long KEEP_MS = 1_000;

    /// How long a stop may wait for clients' votes and the leave itself.
    private static final long STOP_MS = 8_000;

    /// What to do when cman ends by itself.
    @FunctionalInterface
    public interface Ending {
        /// @param clean whether the node has left the cluster in good order
        void ended(boolean clean, String why);
    }

    private static volatile boolean hardened;

    private final NodeSetup setup;
    private final RealMachine machine;
    private final EventLoop loop;
    private final Node self;
    private final Ending ending;
    private final CmanSessions clients;
    private final Patience over = new Patience();
    private final CmanNode core;
    private final Viewer viewer;
    private final LedgerReader ledger;
    private final QuorumMemory memory;
    /// As the file has it.
    private ClusterConfig file;

    /// With members that the file has no more.
    private ClusterConfig config;

    private SortedMap<Integer, Configured> leaving = new TreeMap<>();
    private long toldAheadMs = Long.MIN_VALUE;
    private RingConfig ringConfig;
    private int mtuBytes = Transport.INITIAL_MTU_BYTES;
    private CauseId ringChange = CauseId.NONE;
    private long ringChangeMs = Long.MIN_VALUE / 2;
    private boolean ended;
    private boolean stopping;

    /// Writes underway that have to be on the disk before this process ends, and who waits for them.
    private int keeping;

    private Runnable whenKept = () -> {};
    private @Nullable EventDriver<NodeEvent, NodeEffect> driver;
    private @Nullable UdpDriver udp;
    private @Nullable FlightRecorder<NodeEvent, NodeEffect> record;
    private @Nullable ControlServer server;

    private CmanDaemon(NodeSetup setup, RealMachine machine, Ending ending) {
        this.setup = setup;
        this.machine = machine;
        this.loop = machine.events();
        this.ending = ending;
        this.file = setup.config();
        this.config = file;
        SecureRandom dice = new SecureRandom();
        self = new Node(setup.me().nodeid(), Incarnation.random(dice));
        ringConfig = Timings.ring(config, mtuBytes);
        CmanSettings settings = setup.overrides().apply(Settings.cman(config), self.nodeid());
        Cman cman = new Cman(self, settings, setup.document(), Settings.reader());
        core = new CmanNode(new Ring(self, ringConfig, new Dice(dice.nextLong())), cman);
        viewer = new Viewer(setup.me().name());
        viewer.configure(config, setup.addresses());
        ledger = new LedgerReader(machine, setup.layout(), this::post);
        memory = new QuorumMemory(machine, setup.layout(), settings, this::post);
        clients = new CmanSessions(Loop.of(loop), cman, this::view, CmanDaemon::debug, this::post);
    }

    private CmanView view(int sessions) {
        return viewer.view(core, sessions, nowMs(), ringConfig.tokenMs());
    }

    private void post(CmanEvent event, CauseId parent) {
        EventDriver<NodeEvent, NodeEffect> running = driver;
        if (running != null) {
            tellClock(running);
            running.post(new NodeEvent.OfCman(event), parent);
        }
    }

    /// For times that are shown: half a second is as good as none.
    private void tellClock(EventDriver<NodeEvent, NodeEffect> running) {
        long aheadMs = System.currentTimeMillis() - nowMs();
        if (toldAheadMs == Long.MIN_VALUE || Math.abs(aheadMs - toldAheadMs) > CLOCK_MS) {
            toldAheadMs = aheadMs;
            running.post(new NodeEvent.OfCman(new CmanEvent.WallClock(aheadMs)));
        }
    }

    /// Starts cman.
    ///
    /// @param ending called on the loop when cman ends by itself
    /// @param fatal called on the loop when cman is broken: ends the process
    /// @throws IOException with a message for the operator
    public static CmanDaemon start(Layout layout, Ending ending, Consumer<Throwable> fatal) throws IOException {
        NodeSetup setup = NodeSetup.read(layout);
        RealMachine machine = RealMachine.of("cman");
        try {
            CmanDaemon daemon = new CmanDaemon(setup, machine, ending);
            daemon.open(layout, fatal);
            return daemon;
        } catch (IOException | RuntimeException e) {
            machine.close();
            throw e;
        }
    }

    private void open(Layout layout, Consumer<Throwable> fatal) throws IOException {
        CauseIds ids = CauseIds.ofThisProcess();
        ids.nodeid(self.nodeid());
        Recorder<NodeEvent, NodeEffect> recorder = openRecord(layout);
        EventDriver<NodeEvent, NodeEffect> running = EventDriver.of("cman", core)
                .recorder(recorder)
                .loop(loop)
                .performer(this::perform)
                .tick(new NodeEvent.Tick())
                .stallEvent(NodeEvent.Stalled::new)
                .ids(ids)
                .fatal(fatal)
                .start();
        driver = running;
        tellClock(running);
        running.post(new NodeEvent.OfCman(ledger.first()));
        running.post(new NodeEvent.OfCman(memory.first()));
        if (hardened) {
            loop.execute(CmanDaemon::schedule);
        }
        UdpDriver sockets = new UdpDriver(
                loop,
                self,
                Settings.transport(config, self.nodeid()),
                setup.addresses(),
                setup.key(),
                new SecureRandom(),
                new FromNetwork(running),
                fatal);
        udp = sockets;
        sockets.start();
        sockets.watch(setup.keyFile());
        sockets.keepNeighbours(layout.run().resolve("cman-neigh"));
        server = ControlServer.open(layout.socket("cman"), loop, clients);
        loop.execute(() -> startRing(running, sockets, running.nowMs() + LISTEN_MS));
    }

    /// Locks the memory of this process and has cmans that start in it later ask for real-time
    /// scheduling. For mains of daemons only, before anything starts: a test's or a demo's process
    /// mustn't have either.
    public static void harden() {
        hardened = true;
        List<String> refused = RealTime.acquire();
        if (!refused.isEmpty()) {
            LOG.warn("works with worse odds under load: {}", String.join("; ", refused));
        }
    }

    /// The loop alone gets real-time scheduling: a cman that is starved looks dead to the others.
    private static void schedule() {
        RealTime.scheduleThread(REAL_TIME_PRIORITY).ifPresent(why -> LOG.warn("works with worse odds: {}", why));
    }

    /// Starts the ring once every configured node can be reached, or has had its time to answer. The
    /// first join of a node
    /// that some members hear already and others don't yet would make the ring choose between it and a
    /// member.
    private void startRing(EventDriver<NodeEvent, NodeEffect> running, UdpDriver sockets, long latestMs) {
        Set<Integer> reached = sockets.links().stream()
                .filter(LinkStatus::live)
                .map(LinkStatus::nodeid)
                .collect(Collectors.toSet());
        boolean all = config.nodes().stream()
                .allMatch(node -> node.nodeid() == self.nodeid() || reached.contains(node.nodeid()));
        long now = running.nowMs();
        if (now >= latestMs) {
            running.post(new NodeEvent.OfRing(new RingEvent.Start()));
        } else {
            // They have reached us a moment later than we them, or the other way round.
            long next = all ? Math.min(latestMs, now + SETTLE_MS) : latestMs;
            loop.schedule(() -> startRing(running, sockets, next), 20, TimeUnit.MILLISECONDS);
        }
    }

    /// Without a record the node is as good a member as with one.
    private Recorder<NodeEvent, NodeEffect> openRecord(Layout layout) {
        try {
            FlightRecorder<NodeEvent, NodeEffect> opened =
                    FlightRecorder.open(layout.record(CmanRecord.NAME), new CmanRecord(core), CmanRecord.LIMITS);
            record = opened;
            return opened;
        } catch (IOException e) {
            LOG.warn("no flight record: {}", Why.of(e));
            return Recorder.none();
        }
    }

    private static long nowMs() {
        return Clocks.system().monotonicNs() / 1_000_000;
    }

    /// This run of this node.
    public Node self() {
        return self;
    }

    /// Leaves the cluster and stops. When a client says no, or the others don't answer, it stops all the
    /// same, and they make
    /// this node harmless: what a client wouldn't give up may still be in use.
    @Override
    public void close() {
        EventDriver<NodeEvent, NodeEffect> running = driver;
        if (running != null && !over.ended()) {
            loop.execute(() -> stopping = true);
            running.post(new NodeEvent.OfCman(new CmanEvent.Leave(OWN, 0, true, false)));
            if (!over.await(STOP_MS)) {
                LOG.warn("not out of the cluster after {} ms: stops without leaving", STOP_MS);
            }
        }
        ControlServer sockets = server;
        if (sockets != null) {
            sockets.close();
        }
        UdpDriver network = udp;
        if (network != null) {
            loop.submit(network::close).awaitUninterruptibly(1000);
        }
        if (running != null) {
            running.close();
        }
        machine.close();
        FlightRecorder<NodeEvent, NodeEffect> written = record;
        if (written != null) {
            written.close();
        }
    }

    /// Ends at once and without a word, as a kill of its process does; the others see to the rest.
    public void kill() {
        loop.submit(() -> end(false, "ends at once")).awaitUninterruptibly(1000);
        close();
    }

    // ---- effects, on the loop

    private void perform(NodeEffect effect, CauseId cause) {
        UdpDriver network = udp;
        switch (effect) {
            case NodeEffect.Send(var nodeids, byte[] datagram) -> {
                if (network != null && nodeids.size() == 1) {
                    network.unicast(nodeids.getFirst(), datagram);
                } else if (network != null) {
                    network.multicast(nodeids, datagram);
                }
            }
            case NodeEffect.RingChanged(String from, String to, String reason) -> {
                ringChange = cause;
                ringChangeMs = nowMs();
                EventDriver<NodeEvent, NodeEffect> running = driver;
                if (running != null) {
                    tellClock(running);
                }
                LOG.info("node={} {} -> {}: {}", self.nodeid(), from, to, reason);
            }
            case NodeEffect.OfCman(CmanEffect inner) -> perform(inner, cause);
        }
    }

    private void perform(CmanEffect effect, CauseId cause) {
        switch (effect) {
            case CmanEffect.ToRing _ -> throw new IllegalStateException("the node keeps " + effect + " to itself");
            case CmanEffect.Entry entry -> clients.entry(entry, cause);
            case CmanEffect.Parted parted -> clients.parted(parted);
            case CmanEffect.Answer answer -> {
                if (answer.client() != OWN) {
                    clients.answer(answer);
                } else if (answer.result() != Result.OK && stopping) {
                    LOG.warn("a client doesn't let this node leave: stops without leaving");
                    end(false, "stopped without leaving");
                }
            }
            case CmanEffect.Fresh fresh -> clients.fresh(fresh);
            case CmanEffect.AskShutdown ask -> clients.askShutdown(ask);
            case CmanEffect.ReadLedger(long number) -> ledger.read(number);
            case CmanEffect.RememberQuorum(long sequence) -> memory.write(sequence);
            case CmanEffect.KeepDifference(String text) -> keep(text);
            case CmanEffect.Disconnect gone -> {
                LOG.warn("node={} client {} is disconnected: {}", self.nodeid(), gone.client(), gone.why());
                clients.disconnect(gone);
            }
            case CmanEffect.Configured(byte[] document) -> configured(document);
            case CmanEffect.Leaving gone -> leaving(gone);
            case CmanEffect.Say(var severity, String text) -> {
                switch (severity) {
                    case INFO -> LOG.info("{}", text);
                    case WARN -> LOG.warn("{}", text);
                    case ERROR -> LOG.error("{}", text);
                }
            }
            case CmanEffect.End(boolean clean, String why) -> end(clean, why);
        }
    }

    private void end(boolean clean, String why) {
        if (ended) {
            return;
        }
        ended = true;
        if (clean) {
            LOG.info("node={} {}", self.nodeid(), why);
        } else {
            LOG.error("node={} {}", self.nodeid(), why);
        }
        UdpDriver network = udp;
        if (network != null) {
            network.close();
        }
        ControlServer sockets = server;
        if (sockets != null) {
            // Clients take the end of their streams for the end of their membership, whatever becomes
            // of this process.
            sockets.close();
        }
        over.end();
        if (!stopping) {
            Runnable last = () -> ending.ended(clean, why);
            if (keeping == 0) {
                last.run();
            } else {
                whenKept = last;
                loop.schedule(this::kept, KEEP_MS, TimeUnit.MILLISECONDS);
            }
        }
    }

    /// Beside the loop: the others go on.
    private void keep(String text) {
        Path file = setup.layout().state().resolve("cman-difference");
        LOG.error("node={} what each of them knows is in {}", self.nodeid(), file);
        keeping++;
        machine.beside(
                file.toString(),
                () -> {
                    machine.files().writeSecret(file, text.getBytes(StandardCharsets.UTF_8));
                    return file;
                },
                outcome -> {
                    if (--keeping == 0) {
                        kept();
                    }
                });
    }

    private void kept() {
        Runnable waiting = whenKept;
        whenKept = () -> {};
        waiting.run();
    }

    /// Timings, nodes and addresses of a new configuration.
    private void configured(byte[] document) {
        Settings.read(document).map(setup.overrides()::apply).ifPresent(next -> {
            file = next;
            Logging.apply("cman", next, setup.layout());
            reconfigure();
        });
    }

    private void leaving(CmanEffect.Leaving effect) {
        leaving = effect.nodes();
        UdpDriver network = udp;
        if (network != null) {
            network.word(effect.octets());
        }
        reconfigure();
    }

    /// The resolver may take its time: a thread of its own asks it.
    private void reconfigure() {
        ClusterConfig next = Settings.with(file, leaving);
        config = next;
        reconfigureRing();
        Thread.ofVirtual().start(() -> {
            var addresses = NodeSetup.addresses(next);
            loop.execute(() -> {
                // One that was begun later knows better, whichever resolver was quicker.
                if (config != next || ended) {
                    return;
                }
                UdpDriver network = udp;
                if (network != null) {
                    network.configure(Settings.transport(next, self.nodeid()), addresses);
                }
                viewer.configure(next, addresses);
            });
        });
    }

    private void reconfigureRing() {
        RingConfig next = Timings.ring(config, mtuBytes);
        EventDriver<NodeEvent, NodeEffect> running = driver;
        if (running != null && !next.equals(ringConfig)) {
            ringConfig = next;
            running.post(new NodeEvent.OfRing(new RingEvent.Configure(next)));
        }
    }

    // ---- what comes in, on the loop

    private final class FromNetwork implements UdpDriver.Listener {
        private final EventDriver<NodeEvent, NodeEffect> running;
        private SortedMap<Integer, Configured> lastTold = new TreeMap<>();

        FromNetwork(EventDriver<NodeEvent, NodeEffect> running) {
            this.running = running;
        }

        @Override
        public void received(int nodeid, Incarnation incarnation, byte[] datagram) {
            running.offer(
                    new NodeEvent.OfRing(new RingEvent.Received(nodeid, incarnation, datagram)),
                    running.nowMs() - ringChangeMs < AFTERMATH_MS ? ringChange : CauseId.NONE);
        }

        @Override
        public void awake() {
            running.look();
        }

        @Override
        public void dueMs(long monotonicMs) {
            running.expectLook(monotonicMs);
        }

        @Override
        public void portRefused(int nodeid) {
            running.post(new NodeEvent.OfRing(new RingEvent.PortRefused(nodeid)));
        }

        @Override
        public void told(int nodeid, byte[] octets) {
            try {
                CmanEvent.Told told = CmanEvent.Told.of(octets);
                if (!told.leaving().equals(lastTold)) {
                    lastTold = told.leaving();
                    running.post(new NodeEvent.OfCman(told));
                }
            } catch (MalformedMessage e) {
                LOG.debug("node={} what node {} tells is no list of nodes: {}", self.nodeid(), nodeid, e.getMessage());
            }
        }

        @Override
        public void mtu(int bytes) {
            mtuBytes = bytes;
            reconfigureRing();
        }
    }

    private static void debug(int mask) {
        Logs.level("cman", mask == 0 ? "" : "DEBUG");
    }

    public static void main(String[] args) {
        Daemon.named("cman").main(args, context -> {
            Ending ending = (clean, why) -> {
                if (clean) {
                    // Not on the loop: the way out closes it.
                    Thread.ofPlatform().name("cman-end").start(() -> System.exit(0));
                } else {
                    context.fatal(new IOException(why));
                }
            };
            harden();
            CmanDaemon daemon = start(context.layout(), ending, context::fatal);
            context.watchdog(daemon.loop);
            return daemon;
        });
    }
}
