package io.muster.fence;

import io.muster.core.CauseId;
import io.muster.core.Core;
import io.muster.core.Incarnation;
import io.muster.core.Node;
import io.muster.group.GroupEntry;
import io.muster.group.GroupEntry.Departure;
import io.muster.group.GroupEntry.Reason;
import io.muster.group.Replica;
import io.muster.group.ReplicaEffect;
import io.muster.group.ReplicaEvent;
import io.muster.member.daemon.RecordedReplicas;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// A small world for the fence domain: one ordered log as cman keeps it, real replicas with real cores on top, and
/// machines that die, are cut off, hang, come back, and are hit by agents.
///
/// What it checks while it runs, with its own knowledge of who really lives:
///
/// - no agent is started by a node that isn't in the quorate main component as the log knows it;
/// - no agent is started against a node that is a member of it;
/// - at most one agent at a time works against one node on behalf of the present members;
/// - whatever is reported as fenced isn't running any more;
/// - replicas that have read the same log are equal.
final class World {
    private static final long TOKEN_MS = 1000;

    final RandomGenerator dice;
    final int size;
    final FenceSettings settings;
    long now = 1000;
    private long position;
    private long ticket;
    private boolean calm;
    private boolean quorate;
    private final PriorityQueue<Task> tasks = new PriorityQueue<>();
    final SortedMap<Integer, Machine> machines = new TreeMap<>();

    /// The main component's cman, as replicated.
    private final SortedMap<Integer, Node> members = new TreeMap<>();

    private final SortedSet<Node> group = new TreeSet<>();
    private final List<Departure> unproven = new ArrayList<>();
    private final SortedMap<Integer, Node> agentsFor = new TreeMap<>();
    private final Map<Long, String> hashes = new TreeMap<>();
    final SortedMap<Node, Long> recoveredBy = new TreeMap<>();
    int agentsStarted;

    @Nullable
    RecordedReplicas records;

    int fenced;

    private record Task(long atMs, long ticket, Runnable work) implements Comparable<Task> {
        @Override
        public int compareTo(Task other) {
            int first = Long.compare(atMs, other.atMs);
            return first != 0 ? first : Long.compare(ticket, other.ticket);
        }
    }

    /// One computer and what runs on it.
    final class Machine {
        final int nodeid;
        int runs;
        boolean on;
        boolean cut;
        Node self;
        int life;
        boolean confirmed;
        SortedMap<Integer, Node> membersThen = new TreeMap<>();

        @Nullable
        FenceDomain domain;

        @Nullable
        Replica<FenceEvent, FenceEffect> replica;

        private @Nullable Core<ReplicaEvent<FenceEvent>, ReplicaEffect<FenceEffect>> driven;

        /// Entries reach a node some time after they were ordered, and in order.
        long streamAtMs;

        Machine(int nodeid) {
            this.nodeid = nodeid;
            this.self = new Node(nodeid, Incarnation.UNKNOWN);
        }

        boolean inMain() {
            return on && !cut && self.equals(members.get(nodeid));
        }

        void startFenced() {
            life++;
            domain = new FenceDomain(self, settings, FenceSettings.Overrides.NONE);
            Replica<FenceEvent, FenceEffect> fresh = new Replica<>(self, domain);
            replica = fresh;
            driven = records == null ? fresh : records.of(fresh);
            streamAtMs = now;
        }

        void stopFenced() {
            life++;
            domain = null;
            replica = null;
        }

        void stream(GroupEntry entry) {
            streamAtMs = Math.max(streamAtMs, now + dice.nextInt(5));
            int mine = life;
            at(streamAtMs, () -> {
                if (life == mine) {
                    feed(new ReplicaEvent.Entry<>(entry));
                    compare(entry.position());
                }
            });
        }

        void feed(ReplicaEvent<FenceEvent> event) {
            var here = driven;
            if (replica != null && here != null) {
                perform(here.on(event, now));
                arm();
            }
        }

        private void arm() {
            Replica<FenceEvent, FenceEffect> here = replica;
            if (here != null && here.nextDeadlineMs() != Long.MAX_VALUE) {
                int mine = life;
                at(Math.max(now + 1, here.nextDeadlineMs()), () -> {
                    Replica<FenceEvent, FenceEffect> then = replica;
                    if (life == mine && then != null && then.nextDeadlineMs() <= now) {
                        feed(new ReplicaEvent.Tick<>());
                    }
                });
            }
        }

        private void compare(long at) {
            FenceDomain core = domain;
            Replica<FenceEvent, FenceEffect> here = replica;
            if (cut || core == null || here == null || !here.synced()) {
                return;
            }
            String hash = HexFormat.of().formatHex(core.snapshot());
            String other = hashes.putIfAbsent(at, hash);
            check(other == null || other.equals(hash), "node " + self + " differs at " + at);
        }

        private void perform(List<ReplicaEffect<FenceEffect>> effects) {
            for (ReplicaEffect<FenceEffect> effect : effects) {
                switch (effect) {
                    case ReplicaEffect.Send<FenceEffect> send -> send(this, send.payload());
                    case ReplicaEffect.Perform<FenceEffect>(FenceEffect inner) -> perform(inner);
                    case ReplicaEffect.Synced<FenceEffect> ignored -> {}
                    case ReplicaEffect.Ignored<FenceEffect> ignored ->
                        throw new AssertionError("a message was ignored");
                }
            }
        }

        private void perform(FenceEffect effect) {
            switch (effect) {
                case FenceEffect.CheckQuorate(long check) -> checkQuorate(check);
                case FenceEffect.RunAgent run -> runAgent(this, run);
                case FenceEffect.StopAgent ignored -> agentsFor.values().removeIf(self::equals);
                case FenceEffect.ReportFenced(Node victim, String how) -> {
                    Machine machine = machines.get(victim.nodeid());
                    boolean lives = machine != null && machine.on && machine.self.equals(victim);
                    check(!lives, victim + " is reported fenced (" + how + ") and lives");
                    order(this, () -> prove(victim, nodeid, how));
                }
                case FenceEffect.ReportRecovered(long upTo) -> recoveredBy.put(self, upTo);
                case FenceEffect.Propose ignored -> throw new AssertionError("proposals go through the replica");
                case FenceEffect.Answer ignored -> {}
                case FenceEffect.Log ignored -> {}
            }
        }

        /// A token round later cman answers, behind every entry ordered by then.
        private void checkQuorate(long check) {
            int mine = life;
            at(now + 1 + dice.nextInt(10), () -> {
                streamAtMs = Math.max(streamAtMs, now);
                boolean yes = inMain() && quorate;
                // What the world is like when cman answers; the answer takes its time, as in life.
                SortedMap<Integer, Node> then = new TreeMap<>(members);
                at(streamAtMs, () -> {
                    if (life == mine) {
                        confirmed = yes;
                        membersThen = then;
                        feed(new ReplicaEvent.Local<>(new FenceEvent.QuorateChecked(check, yes)));
                        confirmed = false;
                    }
                });
            });
        }
    }

    World(RandomGenerator dice, int size, FenceSettings settings) {
        this.dice = dice;
        this.size = size;
        this.settings = settings;
        for (int nodeid = 1; nodeid <= size; nodeid++) {
            machines.put(nodeid, new Machine(nodeid));
        }
    }

    void check(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(now + " ms: " + what);
        }
    }

    void at(long atMs, Runnable work) {
        tasks.add(new Task(atMs, ++ticket, work));
    }

    void run(long untilMs) {
        while (!tasks.isEmpty() && tasks.peek().atMs() <= untilMs) {
            Task task = tasks.poll();
            now = Math.max(now, task.atMs());
            task.work().run();
        }
        now = untilMs;
    }

    void calm() {
        calm = true;
    }

    // ---- cman ----

    private void order(Machine from, Runnable entry) {
        Node sender = from.self;
        at(now + 1 + dice.nextInt(5), () -> {
            if (sender.equals(members.get(sender.nodeid())) && from.on && !from.cut) {
                entry.run();
            }
        });
    }

    private void send(Machine from, byte[] payload) {
        Node sender = from.self;
        int life = from.life;
        at(now + 1 + dice.nextInt(5), () -> {
            // The ring orders what has reached somebody, also when the sender is gone by then.
            boolean spread = dice.nextInt(4) > 0;
            boolean here = from.on && from.self.equals(sender) && !from.cut;
            if (sender.equals(members.get(sender.nodeid())) && group.contains(sender) && (here || spread)) {
                all(new GroupEntry.Message(++position, sender, true, payload, CauseId.NONE));
            } else if (from.cut && from.life == life) {
                // Cut off: delivered in its own transitional configuration.
                from.stream(new GroupEntry.Message(++position, sender, false, payload, CauseId.NONE));
            }
        });
    }

    private void all(GroupEntry entry) {
        for (Machine machine : machines.values()) {
            if (machine.inMain() && group.contains(machine.self) && machine.replica != null) {
                machine.stream(entry);
            }
        }
    }

    private void view(List<Node> joined, List<Departure> left) {
        all(new GroupEntry.View(++position, List.copyOf(group), joined, left));
        all(new GroupEntry.Membership(
                ++position, position, List.copyOf(members.values()), List.of(), List.copyOf(unproven)));
        all(new GroupEntry.Quorum(++position, quorate));
    }

    private void recount() {
        boolean next = members.size() > size / 2;
        if (next != quorate) {
            quorate = next;
            all(new GroupEntry.Quorum(++position, quorate));
        }
    }

    private void lose(Node node, Reason reason) {
        if (!node.equals(members.get(node.nodeid()))) {
            return;
        }
        members.remove(node.nodeid());
        boolean inGroup = group.remove(node);
        var departure = new Departure(node, reason);
        unproven.add(departure);
        agentsFor.values().removeIf(node::equals);
        all(new GroupEntry.Membership(
                ++position, position, List.copyOf(members.values()), List.of(), List.of(departure)));
        recount();
        if (inGroup) {
            view(List.of(), List.of(departure));
        }
    }

    private void prove(Node victim, int by, String how) {
        unproven.removeIf(departure -> departure.node().equals(victim));
        fenced++;
        all(new GroupEntry.Fenced(++position, victim, by, how));
    }

    // ---- machines ----

    void boot(Machine machine) {
        if (machine.on) {
            return;
        }
        machine.on = true;
        machine.cut = false;
        machine.runs++;
        machine.self = new Node(machine.nodeid, new Incarnation((machine.nodeid * 1000L + machine.runs) << 32, 1));
        Node mine = machine.self;
        at(now + 500 + dice.nextInt(2000), () -> {
            if (machine.on && machine.self.equals(mine) && !machine.cut) {
                // A node whose old run is still counted as a member must wait for its loss to be seen.
                Node old = members.get(machine.nodeid);
                if (old != null && !old.equals(mine)) {
                    lose(old, Reason.LOST);
                }
                join(machine);
            }
        });
    }

    private void join(Machine machine) {
        members.put(machine.nodeid, machine.self);
        all(new GroupEntry.Membership(
                ++position, position, List.copyOf(members.values()), List.of(machine.self), List.of()));
        recount();
        enter(machine);
        Node mine = machine.self;
        // rgmanager's stop-before-start has succeeded.
        at(now + 200 + dice.nextInt(3000), () -> {
            if (machine.on && machine.self.equals(mine) && machine.replica != null) {
                machine.feed(new ReplicaEvent.Local<>(new FenceEvent.ServicesStopped(now)));
            }
        });
    }

    private void enter(Machine machine) {
        machine.startFenced();
        group.add(machine.self);
        view(List.of(machine.self), List.of());
    }

    void crash(Machine machine) {
        if (!machine.on) {
            return;
        }
        Node gone = machine.self;
        machine.on = false;
        machine.stopFenced();
        at(now + TOKEN_MS, () -> lose(gone, Reason.LOST));
        int chance = calm ? 1 : 3;
        if (dice.nextInt(chance) == 0) {
            at(now + 100 + dice.nextInt(20_000), () -> boot(machine));
        }
    }

    void cut(Machine machine) {
        if (!machine.inMain()) {
            return;
        }
        Node gone = machine.self;
        machine.cut = true;
        at(now + TOKEN_MS, () -> {
            lose(gone, Reason.LOST);
            if (machine.on && machine.self.equals(gone) && machine.replica != null) {
                var others = new ArrayList<Departure>();
                members.values().forEach(node -> others.add(new Departure(node, Reason.LOST)));
                machine.stream(new GroupEntry.Membership(++position, position, List.of(gone), List.of(), others));
                machine.stream(new GroupEntry.Quorum(++position, false));
                machine.stream(new GroupEntry.View(++position, List.of(gone), List.of(), others));
            }
        });
        // The network heals: the side that was quorate last ends the other, which comes back empty.
        at(now + TOKEN_MS + 2000 + dice.nextInt(20_000), () -> {
            if (machine.on && machine.self.equals(gone)) {
                crash(machine);
                at(now + 1000, () -> boot(machine));
            }
        });
    }

    void killFenced(Machine machine) {
        Node self = machine.self;
        if (!machine.inMain() || machine.replica == null) {
            return;
        }
        machine.stopFenced();
        agentsFor.values().removeIf(self::equals);
        at(now + dice.nextInt(50), () -> {
            if (group.remove(self)) {
                view(List.of(), List.of(new Departure(self, Reason.LOST)));
            }
        });
        at(now + 100 + dice.nextInt(5000), () -> {
            if (machine.inMain() && machine.self.equals(self) && machine.replica == null) {
                enter(machine);
                machine.feed(new ReplicaEvent.Local<>(new FenceEvent.ServicesStopped(now)));
            }
        });
    }

    /// An operator who has looked: vouches only for what is really dead.
    void acknowledge(Machine from) {
        FenceDomain core = from.domain;
        if (core == null || !from.inMain()) {
            return;
        }
        for (DomainReport.VictimLine victim : core.report().victims()) {
            Machine machine = machines.get(victim.node().nodeid());
            boolean dead = machine != null && !(machine.on && machine.self.equals(victim.node()));
            boolean named = !victim.node().incarnation().equals(Incarnation.UNKNOWN);
            if (dead && named && !victim.proven()) {
                from.feed(new ReplicaEvent.Local<>(new FenceEvent.Acknowledged(1, victim.node(), now)));
            }
        }
    }

    // ---- agents ----

    private void runAgent(Machine from, FenceEffect.RunAgent run) {
        agentsStarted++;
        int nodeid = run.victim().nodeid();
        check(from.confirmed, from.self + " starts an agent without quorum");
        Node member = from.membersThen.get(nodeid);
        check(member == null, from.self + " starts an agent against a member, " + member);
        Node other = agentsFor.put(nodeid, from.self);
        check(other == null, from.self + " and " + other + " both work against node " + nodeid);
        boolean hangs = !calm && dice.nextInt(10) == 0;
        boolean works = calm || dice.nextInt(3) > 0;
        long took = hangs ? run.timeoutMs() : 20 + dice.nextInt(2000);
        int life = from.life;
        at(now + took, () -> {
            boolean own = from.life == life;
            // An agent ends with its fenced, whose machine may be dead by then.
            if (!own || !from.on) {
                return;
            }
            agentsFor.remove(nodeid, from.self);
            boolean done = works && !hangs;
            if (done) {
                hit(nodeid);
            }
            int status = hangs ? -1 : done ? 0 : 1;
            from.feed(new ReplicaEvent.Local<>(new FenceEvent.AgentDone(run.run(), status, "", took, now)));
        });
    }

    private void hit(int nodeid) {
        Machine machine = machines.get(nodeid);
        if (machine != null) {
            crash(machine);
            at(now + 3000 + dice.nextInt(5000), () -> boot(machine));
        }
    }

    // ---- calm ----

    List<String> unfinished() {
        var open = new ArrayList<String>();
        for (Machine machine : machines.values()) {
            FenceDomain core = machine.domain;
            Replica<FenceEvent, FenceEffect> here = machine.replica;
            if (!machine.inMain() || core == null || here == null || !here.synced()) {
                open.add("node " + machine.nodeid + " isn't back: on " + machine.on + ", cut " + machine.cut);
                continue;
            }
            DomainReport report = core.report();
            if (!report.complete() || !report.victims().isEmpty()) {
                open.add("node " + machine.self + " complete " + report.complete() + ", victims " + report.victims());
            }
            if (recoveredBy.getOrDefault(machine.self, 0L) < core.state().changedAt()) {
                open.add("node " + machine.self + " hasn't reported recovery");
            }
        }
        return open;
    }
}
