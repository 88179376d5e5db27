package io.muster.model.rule;

import io.muster.cman.daemon.Settings;
import io.muster.config.ConfigReader;
import io.muster.core.CauseId;
import io.muster.core.Incarnation;
import io.muster.core.Node;
import io.muster.daemon.Layout;
import io.muster.driver.Dice;
import io.muster.fence.FenceDomain;
import io.muster.fence.FenceEffect;
import io.muster.fence.FenceEvent;
import io.muster.fence.FenceSettings;
import io.muster.group.GroupEntry;
import io.muster.group.GroupEntry.Level;
import io.muster.group.Remains;
import io.muster.group.Replica;
import io.muster.group.ReplicaEffect;
import io.muster.group.ReplicaEvent;
import io.muster.ledger.daemon.LedgerFile;
import io.muster.member.Standing;
import io.muster.membership.Cman;
import io.muster.membership.CmanEffect;
import io.muster.membership.CmanEvent;
import io.muster.service.NodeReport;
import io.muster.service.Operation;
import io.muster.service.PlanReader;
import io.muster.service.RequestKind;
import io.muster.service.ServiceEffect;
import io.muster.service.ServiceEvent;
import io.muster.service.ServiceManager;
import io.muster.simulator.SimFiles;
import io.muster.totem.RingEffect;
import io.muster.totem.RingEvent;
import io.muster.totem.RingId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Three machines of cores that ship: cman, fenced's domain, rgmanager's service manager with its ledger on a disk.
/// Below them is a
/// ring that orders everything at once, so that what happens is what a test says and nothing else.
final class Fleet {
    private static final String RG = "rgmanager";
    private static final String WATCH = "test:watch";
    private static final String FENCE = "fence:default";
    private static final int REQUIRED_MS = 10_000;

    /// A ring in force: what is sent in it is delivered to all its members in one order.
    private static final class Ring {
        final RingId id;
        final List<Integer> members;
        final Deque<Sent> sent = new ArrayDeque<>();
        long sequence;

        Ring(RingId id, List<Integer> members) {
            this.id = id;
            this.members = members;
        }
    }

    private record Sent(Node from, byte[] payload, boolean safe, CauseId cause) {}

    /// A run of cman and what hangs on it.
    private static final class Run {
        final Node self;
        final Cman cman;
        final int watch;
        Standing standing = new Standing();
        Ring ring;

        @Nullable
        Manager manager;

        final int fenced;
        final FenceDomain domain;
        final Replica<FenceEvent, FenceEffect> fencing;

        Run(Node self, Cman cman, int watch, int fenced, FenceDomain domain, Ring ring) {
            this.fenced = fenced;
            this.domain = domain;
            this.fencing = new Replica<>(self, domain);
            this.self = self;
            this.cman = cman;
            this.watch = watch;
            this.ring = ring;
        }
    }

    /// An rgmanager in its group.
    private static final class Manager {
        final int client;
        final ServiceManager core;
        final Replica<ServiceEvent, ServiceEffect> replica;

        /// Of a stop of everything that is asked for; -1 for none.
        long epoch = -1;
        int version;

        boolean parts;

        Manager(int client, Node self) {
            this.client = client;
            this.core = new ServiceManager(self, PlanReader::read);
            this.replica = new Replica<>(self, core);
        }
    }

    /// An agent at work.
    ///
    /// @param after the run it was started against
    private record Agent(Run run, int by, Node after, long number) {
        int victim() {
            return after.nodeid() - 1;
        }
    }

    private final List<Agent> agents = new ArrayList<>();

    /// A start that the driver is about to make.
    record Start(String service, long generation) {}

    private final byte[] document;
    private final Dice dice;
    private final Run[] runs = new Run[World.NODES];
    private final Files[] files = new Files[World.NODES];
    private final Map<Integer, SortedSet<Node>> former = new HashMap<>();
    private final SortedMap<Integer, Deque<Start>> starts = new TreeMap<>();
    private final Deque<Runnable> later = new ArrayDeque<>();
    private final long[] nowMs = new long[World.NODES];
    private long rings;
    private int clients;
    private int lives;

    /// Services whose stop fails, by node.
    final SortedMap<Integer, SortedSet<String>> stuck = new TreeMap<>();

    /// What has gone on, for the message of a failure.
    final List<String> told = new ArrayList<>();

    /// A disk with a ledger.
    private final class Files {
        final SimFiles disk = new SimFiles();

        /// The ring of the last quorum.
        long quorum;

        String life = "life " + ++lives;
        SortedMap<String, byte[]> listed = new TreeMap<>();

        LedgerFile file() {
            return new LedgerFile(disk, Layout.under(Path.of("/")), life);
        }
    }

    Fleet(long seed, int services) {
        dice = new Dice(seed);
        var text = new StringBuilder(
                "<?xml version=\"1.0\"?>\n<cluster name=\"small\" config_version=\"1\">\n" + "  <clusternodes>\n");
        for (int n = 1; n <= World.NODES; n++) {
            text.append("""
                        <clusternode name="n%d" nodeid="%d" votes="1">
                          <fence><method name="1"><device name="small" port="%d"/></method></fence>
                        </clusternode>
                    """.formatted(n, n, n));
            files[n - 1] = new Files();
            starts.put(n - 1, new ArrayDeque<>());
            stuck.put(n - 1, new TreeSet<>());
        }
        text.append("""
                  </clusternodes>
                  <fence_daemon clean_start="1" post_fail_delay="0"/>
                  <fencedevices><fencedevice name="small" agent="fence_small"/></fencedevices>
                  <rm>
                """);
        for (int s = 0; s < services; s++) {
            text.append("    <service name=\"s%d\" recovery=\"relocate\"/>\n".formatted(s));
        }
        document = text.append("  </rm>\n</cluster>\n").toString().getBytes(StandardCharsets.UTF_8);
    }

    static String service(int number) {
        return "service:s" + number;
    }

    // ---- what happens

    void startCman(int n) {
        Node self = new Node(n + 1, Incarnation.random(dice));
        var config = ConfigReader.parse(document, "cluster.conf").config().orElseThrow();
        Ring ring = new Ring(new RingId(++rings, self), List.of(n));
        Cman cman = new Cman(self, Settings.cman(config), document, Settings.reader());
        FenceSettings settings = FenceSettings.of(config);
        Run run = new Run(
                self, cman, ++clients, ++clients, new FenceDomain(self, settings, FenceSettings.Overrides.NONE), ring);
        runs[n] = run;
        former.computeIfAbsent(n, _ -> new TreeSet<>()).add(self);
        tell(n, read(n, 0));
        tell(n, new CmanEvent.QuorumRemembered(files[n].quorum));
        tell(n, new CmanEvent.FromRing(new RingEffect.Configuration(ring.id, true, List.of(self))));
        settle();
        tell(n, new CmanEvent.Join(run.watch, 1, WATCH, Optional.of(Level.FENCE), 0));
        tell(n, new CmanEvent.Join(run.fenced, 1, FENCE, Optional.of(Level.FENCE), 0));
        settle();
    }

    /// cman's run ends without a word.
    void cmanDies(int n) {
        Run run = run(n);
        runs[n] = null;
        starts.get(n).clear();
        reform(others(run.ring, n));
        settle();
    }

    void powerOff(int n) {
        if (runs[n] != null) {
            cmanDies(n);
        }
        Path ledger = Layout.under(Path.of("/")).ledger();
        deleted(n, ledger);
        files[n].life = "life " + ++lives;
        files[n].listed.clear();
    }

    void loseLedger(int n) {
        deleted(n, Layout.under(Path.of("/")).ledger());
    }

    /// An rgmanager without cman has stopped everything.
    void ledgerEmptied(int n) {
        if (!files[n].listed.isEmpty()) {
            files[n].listed.clear();
            write(n);
        }
    }

    private void deleted(int n, Path file) {
        try {
            files[n].disk.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void cut(int n) {
        List<Integer> rest = others(run(n).ring, n);
        reform(List.of(n));
        reform(rest);
        settle();
    }

    void meet(int one, int other) {
        var all = new ArrayList<>(run(one).ring.members);
        all.addAll(run(other).ring.members);
        Collections.sort(all);
        reform(all);
        settle();
    }

    void joinRg(int n) {
        Run run = run(n);
        Manager manager = new Manager(++clients, run.self);
        files[n].listed = new TreeMap<>(files[n].file().read().services());
        run.manager = manager;
        tell(n, new CmanEvent.Join(manager.client, 2, RG, Optional.of(Level.SERVICE), REQUIRED_MS));
        local(n, new ServiceEvent.Configured(PlanReader.read(document).orElseThrow(), Collections.emptySortedMap()));
        settle();
    }

    void killRg(int n) {
        Run run = run(n);
        Manager manager = Objects.requireNonNull(run.manager);
        run.manager = null;
        starts.get(n).clear();
        gone(n, manager.client);
        settle();
    }

    /// What cman's driver does with a client that is gone.
    private void gone(int n, int client) {
        tell(n, new CmanEvent.Gone(client));
    }

    private CmanEvent read(int n, long number) {
        LedgerFile.Found found = files[n].file().read();
        return new CmanEvent.LedgerRead(number, found.absent() ? Optional.empty() : Optional.of(found.remains()));
    }

    /// Ends in good order, as far as its stops succeed.
    void stopRg(int n) {
        local(n, new ServiceEvent.ShutdownRequested(nowMs[n]));
        settle();
    }

    private void part(int n, Manager manager) {
        Run run = run(n);
        run.manager = null;
        tell(n, new CmanEvent.Part(manager.client, RG));
    }

    void leave(int n) {
        tell(n, new CmanEvent.Leave(++clients, 3, false, true));
        settle();
    }

    /// rgmanager isn't back in time.
    void late(int n) {
        nowMs[n] += REQUIRED_MS + 1000;
        tell(n, new CmanEvent.Tick());
        settle();
    }

    /// @param unclean what can't be stopped
    void stopEverything(int n, SortedSet<String> unclean) {
        Manager manager = Objects.requireNonNull(run(n).manager);
        long epoch = manager.epoch;
        manager.epoch = -1;
        starts.get(n).clear();
        files[n].listed.keySet().removeIf(service -> !unclean.contains(service));
        unclean.forEach(service -> files[n].listed.putIfAbsent(service, new byte[0]));
        write(n);
        local(
                n,
                new ServiceEvent.StoppedEverything(
                        epoch, manager.version, List.copyOf(files[n].listed.keySet()), NodeReport.NONE, nowMs[n]));
        settle();
    }

    boolean stopAsked(int n) {
        Run run = runs[n];
        return run != null && run.manager != null && run.manager.epoch >= 0;
    }

    List<String> starts(int n) {
        return starts.get(n).stream().map(Start::service).toList();
    }

    /// A start that was asked for succeeds.
    ///
    /// @param wanted whether rgmanager hasn't begun to stop everything meanwhile
    void started(int n, String service, boolean wanted) {
        Start start = starts.get(n).stream()
                .filter(s -> s.service.equals(service))
                .findFirst()
                .orElseThrow();
        starts.get(n).remove(start);
        if (wanted) {
            local(n, new ServiceEvent.TreeDone(service, Operation.START, start.generation, true, false, nowMs[n]));
            settle();
        }
    }

    void ask(int n, RequestKind kind, String service) {
        local(n, new ServiceEvent.Requested(++clients, kind, service, 0, nowMs[n]));
        settle();
    }

    /// Whether an agent of a node is at work against another.
    boolean agent(int by, int victim) {
        return agents.stream().anyMatch(a -> a.run == runs[by] && a.by == by && a.victim() == victim);
    }

    /// Agents end well.
    ///
    /// @return whether another run of the node is lost than one of those they were after
    boolean agentsDone(int by, int victim) {
        var after = new TreeSet<Node>();
        for (Agent agent : List.copyOf(agents)) {
            if (agent.by == by && agent.victim() == victim && agents.remove(agent) && agent.run == runs[by]) {
                after.add(agent.after);
                fenced(by, new FenceEvent.AgentDone(agent.number, 0, "", 1, nowMs[by]));
            }
        }
        settle();
        return runs[by] != null
                && run(by).standing.lost().keySet().stream()
                        .anyMatch(lost -> lost.nodeid() == victim + 1 && !after.contains(lost));
    }

    /// `fence_node`, typed on another member, has success, and the node lives on.
    void fencedOutside(int n) {
        Node victim = run(n).self;
        fenced(others(run(n).ring, n).getFirst(), new FenceEvent.FencedOutside(victim, "fence_small", nowMs[n]));
        settle();
    }

    private void fenced(int n, FenceEvent event) {
        Run run = run(n);
        fence(n, run, run.fencing.on(new ReplicaEvent.Local<>(event), nowMs[n]));
    }

    private void fence(int n, Run run, List<ReplicaEffect<FenceEffect>> effects) {
        for (ReplicaEffect<FenceEffect> effect : effects) {
            if (runs[n] != run) {
                return;
            }
            switch (effect) {
                case ReplicaEffect.Send<FenceEffect>(byte[] payload, boolean safe) ->
                    tell(n, new CmanEvent.Send(run.fenced, FENCE, payload, safe, CauseId.NONE));
                case ReplicaEffect.Perform<FenceEffect>(FenceEffect inner) -> fence(n, run, inner);
                case ReplicaEffect.Synced<FenceEffect> _, ReplicaEffect.Ignored<FenceEffect> _ -> {}
            }
        }
    }

    private void fence(int n, Run run, FenceEffect effect) {
        switch (effect) {
            case FenceEffect.Propose(byte[] payload, boolean safe) ->
                tell(n, new CmanEvent.Send(run.fenced, FENCE, payload, safe, CauseId.NONE));
            case FenceEffect.CheckQuorate(long check) ->
                later.add(() -> {
                    if (runs[n] == run) {
                        fenced(n, new FenceEvent.QuorateChecked(check, quorate(n)));
                    }
                });
            case FenceEffect.RunAgent(long number, Node victim, var _, long _) -> {
                agents.add(new Agent(run, n, victim, number));
                told.add("    (" + n + ": starts an agent against " + victim + ")");
            }
            // As long as it waits for the end, that takes its time; else the agent has been killed.
            case FenceEffect.StopAgent(long number) -> {
                told.add("    (" + n + ": ends agent " + number + ")");
                if (run.domain.busy().isEmpty()) {
                    agents.removeIf(agent -> agent.run == run && agent.number == number);
                }
            }
            case FenceEffect.ReportFenced(Node victim, String how) ->
                tell(n, new CmanEvent.ReportFenced(run.fenced, victim, how));
            case FenceEffect.ReportRecovered(long upTo) ->
                tell(n, new CmanEvent.ReportRecovered(run.fenced, FENCE, upTo));
            case FenceEffect.Log(var _, String text) -> told.add("    (" + n + ": fenced: " + text + ")");
            case FenceEffect.Answer _ -> {}
        }
    }

    /// Proof for all lost runs of a node, said by another.
    void proven(int by, int victim, String how) {
        for (Node lost : List.copyOf(run(by).standing.lost().keySet())) {
            if (lost.nodeid() == victim + 1) {
                tell(by, new CmanEvent.ReportFenced(0, lost, how));
            }
        }
        settle();
    }

    /// An operator's word: of runs that are lost for all of it, of a member for each service on its
    /// list.
    void acknowledged(int by, int of) {
        proven(by, of, GroupEntry.OVERRIDE);
        Node present = run(by).standing.members().get(of + 1);
        if (present != null) {
            for (String service : List.copyOf(run(by).standing.remains(present).services())) {
                tell(by, new CmanEvent.Acknowledge(0, 0, present, service, CauseId.NONE));
            }
        }
        settle();
    }

    // ---- what is

    boolean up(int n) {
        return runs[n] != null;
    }

    boolean rg(int n) {
        return runs[n] != null && runs[n].manager != null;
    }

    boolean together(int one, int other) {
        return run(one).ring == run(other).ring;
    }

    boolean quorate(int n) {
        return run(n).cman.status().tally().quorate();
    }

    /// What may still run on lost runs of a node, as this node has it.
    Remains lost(int n, int of) {
        Remains all = Remains.NONE;
        for (Node run : run(n).standing.lost().keySet()) {
            if (run.nodeid() == of + 1) {
                all = all.or(run(n).standing.remains(run));
            }
        }
        return all;
    }

    /// What may still run on the node's present run, as this node has it.
    Remains own(int n, int of) {
        Standing standing = run(n).standing;
        Node present = standing.members().get(of + 1);
        // One that has come back as the run it was has one list, whether it is called lost or not.
        boolean answers = rg(of) && standing.lost().containsKey(present);
        return present == null || answers ? Remains.NONE : standing.remains(present);
    }

    /// Whether no ledger was begun in this life of the machine.
    boolean noLedger(int n) {
        return files[n].file().read().absent();
    }

    Remains ledger(int n) {
        return files[n].file().read().remains();
    }

    /// Whether the node has the service, as its own rgmanager has it.
    boolean owns(int n, String service) {
        Manager manager = run(n).manager;
        return manager != null
                && manager.replica.synced()
                && manager.core.services().stream().anyMatch(s -> s.name().equals(service) && s.owner() == n + 1);
    }

    private Run run(int n) {
        return Objects.requireNonNull(runs[n], "node " + n);
    }

    // ---- the ring

    private static List<Integer> others(Ring ring, int n) {
        return ring.members.stream().filter(m -> m != n).toList();
    }

    private void reform(List<Integer> members) {
        if (members.isEmpty()) {
            return;
        }
        List<Node> nodes = members.stream().map(n -> run(n).self).toList();
        Ring next = new Ring(new RingId(++rings, nodes.getFirst()), List.copyOf(members));
        for (int n : members) {
            Run run = run(n);
            Ring old = run.ring;
            List<Node> together = members.stream()
                    .filter(m -> run(m).ring == old || run(m).ring == next && old.members.contains(m))
                    .map(m -> run(m).self)
                    .toList();
            tell(n, new CmanEvent.FromRing(new RingEffect.Configuration(old.id, false, together)));
        }
        for (int n : members) {
            run(n).ring = next;
        }
        for (int n : members) {
            tell(n, new CmanEvent.FromRing(new RingEffect.Configuration(next.id, true, nodes)));
        }
    }

    /// Until nobody has anything to say any more.
    private void settle() {
        for (int quiet = 0; quiet < World.NODES || !later.isEmpty(); ) {
            quiet = 0;
            if (runs().allMatch(run -> run.ring.sent.isEmpty()) && !later.isEmpty()) {
                later.remove().run();
            }
            for (int n = 0; n < World.NODES; n++) {
                Run run = runs[n];
                Sent sent = run == null ? null : run.ring.sent.poll();
                if (sent == null) {
                    quiet++;
                } else {
                    deliver(run.ring, sent);
                }
            }
        }
    }

    private Stream<Run> runs() {
        return Arrays.stream(runs).filter(Objects::nonNull);
    }

    private void deliver(Ring ring, Sent sent) {
        var effect =
                new RingEffect.Deliver(ring.id, ++ring.sequence, sent.from, true, sent.safe, sent.payload, sent.cause);
        for (int n : ring.members) {
            if (runs[n] != null && runs[n].ring == ring) {
                tell(n, new CmanEvent.FromRing(effect));
            }
        }
    }

    // ---- effects

    private void tell(int n, CmanEvent event) {
        Run run = run(n);
        for (CmanEffect effect : run.cman.on(event, nowMs[n])) {
            if (runs[n] != run) {
                return;
            }
            perform(n, run, effect);
        }
    }

    private void perform(int n, Run run, CmanEffect effect) {
        switch (effect) {
            case CmanEffect.ToRing(RingEvent.Send(byte[] payload, boolean safe, CauseId cause)) ->
                run.ring.sent.add(new Sent(run.self, payload, safe, cause));
            // A token comes round when everybody has what was sent before.
            case CmanEffect.ToRing(RingEvent.AskRound _) ->
                later.add(() -> {
                    if (runs[n] == run) {
                        tell(n, new CmanEvent.FromRing(new RingEffect.RoundCompleted(run.ring.id, nowMs[n])));
                    }
                });
            case CmanEffect.Entry(int client, String _, GroupEntry entry, CauseId _) -> {
                if (client == run.watch) {
                    if (entry instanceof GroupEntry.View view && view.joined().contains(run.self)) {
                        run.standing = new Standing();
                    }
                    run.standing.apply(entry);
                    // As a fence domain would: it has recovered when nobody is lost.
                    if (!(entry instanceof GroupEntry.Recovered)
                            && run.standing.lost().isEmpty()) {
                        later.add(() -> {
                            if (runs[n] == run && run.standing.lost().isEmpty()) {
                                tell(n, new CmanEvent.ReportRecovered(client, WATCH, entry.position()));
                            }
                        });
                    }
                } else if (client == run.fenced) {
                    fence(n, run, run.fencing.on(new ReplicaEvent.Entry<>(entry), nowMs[n]));
                } else if (run.manager != null && run.manager.client == client) {
                    perform(n, run.manager, run.manager.replica.on(new ReplicaEvent.Entry<>(entry), nowMs[n]));
                }
            }
            case CmanEffect.End(boolean clean, String why) -> {
                told.add("    (" + n + ": cman ends" + (clean ? "" : " uncleanly") + ": " + why + ")");
                runs[n] = null;
                starts.get(n).clear();
                later.add(() -> reform(run.ring.members.stream()
                        .filter(m -> runs[m] != null && runs[m].ring == run.ring)
                        .toList()));
            }
            case CmanEffect.ReadLedger(long number) -> tell(n, read(n, number));
            case CmanEffect.RememberQuorum(long sequence) -> {
                files[n].quorum = sequence;
                tell(n, new CmanEvent.QuorumRemembered(sequence));
            }
            case CmanEffect.Disconnect(int client, String why) ->
                throw new AssertionError("node " + n + " client " + client + ": " + why);
            default -> {}
        }
    }

    private void local(int n, ServiceEvent event) {
        Manager manager = Objects.requireNonNull(run(n).manager);
        perform(n, manager, manager.replica.on(new ReplicaEvent.Local<>(event), nowMs[n]));
    }

    private void perform(int n, Manager manager, List<ReplicaEffect<ServiceEffect>> effects) {
        for (ReplicaEffect<ServiceEffect> effect : effects) {
            if (runs[n] == null || runs[n].manager != manager) {
                return;
            }
            switch (effect) {
                case ReplicaEffect.Send<ServiceEffect>(byte[] payload, boolean safe) ->
                    tell(n, new CmanEvent.Send(manager.client, RG, payload, safe, CauseId.NONE));
                case ReplicaEffect.Perform<ServiceEffect>(ServiceEffect inner) -> perform(n, manager, inner);
                case ReplicaEffect.Synced<ServiceEffect> _, ReplicaEffect.Ignored<ServiceEffect> _ -> {}
            }
        }
    }

    private void perform(int n, Manager manager, ServiceEffect effect) {
        switch (effect) {
            case ServiceEffect.RunTree(String service, Operation operation, long generation) -> {
                if (operation == Operation.START) {
                    files[n].listed.put(service, new byte[0]);
                    write(n);
                    starts.get(n).add(new Start(service, generation));
                } else if (operation == Operation.STOP) {
                    boolean ok = !stuck.get(n).contains(service);
                    if (ok) {
                        files[n].listed.remove(service);
                        write(n);
                    }
                    local(n, new ServiceEvent.TreeDone(service, operation, generation, ok, false, nowMs[n]));
                }
            }
            case ServiceEffect.StopEverything(long epoch, int version, var _) -> {
                manager.epoch = epoch;
                manager.version = version;
            }
            case ServiceEffect.Reconfigure _, ServiceEffect.NeedConfiguration _ ->
                local(
                        n,
                        new ServiceEvent.Configured(
                                PlanReader.read(document).orElseThrow(), Collections.emptySortedMap()));
            case ServiceEffect.ReportVouched(Node run, Remains remains) ->
                tell(n, new CmanEvent.ReportVouched(manager.client, run, remains, CauseId.NONE));
            case ServiceEffect.ReportRecovered(long upTo) ->
                tell(n, new CmanEvent.ReportRecovered(manager.client, RG, upTo));
            case ServiceEffect.StateChanged(String service, var from, var to, int owner, String reason) ->
                told.add("    (" + n + ": " + service + " " + from + " -> " + to + ": " + reason + "; owner " + owner
                        + ")");
            case ServiceEffect.Notice(boolean _, String text) -> told.add("    (" + n + ": " + text + ")");
            case ServiceEffect.Leave _ -> part(n, manager);
            default -> {}
        }
    }

    private void write(int n) {
        try {
            files[n].file().write(files[n].listed);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
