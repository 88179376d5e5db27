package io.muster.fence;

import io.muster.config.LastReading;
import io.muster.core.Drive;
import io.muster.core.MalformedMessage;
import io.muster.core.Node;
import io.muster.core.ReplicatedCore;
import io.muster.fence.FenceEffect.Log;
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
/// proposes starts, claims and proofs when their time has come, and tells cman what the log says is
/// proven.
///
/// Its parts: [Claims] has the agents, [SignsOfLife] the look for who outlived one, [Delays] the
/// clocks, [Speech] what isn't out of the log yet.
///
/// Thread: the owner's event loop.
public final class FenceDomain implements ReplicatedCore<GroupEntry, FenceEvent, FenceEffect> {
    /// How long an operator's word may take until all have it.
    static final long ACKNOWLEDGE_MS = 8_000;

    /// cman hands reports on or the ring changes, after which they are made again anyway.
    private static final long REPORT_AGAIN_MS = 60_000;

    private final Node self;
    private final FenceSettings.Overrides overrides;
    private FenceSettings settings;

    /// Whether the settings are the cluster's, and not yet only this node's own.
    private boolean agreed;

    private DomainState state = new DomainState();

    private final Delays delays = new Delays();
    private final Numbers numbers = new Numbers();
    private final Speech speech = new Speech();
    private final Claims claims;

    /// Runs of which cman has been told that they are harmless, and that aren't fenced in the log yet.
    private final Proposals<Node> reports = new Proposals<>(REPORT_AGAIN_MS);

    /// What this node knows of nodes that its configuration has no more.
    private final SortedMap<Integer, Former> gone = new TreeMap<>();

    /// Operators that wait until the log has their word.
    private final SortedMap<Long, Acknowledging> acknowledging = new TreeMap<>();

    /// Whether members live on against which an agent had success.
    private final SignsOfLife signs = new SignsOfLife();

    /// No state: saves reading what is said again.
    private final LastReading lastRead = new LastReading();

    private final Set<Node> deferred = new TreeSet<>();
    private final Set<Node> announced = new TreeSet<>();
    private Set<Integer> memberIds = Set.of();
    private long startAtMs = Long.MAX_VALUE;
    private boolean startTimed;
    private int viewSize;
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
        this.claims = new Claims(self, numbers, speech);
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
            boolean agreed,
            Delays.Image delays,
            List<ClaimRun.Image> claims,
            List<Proposals.Said<FenceMessage>> said,
            List<Proposals.Said<Node>> reports,
            SortedMap<Long, Acknowledging> acknowledging,
            List<SignsOfLife.Look> signs,
            SortedMap<Integer, Former> gone,
            SortedSet<Node> deferred,
            SortedSet<Node> announced,
            SortedSet<Integer> memberIds,
            long number,
            long startAtMs,
            boolean startTimed,
            int viewSize,
            long recoveredUpTo,
            long appliedUpTo,
            long deadlineMs) {}

    @Override
    public Record local() {
        return new Local(
                overrides,
                settings,
                agreed,
                delays.image(),
                claims.image(),
                speech.image(),
                reports.underWay(),
                new TreeMap<>(acknowledging),
                signs.image(),
                new TreeMap<>(gone),
                new TreeSet<>(deferred),
                new TreeSet<>(announced),
                new TreeSet<>(memberIds),
                numbers.last(),
                startAtMs,
                startTimed,
                viewSize,
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
        agreed = was.agreed();
        delays.resume(was.delays());
        claims.resume(was.claims());
        speech.resume(was.said());
        reports.resume(was.reports());
        acknowledging.clear();
        acknowledging.putAll(was.acknowledging());
        signs.resume(was.signs());
        gone.clear();
        gone.putAll(was.gone());
        replace(deferred, was.deferred());
        replace(announced, was.announced());
        memberIds = Set.copyOf(was.memberIds());
        numbers.resume(was.number());
        startAtMs = was.startAtMs();
        startTimed = was.startTimed();
        viewSize = was.viewSize();
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

    /// How a member or victim is fenced that the configuration has no more, by its former name or its
    /// nodeid.
    public Optional<NodeFencing> former(String name) {
        return state.former().values().stream()
                .map(Former::fencing)
                .filter(node -> !settings.nodes().containsKey(node.nodeid()))
                .filter(node -> node.name().equalsIgnoreCase(name)
                        || Integer.toString(node.nodeid()).equals(name))
                .findFirst();
    }

    /// Whether this run of this node has completed the domain: no agent is at work for a former run of
    /// it, and none can come. Meaningful once the group's state has arrived.
    public boolean completed() {
        return state.complete().contains(self);
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
                    speech.landed(message.payload());
                }
            }
            case GroupEntry.Config config ->
                lastRead.config(config.bytes()).ifPresent(read -> {
                    boolean news = !agreed || config.version() != settings.version();
                    agreed = true;
                    configured(FenceSettings.of(read).overridden(overrides));
                    if (news) {
                        out.add(Log.info("configuration " + config.version() + " in use"));
                    }
                });
            case GroupEntry.Fenced fenced -> {
                deferred.remove(fenced.victim());
                reports.landed(fenced.victim());
                // Whoever joins says that nothing runs there, also where nobody had asked.
                if (announced.contains(fenced.victim())) {
                    out.add(Log.info("fence " + name(fenced.victim()) + " done by "
                            + (fenced.byNodeid() == self.nodeid() ? "this node" : name(fenced.byNodeid())) + ": "
                            + fenced.how()));
                }
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

    private void configured(FenceSettings next) {
        settings.nodes().forEach((nodeid, fencing) -> gone.put(nodeid, new Former(settings.version(), fencing)));
        gone.keySet().removeAll(next.nodes().keySet());
        settings = next;
    }

    /// What the last configuration said of a node that may have to be fenced has to be known to whoever
    /// claims it, and to those that join later.
    private void keep(long nowMs, List<FenceEffect> out) {
        gone.keySet().removeIf(nodeid -> !state.concerns(nodeid));
        for (Former former : gone.values()) {
            int nodeid = former.fencing().nodeid();
            boolean news = state.former(nodeid)
                    .filter(known -> known.version() >= former.version())
                    .isEmpty();
            if (news && state.quorate()) {
                speech.propose(new FenceMessage.Kept(former), nowMs, out);
            }
        }
    }

    private void restored(long nowMs) {
        speech.forget();
        reports.forget();
        signs.forget();
        memberIds = Set.copyOf(state.members().keySet());
        startTimed = false;
        recoveredUpTo = 0;
        delays.observe(state, settings, self.nodeid(), false, nowMs);
    }

    private void happened(FenceEvent event, long nowMs, List<FenceEffect> out) {
        switch (event) {
            case FenceEvent.QuorateChecked(long check, boolean quorate) -> {
                signs.answered(check, quorate && state.quorate(), state::present, nowMs + Claims.RECHECK_MS);
                claims.checked(check, quorate, pass(nowMs, out));
            }
            case FenceEvent.Configured(FenceSettings now) -> {
                if (!agreed || now.version() > settings.version()) {
                    agreed = true;
                    configured(now.overridden(overrides));
                    out.add(Log.info("configuration " + now.version() + " in use"));
                }
            }
            case FenceEvent.AgentDone done -> claims.agentDone(done, pass(nowMs, out));
            case FenceEvent.Acknowledged asked -> acknowledge(asked, nowMs, out);
            case FenceEvent.FencedOutside(Node node, String agent, long wallMs) ->
                out.add(Speech.safe(new FenceMessage.Proven(
                        node, new Proof(Proof.Kind.EXTERNAL, self.nodeid(), Claims.cut(agent), wallMs))));
            case FenceEvent.Unfenced(Node node) ->
                Optional.ofNullable(state.early().get(node))
                        .ifPresent(proof -> out.add(Speech.safe(new FenceMessage.Alive(node, proof))));
            case FenceEvent.PathTried(FencePath path, FencePath.Trial trial) ->
                out.add(Speech.tried(new FenceMessage.Tried(path, trial)));
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
                    speech.propose(new FenceMessage.Proven(open.victim(), open.proof()), nowMs, out);
                }
                continue;
            }
            acknowledging.remove(entry.getKey());
        }
    }

    /// Why this node can't leave the domain just now; empty when it can.
    public Optional<String> busy() {
        return claims.first().map(victim -> "this node is fencing " + name(victim) + ": leave when that is done");
    }

    // ---- what is due ----

    private void advance(long nowMs, List<FenceEffect> out) {
        deadlineMs = Long.MAX_VALUE;
        if (state.view().contains(self)) {
            answer(nowMs, out);
            announce(out);
            keep(nowMs, out);
            start(nowMs, out);
            ready(nowMs, out);
            look(nowMs, out);
            report(nowMs, out);
            claim(nowMs, out);
            wake(claims.work(pass(nowMs, out)));
            recovered(out);
        } else {
            claims.abandonAll(out);
        }
        wake(speech.settle());
        wake(reports.settle());
    }

    private void announce(List<FenceEffect> out) {
        announced.removeIf(node -> state.victim(node).isEmpty());
        for (Victim victim : state.victims().values()) {
            if (announced.add(victim.node())) {
                out.add(Log.info(name(victim.node()) + " is a victim: "
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
            if (speech.propose(new FenceMessage.Start(missing), nowMs, out) && !missing.isEmpty()) {
                missing.forEach(nodeid -> out.add(Log.info(name(nodeid) + " not a cluster member after "
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
        boolean waiting = state.open(self.nodeid());
        if (state.quorate() && state.started() && !waiting && !state.complete().contains(self)) {
            speech.propose(new FenceMessage.Ready(), nowMs, out);
        }
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
                long check = numbers.next();
                signs.asks(run, proof, check);
                out.add(new FenceEffect.CheckQuorate(check));
            }
        });
        if (state.quorate()) {
            for (SignsOfLife.Look look : signs.seen()) {
                if (speech.propose(new FenceMessage.Alive(look.run(), look.proof()), nowMs, out)) {
                    out.add(Log.warn(name(look.run()) + " lives on although it was fenced with "
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
                    out.add(Log.warn("fence " + name(victim.node()) + " overridden by administrator intervention"));
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
                speech.propose(new FenceMessage.Claim(victim.node()), nowMs, out);
            } else if (state.members().containsValue(claimant) && deferred.add(victim.node())) {
                out.add(Log.info("fencing " + name(victim.node()) + " deferred to " + name(claimant.nodeid())));
            }
        }
    }

    private void recovered(List<FenceEffect> out) {
        boolean done = state.started() && !state.pending() && state.complete().contains(self);
        if (done && state.changedAt() > recoveredUpTo) {
            recoveredUpTo = Math.max(appliedUpTo, state.changedAt());
            out.add(new FenceEffect.ReportRecovered(recoveredUpTo));
        }
    }

    // ---- small things ----

    private Claims.Pass pass(long nowMs, List<FenceEffect> out) {
        return new Claims.Pass(state, settings, nowMs, out);
    }

    private void wake(long atMs) {
        deadlineMs = Math.min(deadlineMs, atMs);
    }

    private String name(Node node) {
        return name(node.nodeid());
    }

    private String name(int nodeid) {
        return new Directory(state, settings).name(nodeid);
    }
}
