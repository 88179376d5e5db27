package io.muster.model;

import io.muster.cman.client.CmanView;
import io.muster.cman.daemon.CmanSessions;
import io.muster.cman.daemon.LedgerReader;
import io.muster.cman.daemon.QuorumMemory;
import io.muster.cman.daemon.Settings;
import io.muster.cman.daemon.Timings;
import io.muster.config.ClusterConfig;
import io.muster.config.ConfigReader;
import io.muster.control.Limits;
import io.muster.core.CauseId;
import io.muster.core.Node;
import io.muster.driver.CauseIds;
import io.muster.driver.Dice;
import io.muster.driver.EventDriver;
import io.muster.membership.Cman;
import io.muster.membership.CmanEffect;
import io.muster.membership.CmanEvent;
import io.muster.membership.CmanNode;
import io.muster.membership.CmanSettings.Configured;
import io.muster.membership.NodeEffect;
import io.muster.membership.NodeEvent;
import io.muster.simulator.SimLoop;
import io.muster.simulator.SimMachine;
import io.muster.totem.Ring;
import io.muster.totem.RingConfig;
import io.muster.totem.RingEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/// The cman daemon of one node: the cores, the sessions and the driver that ship; below them the false
/// network in the transport's place.
public final class ModelCman {
    private final ModelNode node;
    private final Node self;
    private final String nodeName;
    private final Ring ring;
    private final CmanNode core;
    private final SimMachine machine;
    private final EventDriver<NodeEvent, NodeEffect> driver;
    private final CmanSessions sessions;
    private final int mtuBytes;
    private RingConfig ringConfig;
    private ClusterConfig file;

    /// Whom its transport lets through, and what it tells those whom it meets.
    private ClusterConfig reached;

    private CmanEffect.Leaving leaving = new CmanEffect.Leaving(new TreeMap<>());
    private SortedMap<Integer, Configured> lastTold = new TreeMap<>();
    private final Map<String, Long> askedMicros = new HashMap<>();
    private final LedgerReader ledger;
    private final QuorumMemory memory;
    private final Set<Node> met = new HashSet<>();
    /// By client: members of the ring when cman last said that the cluster is quorate.
    private final SortedMap<Integer, List<Node>> freshMembers = new TreeMap<>();

    ModelCman(ModelNode node, Node self) {
        this.node = node;
        this.self = self;
        ModelCluster cluster = node.cluster();
        byte[] document = node.document();
        ClusterConfig config =
                node.config().orElseThrow(() -> new IllegalStateException("the model's cluster.conf isn't valid"));
        file = config;
        reached = config;
        nodeName = config.node(self.nodeid()).orElseThrow().name();
        mtuBytes = cluster.mtuBytes();
        ringConfig = Timings.ring(config, mtuBytes);
        machine = new SimMachine(cluster.simulation(), node.machine(), "cman", node.files(), cluster.programs());
        ring = new Ring(self, ringConfig, new Dice(cluster.simulation().dice().nextLong()));
        core = new CmanNode(
                cluster.promises().watch(self, ring),
                new Cman(self, Settings.cman(config), document, Settings.reader()));
        driver = EventDriver.of("cman", core)
                .loop(machine.loop())
                .clocks(machine.clocks())
                .performer(this::perform)
                .tick(new NodeEvent.Tick())
                .stallEvent(NodeEvent.Stalled::new)
                .ids(new CauseIds(self.nodeid(), machine.dice().nextInt()))
                .fatal(why -> {
                    throw new AssertionError("node " + self + ": cman broke: " + why, why);
                })
                .start();
        sessions = new CmanSessions(
                machine.loop(),
                core.cman(),
                clients -> new CmanView(
                        core.status(machine.clocks().monotonicNs() / 1_000_000, ringConfig.tokenMs()),
                        nodeName,
                        "",
                        clients,
                        new TreeMap<>(),
                        core.ringPhase()),
                mask -> {},
                (event, parent) -> {
                    if (event instanceof CmanEvent.AskFresh(int client, int request)) {
                        askedMicros.put(
                                client + "/" + request, cluster.simulation().nowMicros());
                    }
                    driver.post(new NodeEvent.OfCman(event), parent);
                });
        ledger = new LedgerReader(machine, node.layout(), (event, parent) -> post(event));
        memory = new QuorumMemory(machine, node.layout(), Settings.cman(config), (event, parent) -> post(event));
        try {
            machine.sockets().serve(node.layout().socket("cman"), sessions, Limits.DEFAULT);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        machine.process().whenDead(() -> node.cmanDied(this));
        post(new CmanEvent.WallClock(
                machine.clocks().wallMs() - machine.clocks().monotonicNs() / 1_000_000));
        post(ledger.first());
        post(memory.first());
        driver.post(new NodeEvent.OfRing(new RingEvent.Start()));
    }

    public ModelNode node() {
        return node;
    }

    /// This run of the node.
    public Node self() {
        return self;
    }

    public Ring ring() {
        return ring;
    }

    public CmanNode core() {
        return core;
    }

    public SimLoop process() {
        return machine.process();
    }

    public boolean quorate() {
        return core.cman().status().tally().quorate();
    }

    /// Members of the ring when a client was last told that the cluster is quorate; nobody when it was
    /// told otherwise.
    public List<Node> freshMembers(int client) {
        return freshMembers.getOrDefault(client, List.of());
    }

    /// Gives the core an event, as a command does.
    public void post(CmanEvent event) {
        driver.post(new NodeEvent.OfCman(event), CauseId.NONE);
    }

    void meet(Node other) {
        met.add(other);
    }

    boolean met(Node other) {
        return met.contains(other);
    }

    void received(Node from, byte[] datagram) {
        driver.post(
                new NodeEvent.OfRing(new RingEvent.Received(from.nodeid(), from.incarnation(), datagram)),
                CauseId.NONE);
    }

    void refused(int nodeid) {
        if (process().alive() && process().running()) {
            driver.post(new NodeEvent.OfRing(new RingEvent.PortRefused(nodeid)), CauseId.NONE);
        }
    }

    private void perform(NodeEffect effect, CauseId cause) {
        switch (effect) {
            case NodeEffect.Send(var nodeids, byte[] datagram) ->
                nodeids.forEach(nodeid -> node.cluster().transmit(this, nodeid, datagram));
            case NodeEffect.RingChanged(String from, String to, String reason) -> {
                node.say("ring " + from + " -> " + to + ": " + reason);
                node.cluster().onlookers().forEach(onlooker -> onlooker.ring(node, from, to, reason));
            }
            case NodeEffect.OfCman(CmanEffect inner) -> perform(inner, cause);
        }
    }

    private void perform(CmanEffect effect, CauseId cause) {
        switch (effect) {
            case CmanEffect.ToRing _ -> throw new AssertionError("the node keeps " + effect + " to itself");
            case CmanEffect.Configured(byte[] document) -> configured(document);
            case CmanEffect.Leaving gone -> {
                leaving = gone;
                reconfigure();
            }
            case CmanEffect.Entry entry -> {
                node.cluster().onlookers().forEach(onlooker -> onlooker.entry(node, entry));
                sessions.entry(entry, cause);
            }
            case CmanEffect.Parted parted -> sessions.parted(parted);
            case CmanEffect.Answer answer -> sessions.answer(answer);
            case CmanEffect.Fresh fresh -> {
                if (fresh.quorate()) {
                    node.cluster().checkMajority(this);
                }
                Long asked = askedMicros.remove(fresh.client() + "/" + fresh.request());
                if (asked != null) {
                    node.cluster().onlookers().forEach(onlooker -> onlooker.fresh(this, fresh.quorate(), asked));
                }
                freshMembers.put(fresh.client(), fresh.quorate() ? List.copyOf(ring.members()) : List.of());
                sessions.fresh(fresh);
            }
            case CmanEffect.AskShutdown ask -> sessions.askShutdown(ask);
            case CmanEffect.ReadLedger(long number) -> ledger.read(number);
            case CmanEffect.RememberQuorum(long sequence) -> {
                node.cluster().onlookers().forEach(onlooker -> onlooker.remembers(this, sequence));
                memory.write(sequence);
            }
            case CmanEffect.KeepDifference(String text) -> throw new AssertionError(text);
            case CmanEffect.Disconnect gone -> {
                node.say("client " + gone.client() + " is disconnected: " + gone.why());
                sessions.disconnect(gone);
            }
            case CmanEffect.Say(var _, String text) -> node.say("cman: " + text);
            case CmanEffect.End(boolean clean, String why) -> {
                node.say("cman ends" + (clean ? ": " : ", others see to the rest: ") + why);
                node.cluster().onlookers().forEach(onlooker -> onlooker.ends(this, clean, why));
                process().die();
            }
        }
    }

    private void configured(byte[] document) {
        ConfigReader.parse(document, "cluster.conf").config().ifPresent(config -> {
            file = config;
            reconfigure();
        });
    }

    /// Nodes that are new in the file belong to the ring's from now on; of the others only those that have yet to
    /// leave.
    private void reconfigure() {
        reached = Settings.with(file, leaving.nodes());
        RingConfig next = Timings.ring(reached, mtuBytes);
        if (!next.equals(ringConfig)) {
            ringConfig = next;
            driver.post(new NodeEvent.OfRing(new RingEvent.Configure(next)));
        }
    }

    /// Whether its transport lets the node's datagrams through.
    boolean reaches(int nodeid) {
        return reached.node(nodeid).isPresent();
    }

    /// What a node that it has met tells it, as transports do before rings gather.
    void hear(ModelCman other) {
        SortedMap<Integer, Configured> told = other.leaving.nodes();
        if (!told.isEmpty() && !told.equals(lastTold)) {
            lastTold = told;
            post(new CmanEvent.Told(told));
        }
    }
}
