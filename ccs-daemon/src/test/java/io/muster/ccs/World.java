package io.muster.ccs;

import io.muster.config.ConfigReader;
import io.muster.config.ConfigVersion;
import io.muster.core.CauseId;
import io.muster.core.Core;
import io.muster.core.Incarnation;
import io.muster.core.Node;
import io.muster.group.GroupEntry;
import io.muster.group.Replica;
import io.muster.group.ReplicaEffect;
import io.muster.group.ReplicaEvent;
import io.muster.group.daemon.RecordedReplicas;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A few nodes with disks, real replicas of [ConfigLog], and a log between them with the promises of extended
/// virtual synchrony: who moves together has seen the same; what a lost node delivered in a regular
/// configuration, survivors deliver, but perhaps in a transitional one.
///
/// Checks after every step: equal positions, equal state; one content for each version number in force;
/// numbers in force only grow.
final class World {
    /// What survives a crash.
    static final class Disk {
        @Nullable
        Document file;

        @Nullable
        Document markOf;

        long mark;

        @Nullable
        Document staged;

        long stagedAttempt;
        final List<Document> aside = new ArrayList<>();

        OnDisk report(int nodeid) {
            return new OnDisk(
                    file == null ? ConfigVersion.NONE : file.version(),
                    file != null && markOf != null && file.equals(markOf) ? mark : 0,
                    staged == null ? ConfigVersion.NONE : staged.version(),
                    staged == null ? 0 : stagedAttempt,
                    file == null
                            ? 0
                            : file.config().node(nodeid).map(n -> n.votes()).orElse(0),
                    file == null ? 0 : file.config().cman().expectedVotes());
        }
    }

    private static final class Process {
        final Node self;
        final ConfigLog core;
        final Replica<CcsEvent, CcsEffect> replica;
        final Core<ReplicaEvent<CcsEvent>, ReplicaEffect<CcsEffect>> driven;
        final Deque<Runnable> diskSteps = new ArrayDeque<>();
        int delivered;

        Process(Node self, @Nullable RecordedReplicas records) {
            this.self = self;
            this.core = new ConfigLog(self);
            this.replica = new Replica<>(self, core);
            this.driven = records == null ? replica : records.of(replica);
        }
    }

    /// @param config null for a message
    private record Sent(Node from, byte[] payload, @Nullable Document config) {}

    final Random dice;
    final String seed;
    final int size;
    final Disk[] disks;
    private final @Nullable Process[] processes;
    private final List<GroupEntry> log = new ArrayList<>();
    private final Deque<Sent> underway = new ArrayDeque<>();
    private final Map<String, String> stateAt = new TreeMap<>();
    private final Map<Integer, String> inForce = new TreeMap<>();
    final Map<Long, Document> asked = new TreeMap<>();
    final List<ConfigVersion> acknowledged = new ArrayList<>();
    final List<String> refused = new ArrayList<>();
    private final List<Node> members = new ArrayList<>();
    private long position;
    private long request;

    @Nullable
    RecordedReplicas records;

    long now = 1000;

    World(int size, long seed) {
        this.size = size;
        this.dice = new Random(seed);
        this.seed = " -Dseed=" + seed;
        this.disks = new Disk[size + 1];
        this.processes = new @Nullable Process[size + 1];
        for (int i = 1; i <= size; i++) {
            disks[i] = new Disk();
        }
    }

    boolean up(int nodeid) {
        return processes[nodeid] != null;
    }

    boolean quorate() {
        return members.size() > size / 2;
    }

    void start(int... nodeids) {
        List<Node> joined = new ArrayList<>();
        for (int nodeid : nodeids) {
            processes[nodeid] = new Process(new Node(nodeid, Incarnation.random(dice)), records);
            joined.add(processes[nodeid].self);
        }
        move(List.of(), joined);
        for (int nodeid : nodeids) {
            found(nodeid);
        }
    }

    private void found(int nodeid) {
        Disk disk = disks[nodeid];
        List<Document> documents = new ArrayList<>();
        if (disk.file != null) {
            documents.add(disk.file);
        }
        if (disk.staged != null) {
            documents.add(disk.staged);
        }
        local(processes[nodeid], new CcsEvent.Found(disk.report(nodeid), documents));
    }

    void crash(int... nodeids) {
        List<Node> lost = new ArrayList<>();
        for (int nodeid : nodeids) {
            lost.add(processes[nodeid].self);
            Node gone = processes[nodeid].self;
            processes[nodeid] = null;
            // What it had sent is perhaps ordered, perhaps not.
            underway.removeIf(sent -> sent.from.equals(gone) && dice.nextBoolean());
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
        while (!underway.isEmpty()) {
            order(underway.removeFirst(), false);
        }
        for (Process process : processes) {
            if (process != null && members.contains(process.self)) {
                while (process.delivered < log.size()) {
                    deliver(process);
                }
            }
        }
        // Proposals made meanwhile belong to the new configuration.
        log.clear();
        List<GroupEntry.Departure> left = lost.stream()
                .map(n -> new GroupEntry.Departure(n, GroupEntry.Reason.LOST))
                .toList();
        boolean before = quorate();
        members.removeAll(lost);
        members.addAll(joined);
        members.sort(null);
        // In the order in which cman puts them into the stream; a joiner's begins with its view.
        log.add(new GroupEntry.Membership(++position, position, members, joined, left));
        if (before != quorate()) {
            log.add(new GroupEntry.Quorum(++position, quorate()));
        }
        int first = log.size();
        log.add(new GroupEntry.View(++position, members, joined, left));
        log.add(new GroupEntry.Membership(++position, position, members, joined, left));
        log.add(new GroupEntry.Quorum(++position, quorate()));
        for (Process process : processes) {
            if (process != null) {
                process.delivered = joined.contains(process.self) ? first : 0;
            }
        }
    }

    private void order(Sent sent, boolean regular) {
        Document config = sent.config;
        log.add(
                config == null
                        ? new GroupEntry.Message(++position, sent.from, regular, sent.payload, CauseId.NONE)
                        : new GroupEntry.Config(
                                ++position,
                                config.version().number(),
                                config.version().sha256(),
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
            if (!process.diskSteps.isEmpty()) {
                choices.add(() -> process.diskSteps.removeFirst().run());
            }
        }
        choices.add(this::tick);
        choices.get(dice.nextInt(choices.size())).run();
    }

    void tick() {
        now += 1 + dice.nextInt(200);
        for (Process process : processes) {
            if (process != null && process.replica.nextDeadlineMs() <= now) {
                perform(process, process.driven.on(new ReplicaEvent.Tick<>(), now));
            }
        }
    }

    long update(int nodeid, Document document, int probationSec) {
        asked.put(++request, document);
        local(processes[nodeid], new CcsEvent.Update(request, document.octets(), probationSec));
        return request;
    }

    void confirm(int nodeid) {
        local(processes[nodeid], new CcsEvent.Confirm(++request));
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
            process.core.chosen().ifPresent(this::check);
        }
    }

    private void check(Document document) {
        String before = inForce.putIfAbsent(
                document.version().number(), document.version().sha256());
        if (before != null && !before.equals(document.version().sha256())) {
            throw new AssertionError(
                    "two documents in force as " + document.version().number() + seed);
        }
    }

    private void perform(Process process, List<ReplicaEffect<CcsEffect>> effects) {
        for (ReplicaEffect<CcsEffect> effect : effects) {
            switch (effect) {
                case ReplicaEffect.Send<CcsEffect>(byte[] payload, boolean _) ->
                    underway.add(new Sent(process.self, payload, null));
                case ReplicaEffect.Perform<CcsEffect>(CcsEffect inner) -> perform(process, inner);
                case ReplicaEffect.Synced<CcsEffect> _, ReplicaEffect.Ignored<CcsEffect> _ -> {}
            }
        }
    }

    private void perform(Process process, CcsEffect effect) {
        int nodeid = process.self.nodeid();
        Disk disk = disks[nodeid];
        switch (effect) {
            case CcsEffect.Stage(Document document, long attempt) -> {
                process.diskSteps.add(() -> {
                    disk.staged = document;
                    disk.stagedAttempt = attempt;
                });
                process.diskSteps.add(() -> local(process, new CcsEvent.Staged(document.version(), attempt)));
            }
            case CcsEffect.Install(Document document, long attempt, boolean keepAside) -> {
                process.diskSteps.add(() -> {
                    if (keepAside) {
                        disk.aside.add(disk.file);
                    }
                });
                process.diskSteps.add(() -> disk.file = document);
                process.diskSteps.add(() -> {
                    disk.markOf = document;
                    disk.mark = attempt;
                });
                process.diskSteps.add(() -> disk.staged = null);
                process.diskSteps.add(() -> local(process, new CcsEvent.Installed(document.version(), attempt)));
            }
            case CcsEffect.Discard() -> {
                process.diskSteps.add(() -> disk.staged = null);
                process.diskSteps.add(() -> local(process, new CcsEvent.Discarded()));
            }
            case CcsEffect.Announce(Document document) -> underway.add(new Sent(process.self, new byte[0], document));
            case CcsEffect.Answer(long number, boolean done, String text) -> {
                if (done && asked.containsKey(number)) {
                    acknowledged.add(asked.get(number).version());
                } else if (!done) {
                    refused.add(text);
                }
            }
            case CcsEffect.Log _ -> {}
            case CcsEffect.Send _ -> throw new AssertionError("a proposal as a local effect");
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
        while (Arrays.stream(processes).anyMatch(p -> p != null && (p.delivered < log.size() || !p.diskSteps.isEmpty()))
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

    private String describe() {
        StringBuilder text = new StringBuilder();
        for (Process process : processes) {
            if (process != null) {
                text.append("\n")
                        .append(process.self)
                        .append(process.replica.synced() ? " synced " : " waiting ")
                        .append(disks[process.self.nodeid()].report(process.self.nodeid()))
                        .append(process.core);
            }
        }
        return text.toString();
    }
}
