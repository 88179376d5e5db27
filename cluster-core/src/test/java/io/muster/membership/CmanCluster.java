package io.muster.membership;

import io.muster.core.CauseId;
import io.muster.core.Core;
import io.muster.core.Incarnation;
import io.muster.core.Node;
import io.muster.driver.Dice;
import io.muster.group.GroupEntry;
import io.muster.group.GroupEntry.Level;
import io.muster.group.GroupEntry.Reason;
import io.muster.group.GroupEntryCodec;
import io.muster.group.Remains;
import io.muster.group.Replica;
import io.muster.group.ReplicaEffect;
import io.muster.group.ReplicaEvent;
import io.muster.membership.CmanSettings.Configured;
import io.muster.quorum.QuorumRules;
import io.muster.simulator.NetworkOptions;
import io.muster.simulator.SimNetwork;
import io.muster.simulator.SimNode;
import io.muster.simulator.SimProcess;
import io.muster.simulator.Simulation;
import io.muster.totem.Ring;
import io.muster.totem.RingConfig;
import io.muster.totem.RingEvent;
import io.muster.totem.RingId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Real cman nodes with a replicated client each in a false world; what must never happen is checked as it happens.
final class CmanCluster {
    static final String GROUP = "test:log";

    /// A client process of one node: a replica in the group.
    final class Client {
        final int number;
        final Run run;
        final LogCore core = new LogCore();
        final Replica<LogCore.Say, LogCore.Said> replica;
        final SimProcess<ReplicaEvent<LogCore.Say>, ReplicaEffect<LogCore.Said>> process;
        boolean streaming;

        Client(Run run, int number) {
            this.run = run;
            this.number = number;
            this.replica = new Replica<>(run.node, core);
            this.process = new SimProcess<>(
                    simulation, run.machine, "client", replica, this::perform, new ReplicaEvent.Tick<>(), null);
            process.onDeath(() -> run.process.post(cman(new CmanEvent.Gone(number))));
            run.clients.put(number, this);
        }

        void entry(GroupEntry entry) {
            streaming = true;
            process.post(new ReplicaEvent.Entry<>(entry));
            if (!core.broken.isEmpty()) {
                throw new AssertionError("node " + run.node + ": " + core.broken);
            }
            if (replica.synced()) {
                checkState(run, this);
            }
        }

        private void perform(ReplicaEffect<LogCore.Said> effect) {
            switch (effect) {
                case ReplicaEffect.Send<LogCore.Said>(byte[] payload, boolean safe) ->
                    run.process.post(cman(new CmanEvent.Send(number, GROUP, payload, safe, CauseId.NONE)));
                case ReplicaEffect.Synced<LogCore.Said>(long position, int from) ->
                    note("node=" + run.node + " client synced at " + position + " from " + from);
                case ReplicaEffect.Perform<LogCore.Said> _, ReplicaEffect.Ignored<LogCore.Said> _ -> {}
            }
        }
    }

    /// One run of a node.
    final class Run {
        final Node node;
        final SimNode machine;
        final Ring ring;
        final CmanNode core;
        final SimProcess<NodeEvent, NodeEffect> process;
        final SortedMap<Integer, Client> clients = new TreeMap<>();
        final Map<Integer, Long> asked = new HashMap<>();
        final Map<Integer, Runnable> wanted = new HashMap<>();
        final List<CmanEffect.Answer> answers = new ArrayList<>();
        final List<Boolean> fresh = new ArrayList<>();
        private final Set<Node> met = new HashSet<>();
        CmanEffect.@Nullable End end;
        int lastClient;
        long said;

        Run(SimNode machine, Node node) {
            this.machine = machine;
            this.node = node;
            Dice dice = new Dice(simulation.dice().nextLong());
            ring = new Ring(node, ringConfig, dice);
            core = new CmanNode(ring, new Cman(node, settings, new byte[0], document -> Optional.empty()));
            process = new SimProcess<>(
                    simulation,
                    machine,
                    "cman",
                    driven.apply(core),
                    this::perform,
                    new NodeEvent.Tick(),
                    NodeEvent.Stalled::new);
        }

        boolean quorate() {
            return core.cman().status().tally().quorate();
        }

        List<Integer> members() {
            return core.cman().status().nodes().stream()
                    .filter(CmanStatus.NodeStatus::member)
                    .map(CmanStatus.NodeStatus::nodeid)
                    .toList();
        }

        /// The first living client.
        Optional<Client> client() {
            return clients.values().stream().filter(c -> c.process.alive()).findFirst();
        }

        Client join(Optional<Level> level) {
            Client client = new Client(this, ++lastClient);
            process.post(cman(new CmanEvent.Join(client.number, 1, GROUP, level, requiredMs)));
            return client;
        }

        /// Wants to start a service: when the answer says that the cluster is quorate, it does.
        void start(Client client, String service) {
            wanted.put(asked.size() + 1, () -> {
                if (client.process.alive() && client.streaming) {
                    begin(this, service);
                }
            });
            ask();
        }

        void ask() {
            int request = asked.size() + 1;
            asked.put(request, simulation.nowMs());
            process.post(cman(new CmanEvent.AskFresh(1, request)));
        }

        private void perform(NodeEffect effect) {
            switch (effect) {
                case NodeEffect.Send(List<Integer> nodeids, byte[] datagram) ->
                    nodeids.forEach(to -> network.send(node.nodeid(), to, () -> receive(to, datagram)));
                case NodeEffect.RingChanged(String from, String to, String reason) ->
                    note("node=" + node + " " + from + " -> " + to + ": " + reason);
                case NodeEffect.OfCman(CmanEffect inner) -> perform(inner);
            }
        }

        /// As the transport does it: a run is met only while it lives and can answer a challenge.
        private void receive(int to, byte[] datagram) {
            Run run = runs.get(to);
            if (run == null || !run.process.alive()) {
                return;
            }
            if (runs.get(node.nodeid()) == this && process.alive()) {
                run.met.add(node);
            }
            if (run.met.contains(node)) {
                run.process.post(new NodeEvent.OfRing(
                        new RingEvent.Received(node.nodeid(), node.incarnation(), datagram.clone())));
            }
        }

        private void perform(CmanEffect effect) {
            switch (effect) {
                case CmanEffect.ToRing _ -> throw new AssertionError("for the ring: " + effect);
                case CmanEffect.Entry(int number, String group, GroupEntry entry, var _) -> {
                    checkEntry(this, group, entry);
                    Client client = clients.get(number);
                    if (client != null && client.process.alive()) {
                        simulation.afterMicros(50, () -> {
                            if (client.process.alive()) {
                                client.entry(entry);
                            }
                        });
                    }
                }
                case CmanEffect.Answer answer -> answers.add(answer);
                case CmanEffect.Fresh(int _, int request, boolean yes, long _) -> {
                    fresh.add(yes);
                    Runnable then = wanted.remove(request);
                    if (yes) {
                        checkFresh(this, Objects.requireNonNull(asked.get(request)));
                        checkKnown(this);
                        if (then != null) {
                            then.run();
                        }
                    }
                }
                case CmanEffect.ReadLedger(long number) ->
                    simulation.afterMicros(
                            100 + simulation.dice().nextInt(30_000),
                            () -> process.post(cman(new CmanEvent.LedgerRead(number, ledger(node.nodeid())))));
                case CmanEffect.RememberQuorum(long sequence) ->
                    simulation.afterMicros(100 + simulation.dice().nextInt(30_000), () -> {
                        remembered.put(node.nodeid(), sequence);
                        process.post(cman(new CmanEvent.QuorumRemembered(sequence)));
                    });
                case CmanEffect.KeepDifference(String text) -> differences.add(text);
                case CmanEffect.Say(var _, String text) -> note(text);
                case CmanEffect.End e -> {
                    note("node=" + node + " ends: " + e.why());
                    end = e;
                    simulation.afterMicros(1, process::die);
                    clients.values().forEach(c -> simulation.afterMicros(1, c.process::die));
                }
                case CmanEffect.Disconnect(int client, String why) ->
                    throw new AssertionError("client " + client + " of " + node + " put out: " + why);
                case CmanEffect.AskShutdown(int client) ->
                    process.post(cman(new CmanEvent.ShutdownAnswer(client, votes)));
                case CmanEffect.Parted _, CmanEffect.Configured _, CmanEffect.Leaving _ -> {}
            }
            checkQuorum(this);
        }
    }

    final Simulation simulation;
    final SimNetwork network;
    final RingConfig ringConfig;
    final CmanSettings settings;
    final SortedMap<Integer, SimNode> machines = new TreeMap<>();
    final SortedMap<Integer, Run> runs = new TreeMap<>();

    /// What was started on each machine in its present life and hasn't been stopped; a machine without an entry has no
    /// ledger.
    final SortedMap<Integer, SortedSet<String>> ledgers = new TreeMap<>();

    /// By machine: the ring of the last quorum, as it stands on the disk.
    final SortedMap<Integer, Long> remembered = new TreeMap<>();

    /// Machines whose ledger can't be read.
    final Set<Integer> damaged = new TreeSet<>();

    /// What cmans have written down of states that differ.
    final List<String> differences = new ArrayList<>();

    /// How long a node may live without its client.
    int requiredMs;

    /// By machine and service: runs that know, or were told, that it may run there.
    private final Map<String, Set<Node>> knowers = new HashMap<>();

    /// What clients answer when asked whether the node may leave.
    boolean votes = true;

    private final Map<String, Integer> entries = new HashMap<>();
    private final Map<String, byte[]> states = new HashMap<>();
    private final Map<RingId, Long> quorateSinceMs = new HashMap<>();

    /// What is to be driven instead of a node: the same, recorded.
    UnaryOperator<Core<NodeEvent, NodeEffect>> driven = core -> core;

    CmanCluster(long seed, int nodes, UnaryOperator<QuorumRules> rules) {
        simulation = new Simulation(seed);
        network = new SimNetwork(simulation, NetworkOptions.calm(200));
        List<Integer> ids = IntStream.rangeClosed(1, nodes).boxed().toList();
        ringConfig = RingConfig.of(ids, ids.stream().map(i -> 1).toList(), 1000, 1400);
        SortedMap<Integer, Configured> configured = new TreeMap<>();
        ids.forEach(id -> configured.put(id, new Configured("n" + id, 1, List.of())));
        QuorumRules with = rules.apply(QuorumRules.plain(ids));
        settings = new CmanSettings(
                "harbor", 6520, configured, with.twoNode() ? 1 : nodes, with, Set.of(), 5000, 10_000, 10_000, 1, "aa");
        ids.forEach(id -> machines.put(id, new SimNode(simulation, id)));
    }

    static NodeEvent cman(CmanEvent event) {
        return new NodeEvent.OfCman(event);
    }

    void note(String text) {
        simulation.trace().add(simulation.nowMicros(), text);
    }

    Run boot(int nodeid) {
        machines.get(nodeid).boot();
        return startCman(nodeid);
    }

    /// Starts cman as a new run, on a machine that runs.
    Run startCman(int nodeid) {
        SimNode machine = machines.get(nodeid);
        Node node = new Node(nodeid, Incarnation.random(simulation.dice()));
        Run run = new Run(machine, node);
        runs.put(nodeid, run);
        run.process.post(cman(new CmanEvent.LedgerRead(0, ledger(nodeid))));
        run.process.post(cman(new CmanEvent.QuorumRemembered(remembered.getOrDefault(nodeid, 0L))));
        run.process.post(new NodeEvent.OfRing(new RingEvent.Start()));
        return run;
    }

    void bootAll() {
        machines.keySet().forEach(this::boot);
    }

    void crash(int nodeid) {
        machines.get(nodeid).crash();
        ledgers.remove(nodeid);
        damaged.remove(nodeid);
        knowers.keySet().removeIf(key -> key.startsWith(nodeid + " "));
    }

    /// cman dies and its clients with it; the machine and what was started on it live on.
    void killCman(int nodeid) {
        Run run = run(nodeid);
        run.process.die();
        run.clients.values().forEach(c -> c.process.die());
    }

    Optional<Remains> ledger(int nodeid) {
        return damaged.contains(nodeid)
                ? Optional.of(Remains.ALL)
                : Optional.ofNullable(ledgers.get(nodeid)).map(Remains::of);
    }

    void begin(Run run, String service) {
        note("node=" + run.node + " starts " + service);
        ledgers.computeIfAbsent(run.node.nodeid(), id -> new TreeSet<>()).add(service);
        knowers.computeIfAbsent(run.node.nodeid() + " " + service, key -> new HashSet<>())
                .addAll(run.core.cman().state().nodes());
    }

    void stop(int nodeid, String service) {
        SortedSet<String> running = ledgers.get(nodeid);
        if (running != null && running.remove(service)) {
            note("node " + nodeid + " stops " + service);
            knowers.remove(nodeid + " " + service);
        }
    }

    Run run(int nodeid) {
        return runs.get(nodeid);
    }

    List<Run> alive() {
        return runs.values().stream().filter(r -> r.process.alive()).toList();
    }

    void partition(List<Integer> one, List<Integer> other) {
        for (int a : one) {
            for (int b : other) {
                network.cut(a, b);
            }
        }
    }

    void until(String what, BooleanSupplier condition, long ms) {
        if (!simulation.runUntil(condition, ms)) {
            for (Run run : alive()) {
                note("node=" + run.node + " groups " + run.core.cman().status().groups());
                for (Client k : run.clients.values()) {
                    note("node=" + run.node + " client " + k.number + (k.process.alive() ? " alive" : " dead")
                            + (k.streaming ? " streaming" : "") + (k.replica.synced() ? " synced" : " waiting")
                            + " at " + k.replica.position() + " messages " + k.core.messages());
                }
            }
            throw simulation.failure("not within " + ms + " ms: " + what);
        }
    }

    void require(boolean condition, String what) {
        if (!condition) {
            throw simulation.failure(what);
        }
    }

    /// All living nodes in one cluster.
    boolean together() {
        List<Integer> ids = alive().stream().map(r -> r.node.nodeid()).toList();
        return alive().stream()
                .allMatch(r -> r.core.cman().installed() && r.members().equals(ids));
    }

    /// All living clients have the same state.
    boolean agreed() {
        byte[] first = null;
        for (Run run : alive()) {
            for (Client client : run.clients.values()) {
                if (client.process.alive()) {
                    if (!client.replica.synced()) {
                        return false;
                    }
                    first = first == null ? client.core.snapshot() : first;
                    if (!Arrays.equals(first, client.core.snapshot())) {
                        return false;
                    }
                }
            }
        }
        return true;
    }

    /// Reasons in which others saw a node go, as its neighbours' group streams have them.
    final List<GroupEntry.Departure> departures = new ArrayList<>();

    boolean departed(int nodeid, Reason reason) {
        return departures.stream().anyMatch(d -> d.node().nodeid() == nodeid && d.reason() == reason);
    }

    private void checkEntry(Run run, String group, GroupEntry entry) {
        if (entry instanceof GroupEntry.Membership m) {
            departures.addAll(m.left());
        }
        if (entry instanceof GroupEntry.Message m && !m.regular()) {
            return;
        }
        String key = ringOf(run) + "/" + group + "@" + entry.position();
        int hash = Arrays.hashCode(GroupEntryCodec.encode(entry));
        Integer there = entries.putIfAbsent(key, hash);
        if (there != null && there != hash) {
            throw new AssertionError("two entries at " + key + ", one is " + entry);
        }
    }

    private static String ringOf(Run run) {
        return run.ring.ring().map(id -> id + " " + id.representative()).orElse("none");
    }

    private void checkState(Run run, Client client) {
        if (!run.core.cman().state().members.containsKey(run.node)) {
            // It has left: where it had the group's only state, the others begin afresh at the same place.
            return;
        }
        String key = ringOf(run) + "@" + client.replica.position();
        byte[] state = client.core.snapshot();
        byte[] there = states.putIfAbsent(key, state);
        if (there != null && !Arrays.equals(there, state)) {
            throw new AssertionError("two states at " + key + ", one on node " + run.node);
        }
    }

    /// A service that runs somewhere isn't forgotten by whoever may act: it is on the list of a run of that node, or a
    /// client there answers for it. Whoever never heard of it, nor anybody it ever was with, can't know.
    private void checkKnown(Run run) {
        Cman cman = run.core.cman();
        ledgers.forEach((nodeid, services) -> services.forEach(service -> {
            Set<Node> know = knowers.get(nodeid + " " + service);
            if (know == null || Collections.disjoint(know, cman.state().nodes())) {
                return;
            }
            know.addAll(cman.state().nodes());
            boolean listed = cman.status().nodes().stream()
                    .filter(n -> n.nodeid() == nodeid)
                    .flatMap(n -> n.left().stream())
                    .anyMatch(left -> left.remains().bars(service));
            boolean answered = cman.status().groups().stream()
                    .filter(g -> g.group().level().equals(Optional.of(Level.SERVICE)))
                    .flatMap(g -> g.group().members().keySet().stream())
                    .anyMatch(member -> member.nodeid() == nodeid);
            require(
                    listed || answered,
                    "node " + run.node + " may act and doesn't know that " + service + " runs on node " + nodeid);
        }));
    }

    /// No two rings of different members are quorate at once.
    private void checkQuorum(Run run) {
        Optional<RingId> ring = run.ring.ring();
        if (run.core.cman().installed() && run.quorate() && ring.isPresent()) {
            quorateSinceMs.putIfAbsent(ring.get(), simulation.nowMs());
            for (Run other : alive()) {
                // A ring that hasn't noticed yet that it lost members counts until its token does.
                boolean operational = other.ring.operational() && run.ring.operational();
                if (operational
                        && other.core.cman().installed()
                        && other.quorate()
                        && !settings.rules().twoNode()) {
                    require(
                            !Collections.disjoint(other.ring.members(), run.ring.members()) || !current(other, run),
                            "two quorate rings: " + run.ring.ring() + " and " + other.ring.ring());
                }
            }
        }
    }

    /// Whether none of the nodes of either ring has restarted since: else one of the two only hasn't noticed.
    private boolean current(Run one, Run other) {
        return List.of(one, other).stream()
                .allMatch(run -> run.ring.members().stream()
                        .allMatch(node -> Objects.requireNonNull(runs.get(node.nodeid()))
                                .node
                                .equals(node)));
    }

    /// Whether most nodes are in that node's ring: else it only hasn't noticed that the others have gone on.
    private boolean most(Run of) {
        long there = alive().stream()
                .filter(r -> r.ring.ring().equals(of.ring.ring()))
                .count();
        return there * 2 > machines.size();
    }

    /// Who is told that the cluster is quorate now isn't left out of a ring that was quorate before the question.
    private void checkFresh(Run run, long askedMs) {
        for (Run other : alive()) {
            Long sinceMs = other.ring.ring().map(quorateSinceMs::get).orElse(null);
            boolean without = !other.ring.members().contains(run.node) && most(other);
            if (other.core.cman().installed() && other.quorate() && without && sinceMs != null && sinceMs < askedMs) {
                throw new AssertionError("node " + run.node + " is told that it is quorate, but without it ring "
                        + other.ring.ring() + " has been since " + sinceMs);
            }
        }
    }
}
