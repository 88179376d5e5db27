package io.muster.ccs;

import io.muster.config.ConfigReader;
import io.muster.config.ConfigVersion;
import io.muster.control.Answer;
import io.muster.control.Frame;
import io.muster.core.CauseId;
import io.muster.core.Core;
import io.muster.core.Incarnation;
import io.muster.core.MalformedMessage;
import io.muster.core.Node;
import io.muster.group.GroupEntry;
import io.muster.group.Replica;
import io.muster.group.ReplicaEffect;
import io.muster.group.ReplicaEvent;
import io.muster.member.daemon.Questions;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/// A few nodes with disks, real replicas of [ConfigLog], and a log between them with the promises of
/// extended virtual synchrony: who moves together has seen the same; what a lost node delivered in a
/// regular configuration, survivors deliver, but perhaps in a transitional one.
///
/// A ccsd may also end and start again by itself, while the node's cman goes on.
///
/// Checks after every step: equal positions, equal state; one content for each version number in force,
/// and only when a quorum has had it on disk; numbers in force only grow; an answer is to a request of
/// this life of ccsd, and if the request was
/// proposed, to a proposal that has been ordered; what was ordered without quorum isn't done.
final class World {
    /// Puts something around a replica that sees what it is told and what it wants.
    @FunctionalInterface
    interface Wrapping {
        Core<ReplicaEvent<CcsEvent>, ReplicaEffect<CcsEffect>> of(Replica<CcsEvent, CcsEffect> replica);
    }

    /// @param looks rather than writes
    private record ToDisk(boolean looks, VirtualDisk.Work work) {}

    private static final class Process {
        final Node self;
        final ConfigLog core;
        final Replica<CcsEvent, CcsEffect> replica;
        final Core<ReplicaEvent<CcsEvent>, ReplicaEffect<CcsEffect>> driven;
        final Deque<ToDisk> toDisk = new ArrayDeque<>();
        final Deque<CcsEvent> fromDisk = new ArrayDeque<>();
        final Map<Long, Document> asked = new TreeMap<>();
        final Set<Long> confirming = new TreeSet<>();
        final Set<Long> proposed = new TreeSet<>();
        final Set<Long> ordered = new TreeSet<>();
        final Set<Long> orderedWithoutQuorum = new TreeSet<>();
        final List<String> lines = new ArrayList<>();
        final Questions questions;

        @Nullable
        Document inForce;

        int delivered;

        Process(Node self, long life, Wrapping wrapping) {
            this.self = self;
            this.questions = new Questions(life, Answer.DONE, Optional::empty, Answer.DONE);
            this.core = new ConfigLog(self);
            this.replica = new Replica<>(self, core);
            this.driven = wrapping.of(replica);
        }
    }

    /// @param config null for a message
    private record Sent(
            Process from, byte[] payload, @Nullable Document config) {}

    final Random dice;
    final String seed;
    final int size;
    final VirtualDisk[] disks;
    /// Runs of cman.
    private final @Nullable Node[] runs;

    private final @Nullable Process[] processes;
    private final List<GroupEntry> log = new ArrayList<>();
    private final Deque<Sent> underway = new ArrayDeque<>();
    private final Map<String, String> stateAt = new TreeMap<>();
    private final Map<Integer, String> inForce = new TreeMap<>();

    /// By hash: nodeids on whose disk a document was at some time.
    private final Map<String, Set<Integer>> hadIt = new TreeMap<>();

    final List<ConfigVersion> acknowledged = new ArrayList<>();
    final List<String> refused = new ArrayList<>();

    /// What came with a yes.
    final List<String> words = new ArrayList<>();

    private final List<Node> cluster = new ArrayList<>();
    private final List<Node> members = new ArrayList<>();
    private long position;

    private final Wrapping wrapping;

    long now = 1000;

    World(int size, long seed) {
        this(size, seed, replica -> replica);
    }

    World(int size, long seed, Wrapping wrapping) {
        this.wrapping = wrapping;
        this.size = size;
        this.dice = new Random(seed);
        this.seed = " -Dseed=" + seed;
        this.disks = new VirtualDisk[size + 1];
        this.runs = new @Nullable Node[size + 1];
        this.processes = new @Nullable Process[size + 1];
        for (int i = 1; i <= size; i++) {
            disks[i] = new VirtualDisk(dice);
        }
    }

    boolean up(int nodeid) {
        return processes[nodeid] != null;
    }

    /// Whether its cman runs.
    boolean inCluster(int nodeid) {
        return runs[nodeid] != null;
    }

    boolean quorate() {
        return cluster.size() > size / 2;
    }

    void start(int... nodeids) {
        List<Node> joined = new ArrayList<>();
        for (int nodeid : nodeids) {
            runs[nodeid] = new Node(nodeid, Incarnation.random(dice));
            processes[nodeid] = process(nodeid);
            joined.add(runs[nodeid]);
        }
        move(List.of(), joined);
        for (int nodeid : nodeids) {
            found(nodeid);
        }
    }

    /// A new life of a node's ccsd, which names its requests as the daemon does.
    private Process process(int nodeid) {
        return new Process(runs[nodeid], dice.nextLong(), wrapping);
    }

    /// ccsd of a node ends; its cman goes on.
    void endCcsd(int nodeid) {
        Process gone = processes[nodeid];
        processes[nodeid] = null;
        interrupt(gone);
        underway.removeIf(sent -> sent.from == gone && dice.nextBoolean());
        orderAll(true);
        members.remove(gone.self);
        view(List.of(), List.of(new GroupEntry.Departure(gone.self, GroupEntry.Reason.LEFT)));
    }

    /// ccsd of a node starts again, under the same run of cman.
    void startCcsd(int nodeid) {
        Process process = process(nodeid);
        processes[nodeid] = process;
        orderAll(true);
        members.add(process.self);
        members.sort(null);
        process.delivered = log.size();
        view(List.of(process.self), List.of());
        found(nodeid);
    }

    private void found(int nodeid) {
        processes[nodeid].toDisk.add(new ToDisk(true, () -> disks[nodeid].store.found(nodeid)));
    }

    /// The process has ended, perhaps in the middle of what it was doing on the disk.
    private void interrupt(Process gone) {
        if (!gone.toDisk.isEmpty() && dice.nextBoolean()) {
            try {
                disks[gone.self.nodeid()].interrupted(gone.toDisk.getFirst().work);
            } catch (IOException e) {
                // Nobody is left to hear of it.
            }
            remember(gone.self.nodeid());
        }
    }

    void crash(int... nodeids) {
        List<Node> lost = new ArrayList<>();
        for (int nodeid : nodeids) {
            lost.add(runs[nodeid]);
            Process gone = processes[nodeid];
            runs[nodeid] = null;
            processes[nodeid] = null;
            if (gone != null) {
                interrupt(gone);
            }
            // What it had sent is perhaps ordered, perhaps not.
            underway.removeIf(sent -> sent.from == gone && dice.nextBoolean());
        }
        move(lost, List.of());
    }

    /// Survivors agree on what was ordered before, then on the new members.
    private void move(List<Node> lost, List<Node> joined) {
        int regular = 0;
        for (Process process : processes) {
            if (process != null && members.contains(process.self)) {
                regular = Math.max(regular, process.delivered);
            }
        }
        for (int i = regular; i < log.size(); i++) {
            if (log.get(i) instanceof GroupEntry.Message m) {
                log.set(i, new GroupEntry.Message(m.position(), m.from(), false, m.payload(), m.cause()));
            }
        }
        orderAll(false);
        for (Process process : processes) {
            if (process != null && members.contains(process.self)) {
                while (process.delivered < log.size()) {
                    deliver(process);
                }
            }
        }
        // Proposals made meanwhile belong to the new configuration.
        log.clear();
        List<GroupEntry.Departure> left = departures(lost);
        boolean before = quorate();
        cluster.removeAll(lost);
        cluster.addAll(joined);
        cluster.sort(null);
        List<Node> lostMembers = lost.stream().filter(members::contains).toList();
        members.removeAll(lost);
        members.addAll(joined);
        members.sort(null);
        // In the order in which cman puts them into the stream; a joiner's begins with its view.
        log.add(new GroupEntry.Membership(++position, position, cluster, joined, left));
        if (before != quorate()) {
            log.add(new GroupEntry.Quorum(++position, quorate()));
        }
        int first = log.size();
        if (!lostMembers.isEmpty() || !joined.isEmpty()) {
            view(joined, departures(lostMembers));
        }
        for (Process process : processes) {
            if (process != null) {
                process.delivered = joined.contains(process.self) ? first : 0;
            }
        }
    }

    private static List<GroupEntry.Departure> departures(List<Node> lost) {
        return lost.stream()
                .map(n -> new GroupEntry.Departure(n, GroupEntry.Reason.LOST))
                .toList();
    }

    /// The group's new members, and behind it what a newcomer must know.
    private void view(List<Node> joined, List<GroupEntry.Departure> left) {
        log.add(new GroupEntry.View(++position, members, joined, left));
        log.add(new GroupEntry.Membership(++position, position, cluster, List.of(), List.of()));
        log.add(new GroupEntry.Quorum(++position, quorate()));
    }

    private void orderAll(boolean regular) {
        while (!underway.isEmpty()) {
            order(underway.removeFirst(), regular);
        }
    }

    private void order(Sent sent, boolean regular) {
        Document config = sent.config;
        if (config == null && proposal(sent.payload) instanceof CcsMessage.Propose propose) {
            sent.from.ordered.add(propose.request());
            if (!regular || !quorate()) {
                sent.from.orderedWithoutQuorum.add(propose.request());
            }
        }
        log.add(
                config == null
                        ? new GroupEntry.Message(++position, sent.from.self, regular, sent.payload, CauseId.NONE)
                        : new GroupEntry.Config(
                                ++position,
                                config.version().number(),
                                config.version().sha256(),
                                true,
                                config.octets()));
    }

    /// One random thing happens; nothing fails.
    void step() {
        List<Runnable> choices = new ArrayList<>();
        if (!underway.isEmpty()) {
            choices.add(() -> order(underway.removeFirst(), true));
        }
        for (Process process : processes) {
            if (process == null) {
                continue;
            }
            if (process.delivered < log.size()) {
                choices.add(() -> deliver(process));
            }
            if (!process.toDisk.isEmpty()) {
                choices.add(() -> work(process));
            }
            if (!process.fromDisk.isEmpty()) {
                choices.add(() -> local(process, process.fromDisk.removeFirst()));
            }
        }
        choices.add(this::tick);
        choices.get(dice.nextInt(choices.size())).run();
    }

    /// As the daemon does it, beside its loop.
    private void work(Process process) {
        int nodeid = process.self.nodeid();
        ToDisk next = process.toDisk.removeFirst();
        try {
            process.fromDisk.add(next.work.run());
        } catch (IOException e) {
            process.fromDisk.add(
                    next.looks ? new CcsEvent.NotFound() : new CcsEvent.WriteFailed(String.valueOf(e.getMessage())));
        }
        remember(nodeid);
    }

    /// What is on a disk now was there once.
    private void remember(int nodeid) {
        disks[nodeid]
                .documents()
                .forEach(document -> hadIt.computeIfAbsent(document.version().sha256(), _ -> new TreeSet<>())
                        .add(nodeid));
    }

    void tick() {
        now += 1 + dice.nextInt(200);
        for (Process process : processes) {
            if (process != null && process.replica.nextDeadlineMs() <= now) {
                perform(process, process.driven.on(new ReplicaEvent.Tick<>(), now));
            }
        }
    }

    /// The application's message in what a replica has sent, if it is one.
    private static @Nullable CcsMessage proposal(byte[] payload) {
        try {
            return payload[0] == 1 ? CcsMessage.decode(Arrays.copyOfRange(payload, 1, payload.length)) : null;
        } catch (MalformedMessage e) {
            throw new AssertionError(e);
        }
    }

    void update(int nodeid, Document document, int probationSec) {
        Process process = processes[nodeid];
        ask(process, name -> {
            process.asked.put(name, document);
            local(process, new CcsEvent.Update(name, document.octets(), probationSec));
        });
    }

    void confirm(int nodeid) {
        Process process = processes[nodeid];
        ask(process, name -> {
            process.confirming.add(name);
            local(process, new CcsEvent.Confirm(name));
        });
    }

    private static void ask(Process process, LongConsumer then) {
        process.questions.ask(new Operator(), new Frame(1, new byte[0]), then);
    }

    private void local(Process process, CcsEvent event) {
        perform(process, process.driven.on(new ReplicaEvent.Local<>(event), now));
    }

    private void deliver(Process process) {
        GroupEntry entry = log.get(process.delivered++);
        perform(process, process.driven.on(new ReplicaEvent.Entry<>(entry), now));
        if (process.replica.synced()) {
            // A lost node may have delivered as regular what the others deliver in a transitional
            // configuration.
            boolean regular = log.subList(0, process.delivered).stream()
                    .allMatch(e -> !(e instanceof GroupEntry.Message m) || m.regular());
            String place = entry.position() + (regular ? "" : " transitional");
            String state = ConfigReader.sha256(process.core.snapshot());
            String before = stateAt.putIfAbsent(place, state);
            if (before != null && !before.equals(state)) {
                throw new AssertionError("node " + process.self + " differs at " + entry + seed);
            }
            check(process);
        }
    }

    private void check(Process process) {
        Document before = process.inForce;
        Document now = process.core.chosen().orElse(null);
        process.inForce = now;
        if (now != null) {
            check(now);
        }
        if (before != null
                && !before.equals(now)
                && (now == null || now.version().number() <= before.version().number())) {
            throw new AssertionError("node " + process.self + ": " + now + " in force after " + before + seed);
        }
    }

    private void check(Document document) {
        String before = inForce.putIfAbsent(
                document.version().number(), document.version().sha256());
        if (before != null && !before.equals(document.version().sha256())) {
            throw new AssertionError(
                    "two documents in force as " + document.version().number() + seed);
        }
        Set<Integer> holders = hadIt.getOrDefault(document.version().sha256(), Set.of());
        if (holders.size() <= size / 2) {
            throw new AssertionError(document + " in force, and only nodes " + holders + " have it on disk" + seed);
        }
    }

    private void perform(Process process, List<ReplicaEffect<CcsEffect>> effects) {
        for (ReplicaEffect<CcsEffect> effect : effects) {
            switch (effect) {
                case ReplicaEffect.Send<CcsEffect>(byte[] payload, boolean _) -> {
                    if (proposal(payload) instanceof CcsMessage.Propose propose) {
                        process.proposed.add(propose.request());
                    }
                    underway.add(new Sent(process, payload, null));
                }
                case ReplicaEffect.Perform<CcsEffect>(CcsEffect inner) -> perform(process, inner);
                case ReplicaEffect.Synced<CcsEffect> _, ReplicaEffect.Ignored<CcsEffect> _ -> {}
            }
        }
    }

    private void perform(Process process, CcsEffect effect) {
        int nodeid = process.self.nodeid();
        VirtualDisk disk = disks[nodeid];
        switch (effect) {
            case CcsEffect.Look() -> found(nodeid);
            case CcsEffect.Stage(Document document, long attempt) ->
                write(process, () -> {
                    disk.store.stage(document, attempt);
                    return new CcsEvent.Staged(document.version(), attempt);
                });
            case CcsEffect.Install(Document document, long attempt, boolean keepAside) ->
                write(process, () -> {
                    disk.store.install(document, attempt, keepAside);
                    return new CcsEvent.Installed(document.version(), attempt);
                });
            case CcsEffect.Discard() ->
                write(process, () -> {
                    disk.store.discard();
                    return new CcsEvent.Discarded();
                });
            case CcsEffect.Announce(Document document) -> underway.add(new Sent(process, new byte[0], document));
            case CcsEffect.Answer(long number, boolean done, String text) -> answer(process, number, done, text);
            case CcsEffect.Log(boolean _, String text) -> process.lines.add(text);
            case CcsEffect.Send _ -> throw new AssertionError("a proposal as a local effect");
        }
    }

    private static void write(Process process, VirtualDisk.Work work) {
        process.toDisk.add(new ToDisk(false, work));
    }

    private void answer(Process process, long number, boolean done, String text) {
        Document document = process.asked.remove(number);
        if (document == null && !process.confirming.remove(number)) {
            throw new AssertionError("node " + process.self + ": an answer to nobody's request: " + text + seed);
        }
        if (process.proposed.contains(number) && !process.ordered.contains(number)) {
            throw new AssertionError(
                    "node " + process.self + ": answered before its proposal was ordered: " + document + seed);
        }
        if (done && process.orderedWithoutQuorum.contains(number)) {
            throw new AssertionError("node " + process.self + ": done without quorum: " + document + seed);
        }
        if (!done) {
            refused.add(text);
        } else if (document != null) {
            acknowledged.add(document.version());
            words.add(text);
        }
    }

    /// Goes on until nothing is left to do but wait.
    void calm(long ms) {
        long end = now + ms;
        for (int i = 0; now < end; i++) {
            step();
            if (i > 2_000_000) {
                throw new AssertionError("never calm" + seed);
            }
        }
        while (Arrays.stream(processes)
                        .anyMatch(p ->
                                p != null && (p.delivered < log.size() || !p.toDisk.isEmpty() || !p.fromDisk.isEmpty()))
                || !underway.isEmpty()) {
            step();
        }
    }

    Document chosen(int nodeid) {
        return processes[nodeid]
                .core
                .chosen()
                .orElseThrow(() -> new AssertionError("nothing in force: " + describe() + seed));
    }

    /// What a node's log says of changes, without where it was.
    /// How often a node's log says so.
    long said(int nodeid, String text) {
        return processes[nodeid].lines.stream().filter(text::equals).count();
    }

    List<String> changes(int nodeid) {
        return processes[nodeid].lines.stream()
                .filter(line -> line.contains(" -> "))
                .map(line -> line.substring(line.indexOf(' ', line.indexOf("ring=")) + 1))
                .toList();
    }

    private String describe() {
        StringBuilder text = new StringBuilder();
        for (Process process : processes) {
            if (process != null) {
                text.append("\n")
                        .append(process.self)
                        .append(process.replica.synced() ? " synced " : " waiting ")
                        .append(process.core);
            }
        }
        return text.toString();
    }
}
