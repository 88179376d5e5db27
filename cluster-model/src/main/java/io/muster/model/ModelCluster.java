package io.muster.model;

import io.muster.member.daemon.Records;
import io.muster.simulator.NetworkOptions;
import io.muster.simulator.SimNetwork;
import io.muster.simulator.SimPrograms;
import io.muster.simulator.Simulation;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;

/// Some machines with one cluster.conf, their network, and the daemons that run on each.
///
/// The ring's promises (V1 to V5), one majority, and equal states at equal places of the log are
/// checked at every step; what a daemon promises beyond that is for whoever uses the model.
///
/// Thread: one.
public final class ModelCluster {
    /// Datagrams a socket keeps for a process that is stopped.
    private static final int SOCKET_DATAGRAMS = 500;

    private final Simulation simulation;
    private final SimNetwork network;
    private final RingPromises promises = new RingPromises();
    private final Equality equality;
    private final SortedMap<Integer, ModelNode> nodes = new TreeMap<>();
    private final List<Unit> units = new ArrayList<>();
    private final List<Function<ModelNode, Records>> watchers = new ArrayList<>();
    private final List<Onlooker> onlookers = new ArrayList<>();
    private final boolean majority;
    private int mtuBytes = 1400;
    private SimPrograms.World programs = execution -> execution.end(127, "no such program");

    /// @param size nodes are numbered from 1
    /// @param document the cluster.conf that all begin with
    public ModelCluster(long seed, int size, byte[] document, NetworkOptions options) {
        this(seed, size, document, options, true);
    }

    /// @param majority whether more than half of the nodes is what quorum means here
    public ModelCluster(long seed, int size, byte[] document, NetworkOptions options, boolean majority) {
        this.simulation = new Simulation(seed);
        this.network = new SimNetwork(simulation, options);
        this.equality = new Equality(simulation);
        this.majority = majority && size > 2;
        for (int nodeid = 1; nodeid <= size; nodeid++) {
            nodes.put(nodeid, new ModelNode(this, nodeid, document));
        }
    }

    public Simulation simulation() {
        return simulation;
    }

    public SimNetwork network() {
        return network;
    }

    public SortedMap<Integer, ModelNode> nodes() {
        return nodes;
    }

    public List<Integer> nodeids() {
        return List.copyOf(nodes.keySet());
    }

    public ModelNode node(int nodeid) {
        ModelNode node = nodes.get(nodeid);
        if (node == null) {
            throw new IllegalArgumentException("node " + nodeid);
        }
        return node;
    }

    /// Adds a daemon to every machine, from its next boot on.
    public void unit(Unit unit) {
        units.add(unit);
    }

    List<Unit> units() {
        return units;
    }

    /// What programs do when daemons run them.
    public void programs(SimPrograms.World world) {
        programs = world;
    }

    SimPrograms.World programs() {
        return programs;
    }

    RingPromises promises() {
        return promises;
    }

    /// Somebody else who sees the steps of all daemons' cores.
    public void watch(Function<ModelNode, Records> more) {
        watchers.add(more);
    }

    /// Somebody who sees what the cmans do.
    public void watch(Onlooker onlooker) {
        onlookers.add(onlooker);
    }

    List<Onlooker> onlookers() {
        return onlookers;
    }

    /// What a datagram may hold, for cmans that start from now on.
    public void mtuBytes(int bytes) {
        mtuBytes = bytes;
    }

    int mtuBytes() {
        return mtuBytes;
    }

    Records records(ModelNode node) {
        var all = new ArrayList<Records>();
        all.add(equality.records(node));
        watchers.forEach(watcher -> all.add(watcher.apply(node)));
        return Records.all(all);
    }

    /// Breaks off when a promise is broken.
    public static void require(boolean holds, String promise) {
        if (!holds) {
            throw new AssertionError(promise);
        }
    }

    /// The same, told only when it is broken: for what is looked at with every message.
    public static void require(boolean holds, Supplier<String> promise) {
        if (!holds) {
            throw new AssertionError(promise.get());
        }
    }

    public void say(String text) {
        simulation.trace().add(simulation.nowMicros(), text);
    }

    /// No more trouble from the network or stopped processes.
    public void calm() {
        say("calm");
        network.heal();
        network.options(NetworkOptions.calm(300));
        nodes.values().forEach(ModelNode::goOn);
    }

    /// A datagram, as the transport carries it: a run is met only while it lives and can answer a
    /// challenge.
    void transmit(ModelCman from, int nodeid, byte[] datagram) {
        if (!from.process().alive()) {
            return; // its power went while it was at it
        }
        if (!from.reaches(nodeid)) {
            return;
        }
        network.send(from.self().nodeid(), nodeid, () -> {
            ModelNode target = node(nodeid);
            ModelCman to = target.cman().orElse(null);
            if (!target.machine().up()) {
                return;
            }
            if (to == null) {
                network.send(nodeid, from.self().nodeid(), () -> from.refused(nodeid));
                return;
            }
            if (!to.reaches(from.self().nodeid())) {
                return;
            }
            if (from.node().cman().filter(from::equals).isPresent()) {
                to.meet(from.self());
                to.hear(from);
            }
            if (to.met(from.self()) && (to.process().running() || to.process().waiting() < SOCKET_DATAGRAMS)) {
                to.received(from.self(), datagram);
            }
        });
    }

    /// cman has just told a client that the cluster is quorate now.
    void checkMajority(ModelCman cman) {
        int members = cman.ring().members().size();
        require(
                !majority || members * 2 > nodes.size(),
                () -> "node " + cman.self() + " says quorate with " + members + " of " + nodes.size() + " nodes");
    }
}
