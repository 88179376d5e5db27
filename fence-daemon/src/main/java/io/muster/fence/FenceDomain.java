package io.muster.fence;

import io.muster.config.ConfigReader;
import io.muster.core.Drive;
import io.muster.core.MalformedMessage;
import io.muster.core.Node;
import io.muster.core.ReplicatedCore;
import io.muster.fence.FenceEffect.Level;
import io.muster.group.GroupEntry;
import io.muster.member.Proposals;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// The fence domain: makes every lost run of a node harmless, once, and lets recovery go on only then.
///
/// [DomainState] is the replicated half, with the rules that keep it safe. This is the local half: it
/// proposes starts, claims and proofs when their time has come, runs the agents of the claims this node
/// holds, and tells cman what the log says is proven.
///
/// An agent is started only when (a) the log granted this node the claim, (b) the domain is quorate,
/// (c) the victim's node isn't a member, and (d) cman has just confirmed quorum by a token round; (a)
/// to (c) are looked at again after (d).
///
/// Thread: the owner's event loop.
public final class FenceDomain implements ReplicatedCore<GroupEntry, FenceEvent, FenceEffect> {
    /// How soon to ask cman again after it has said no.
    private static final long RECHECK_MS = 500;

    /// How long an operator's word may take until all have it.
    static final long ACKNOWLEDGE_MS = 8_000;

    /// After how long what hasn't come out of the log is said again; saying it twice does no harm.
    private static final long AGAIN_MS = 5_000;

    /// cman hands reports on or the ring changes, after which they are made again anyway.
    private static final long REPORT_AGAIN_MS = 60_000;

    private static final int LOUD_FAILURES = 3;
    private static final int STILL_RETRYING_EVERY = 600;
    private static final int MAX_HOW = 200;

    private final Node self;
    private final FenceSettings.Overrides overrides;
    private FenceSettings settings;
    private DomainState state = new DomainState();

    private final Delays delays = new Delays();
    private final SortedMap<Node, ClaimRun> runs = new TreeMap<>();
    private final Proposals<FenceMessage> proposals = new Proposals<>(AGAIN_MS);

    /// Runs of which cman has been told that they are harmless, and that aren't fenced in the log yet.
    private final Proposals<Node> reports = new Proposals<>(REPORT_AGAIN_MS);

    /// Operators that wait until the log has their word.
    private final SortedMap<Long, Acknowledging> acknowledging = new TreeMap<>();

    /// Whether members live on against which an agent had success.
    private final SignsOfLife signs = new SignsOfLife();

    private final Set<Node> deferred = new TreeSet<>();
    private final Set<Node> announced = new TreeSet<>();
    private Set<Integer> memberIds = Set.of();
    private long sequence;
    private long startAtMs = Long.MAX_VALUE;
    private boolean startTimed;
    private int viewSize;
    private long wordWallMs = -1;
    private long recoveredUpTo;
    private long appliedUpTo;
    private long deadlineMs = Long.MAX_VALUE;

    /// @param proof the operator's word
    /// @param untilMs when the operator is told that it hasn't been taken
    record Acknowledging(Node victim, Proof proof, long untilMs) {}

    /// @param self this node and the incarnation of its cman
    /// @param settings of the configuration as this node read it when it started
    /// @param overrides what the command line says instead of later configurations
    public FenceDomain(Node self, FenceSettings settings, FenceSettings.Overrides overrides) {
        this.self = self;
        this.settings = settings;
        this.overrides = overrides;
        this.wordWallMs = settings.services() ? -1 : 0;
    }

    @Override
    public void apply(GroupEntry entry) {
        state.apply(entry);
        appliedUpTo = entry.position();
    }

    @Override
    public byte[] snapshot() {
        return state.snapshot();
    }

    @Override
    public void restore(byte[] snapshot) throws MalformedMessage {
        state = DomainState.read(snapshot);
    }

    /// What a flight record holds beside the replicated state.
    record Local(
            FenceSettings.Overrides overrides,
            FenceSettings settings,
            Delays.Image delays,
            List<ClaimRun.Image> runs,
            List<Proposals.Said<FenceMessage>> proposals,
            List<Proposals.Said<Node>> reports,
            SortedMap<Long, Acknowledging> acknowledging,
            List<SignsOfLife.Look> signs,
            SortedSet<Node> deferred,
            SortedSet<Node> announced,
            SortedSet<Integer> memberIds,
            long sequence,
            long startAtMs,
            boolean startTimed,
            int viewSize,
            long wordWallMs,
            long recoveredUpTo,
            long appliedUpTo,
            long deadlineMs) {}

    @Override
    public Record local() {
        return new Local(
                overrides,
                settings,
                delays.image(),
                runs.values().stream().map(ClaimRun::image).toList(),
                proposals.underWay(),
                reports.underWay(),
                new TreeMap<>(acknowledging),
                signs.image(),
                new TreeSet<>(deferred),
                new TreeSet<>(announced),
                new TreeSet<>(memberIds),
                sequence,
                startAtMs,
                startTimed,
                viewSize,
                wordWallMs,
                recoveredUpTo,
                appliedUpTo,
                deadlineMs);
    }

    /// What [#local] gives, for codecs of records.
    public static Class<? extends Record> localKind() {
        return Local.class;
    }

    /// A new core with what a former one was made with.
    ///
    /// @throws MalformedMessage when that isn't the local half of a fence domain
    public static FenceDomain of(Node self, Record local) throws MalformedMessage {
        Local was = its(local);
        return new FenceDomain(self, was.settings(), was.overrides());
    }

    private static Local its(Record local) throws MalformedMessage {
        if (local instanceof Local was) {
            return was;
        }
        throw new MalformedMessage("not the local half of a fence domain");
    }

    @Override
    public void resume(Record local) throws MalformedMessage {
        Local was = its(local);
        settings = was.settings();
        delays.resume(was.delays());
        runs.clear();
        was.runs().forEach(run -> runs.put(run.victim(), ClaimRun.restored(run)));
        proposals.resume(was.proposals());
        reports.resume(was.reports());
        acknowledging.clear();
        acknowledging.putAll(was.acknowledging());
        signs.resume(was.signs());
        replace(deferred, was.deferred());
        replace(announced, was.announced());
        memberIds = Set.copyOf(was.memberIds());
        sequence = was.sequence();
        startAtMs = was.startAtMs();
        startTimed = was.startTimed();
        viewSize = was.viewSize();
        wordWallMs = was.wordWallMs();
        recoveredUpTo = was.recoveredUpTo();
        appliedUpTo = was.appliedUpTo();
        deadlineMs = was.deadlineMs();
    }

    private static <T> void replace(Set<T> all, Set<T> by) {
        all.clear();
        all.addAll(by);
    }

    /// The replicated state, for reports.
    DomainState state() {
        return state;
    }

    /// What this node knows, for commands. Meaningful once the group's state has arrived.
    public DomainReport report() {
        return state.view().contains(self) ? DomainReport.of(state, settings, self) : DomainReport.absent();
    }

    /// The configuration now in use.
    public FenceSettings settings() {
        return settings;
    }

    @Override
    public long nextDeadlineMs() {
        return deadlineMs;
    }

    @Override
    public List<FenceEffect> drive(Drive<GroupEntry, FenceEvent> why, long nowMs) {
        var out = new ArrayList<FenceEffect>();
        switch (why) {
            case Drive.Applied<GroupEntry, FenceEvent>(GroupEntry entry) -> applied(entry, nowMs, out);
            case Drive.Restored<GroupEntry, FenceEvent>() -> restored(nowMs);
            case Drive.Local<GroupEntry, FenceEvent>(FenceEvent event) -> happened(event, nowMs, out);
            case Drive.Tick<GroupEntry, FenceEvent>() -> {}
        }
        advance(nowMs, out);
        return out;
    }

    private void applied(GroupEntry entry, long nowMs, List<FenceEffect> out) {
        switch (entry) {
            case GroupEntry.Message message -> {
                if (message.from().equals(self)) {
                    landed(message.payload());
                }
            }
            case GroupEntry.Config config ->
                ConfigReader.parse(config.bytes(), "cluster.conf").config().ifPresent(read -> {
                    settings = FenceSettings.of(read).overridden(overrides);
                    out.add(info("configuration " + config.version() + " in use"));
                });
            case GroupEntry.Fenced fenced -> {
                deferred.remove(fenced.victim());
                reports.landed(fenced.victim());
                out.add(info("fence " + name(fenced.victim()) + " done by "
                        + (fenced.byNodeid() == self.nodeid() ? "this node" : settings.name(fenced.byNodeid())) + ": "
                        + fenced.how()));
            }
            // A proposal that cman had not yet ordered may have been lost with the ring; saying it
            // again is harmless.
            case GroupEntry.Membership ignored -> reports.forget();
            case GroupEntry.View ignored -> {}
            case GroupEntry.Vouched ignored -> {}
            case GroupEntry.Quorum ignored -> reports.forget();
            case GroupEntry.Recovered ignored -> {}
        }
        boolean returned = state.victims().values().stream()
                .anyMatch(victim -> state.members().containsKey(victim.node().nodeid())
                        && !memberIds.contains(victim.node().nodeid()));
        memberIds = Set.copyOf(state.members().keySet());
        delays.observe(state, settings, self.nodeid(), returned, nowMs);
    }

    private void landed(byte[] payload) {
        try {
            proposals.landed(FenceCodec.decode(payload));
        } catch (MalformedMessage e) {
            throw new IllegalStateException("node " + self + ": own message can't be read", e);
        }
    }

    private void restored(long nowMs) {
        proposals.forget();
        reports.forget();
        signs.forget();
        memberIds = Set.copyOf(state.members().keySet());
        startTimed = false;
        recoveredUpTo = 0;
        delays.observe(state, settings, self.nodeid(), false, nowMs);
    }

    private void happened(FenceEvent event, long nowMs, List<FenceEffect> out) {
        switch (event) {
            case FenceEvent.QuorateChecked(long check, boolean quorate) -> checked(check, quorate, nowMs, out);
            case FenceEvent.AgentDone done -> agentDone(done, nowMs, out);
            case FenceEvent.Acknowledged asked -> acknowledge(asked, nowMs, out);
            case FenceEvent.FencedOutside(Node node, String agent, long wallMs) ->
                out.add(safe(new FenceMessage.Proven(
                        node, new Proof(Proof.Kind.EXTERNAL, self.nodeid(), cut(agent), wallMs))));
            case FenceEvent.Unfenced(Node node) ->
                Optional.ofNullable(state.early().get(node))
                        .ifPresent(proof -> out.add(safe(new FenceMessage.Alive(node, proof))));
            case FenceEvent.ServicesStopped(long wallMs) -> {
                wordWallMs = wallMs;
                // After partitions none of which was quorate a node vouches for its own run, and cman
                // knows when that counts.
                if (state.victim(self).isPresent()) {
                    out.add(new FenceEffect.ReportFenced(self, GroupEntry.STOPPED));
                }
            }
            case FenceEvent.PathTried(FencePath path, FencePath.Trial trial) ->
                out.add(tried(new FenceMessage.Tried(path, trial)));
        }
    }

    private void acknowledge(FenceEvent.Acknowledged asked, long nowMs, List<FenceEffect> out) {
        Node victim = asked.victim();
        if (!state.view().contains(self) || !state.quorate()) {
            out.add(new FenceEffect.Answer(asked.question(), "this node isn't a quorate member of the fence domain"));
        } else if (!waiting(victim)) {
            out.add(new FenceEffect.Answer(asked.question(), "run " + victim + " is no victim"));
        } else {
            var proof = new Proof(Proof.Kind.OVERRIDE, self.nodeid(), "override", asked.wallMs());
            acknowledging.put(asked.question(), new Acknowledging(victim, proof, nowMs + ACKNOWLEDGE_MS));
        }
    }

    /// Whether it is a victim of which nobody has proven anything yet.
    private boolean waiting(Node victim) {
        return state.victim(victim).filter(v -> v.proof().isEmpty()).isPresent();
    }

    /// The operator hears "done" when the log has it, not when it was sent.
    private void answer(long nowMs, List<FenceEffect> out) {
        for (var entry : List.copyOf(acknowledging.entrySet())) {
            Acknowledging open = entry.getValue();
            if (!waiting(open.victim())) {
                out.add(new FenceEffect.Answer(entry.getKey(), ""));
            } else if (nowMs >= open.untilMs()) {
                out.add(new FenceEffect.Answer(
                        entry.getKey(), "the cluster hasn't taken it: see fence_tool ls, then try again"));
            } else {
                wake(open.untilMs());
                if (state.quorate()) {
                    propose(new FenceMessage.Proven(open.victim(), open.proof()), nowMs, out);
                }
                continue;
            }
            acknowledging.remove(entry.getKey());
        }
    }

    /// Why this node can't leave the domain just now; empty when it can.
    public Optional<String> busy() {
        return runs.keySet().stream()
                .findFirst()
                .map(victim -> "this node is fencing " + name(victim) + ": leave when that is done");
    }

    // ---- what is due ----

    private void advance(long nowMs, List<FenceEffect> out) {
        deadlineMs = Long.MAX_VALUE;
        if (state.view().contains(self)) {
            answer(nowMs, out);
            announce(out);
            start(nowMs, out);
            ready(nowMs, out);
            giveWord(nowMs, out);
            look(nowMs, out);
            report(nowMs, out);
            claim(nowMs, out);
            work(nowMs, out);
            recovered(out);
        } else {
            abandonAll(out);
        }
        wake(proposals.settle());
        wake(reports.settle());
    }

    private void announce(List<FenceEffect> out) {
        announced.removeIf(node -> state.victim(node).isEmpty());
        for (Victim victim : state.victims().values()) {
            if (announced.add(victim.node())) {
                out.add(info(name(victim.node()) + " is a victim: "
                        + victim.cause().name().toLowerCase(Locale.ROOT) + ", run "
                        + victim.node().incarnation() + ", ring " + state.ringSequence()));
            }
        }
    }

    private void start(long nowMs, List<FenceEffect> out) {
        if (state.started() || !state.quorate()) {
            startTimed = false;
            return;
        }
        // Each node that joins lets the others wait anew: it may be the first of several.
        if (!startTimed || state.view().size() > viewSize) {
            startTimed = true;
            startAtMs = settings.postJoinDelayMs() < 0 ? Long.MAX_VALUE : nowMs + settings.postJoinDelayMs();
        }
        viewSize = state.view().size();
        if (!self.equals(state.view().getFirst())) {
            return;
        }
        List<Integer> missing = missing();
        if (missing.isEmpty() || nowMs >= startAtMs) {
            if (propose(new FenceMessage.Start(missing), nowMs, out) && !missing.isEmpty()) {
                missing.forEach(nodeid -> out.add(info(settings.name(nodeid) + " not a cluster member after "
                        + settings.postJoinDelayMs() / 1000 + " sec post_join_delay")));
            }
        } else {
            wake(startAtMs);
        }
    }

    private List<Integer> missing() {
        var missing = new ArrayList<Integer>();
        if (!settings.cleanStart()) {
            for (NodeFencing node : settings.nodes().values()) {
                boolean undefined = settings.skipUndefined() && node.methods().isEmpty();
                if (!state.members().containsKey(node.nodeid()) && !undefined) {
                    missing.add(node.nodeid());
                }
            }
        }
        return missing;
    }

    private void ready(long nowMs, List<FenceEffect> out) {
        boolean waiting = state.claimed(self.nodeid());
        if (state.quorate() && state.started() && !waiting && !state.complete().contains(self)) {
            propose(new FenceMessage.Ready(), nowMs, out);
        }
    }

    private void giveWord(long nowMs, List<FenceEffect> out) {
        if (wordWallMs < 0 || !state.quorate() || state.claimed(self.nodeid())) {
            return;
        }
        state.latest(self.nodeid())
                .filter(victim -> !victim.node().equals(self))
                .ifPresent(victim -> propose(
                        new FenceMessage.Proven(
                                victim.node(), new Proof(Proof.Kind.MEMBER, self.nodeid(), "member", wordWallMs)),
                        nowMs,
                        out));
    }

    /// Nothing explains the silence of a run that an agent was too weak for.
    private void look(long nowMs, List<FenceEffect> out) {
        signs.keep(look -> look.proof().equals(state.early().get(look.run()))
                || look.phase() instanceof SignsOfLife.Phase.Alive
                        && state.victim(look.run())
                                .flatMap(Victim::proof)
                                .filter(look.proof()::equals)
                                .isPresent());
        state.early().forEach((run, proof) -> {
            if (!speaksFor(proof)) {
                return;
            }
            long dueMs = signs.due(run, proof, nowMs);
            if (dueMs > 0) {
                wake(dueMs);
            } else {
                long check = ++sequence;
                signs.asks(run, proof, check);
                out.add(new FenceEffect.CheckQuorate(check));
            }
        });
        if (state.quorate()) {
            for (SignsOfLife.Look look : signs.seen()) {
                if (propose(new FenceMessage.Alive(look.run(), look.proof()), nowMs, out)) {
                    out.add(warn(name(look.run()) + " lives on although it was fenced with "
                            + look.proof().how() + ": that is no proof for later"));
                }
            }
        }
    }

    /// The one whose proof it is speaks for it; if that node is gone, the lowest that can.
    private boolean speaksFor(Proof proof) {
        boolean speakerHere = state.view().stream().anyMatch(node -> node.nodeid() == proof.byNodeid());
        return speakerHere
                ? proof.byNodeid() == self.nodeid()
                : state.claimant().filter(self::equals).isPresent();
    }

    /// Tells cman what is proven.
    private void report(long nowMs, List<FenceEffect> out) {
        for (Victim victim : state.victims().values()) {
            if (victim.proof().isEmpty()) {
                continue;
            }
            Proof proof = victim.proof().get();
            boolean mine = speaksFor(proof) && !signs.seen(victim.node(), proof);
            if (mine && reports.say(victim.node(), nowMs)) {
                if (proof.kind() == Proof.Kind.OVERRIDE) {
                    out.add(warn("fence " + name(victim.node()) + " overridden by administrator intervention"));
                }
                out.add(new FenceEffect.ReportFenced(victim.node(), proof.forCman()));
            }
        }
    }

    private void claim(long nowMs, List<FenceEffect> out) {
        for (Victim victim : state.victims().values()) {
            if (!state.claimable(victim.node())) {
                continue;
            }
            long readyAt = delays.readyAtMs(victim.node());
            Node claimant = state.claimant().orElse(self);
            if (nowMs < readyAt) {
                wake(readyAt);
            } else if (claimant.equals(self)) {
                propose(new FenceMessage.Claim(victim.node()), nowMs, out);
            } else if (state.members().containsValue(claimant) && deferred.add(victim.node())) {
                out.add(info("fencing " + name(victim.node()) + " deferred to " + settings.name(claimant.nodeid())));
            }
        }
    }

    private void recovered(List<FenceEffect> out) {
        boolean done =
                state.started() && state.victims().isEmpty() && state.complete().contains(self);
        if (done && state.changedAt() > recoveredUpTo) {
            recoveredUpTo = Math.max(appliedUpTo, state.changedAt());
            out.add(new FenceEffect.ReportRecovered(recoveredUpTo));
        }
    }

    // ---- claims of this node ----

    private void work(long nowMs, List<FenceEffect> out) {
        for (ClaimRun run : List.copyOf(runs.values())) {
            if (!held(run.victim)) {
                end(run, out);
            }
        }
        for (Victim victim : List.copyOf(state.victims().values())) {
            if (victim.heldBy(self)) {
                step(runs.computeIfAbsent(victim.node(), ClaimRun::new), nowMs, out);
            }
        }
    }

    private boolean held(Node victim) {
        return state.victim(victim).filter(v -> v.heldBy(self)).isPresent();
    }

    private void end(ClaimRun run, List<FenceEffect> out) {
        runs.remove(run.victim);
        run.runningAgent().ifPresent(agent -> out.add(new FenceEffect.StopAgent(agent)));
    }

    private void abandonAll(List<FenceEffect> out) {
        List.copyOf(runs.values()).forEach(run -> end(run, out));
    }

    private void step(ClaimRun run, long nowMs, List<FenceEffect> out) {
        boolean busy = run.phase() instanceof ClaimRun.Phase.Running || run.phase() instanceof ClaimRun.Phase.Done;
        boolean releasing = run.phase() instanceof ClaimRun.Phase.Releasing;
        if (!busy && !releasing && !state.startable(run.victim.nodeid())) {
            out.add(info("fence " + name(run.victim) + " stopped: the node has restarted"));
            run.enter(new ClaimRun.Phase.Releasing());
        }
        switch (run.phase()) {
            case ClaimRun.Phase.Wanting() -> want(run, out);
            case ClaimRun.Phase.Pausing(long untilMs) -> {
                if (nowMs >= untilMs) {
                    run.enter(new ClaimRun.Phase.Wanting());
                    want(run, out);
                } else {
                    wake(untilMs);
                }
            }
            case ClaimRun.Phase.Done(Proof proof) -> {
                if (state.quorate()) {
                    propose(new FenceMessage.Proven(run.victim, proof), nowMs, out);
                }
            }
            case ClaimRun.Phase.Releasing() -> {
                if (state.quorate()) {
                    propose(new FenceMessage.Release(run.victim), nowMs, out);
                }
            }
            case ClaimRun.Phase.Checking ignored -> {}
            case ClaimRun.Phase.Running ignored -> {}
        }
    }

    private void want(ClaimRun run, List<FenceEffect> out) {
        if (!state.quorate()) {
            return;
        }
        if (run.announce()) {
            out.add(info("fencing node " + name(run.victim)));
        }
        long check = ++sequence;
        run.enter(new ClaimRun.Phase.Checking(check));
        out.add(new FenceEffect.CheckQuorate(check));
    }

    private void checked(long check, boolean quorate, long nowMs, List<FenceEffect> out) {
        signs.answered(check, quorate && state.quorate(), state::present, nowMs + RECHECK_MS);
        for (ClaimRun run : List.copyOf(runs.values())) {
            if (run.phase() instanceof ClaimRun.Phase.Checking(long asked) && asked == check) {
                if (!quorate || !state.quorate()) {
                    run.enter(new ClaimRun.Phase.Pausing(nowMs + RECHECK_MS));
                } else if (held(run.victim) && state.startable(run.victim.nodeid())) {
                    call(run, nowMs, out);
                }
            }
        }
    }

    private void call(ClaimRun run, long nowMs, List<FenceEffect> out) {
        run.plan(settings.methods(run.victim.nodeid()));
        AgentCall call = run.current();
        if (call.refusal().isPresent()) {
            String result = "error " + call.refusal().get();
            failed(run, call, result, "", nowMs, out);
            return;
        }
        long agent = ++sequence;
        run.enter(new ClaimRun.Phase.Running(agent));
        out.add(new FenceEffect.RunAgent(agent, run.victim, call, settings.agentTimeoutMs()));
    }

    private void agentDone(FenceEvent.AgentDone done, long nowMs, List<FenceEffect> out) {
        for (ClaimRun run : List.copyOf(runs.values())) {
            if (run.runningAgent().orElse(-1) == done.run()) {
                agentDone(run, done, nowMs, out);
            }
        }
    }

    private void agentDone(ClaimRun run, FenceEvent.AgentDone done, long nowMs, List<FenceEffect> out) {
        AgentCall call = run.current();
        boolean ok = done.status() == 0;
        var path = new FencePath(run.victim.nodeid(), cut(call.methodName()), cut(call.deviceName()));
        var trial = new FencePath.Trial(ok, "fence", cut(call.agent()), self.nodeid(), done.wallMs());
        out.add(tried(new FenceMessage.Tried(path, trial)));
        if (!ok && !call.restores()) {
            String result = done.status() < 0 ? "error agent killed at its time limit" : "error from agent";
            failed(run, call, result, done.output(), nowMs, out);
            return;
        }
        if (ok) {
            out.add(info(line(run, call, "success")));
        } else {
            // The node was off when this was tried, and that is all that fencing is about.
            out.add(warn(line(run, call, "error from agent: its power stays off")));
            reports(call, done.output(), out);
        }
        if (run.succeeded()) {
            out.add(info("fence " + name(run.victim) + " success"));
            var proof = new Proof(Proof.Kind.AGENT, self.nodeid(), cut(call.agent()), done.wallMs());
            run.enter(new ClaimRun.Phase.Done(proof));
        } else {
            run.enter(new ClaimRun.Phase.Wanting());
        }
    }

    private void failed(ClaimRun run, AgentCall call, String result, String output, long nowMs, List<FenceEffect> out) {
        boolean loud = run.failedRounds() < LOUD_FAILURES;
        if (loud) {
            out.add(warn(line(run, call, result)));
            reports(call, output, out);
        }
        if (!run.failed()) {
            run.enter(new ClaimRun.Phase.Wanting());
            return;
        }
        if (loud) {
            out.add(new FenceEffect.Log(Level.ERROR, "fence " + name(run.victim) + " failed"));
        } else if (run.failedRounds() % STILL_RETRYING_EVERY == LOUD_FAILURES + 1) {
            out.add(warn("fencing node " + name(run.victim) + " still retrying"));
        }
        run.enter(new ClaimRun.Phase.Pausing(nowMs + settings.retryPauseMs()));
    }

    private String line(ClaimRun run, AgentCall call, String result) {
        return "fence " + name(run.victim) + " dev " + call.method() + "." + call.device() + " agent " + call.agent()
                + " result: " + result;
    }

    private static void reports(AgentCall call, String output, List<FenceEffect> out) {
        output.lines()
                .filter(text -> !text.isBlank())
                .forEach(text -> out.add(warn("agent \"" + call.agent() + "\" reports: " + text.strip())));
    }

    // ---- small things ----

    /// Asks for what commits something; it is sent unless it is on its way already.
    private boolean propose(FenceMessage message, long nowMs, List<FenceEffect> out) {
        boolean now = proposals.say(message, nowMs);
        if (now) {
            out.add(safe(message));
        }
        return now;
    }

    private static FenceEffect safe(FenceMessage message) {
        return new FenceEffect.Propose(FenceCodec.encode(message), true);
    }

    private static FenceEffect tried(FenceMessage.Tried message) {
        return new FenceEffect.Propose(FenceCodec.encode(message), false);
    }

    private void wake(long atMs) {
        deadlineMs = Math.min(deadlineMs, atMs);
    }

    private String name(Node node) {
        return settings.name(node.nodeid());
    }

    private static String cut(String text) {
        return text.length() <= MAX_HOW ? text : text.substring(0, MAX_HOW);
    }

    private static FenceEffect info(String text) {
        return new FenceEffect.Log(Level.INFO, text);
    }

    private static FenceEffect warn(String text) {
        return new FenceEffect.Log(Level.WARN, text);
    }
}
