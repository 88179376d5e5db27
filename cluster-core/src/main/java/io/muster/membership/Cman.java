package io.muster.membership;

import io.muster.core.CauseId;
import io.muster.core.Core;
import io.muster.core.MalformedMessage;
import io.muster.core.Node;
import io.muster.group.Group;
import io.muster.group.GroupEntry;
import io.muster.group.GroupEntry.Departure;
import io.muster.group.GroupEntry.Reason;
import io.muster.membership.CmanEffect.Result;
import io.muster.membership.CmanEffect.Severity;
import io.muster.membership.CmanSettings.Configured;
import io.muster.totem.RingEffect;
import io.muster.totem.RingEvent;
import io.muster.totem.RingId;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.stream.LongStream;

/// A node's cman above the ring: members, votes, quorum and closed process groups.
///
/// | phase | what counts |
/// |---|---|
/// | alone | before the first configuration of the ring: nothing |
/// | syncing ([RingSync]) | a new configuration: nothing counts until every node's [Transition] is here |
/// | installed | [Installation] has made one state of them; ordered messages change it through [StateMachine] |
///
/// Everything is applied in the order of the ring; what is local to the node ([Clients], [Outbox],
/// [FreshQuestions], [Shutdown], [QuorumDevice]) never enters the state except as an ordered
/// message.
///
/// Thread: the owner's event loop.
public final class Cman implements Core<CmanEvent, CmanEffect> {
    /// Of our messages. Nodes with another one are refused.
    public static final int PROTOCOL = 3;

    private final Node self;
    private final HeldConfiguration configuration;
    private final Clients clients;
    private final Outbox outbox;
    private final FreshQuestions questions;
    private final Shutdown shutdown;
    private final QuorumDevice device;
    private final LastQuorum lastQuorum;
    private final RingSync sync;
    private final CmanOut out;

    private ClusterState state;
    private boolean stateful;
    private boolean ended;
    private long lastManAt = Long.MAX_VALUE;

    /// The wall clock against the monotonic one; only for what commands show.
    private long aheadMs;

    /// The nodes beyond cluster.conf that the driver was told of last.
    private SortedMap<Integer, Configured> beyond = new TreeMap<>();

    /// Of the ordered message at hand.
    private CauseId cause = CauseId.NONE;

    /// @param document the octets of the configuration `settings` were read from
    public Cman(Node self, CmanSettings settings, byte[] document, CmanSettings.Reader reader) {
        this.self = self;
        this.configuration = new HeldConfiguration(settings, document, reader);
        this.clients = new Clients();
        this.outbox = new Outbox();
        this.questions = new FreshQuestions();
        this.shutdown = new Shutdown();
        this.device = new QuorumDevice();
        this.lastQuorum = new LastQuorum();
        this.state = ClusterState.initial(settings);
        this.sync = new RingSync(self);
        this.out = new CmanOut(self);
    }

    /// All of it between two steps.
    ///
    /// @param state the replicated one, as all members encode it
    record Image(
            Node self,
            HeldConfiguration.Image configuration,
            Clients.Image clients,
            Outbox.Image outbox,
            List<FreshQuestions.Question> questions,
            Shutdown.Image shutdown,
            QuorumDevice.Image device,
            LastQuorum.Image lastQuorum,
            RingSync.Image sync,
            byte[] state,
            boolean stateful,
            boolean ended,
            long lastManAt,
            long aheadMs,
            SortedMap<Integer, Configured> beyond) {}

    Image image() {
        return new Image(
                self,
                configuration.image(),
                clients.image(),
                outbox.image(),
                questions.image(),
                shutdown.image(),
                device.image(),
                lastQuorum.image(),
                sync.image(),
                state.toBytes(),
                stateful,
                ended,
                lastManAt,
                aheadMs,
                beyond);
    }

    /// The cman an [#image] was taken of, from there on.
    static Cman restored(Image image, CmanSettings.Reader reader) throws MalformedMessage {
        return new Cman(image, reader);
    }

    private Cman(Image image, CmanSettings.Reader reader) throws MalformedMessage {
        self = image.self();
        configuration = HeldConfiguration.restored(image.configuration(), reader);
        clients = Clients.restored(image.clients());
        outbox = Outbox.restored(image.outbox());
        questions = FreshQuestions.restored(image.questions());
        shutdown = Shutdown.restored(image.shutdown());
        device = QuorumDevice.restored(image.device());
        lastQuorum = LastQuorum.restored(image.lastQuorum());
        sync = RingSync.restored(image.sync());
        state = ClusterState.read(image.state());
        stateful = image.stateful();
        ended = image.ended();
        lastManAt = image.lastManAt();
        aheadMs = image.aheadMs();
        beyond = new TreeMap<>(image.beyond());
        out = new CmanOut(self);
    }

    @Override
    public List<CmanEffect> on(CmanEvent event, long nowMs) {
        out.begin();
        cause = CauseId.NONE;
        if (ended) {
            return out.effects();
        }
        switch (event) {
            case CmanEvent.FromRing(RingEffect effect) -> fromRing(effect, nowMs);
            case CmanEvent.Stalled(long ms) -> clients.stalled(ms);
            case CmanEvent.WallClock(long ms) -> aheadMs = ms;
            case CmanEvent.Told(SortedMap<Integer, Configured> leaving) -> told(leaving);
            case CmanEvent.Tick() -> {}
            case CmanEvent.Gone(int client) -> gone(client, nowMs);
            case CmanEvent.LedgerRead e -> ledgerRead(e);
            case CmanEvent.QuorumRemembered(long sequence) -> {
                lastQuorum.remembered(sequence, out);
                questions.askAgain(out);
            }
            case CmanEvent.Join e -> clients.join(e, outbox, out);
            case CmanEvent.Part e -> clients.part(e, nowMs, outbox, out);
            case CmanEvent.Send e -> clients.send(e, state.groups.group(e.group()), outbox, out);
            case CmanEvent.ReportFenced e ->
                outbox.add(new CmanMessage.Proven(e.victim(), e.how(), nowMs + aheadMs), true, e.cause());
            case CmanEvent.ReportVouched e ->
                outbox.add(new CmanMessage.Vouched(e.run(), e.remains()), true, e.cause());
            case CmanEvent.ReportRecovered e -> {
                if (clients.binding(e.group(), e.client()) != null) {
                    outbox.add(new CmanMessage.Report(e.group(), e.upTo()), false, e.cause());
                }
            }
            case CmanEvent.Acknowledge e ->
                take(e.client(), e.request(), OperatorRequests.acknowledge(state, e, nowMs + aheadMs), e.cause());
            case CmanEvent.AskFresh e ->
                questions.ask(e, sync.installed() && !state.tally.quorate(), state.position, nowMs, out);
            case CmanEvent.Leave e -> leave(e, nowMs);
            case CmanEvent.ShutdownAnswer e ->
                shutdown.vote(e.client(), e.yes(), out).ifPresent(this::sendLeave);
            case CmanEvent.Kill e -> take(e.client(), e.request(), OperatorRequests.kill(state, self, e));
            case CmanEvent.SetExpected e ->
                take(e.client(), e.request(), OperatorRequests.expected(state, self, sync.ring(), e));
            case CmanEvent.SetVotes e ->
                take(e.client(), e.request(), OperatorRequests.votes(state, self, sync.ring(), e));
            case CmanEvent.SetDevice e -> {
                if (device.polled(e, settings().quorumDevPollMs(), nowMs)) {
                    queue(device.told(), false);
                }
            }
            case CmanEvent.Announce e ->
                take(
                        e.client(),
                        e.request(),
                        OperatorRequests.announce(
                                state,
                                configuration.reader(),
                                e,
                                clients.binding(CmanEvent.Announce.GROUP, e.client()) != null));
        }
        deadlines(nowMs);
        pump(nowMs);
        return out.effects();
    }

    @Override
    public long nextDeadlineMs() {
        if (ended) {
            return Long.MAX_VALUE;
        }
        return LongStream.of(
                        clients.nextDeadlineMs(),
                        questions.nextDeadlineMs(),
                        shutdown.nextDeadlineMs(),
                        device.nextDeadlineMs(),
                        lastManAt)
                .min()
                .orElseThrow();
    }

    // ---- the ring

    private void fromRing(RingEffect effect, long nowMs) {
        switch (effect) {
            case RingEffect.Configuration(RingId id, boolean regular, List<Node> members) -> {
                if (regular) {
                    beginSync(id, members, nowMs);
                } else {
                    sync.transitional(members);
                }
            }
            case RingEffect.Deliver d -> deliver(d, nowMs);
            case RingEffect.RoundCompleted(RingId id, long sinceMs) -> round(id, sinceMs);
            case RingEffect.Sendable(boolean yes) -> outbox.room(yes);
            case RingEffect.Refused(CauseId _, String why) -> {
                if (sync.installed()) {
                    outbox.refused();
                } else {
                    sync.refused();
                }
                if (why.isEmpty()) {
                    out.say(Severity.WARN, "the ring refused a message");
                }
            }
            case RingEffect.Unicast _, RingEffect.Multicast _, RingEffect.StateChanged _ -> {}
        }
    }

    private void beginSync(RingId id, List<Node> members, long nowMs) {
        sync.begin(id, members);
        outbox.close();
        sendTransition(nowMs);
    }

    private void sendTransition(long nowMs) {
        RingId now = shutdown.left() ? null : sync.due();
        if (now == null) {
            return;
        }
        Member me = state.members.get(self);
        if (me == null) {
            me = new Member(
                    self,
                    settings().votesOf(self.nodeid()),
                    settings().expectedVotes(),
                    device.votes(),
                    device.name(),
                    0,
                    0,
                    0,
                    settings().configVersion(),
                    settings().configSha256());
        }
        Transition transition = new Transition(
                now,
                PROTOCOL,
                settings().clusterName(),
                settings().clusterId(),
                nowMs + aheadMs,
                stateful,
                clients.remains(),
                lastQuorum.known(),
                sync.companions(),
                me,
                state);
        out.toRing(new RingEvent.Send(CmanCodec.encode(now, 0, transition), false, CauseId.NONE));
    }

    private void deliver(RingEffect.Deliver d, long nowMs) {
        CmanCodec.Framed framed;
        try {
            framed = CmanCodec.decode(d.payload(), d.from());
        } catch (MalformedMessage e) {
            out.say(Severity.WARN, "node " + d.from() + ": message ignored: " + e.getMessage());
            return;
        }
        // Sent for another configuration: its sender sends it again.
        if (!framed.ring().equals(sync.ring())) {
            return;
        }
        if (framed.message() instanceof Transition transition) {
            if (!sync.installed() && d.regular() && transition.node().equals(d.from()) && sync.told(transition)) {
                install(nowMs);
            }
            return;
        }
        boolean counts = d.regular()
                || framed.message() instanceof CmanMessage.ToGroup
                || framed.message() instanceof CmanMessage.Leave;
        if (!sync.installed() || !counts) {
            return;
        }
        cause = d.cause();
        boolean mine = d.from().equals(self);
        if (mine) {
            outbox.done(framed.number());
        }
        if (state.members.containsKey(d.from())) {
            apply((CmanMessage.Ordinary) framed.message(), d, nowMs);
        }
    }

    private void install(long nowMs) {
        Installation done = sync.install();
        Set<Node> before = Set.copyOf(state.members.keySet());
        boolean quorateBefore = state.tally.quorate();
        state = done.state;
        reach(state.leaving);
        done.refused.forEach((node, why) -> out.say(Severity.WARN, name(node) + " is refused: " + why));
        done.ended.forEach((node, why) -> out.say(Severity.WARN, name(node) + " has to go: " + why));
        if (!done.difference.isEmpty()) {
            out.say(Severity.ERROR, "nodes that moved together know different things");
            out.add(new CmanEffect.KeepDifference(done.difference));
        }
        String verdict = done.refused.getOrDefault(self, done.ended.get(self));
        if (verdict != null) {
            end(false, "the cluster doesn't take this node: " + verdict);
            return;
        }
        if (done.reset.contains(self)) {
            clients.bindings().values().forEach(b -> b.streaming = false);
            outbox.dropGroupMessages();
        }
        // Votes and expected votes of a newcomer came with its transition; a device may have changed
        // since.
        Member me = state.members.get(self);
        outbox.open();
        if (me != null && !device.isAsToldBy(me)) {
            queue(device.told(), false);
        }
        publish(done.log);
        membersChanged(before, quorateBefore, nowMs);
        configuration.toSpread(state, self).ifPresent(message -> queue(message, true));
        questions.askAgain(out);
    }

    /// Members that this node's own cluster.conf lacks must be heard before the ring can take both. Once it is a member
    /// it knows by the log.
    private void told(SortedMap<Integer, Configured> leaving) {
        if (state.members.containsKey(self)) {
            return;
        }
        SortedMap<Integer, Configured> all = new TreeMap<>(beyond);
        leaving.forEach((nodeid, entry) -> {
            if (nodeid != self.nodeid() && !settings().nodes().containsKey(nodeid)) {
                all.put(nodeid, entry);
            }
        });
        reach(all);
    }

    private void reach(SortedMap<Integer, Configured> nodes) {
        if (!nodes.equals(beyond)) {
            nodes.forEach((nodeid, entry) -> {
                if (!beyond.containsKey(nodeid)) {
                    out.say(
                            Severity.INFO,
                            "node " + nodeid + " (" + entry.name()
                                    + ") is in cluster.conf no more: a member until it leaves");
                }
            });
            beyond = new TreeMap<>(nodes);
            out.add(new CmanEffect.Leaving(beyond));
        }
    }

    private String nameOf(int nodeid) {
        return state.entry(nodeid).map(Configured::name).orElse(settings().nameOf(nodeid));
    }

    private void round(RingId id, long sinceMs) {
        if (!sync.installed() || !id.equals(sync.ring())) {
            return;
        }
        if (shutdown.heardBy(sinceMs)) {
            stop();
            return;
        }
        if (lastQuorum.writing()) {
            // It is asked again when that is done.
            return;
        }
        questions.round(sinceMs, state.tally.quorate(), state.position, out);
    }

    // ---- the log

    private void apply(CmanMessage.Ordinary message, RingEffect.Deliver d, long nowMs) {
        RingId now = Objects.requireNonNull(sync.ring());
        Node from = d.from();
        Log log = new Log();
        StateMachine machine = new StateMachine(state, now, log);
        Set<Node> before = Set.copyOf(state.members.keySet());
        boolean quorateBefore = state.tally.quorate();
        switch (message) {
            case CmanMessage.ToGroup m -> {
                toGroup(m, d);
                return;
            }
            case CmanMessage.Join m -> {
                machine.join(m.group(), m.level(), from);
                Clients.Binding binding = clients.binding(m.group(), m.client());
                if (from.equals(self) && binding != null) {
                    binding.joined = true;
                }
            }
            case CmanMessage.Part m -> machine.part(m.group(), from, m.reason(), m.remains());
            case CmanMessage.Report m -> state.groups.report(m.group(), from, Math.min(m.upTo(), state.position));
            case CmanMessage.Proven m -> {
                out.say(Severity.INFO, name(m.victim()) + " is harmless: " + m.how() + ", says node " + from.nodeid());
                machine.prove(m.victim(), from.nodeid(), m.how(), m.atMs());
            }
            case CmanMessage.Vouched m -> {
                out.say(
                        Severity.INFO,
                        name(m.run()) + ": of run " + m.run().incarnation() + " may still run: " + m.remains()
                                + ", says node " + from.nodeid());
                machine.vouch(m.run(), from.nodeid(), m.remains());
            }
            case CmanMessage.Acknowledged m -> {
                out.say(
                        Severity.INFO,
                        name(m.run()) + ": " + m.service() + " of run "
                                + m.run().incarnation() + " runs no longer, says an operator on node " + from.nodeid());
                if (m.run().equals(self)) {
                    clients.own().acknowledged(m.service());
                }
                machine.acknowledge(m.run(), from.nodeid(), m.service(), m.atMs());
            }
            case CmanMessage.Leave m -> {
                Reason good = m.removed() ? Reason.REMOVED : Reason.LEFT;
                machine.depart(new Departure(from, m.remains().none() ? good : Reason.LOST, m.remains()));
                if (from.equals(self)) {
                    shutdown.departed(nowMs);
                    out.toRing(new RingEvent.AskRound());
                }
            }
            case CmanMessage.Kill m -> {
                List<Node> victims = state.nodes().stream()
                        .filter(n -> m.nodeids().contains(n.nodeid()))
                        .toList();
                for (Node victim : victims) {
                    machine.depart(new Departure(victim, Reason.KILLED));
                }
                if (victims.contains(self)) {
                    end(false, "killed by node " + from.nodeid() + " because " + m.why());
                    return;
                }
            }
            case CmanMessage.Expected m -> machine.setExpected(from.nodeid(), m.votes());
            case CmanMessage.NodeVotes m -> machine.setVotes(m.nodeid(), m.votes());
            case CmanMessage.Device m -> machine.setDevice(from, m.name(), m.votes());
            case CmanMessage.Configuration m -> {
                Optional<CmanEffect> taken = configuration.take(m, state, machine, out);
                // First whom to reach: the driver is about to drop everybody whom the file doesn't have.
                reach(state.leaving);
                taken.ifPresent(out::add);
            }
        }
        machine.advance();
        reach(state.leaving);
        publish(log);
        membersChanged(before, quorateBefore, nowMs);
    }

    private void toGroup(CmanMessage.ToGroup m, RingEffect.Deliver d) {
        for (Group group : state.groups.groups()) {
            if (group.id() == m.group() && group.members().containsKey(d.from())) {
                Log log = new Log();
                log.to(
                        group.name(),
                        new GroupEntry.Message(state.next(), d.from(), d.regular(), m.payload(), d.cause()));
                publish(log);
                return;
            }
        }
    }

    /// Hands the entries to the streams of this node's clients.
    private void publish(Log log) {
        clients.publish(log.lines(), self, cause, this::whole, out);
    }

    /// The log says only which configuration is in force. Nothing is handed out without it: this node has
    /// left, and its clients hear no more.
    private Optional<GroupEntry> whole(GroupEntry entry) {
        return entry instanceof GroupEntry.Config c
                ? configuration
                        .document(state)
                        .map(document ->
                                new GroupEntry.Config(c.position(), c.version(), c.sha256(), c.agreed(), document))
                : Optional.of(entry);
    }

    private void membersChanged(Set<Node> before, boolean quorateBefore, long nowMs) {
        boolean quorate = state.tally.quorate();
        lastQuorum.saw(state.lastQuorate, out);
        if (quorate && clients.managesState()) {
            stateful = true;
        }
        if (!before.equals(state.members.keySet())) {
            out.say(
                    Severity.INFO,
                    "members " + nodeids(state.nodes()) + " ring=" + sync.ring() + " position=" + state.position
                            + (quorate ? " quorate" : " not quorate"));
            lastManAt = state.rules.lastManStanding() ? nowMs + settings().lastManStandingMs() : Long.MAX_VALUE;
        }
        if (quorate != quorateBefore) {
            out.say(
                    quorate ? Severity.INFO : Severity.WARN,
                    quorate ? "quorum regained, resuming activity" : "quorum lost, blocking activity");
        }
    }

    // ---- clients

    private void gone(int client, long nowMs) {
        for (String group : clients.gone(client, nowMs, outbox, out)) {
            out.say(Severity.WARN, "client of group " + group + " is gone without leaving");
        }
        questions.gone(client);
        shutdown.gone(client, out).ifPresent(this::sendLeave);
    }

    private void ledgerRead(CmanEvent.LedgerRead e) {
        boolean late = clients.own().read(e, outbox);
        if (late && !sync.installed()) {
            return;
        }
        if (late && !clients.remains().all()) {
            queue(new CmanMessage.Vouched(self, clients.remains()), true);
        }
    }

    // ---- requests

    private void leave(CmanEvent.Leave e, long nowMs) {
        if (shutdown.begun()) {
            out.answer(e.client(), e.request(), Result.ALREADY, "");
            return;
        }
        SortedSet<Integer> voters = clients.members();
        voters.remove(e.client());
        if (e.force() || voters.isEmpty()) {
            out.answer(e.client(), e.request(), Result.OK, "");
            sendLeave(e.removed());
            return;
        }
        shutdown.ask(e, voters, nowMs + settings().shutdownTimeoutMs(), out);
    }

    private void sendLeave(boolean removed) {
        if (!state.members.containsKey(self)) {
            stop();
            return;
        }
        clients.leave(removed, outbox);
    }

    private void take(int client, int request, OperatorRequests.Verdict verdict) {
        take(client, request, verdict, CauseId.NONE);
    }

    private void take(int client, int request, OperatorRequests.Verdict verdict, CauseId cause) {
        verdict.message().ifPresent(message -> outbox.add(message, verdict.safe(), cause));
        out.answer(client, request, verdict.result(), verdict.text());
    }

    // ---- time

    private void deadlines(long nowMs) {
        if (clients.own().overdue(nowMs, outbox)) {
            out.say(Severity.WARN, "the ledger isn't read after " + OwnRemains.READ_MS + " ms: all may run here");
        }
        clients.overdue(nowMs)
                .ifPresent(group -> end(
                        false,
                        "the client of group " + group + " isn't back in time: this node has to be made harmless"));
        questions.overdue(state.position, nowMs, out);
        shutdown.overdue(nowMs, out);
        if (nowMs >= lastManAt) {
            lastManAt = Long.MAX_VALUE;
            if (sync.installed()
                    && state.tally.quorate()
                    && state.tally.total() < state.tally.expected()
                    && state.nodes().getFirst().equals(self)) {
                queue(new CmanMessage.Expected(state.tally.total()), false);
            }
        }
        if (device.dies(nowMs)) {
            out.say(
                    Severity.WARN,
                    "quorum device " + device.name() + " wasn't polled for "
                            + settings().quorumDevPollMs() + " ms: dead");
            queue(device.told(), false);
        }
        if (shutdown.lingeredUntil(nowMs)) {
            stop();
        }
    }

    private void stop() {
        if (!ended) {
            out.toRing(new RingEvent.Stop());
            end(true, "this node has left the cluster");
        }
    }

    private void end(boolean clean, String why) {
        if (!ended) {
            ended = true;
            out.add(new CmanEffect.End(clean, why));
        }
    }

    private void pump(long nowMs) {
        if (!ended) {
            sendTransition(nowMs);
            RingId now = sync.ring();
            if (sync.installed() && now != null) {
                outbox.pump(now, out::toRing);
            }
        }
    }

    private void queue(CmanMessage.Ordinary message, boolean safe) {
        outbox.add(message, safe, CauseId.NONE);
    }

    private CmanSettings settings() {
        return configuration.settings();
    }

    private String name(Node node) {
        return "node " + node.nodeid() + " (" + nameOf(node.nodeid()) + ")";
    }

    private static String nodeids(List<Node> nodes) {
        return String.join(
                ",", nodes.stream().map(n -> Integer.toString(n.nodeid())).toList());
    }

    // ---- for status queries, answered at once whatever the ring does

    /// What commands show. Take it on the owner's thread.
    public CmanStatus status() {
        return CmanStatus.of(
                self, settings(), state, sync.ring(), shutdown.left(), stateful, device.votes(), device.name());
    }

    /// The cluster.conf in force; empty while this node has yet to get it. Take it on the owner's thread.
    public Optional<byte[]> document() {
        return configuration.document(state);
    }

    /// Whether every node of the present ring has told what it knows.
    public boolean installed() {
        return sync.installed();
    }

    /// What all members know alike, as far as this node has come.
    ClusterState state() {
        return state;
    }

    /// Octets handed over by clients that the ring hasn't taken yet.
    public long backlogBytes() {
        return outbox.waitingBytes();
    }
}
