package io.muster.service;

import io.muster.core.CauseId;
import io.muster.core.Core;
import io.muster.core.Incarnation;
import io.muster.core.Node;
import io.muster.core.ReplicatedCore;
import io.muster.group.GroupEntry;
import io.muster.group.GroupEntry.Departure;
import io.muster.group.GroupEntry.Level;
import io.muster.group.GroupEntry.Reason;
import io.muster.group.Remains;
import io.muster.group.Replica;
import io.muster.group.ReplicaEffect;
import io.muster.group.ReplicaEvent;
import io.muster.member.daemon.RecordedReplicas;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Machines with agents, a cluster manager that writes one log, fencing, and a real replica of the
/// service manager on each machine, all under one virtual clock. Checks after every step that no
/// service runs on two machines and that replicas at one position have one state.
final class TestCluster {
    private static final long WALL = 1_700_000_000_000L;

    /// What an agent does when asked; tests replace it.
    interface Luck {
        boolean works(int nodeid, String service, Operation operation);
    }

    /// Who looks on as things happen.
    interface Witness {
        void effect(Rg rg, ServiceEffect effect);

        void entry(GroupEntry entry);
    }

    /// What stands between a replica and its service manager.
    interface Around {
        ReplicatedCore<GroupEntry, ServiceEvent, ServiceEffect> put(
                Node self, ReplicatedCore<GroupEntry, ServiceEvent, ServiceEffect> core);
    }

    /// One computer. Its agents' doings outlive its rgmanager, and nothing outlives its power.
    static final class Machine {
        final int nodeid;

        @Nullable
        Node run;

        boolean member;

        @Nullable
        Rg rg;

        final SortedSet<String> running = new TreeSet<>();

        /// What is written down as started; gone with the power.
        final SortedSet<String> ledger = new TreeSet<>();

        /// Somebody has removed /run: nobody knows what runs here.
        boolean ledgerLost;
        private final Map<String, Long> busyUntil = new HashMap<>();

        Machine(int nodeid) {
            this.nodeid = nodeid;
        }

        Remains listed() {
            return ledgerLost ? Remains.ALL : Remains.of(ledger);
        }

        private void powerOff() {
            running.clear();
            ledger.clear();
            ledgerLost = false;
            busyUntil.clear();
            if (rg != null) {
                rg.alive = false;
            }
            rg = null;
            run = null;
        }
    }

    /// One rgmanager process.
    final class Rg {
        final Machine machine;
        final Node self;
        final ServiceManager manager;
        final Replica<ServiceEvent, ServiceEffect> replica;
        private final Core<ReplicaEvent<ServiceEvent>, ReplicaEffect<ServiceEffect>> driven;
        final Map<Long, ResultCode> answers = new TreeMap<>();
        final List<String> lines = new ArrayList<>();
        boolean alive = true;
        boolean left;
        long lastDeliveryMs;
        private long armedMs = Long.MAX_VALUE;

        Rg(Machine machine, Node self) {
            this.machine = machine;
            this.self = self;
            manager = new ServiceManager(self, Plans::read);
            replica = new Replica<>(self, around.put(self, manager));
            driven = records == null ? replica : records.of(replica);
        }

        void on(ReplicaEvent<ServiceEvent> event) {
            if (!alive) {
                return;
            }
            for (ReplicaEffect<ServiceEffect> effect : driven.on(event, nowMs)) {
                switch (effect) {
                    case ReplicaEffect.Send<ServiceEffect>(byte[] payload, boolean safe) -> send(this, payload);
                    case ReplicaEffect.Perform<ServiceEffect>(ServiceEffect inner) -> perform(this, inner);
                    case ReplicaEffect.Synced<ServiceEffect> s -> {}
                    case ReplicaEffect.Ignored<ServiceEffect> s -> throw new AssertionError(seed() + s);
                }
            }
            if (replica.synced()) {
                byte[] snapshot = manager.snapshot();
                Integer hash = hashes.putIfAbsent(replica.position() + "@" + branch(this), Arrays.hashCode(snapshot));
                if (hash != null && hash != Arrays.hashCode(snapshot)) {
                    throw new AssertionError(seed() + "node " + self.nodeid() + " differs at " + replica.position());
                }
            }
            long next = replica.nextDeadlineMs();
            if (next != Long.MAX_VALUE && next != armedMs) {
                armedMs = next;
                at(Math.max(nowMs + 1, next), () -> {
                    if (armedMs == next) {
                        armedMs = Long.MAX_VALUE;
                        on(new ReplicaEvent.Tick<>());
                    }
                });
            }
        }
    }

    private record Task(long atMs, long number, Runnable work) {}

    private record Sent(Rg from, byte[] payload) {}

    final SortedMap<Integer, Machine> machines = new TreeMap<>();
    final Random dice;
    final long seedNumber;
    long nowMs = 1000;
    Plan plan;
    Luck luck = (nodeid, service, operation) -> true;

    /// Agents take from this to ten times this, by the dice.
    long agentMs = 20;

    /// How long fencing takes.
    long fenceMs = 500;

    final SortedMap<Integer, Departure> unfenced = new TreeMap<>();

    /// What may run on members without an rgmanager.
    private final SortedMap<Node, Remains> unmanaged = new TreeMap<>();
    final List<Node> group = new ArrayList<>();
    private final PriorityQueue<Task> tasks =
            new PriorityQueue<>(Comparator.comparingLong(Task::atMs).thenComparingLong(Task::number));
    private final List<Sent> inFlight = new ArrayList<>();
    private final Map<String, Integer> hashes = new HashMap<>();
    private final SortedMap<Integer, Long> outside = new TreeMap<>();
    private long taskNumber;
    private long position = 10;
    private long requestNumber = 1;
    private long recoveredUpTo;
    boolean quorate;

    @Nullable
    RecordedReplicas records;

    Around around = (self, core) -> core;

    @Nullable
    Witness witness;

    TestCluster(long seed, Plan plan) {
        this.seedNumber = seed;
        this.dice = new Random(seed);
        this.plan = plan;
        plan.nodes().forEach(node -> machines.put(node.nodeid(), new Machine(node.nodeid())));
    }

    private String seed() {
        return "-Dseed=" + seedNumber + " at " + nowMs + " ms: ";
    }

    /// Nodes that are cut off may see entries of their own; their replicas are compared with nobody's.
    private String branch(Rg rg) {
        return rg.machine.member ? "in" : "out" + rg.self;
    }

    void at(long atMs, Runnable work) {
        tasks.add(new Task(Math.max(atMs, nowMs), taskNumber++, work));
    }

    void run(long ms) {
        long endMs = nowMs + ms;
        while (!tasks.isEmpty() && tasks.peek().atMs() <= endMs) {
            Task task = tasks.remove();
            nowMs = task.atMs();
            task.work().run();
            checkNoneTwice();
        }
        nowMs = endMs;
    }

    private void checkNoneTwice() {
        Map<String, Integer> where = new HashMap<>();
        for (Machine machine : machines.values()) {
            for (String service : machine.running) {
                Integer other = where.put(service, machine.nodeid);
                if (other != null) {
                    throw new AssertionError(
                            seed() + service + " runs on nodes " + other + " and " + machine.nodeid + "\n" + history());
                }
            }
        }
    }

    String history() {
        var text = new StringBuilder();
        machines.values().forEach(m -> {
            Rg rg = m.rg;
            text.append("node ").append(m.nodeid).append(" running ").append(m.running);
            if (rg != null) {
                text.append(" unproven ")
                        .append(rg.manager.unproven())
                        .append(" quorate ")
                        .append(rg.manager.quorate());
                text.append('\n')
                        .append(String.join(
                                "\n", rg.lines.subList(Math.max(0, rg.lines.size() - 30), rg.lines.size())));
                text.append("\n  ").append(rg.manager.services());
            }
            text.append('\n');
        });
        return text.toString();
    }

    // ---- the cluster manager

    private List<Node> members() {
        return machines.values().stream()
                .filter(m -> m.member)
                .map(m -> m.run)
                .map(java.util.Objects::requireNonNull)
                .sorted()
                .toList();
    }

    /// Every entry anybody was to see, in order.
    final List<GroupEntry> written = new ArrayList<>();

    private void log(GroupEntry entry) {
        written.add(entry);
        if (witness != null) {
            witness.entry(entry);
        }
        for (Machine machine : machines.values()) {
            Rg rg = machine.rg;
            if (rg != null && machine.member && group.contains(rg.self)) {
                deliver(rg, entry);
            }
        }
    }

    private void deliver(Rg rg, GroupEntry entry) {
        rg.lastDeliveryMs = Math.max(rg.lastDeliveryMs, nowMs + dice.nextInt(5));
        at(rg.lastDeliveryMs, () -> rg.on(new ReplicaEvent.Entry<>(entry)));
    }

    private long next() {
        return ++position;
    }

    private void send(Rg from, byte[] payload) {
        Sent sent = new Sent(from, payload);
        inFlight.add(sent);
        at(nowMs + 1 + dice.nextInt(8), () -> order(sent, true));
    }

    private void order(Sent sent, boolean regular) {
        if (inFlight.remove(sent) && sent.from.machine.member && group.contains(sent.from.self)) {
            log(new GroupEntry.Message(next(), sent.from.self, regular, sent.payload, CauseId.NONE));
        }
    }

    private void recount() {
        boolean now = members().size() * 2 > machines.size();
        if (now != quorate) {
            quorate = now;
            log(new GroupEntry.Quorum(next(), quorate));
        }
    }

    private void view(List<Node> joined, List<Departure> left) {
        log(new GroupEntry.View(next(), group.stream().sorted().toList(), joined, left));
        log(new GroupEntry.Membership(next(), 4, members(), List.of(), List.copyOf(unfenced.values())));
        unmanaged.forEach((run, remains) -> log(new GroupEntry.Vouched(next(), run, remains)));
        log(new GroupEntry.Quorum(next(), quorate));
        if (recoveredUpTo > 0) {
            log(new GroupEntry.Recovered(next(), Level.FENCE, recoveredUpTo));
            log(new GroupEntry.Recovered(next(), Level.LOCK, recoveredUpTo));
        }
        if (!joined.isEmpty()) {
            log(Plans.inForce(next(), plan));
        }
    }

    /// Fencing has nothing left to do.
    void recovered() {
        boolean dealtWith = unfenced.values().stream()
                .allMatch(d -> machine(d.node().nodeid()).member && !d.remains().all());
        if (dealtWith && quorate) {
            recoveredUpTo = position;
            log(new GroupEntry.Recovered(next(), Level.FENCE, recoveredUpTo));
            log(new GroupEntry.Recovered(next(), Level.LOCK, recoveredUpTo));
        }
    }

    /// Power on, cman up.
    void boot(int nodeid) {
        Machine machine = machine(nodeid);
        Node run = new Node(nodeid, Incarnation.random(dice));
        machine.run = run;
        machine.member = true;
        outside.remove(nodeid);
        log(new GroupEntry.Membership(next(), 4, members(), List.of(run), List.of()));
        Departure former = unfenced.get(nodeid);
        if (former != null) {
            vouch(former.node(), machine.listed());
        }
        leftBehind(run, machine.listed());
        recount();
    }

    /// Of a lost run only these may still run.
    private void vouch(Node run, Remains remains) {
        Departure departure = unfenced.get(run.nodeid());
        if (run.incarnation().equals(Incarnation.UNKNOWN)) {
            log(
                    remains.none()
                            ? new GroupEntry.Fenced(next(), run, run.nodeid(), GroupEntry.STOPPED)
                            : new GroupEntry.Vouched(next(), run, remains));
        } else if (departure != null && departure.node().equals(run)) {
            Remains rest = departure.remains().and(remains);
            if (rest.none()) {
                proven(run, GroupEntry.STOPPED);
            } else if (!rest.equals(departure.remains())) {
                unfenced.put(run.nodeid(), departure.with(rest));
                log(new GroupEntry.Vouched(next(), run, rest));
                recovered();
            }
        }
    }

    private void leftBehind(Node run, Remains remains) {
        if (!remains.none()) {
            unmanaged.put(run, remains);
            log(new GroupEntry.Vouched(next(), run, remains));
        }
    }

    private void lost(Departure departure) {
        int nodeid = departure.node().nodeid();
        Departure before = unfenced.get(nodeid);
        unfenced.put(
                nodeid,
                before == null || before.node().equals(departure.node())
                        ? departure
                        : departure.with(departure.remains().or(before.remains())));
        unmanaged.remove(departure.node());
    }

    void startRg(int nodeid) {
        Machine machine = machine(nodeid);
        Node self = machine.run;
        if (self == null || !machine.member || machine.rg != null) {
            return;
        }
        Rg rg = new Rg(machine, self);
        machine.rg = rg;
        group.add(self);
        boolean takesOver = unmanaged.remove(self) != null;
        view(List.of(self), List.of());
        if (takesOver) {
            log(new GroupEntry.Vouched(next(), self, Remains.NONE));
        }
    }

    void up(int... nodeids) {
        for (int nodeid : nodeids) {
            boot(nodeid);
        }
        for (int nodeid : nodeids) {
            startRg(nodeid);
        }
    }

    /// kill -9 of rgmanager: its agents go on.
    void killRg(int nodeid) {
        Machine machine = machine(nodeid);
        Rg rg = machine.rg;
        if (rg != null) {
            rg.alive = false;
            machine.rg = null;
            // What it has handed to cman is still sent.
            List.copyOf(inFlight).stream().filter(s -> s.from == rg).forEach(s -> order(s, true));
            part(machine, rg, Reason.LOST);
        }
    }

    private void part(Machine machine, Rg rg, Reason reason) {
        if (group.remove(rg.self)) {
            leftBehind(rg.self, machine.listed());
            view(List.of(), List.of(new Departure(rg.self, reason, machine.listed())));
        }
    }

    /// SIGTERM of rgmanager.
    void stopRg(int nodeid) {
        Rg rg = rg(nodeid);
        rg.on(new ReplicaEvent.Local<>(new ServiceEvent.ShutdownRequested(WALL + nowMs)));
    }

    private void leave(Rg rg) {
        rg.alive = false;
        rg.left = true;
        rg.machine.rg = null;
        part(rg.machine, rg, Reason.LEFT);
    }

    /// kill -9 of cman and rgmanager: what was started goes on, and the next cman reads the ledger.
    void killCman(int nodeid) {
        Machine machine = machine(nodeid);
        lose(nodeid, true);
        if (machine.rg != null) {
            machine.rg.alive = false;
        }
        machine.rg = null;
        machine.run = null;
    }

    /// `cman_tool leave` where no rgmanager runs.
    void leaveCluster(int nodeid) {
        Machine machine = machine(nodeid);
        Node run = machine.run;
        if (run == null || !machine.member || machine.rg != null) {
            return;
        }
        Remains left = machine.listed();
        machine.member = false;
        machine.run = null;
        unmanaged.remove(run);
        Departure departure = new Departure(run, left.none() ? Reason.LEFT : Reason.LOST, left);
        if (!left.none()) {
            lost(departure);
            departure = unfenced.getOrDefault(nodeid, departure);
        }
        log(new GroupEntry.Membership(next(), 4, members(), List.of(), List.of(departure)));
        recount();
        if (!left.none()) {
            fence(nodeid, run);
        }
    }

    /// An operator has looked, and ended a service by hand: that counts for one run.
    void acknowledge(int nodeid, String service) {
        Machine machine = machine(nodeid);
        machine.running.remove(service);
        machine.ledger.remove(service);
        Departure departure = unfenced.get(nodeid);
        if (departure != null && !departure.remains().all()) {
            vouch(departure.node(), departure.remains().without(service));
        }
        Node run = machine.run;
        Remains listed = run == null ? null : unmanaged.get(run);
        if (run != null && listed != null && listed.bars(service) && !listed.all()) {
            Remains rest = listed.without(service);
            unmanaged.put(run, rest);
            if (rest.none()) {
                unmanaged.remove(run);
            }
            log(new GroupEntry.Vouched(next(), run, rest));
        }
    }

    /// The plug is pulled.
    void crash(int nodeid) {
        lose(nodeid, true);
        machine(nodeid).powerOff();
    }

    /// The network is gone: the node lives on and notices after a while.
    void isolate(int nodeid) {
        lose(nodeid, false);
    }

    private void lose(int nodeid, boolean dead) {
        Machine machine = machine(nodeid);
        Node run = machine.run;
        if (run == null || !machine.member) {
            return;
        }
        Rg rg = machine.rg;
        for (Sent sent : List.copyOf(inFlight)) {
            if (sent.from == rg) {
                inFlight.remove(sent);
                if (!dead && rg != null && dice.nextBoolean()) {
                    // Delivered to its sender and to nobody else.
                    outside.put(nodeid, nowMs);
                    deliver(rg, new GroupEntry.Message(position + 1, rg.self, true, sent.payload, CauseId.NONE));
                    break;
                }
            } else if (dice.nextBoolean()) {
                order(sent, false);
            }
        }
        machine.member = false;
        outside.put(nodeid, nowMs);
        lost(new Departure(run, Reason.LOST));
        Departure departure = java.util.Objects.requireNonNull(unfenced.get(nodeid));
        log(new GroupEntry.Membership(next(), 4, members(), List.of(), List.of(departure)));
        recount();
        if (group.remove(run)) {
            view(List.of(), List.of(departure));
        }
        if (!dead && rg != null) {
            long noticed = position + 100;
            deliver(rg, new GroupEntry.Quorum(noticed, false));
        }
        fence(nodeid, run);
    }

    /// The network of a cut-off node is back, and nobody was quorate meanwhile: it returns as the run
    /// it was, its replica starts over.
    void heal(int nodeid) {
        Machine machine = machine(nodeid);
        Node run = machine.run;
        Departure departure = unfenced.get(nodeid);
        if (run == null
                || machine.member
                || quorate
                || departure == null
                || !departure.node().equals(run)) {
            return;
        }
        position += 1_000;
        machine.member = true;
        log(new GroupEntry.Membership(next(), 8, members(), List.of(run), List.of(departure)));
        recount();
        if (machine.rg != null) {
            group.add(run);
            view(List.of(run), List.of());
        } else {
            vouch(run, machine.listed());
            leftBehind(run, machine.listed());
        }
    }

    /// An operator presses the button.
    void powerCycle(int nodeid) {
        machine(nodeid).powerOff();
    }

    private void fence(int nodeid, Node run) {
        at(nowMs + fenceMs, () -> {
            Departure departure = unfenced.get(nodeid);
            if (departure == null || !departure.node().equals(run)) {
                return;
            }
            Machine machine = machine(nodeid);
            if (machine.member && !run.equals(machine.run)) {
                // It has restarted: no agent acts against it, it tells itself what is left.
                return;
            }
            boolean back = machine.member && run.equals(machine.run);
            long age = nowMs - outside.getOrDefault(nodeid, nowMs);
            if (!quorate || back && age < 30_000) {
                // Not allowed to, or back and about to report itself stopped.
                fence(nodeid, run);
                return;
            }
            if (back) {
                machine.member = false;
                log(new GroupEntry.Membership(next(), 9, members(), List.of(), List.of()));
                recount();
                if (group.remove(run)) {
                    view(List.of(), List.of(departure));
                }
            }
            machine.powerOff();
            proven(run, "fence_test");
        });
    }

    private void proven(Node run, String how) {
        unfenced.remove(run.nodeid());
        log(new GroupEntry.Fenced(next(), run, members().getFirst().nodeid(), how));
        recovered();
    }

    /// An operator says that a node which couldn't be fenced is off, and it is.
    void acknowledge(int nodeid) {
        Departure departure = unfenced.get(nodeid);
        if (departure == null) {
            throw new AssertionError(seed() + "node " + nodeid + " is no victim");
        }
        proven(departure.node(), "override");
    }

    void reconfigure(Plan next) {
        plan = next;
        log(Plans.inForce(next(), next));
    }

    // ---- a machine's agents

    private void perform(Rg rg, ServiceEffect effect) {
        if (witness != null) {
            witness.effect(rg, effect);
        }
        switch (effect) {
            case ServiceEffect.Propose p -> throw new AssertionError("a proposal to perform");
            case ServiceEffect.RunTree run -> agent(rg, run);
            case ServiceEffect.StopEverything(long epoch, int version, var _) -> stopEverything(rg, epoch, version);
            case ServiceEffect.ReportVouched(Node run, Remains remains) -> {
                // Nobody hears a node that is cut off.
                if (rg.machine.member) {
                    vouch(run, remains);
                }
            }
            case ServiceEffect.ReportRecovered r -> {}
            case ServiceEffect.Answer(long id, ResultCode code, int _, String _) -> {
                if (rg.answers.put(id, code) != null) {
                    throw new AssertionError(seed() + "request " + id + " answered twice");
                }
            }
            case ServiceEffect.Reconfigure _ -> configured(rg, nowMs);
            case ServiceEffect.NeedConfiguration _ -> configured(rg, nowMs + 1);
            case ServiceEffect.Leave l -> leave(rg);
            case ServiceEffect.StateChanged s ->
                rg.lines.add(nowMs + " " + s.service() + " " + s.from().text() + " -> " + s.to().text() + " "
                        + s.owner() + ": " + s.reason());
            case ServiceEffect.Notice n -> rg.lines.add(nowMs + " " + n.text());
        }
    }

    /// It has the trees that go with the configuration.
    private void configured(Rg rg, long atMs) {
        at(
                atMs,
                () -> rg.on(new ReplicaEvent.Local<>(new ServiceEvent.Configured(
                        Plans.read(Plans.document(plan)).orElseThrow()))));
    }

    private long took() {
        return agentMs + dice.nextInt((int) agentMs * 9 + 1);
    }

    /// When the service's queue on this machine gets to the next operation, and how long that takes.
    private long enqueue(Machine machine, String service) {
        long begin = Math.max(nowMs, machine.busyUntil.getOrDefault(service, 0L)) + 1;
        machine.busyUntil.put(service, begin + took());
        return begin;
    }

    private void agent(Rg rg, ServiceEffect.RunTree run) {
        Machine machine = rg.machine;
        Node here = rg.self;
        String service = run.service();
        long begin = enqueue(machine, service);
        long end = machine.busyUntil.getOrDefault(service, nowMs);
        boolean[] works = {false};
        boolean[] barred = {false};
        at(begin, () -> {
            // The question to cman, right before the agent.
            barred[0] = run.operation() == Operation.START
                    && !(rg.alive && machine.member && quorate && here.equals(machine.run));
            if (run.operation() == Operation.START && !barred[0]) {
                machine.ledger.add(service);
            }
        });
        at(begin + 1, () -> {
            if (here.equals(machine.run) && !barred[0] && rg.alive) {
                works[0] = luck.works(machine.nodeid, service, run.operation());
                if (run.operation() == Operation.START) {
                    machine.running.add(service);
                }
            }
        });
        at(end, () -> {
            if (!here.equals(machine.run)) {
                return;
            }
            if (run.operation() == Operation.STOP && works[0]) {
                machine.running.remove(service);
            }
            if (run.operation() == Operation.STOP && rg.alive) {
                note(machine, service, works[0]);
            }
            rg.on(new ReplicaEvent.Local<>(new ServiceEvent.TreeDone(
                    service, run.operation(), run.generation(), works[0], false, WALL + nowMs)));
        });
    }

    private void stopEverything(Rg rg, long epoch, int version) {
        Machine machine = rg.machine;
        Node here = rg.self;
        var names = new TreeSet<>(machine.ledger);
        plan.services().forEach(s -> names.add(s.name()));
        List<String> unclean = new ArrayList<>();
        long last = nowMs + 1;
        for (String service : names) {
            enqueue(machine, service);
            long end = machine.busyUntil.getOrDefault(service, nowMs);
            last = Math.max(last, end);
            at(end, () -> {
                if (here.equals(machine.run)) {
                    boolean works = luck.works(machine.nodeid, service, Operation.STOP);
                    if (works) {
                        machine.running.remove(service);
                    } else {
                        unclean.add(service);
                    }
                    if (rg.alive) {
                        note(machine, service, works);
                    }
                }
            });
        }
        at(last + 1, () -> {
            if (rg.alive) {
                machine.ledgerLost = false;
            }
            rg.on(new ReplicaEvent.Local<>(
                    new ServiceEvent.StoppedEverything(epoch, version, unclean, NodeReport.NONE, WALL + nowMs)));
        });
    }

    private static void note(Machine machine, String service, boolean stopped) {
        if (stopped) {
            machine.ledger.remove(service);
        } else {
            machine.ledger.add(service);
        }
    }

    // ---- asking

    Machine machine(int nodeid) {
        Machine machine = machines.get(nodeid);
        if (machine == null) {
            throw new AssertionError("no machine " + nodeid);
        }
        return machine;
    }

    Rg rg(int nodeid) {
        Rg rg = machine(nodeid).rg;
        if (rg == null) {
            throw new AssertionError(seed() + "no rgmanager on node " + nodeid);
        }
        return rg;
    }

    long request(int nodeid, RequestKind kind, String service, int target) {
        long id = requestNumber++;
        rg(nodeid)
                .on(new ReplicaEvent.Local<>(
                        new ServiceEvent.Requested(id, kind, "service:" + service, target, WALL + nowMs)));
        return id;
    }

    /// Asks and waits.
    @Nullable
    ResultCode ask(int nodeid, RequestKind kind, String service, int target) {
        Rg rg = rg(nodeid);
        long id = request(nodeid, kind, service, target);
        for (int i = 0; i < 200 && !rg.answers.containsKey(id); i++) {
            run(100);
        }
        return rg.answers.get(id);
    }

    ServiceStatus service(int seenBy, String name) {
        return rg(seenBy).manager.services().stream()
                .filter(s -> s.name().equals("service:" + name))
                .findFirst()
                .orElseThrow();
    }

    /// `state owner` as the first rgmanager that is there sees it.
    String state(String name) {
        for (Machine machine : machines.values()) {
            Rg rg = machine.rg;
            if (rg != null && machine.member && rg.replica.synced()) {
                ServiceStatus status = service(machine.nodeid, name);
                return status.state().text() + " " + status.owner();
            }
        }
        throw new AssertionError("no rgmanager");
    }
}
