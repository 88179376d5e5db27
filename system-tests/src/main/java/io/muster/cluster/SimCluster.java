package io.muster.cluster;

import io.muster.core.Node;
import io.muster.group.GroupEntry;
import io.muster.membership.CmanSettings;
import io.muster.membership.NodeEvent;
import io.muster.service.RequestKind;
import io.muster.service.ServiceState;
import io.muster.service.ServiceStatus;
import io.muster.simulator.NetworkOptions;
import io.muster.simulator.SimNetwork;
import io.muster.simulator.Simulation;
import io.muster.totem.RingEvent;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// A whole cluster in a false world: the shipping cores of cman, ccs, fencing and services on some machines. Knows
/// what is true, as no node does, and so can tell when a promise is broken.
final class SimCluster {
    /// Datagrams a socket keeps for a process that is stopped.
    private static final int SOCKET_DATAGRAMS = 500;

    final Simulation simulation;
    final SimNetwork network;
    final RingPromises promises = new RingPromises();
    final TreeMap<Integer, SimMachine> machines = new TreeMap<>();
    /// Services of which an agent has failed, or that an operator has stopped: not owed to anybody.
    final TreeSet<String> failures = new TreeSet<>();

    private final int size;
    private final int services;
    /// Who has started a service and hasn't been proven to have ended since.
    private final Map<String, Node> holders = new TreeMap<>();
    private final Map<String, Integer> chains = new HashMap<>();
    private final Map<String, Integer> states = new HashMap<>();
    Faults faults;
    private int version = 1;

    SimCluster(long seed, int size, int services, NetworkOptions options, Faults faults) {
        this.simulation = new Simulation(seed);
        this.size = size;
        this.services = services;
        this.network = new SimNetwork(simulation, options);
        this.faults = faults;
        byte[] document = Documents.make(size, services, 1);
        nodeids().forEach(nodeid -> machines.put(nodeid, new SimMachine(this, nodeid, document)));
    }

    List<Integer> nodeids() {
        return IntStream.rangeClosed(1, size).boxed().toList();
    }

    SimMachine machine(int nodeid) {
        SimMachine machine = machines.get(nodeid);
        if (machine == null) {
            throw new IllegalArgumentException("node " + nodeid);
        }
        return machine;
    }

    CmanSettings settings(byte[] document) {
        return Documents.cman(document).orElseThrow();
    }

    CmanSettings.Reader reader() {
        return Documents::cman;
    }

    /// A document with the next version number.
    byte[] nextDocument() {
        return Documents.make(size, services, ++version);
    }

    private static void require(boolean holds, String promise) {
        if (!holds) {
            throw new AssertionError(promise);
        }
    }

    /// A datagram, as the transport carries it: a run is met only while it lives and can answer a challenge.
    void transmit(SimCman from, int nodeid, byte[] datagram) {
        network.send(from.self.nodeid(), nodeid, () -> {
            SimMachine target = machine(nodeid);
            SimCman to = target.cman;
            if (!target.node.up()) {
                return;
            }
            if (to == null) {
                network.send(nodeid, from.self.nodeid(), () -> {
                    if (from.process.alive() && from.process.running()) {
                        from.process.post(new NodeEvent.OfRing(new RingEvent.PortRefused(nodeid)));
                    }
                });
                return;
            }
            if (from.machine.cman == from) {
                to.met.add(from.self);
            }
            if (to.met.contains(from.self) && (to.process.running() || to.process.waiting() < SOCKET_DATAGRAMS)) {
                to.process.post(new NodeEvent.OfRing(
                        new RingEvent.Received(from.self.nodeid(), from.self.incarnation(), datagram)));
            }
        });
    }

    // What must never happen.

    /// cman has just told a client that the cluster is quorate now.
    void checkMajority(SimCman cman) {
        int members = cman.ring.members().size();
        require(
                size == 2 || members * 2 > size,
                "node " + cman.self + " says quorate with " + members + " of " + size + " nodes");
    }

    void agentStarts(SimMachine by, List<Node> members, Node victim) {
        by.say("fence agent against " + victim);
        require(size == 2 || members.size() * 2 > size, "node " + by.nodeid + " fences without quorum");
        Node run = machine(victim.nodeid()).run();
        require(
                run == null || run.equals(victim) || !members.contains(run),
                "node " + by.nodeid + " starts an agent against " + victim + ", which is a member again as " + run);
    }

    /// The power of a machine goes off and on.
    void powerCycle(Node victim) {
        SimMachine target = machine(victim.nodeid());
        target.say("is switched off and on");
        target.powerOff();
        holders.values().removeIf(holder -> holder.nodeid() == victim.nodeid());
        simulation.afterMs(500 + simulation.dice().nextInt(2000), target::boot);
    }

    void serviceStarts(SimMachine machine, Node run, String service) {
        machine.say("starts " + service);
        for (SimMachine other : machines.values()) {
            require(
                    other == machine || !other.running.contains(service),
                    service + " is started on node " + machine.nodeid + " and runs on node " + other.nodeid);
        }
        Node holder = holders.get(service);
        require(
                holder == null || holder.nodeid() == machine.nodeid,
                service + " is started on node " + machine.nodeid + " while " + holder
                        + " has neither been fenced nor proven to have stopped it");
        holders.put(service, run);
        machine.running.add(service);
    }

    void serviceStopped(SimMachine machine, String service) {
        machine.running.remove(service);
        Node holder = holders.get(service);
        if (holder != null && holder.nodeid() == machine.nodeid) {
            holders.remove(service);
        }
    }

    // Equal logs, equal state.

    void chain(String group, int nodeid, long position, int chain) {
        chains.put(group + "/" + nodeid + "/" + position, chain);
    }

    @Nullable
    Integer chainOf(String group, int nodeid, long position) {
        return chains.get(group + "/" + nodeid + "/" + position);
    }

    void compare(String group, GroupEntry entry, int chain, int state, int nodeid) {
        Integer others = states.putIfAbsent(group + "/" + entry.position() + "/" + chain, state);
        require(
                others == null || others == state,
                "node " + nodeid + ": group " + group + " has another state than others at " + entry);
    }

    // What must happen in the end.

    /// Ends all trouble and sees to what an operator would see to.
    void calmDown() {
        simulation.trace().add(simulation.nowMicros(), "calm");
        faults = Faults.NONE;
        network.heal();
        network.options(NetworkOptions.calm(300));
        for (SimMachine machine : machines.values()) {
            machine.node.goOn();
            machine.node.processes().forEach(process -> process.goOn());
            SimCman cman = machine.cman;
            if (cman != null) {
                cman.connections().forEach(connection -> {
                    connection.up.goOn();
                    connection.down.goOn();
                });
            }
        }
        simulation.afterMs(5000, this::operator);
    }

    private void operator() {
        for (SimMachine machine : machines.values()) {
            if (!machine.node.up()) {
                machine.boot();
            } else if (machine.cman == null) {
                // cman's unit has no automatic restart; nobody has fenced the node, so somebody must see to it.
                machine.say("operator restarts the machine");
                machine.powerOff();
                holders.values().removeIf(holder -> holder.nodeid() == machine.nodeid);
                simulation.afterMs(1000, machine::boot);
            }
        }
        SimRgManager manager = machines.values().stream()
                .map(machine -> machine.rgmanager)
                .filter(rg -> rg != null && rg.alive() && rg.replica.synced() && rg.manager.quorate())
                .findFirst()
                .orElse(null);
        if (manager != null) {
            for (ServiceStatus service : manager.manager.services()) {
                boolean down = service.state() == ServiceState.FAILED
                        || service.state() == ServiceState.DISABLED
                        || service.state() == ServiceState.STOPPED;
                if (down && failures.contains(service.name())) {
                    if (service.state() == ServiceState.FAILED) {
                        manager.ask(RequestKind.DISABLE, service.name(), 0);
                    }
                    manager.ask(RequestKind.ENABLE_BY_DOMAIN, service.name(), 0);
                }
            }
        }
        simulation.afterMs(10_000, this::operator);
    }

    /// What is still owed; empty when all is well.
    String owed() {
        var owed = new StringBuilder();
        SimMachine first = machine(1);
        for (SimMachine machine : machines.values()) {
            String who = "node " + machine.nodeid + ": ";
            SimCman cman = machine.cman;
            if (!machine.node.up() || cman == null) {
                owed.append(who).append("down\n");
                continue;
            }
            if (!cman.ring.operational() || cman.ring.members().size() != size) {
                owed.append(who)
                        .append("ring ")
                        .append(cman.ring.phase())
                        .append(cman.ring.members())
                        .append('\n');
                continue;
            }
            if (!cman.quorate()) {
                owed.append(who).append("inquorate\n");
            }
            SimFenced fenced = machine.fenced;
            if (fenced == null || !fenced.alive() || !fenced.replica.synced()) {
                owed.append(who).append("no fenced\n");
            } else if (!fenced.domain.report().victims().isEmpty()) {
                owed.append(who)
                        .append("victims ")
                        .append(fenced.domain.report().victims())
                        .append('\n');
            }
            SimCcs ccs = machine.ccs;
            if (ccs == null || !ccs.alive()) {
                owed.append(who).append("no ccsd\n");
            }
            if (!machine.disk.file.version().equals(first.disk.file.version())
                    || cman.node.cman().status().configVersion() != first.disk.version()) {
                owed.append(who)
                        .append("configuration ")
                        .append(machine.disk.version())
                        .append(" on disk, ");
                owed.append(cman.node.cman().status().configVersion()).append(" in cman, first ");
                owed.append(first.disk.version()).append('\n');
            }
            SimRgManager manager = machine.rgmanager;
            if (manager == null || !manager.alive() || !manager.replica.synced()) {
                owed.append(who).append("no rgmanager\n");
                continue;
            }
            long started = manager.manager.services().stream()
                    .filter(service -> service.state() == ServiceState.STARTED
                            && machine(service.owner()).running.contains(service.name()))
                    .count();
            if (started != services) {
                owed.append(who)
                        .append("services ")
                        .append(manager.manager.services())
                        .append(" unproven ");
                owed.append(manager.manager.unproven()).append('\n');
            }
        }
        return owed.toString();
    }
}
