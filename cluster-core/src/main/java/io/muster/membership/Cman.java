package io.muster.membership;

import io.muster.core.CauseId;
import io.muster.core.Core;
import io.muster.core.MalformedMessage;
import io.muster.core.Node;
import io.muster.group.Group;
import io.muster.group.GroupEntry;
import io.muster.group.GroupEntry.Reason;
import io.muster.group.GroupEntry.View;
import io.muster.membership.CmanEffect.Result;
import io.muster.membership.CmanEffect.Severity;
import io.muster.totem.RingEffect;
import io.muster.totem.RingEvent;
import io.muster.totem.RingId;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// A node's cman above the ring: members, votes, quorum and closed process groups.
///
/// | phase | what counts |
/// |---|---|
/// | alone | before the first configuration of the ring: nothing |
/// | syncing | a new configuration: every node sends its [Transition]; nothing else counts until all are here |
/// | installed | [Installation] has made one state of them; ordered messages change it through [StateMachine] |
///
/// Everything is applied in the order of the ring; what is local to the node ([Clients], [Outbox]) never enters the
/// state
/// except as an ordered message.
///
/// Thread: the owner's event loop.
public final class Cman implements Core<CmanEvent, CmanEffect> {
    /// Of our messages. Nodes with another one are refused.
    public static final int PROTOCOL = 1;

    private static final int NOBODY = 0;

    /// A question whether the cluster is quorate now is answered with no after so long.
    private static final int FRESH_LIMIT_MS = 10_000;

    /// After its last message a leaving node turns the token until the others have that message, but no longer.
    private static final int LINGER_MS = 500;

    private final Node self;
    private final CmanSettings.Reader reader;
    private final Clients clients = new Clients();
    private final Outbox outbox = new Outbox();
    private final SortedMap<Integer, Long> joinedMs = new TreeMap<>();
    private final SortedMap<Integer, Long> fencedMs = new TreeMap<>();
    private final List<Question> questions = new ArrayList<>();

    private CmanSettings settings;
    private byte[] document;
    private ClusterState state;
    private int deviceVotes;
    private String device = "";
    private boolean stateful;
    private boolean left;
    private boolean ended;
    private long lingerUntil = Long.MAX_VALUE;
    private long lastManAt = Long.MAX_VALUE;

    /// When the quorum device is dead unless it is polled before.
    private long deviceUntil = Long.MAX_VALUE;
    private @Nullable Ballot ballot;

    /// The configuration of the ring whose transitions are being collected, or that is installed.
    private @Nullable RingId ring;

    private boolean installed;
    private boolean transitionDue;
    private List<Node> ringMembers = List.of();
    private final SortedMap<Node, Transition> transitions = new TreeMap<>();

    /// Those with whom this node has moved all the way since the state was installed.
    private final SortedSet<Node> companions = new TreeSet<>();

    private List<CmanEffect> out = new ArrayList<>();

    /// Of the ordered message at hand.
    private CauseId cause = CauseId.NONE;

    /// Whether the cluster is quorate at this moment.
    private record Question(int client, int request, long askedMs) {}

    /// Clients being asked whether the node may leave.
    private record Ballot(int client, int request, boolean removed, SortedSet<Integer> open, long deadline) {}

    /// @param document the octets of the configuration `settings` were read from
    public Cman(Node self, CmanSettings settings, byte[] document, CmanSettings.Reader reader) {
        this.self = self;
        this.settings = settings;
        this.document = document;
        this.reader = reader;
        this.state = ClusterState.initial(settings);
        companions.add(self);
    }

    @Override
    public List<CmanEffect> on(CmanEvent event, long nowMs) {
        out = new ArrayList<>();
        cause = CauseId.NONE;
        if (ended) {
            return out;
        }
        switch (event) {
            case CmanEvent.FromRing(RingEffect effect) -> fromRing(effect, nowMs);
            case CmanEvent.Stalled(long ms) -> stalled(ms);
            case CmanEvent.Tick() -> {}
            case CmanEvent.Gone(int client) -> gone(client, nowMs);
            case CmanEvent.Join e -> join(e);
            case CmanEvent.Part e -> part(e);
            case CmanEvent.Send e -> send(e);
            case CmanEvent.ReportFenced e -> outbox.add(new CmanMessage.Proven(e.victim(), e.how()), true, e.cause());
            case CmanEvent.ReportRecovered e -> {
                if (clients.binding(e.group(), e.client()) != null) {
                    outbox.add(new CmanMessage.Report(e.group(), e.upTo()), false, e.cause());
                }
            }
            case CmanEvent.Require e -> {
                Clients.Binding binding = clients.binding(e.group(), e.client());
                if (binding != null) {
                    binding.requiredMs = e.ms();
                }
            }
            case CmanEvent.AskFresh e -> askFresh(e, nowMs);
            case CmanEvent.Leave e -> leave(e, nowMs);
            case CmanEvent.ShutdownAnswer e -> vote(e.client(), e.yes());
            case CmanEvent.Kill e -> kill(e);
            case CmanEvent.SetExpected e -> setExpected(e);
            case CmanEvent.SetVotes e -> setVotes(e);
            case CmanEvent.SetDevice e -> setDevice(e, nowMs);
            case CmanEvent.Announce e -> announce(e);
        }
        deadlines(nowMs);
        pump();
        return out;
    }

    @Override
    public long nextDeadlineMs() {
        if (ended) {
            return Long.MAX_VALUE;
        }
        long next = Math.min(clients.nextDeadlineMs(), Math.min(Math.min(lingerUntil, deviceUntil), lastManAt));
        for (Question q : questions) {
            next = Math.min(next, q.askedMs() + FRESH_LIMIT_MS);
        }
        return ballot == null ? next : Math.min(next, ballot.deadline());
    }

    // ---- the ring

    private void fromRing(RingEffect effect, long nowMs) {
        switch (effect) {
            case RingEffect.Configuration(RingId id, boolean regular, List<Node> members) -> {
                if (regular) {
                    beginSync(id, members);
                } else {
                    companions.retainAll(members);
                }
            }
            case RingEffect.Deliver d -> deliver(d, nowMs);
            case RingEffect.RoundCompleted(RingId id, long sinceMs) -> round(id, sinceMs);
            case RingEffect.Sendable(boolean yes) -> outbox.room(yes);
            case RingEffect.Refused(CauseId _, String why) -> {
                if (installed) {
                    outbox.refused();
                } else {
                    transitionDue = true;
                }
                if (why.isEmpty()) {
                    say(Severity.WARN, "the ring refused a message");
                }
            }
            case RingEffect.Unicast _, RingEffect.Multicast _, RingEffect.StateChanged _ -> {}
        }
    }

    private void beginSync(RingId id, List<Node> members) {
        installed = false;
        ring = id;
        ringMembers = List.copyOf(members);
        transitions.clear();
        companions.retainAll(members);
        companions.add(self);
        outbox.close();
        transitionDue = true;
        sendTransition();
    }

    private void sendTransition() {
        RingId now = ring;
        if (!transitionDue || now == null || left) {
            return;
        }
        transitionDue = false;
        Member me = state.members.get(self);
        if (me == null) {
            me = new Member(
                    self,
                    settings.votesOf(self.nodeid()),
                    settings.expectedVotes(),
                    deviceVotes,
                    device,
                    0,
                    0,
                    settings.configVersion(),
                    settings.configSha256());
        }
        Transition transition = new Transition(
                now,
                PROTOCOL,
                settings.clusterName(),
                settings.clusterId(),
                stateful,
                clients.unproven(),
                List.copyOf(companions),
                me,
                state);
        out.add(new CmanEffect.ToRing(new RingEvent.Send(CmanCodec.encode(now, 0, transition), false, CauseId.NONE)));
    }

    private void deliver(RingEffect.Deliver d, long nowMs) {
        CmanCodec.Framed framed;
        try {
            framed = CmanCodec.decode(d.payload());
        } catch (MalformedMessage e) {
            say(Severity.WARN, "node " + d.from() + ": message ignored: " + e.getMessage());
            return;
        }
        // Sent for another configuration: its sender sends it again.
        if (ring == null || !framed.ring().equals(ring)) {
            return;
        }
        if (framed.message() instanceof Transition transition) {
            if (!installed && d.regular() && transition.node().equals(d.from())) {
                transitions.put(d.from(), transition);
                if (transitions.size() == ringMembers.size()) {
                    install(nowMs);
                }
            }
            return;
        }
        boolean counts = d.regular()
                || framed.message() instanceof CmanMessage.ToGroup
                || framed.message() instanceof CmanMessage.Leave;
        if (!installed || !counts) {
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
        RingId now = Objects.requireNonNull(ring);
        Installation done = new Installation(now, transitions.values());
        Set<Node> before = Set.copyOf(state.members.keySet());
        boolean quorateBefore = state.tally.quorate();
        state = done.state;
        installed = true;
        companions.clear();
        companions.addAll(ringMembers);
        done.refused.forEach((node, why) -> say(Severity.WARN, name(node) + " is refused: " + why));
        done.ended.forEach((node, why) -> say(Severity.WARN, name(node) + " has to go: " + why));
        String verdict = done.refused.getOrDefault(self, done.ended.get(self));
        if (verdict != null) {
            end(false, "the cluster doesn't take this node: " + verdict);
            return;
        }
        if (done.reset.contains(self)) {
            clients.bindings().values().forEach(b -> b.streaming = false);
            outbox.dropGroupMessages();
        }
        // Votes and expected votes of a newcomer came with its transition; a device may have changed since.
        Member me = state.members.get(self);
        outbox.open();
        if (me != null && (me.deviceVotes() != deviceVotes || !me.device().equals(device))) {
            queue(new CmanMessage.Device(device, deviceVotes), false);
        }
        publish(done.log, nowMs);
        membersChanged(before, quorateBefore, nowMs);
        spreadConfiguration(done.kept);
        if (!questions.isEmpty()) {
            askRound();
        }
    }

    /// Newcomers with another cluster.conf get the one that holds, from the lowest node that has it.
    private void spreadConfiguration(SortedSet<Node> kept) {
        boolean wanted = state.members.values().stream()
                .anyMatch(m -> m.configVersion() != state.configVersion
                        || !m.configSha256().equals(state.configSha256));
        Optional<Node> sender =
                kept.stream().filter(node -> state.members.containsKey(node)).findFirst();
        if (wanted
                && sender.isPresent()
                && sender.get().equals(self)
                && settings.configSha256().equals(state.configSha256)) {
            queue(new CmanMessage.Configuration(settings.configVersion(), settings.configSha256(), document), true);
        }
    }

    private void round(RingId id, long sinceMs) {
        if (!installed || !id.equals(ring)) {
            return;
        }
        if (left && lingerUntil != Long.MAX_VALUE && sinceMs >= lingerUntil - LINGER_MS) {
            stop();
            return;
        }
        for (Question q : List.copyOf(questions)) {
            if (sinceMs >= q.askedMs()) {
                questions.remove(q);
                answerFresh(q, state.tally.quorate());
            }
        }
    }

    // ---- the log

    private void apply(CmanMessage.Ordinary message, RingEffect.Deliver d, long nowMs) {
        RingId now = Objects.requireNonNull(ring);
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
                machine.viewIfAny(state.groups.join(m.group(), m.level(), from, state.next()));
                Clients.Binding binding = clients.binding(m.group(), m.client());
                if (from.equals(self) && binding != null) {
                    binding.joined = true;
                }
            }
            case CmanMessage.Part m -> machine.viewIfAny(state.groups.leave(m.group(), from, m.reason(), state.next()));
            case CmanMessage.Report m -> state.groups.report(m.group(), from, Math.min(m.upTo(), state.position));
            case CmanMessage.Proven m -> {
                say(Severity.INFO, name(m.victim()) + " is harmless: " + m.how() + ", says node " + from.nodeid());
                machine.prove(m.victim(), from.nodeid(), m.how());
            }
            case CmanMessage.Leave m -> {
                Reason reason = m.unproven() ? Reason.LOST : m.removed() ? Reason.REMOVED : Reason.LEFT;
                machine.depart(from, reason);
                if (from.equals(self)) {
                    left = true;
                    lingerUntil = nowMs + LINGER_MS;
                    askRound();
                }
            }
            case CmanMessage.Kill m -> {
                List<Node> victims = state.nodes().stream()
                        .filter(n -> m.nodeids().contains(n.nodeid()))
                        .toList();
                for (Node victim : victims) {
                    machine.depart(victim, Reason.KILLED);
                }
                if (victims.contains(self)) {
                    end(false, "killed by node " + from.nodeid() + " because " + m.why());
                    return;
                }
            }
            case CmanMessage.Expected m -> machine.setExpected(from.nodeid(), m.votes());
            case CmanMessage.NodeVotes m -> machine.setVotes(m.nodeid(), m.votes());
            case CmanMessage.Device m -> machine.setDevice(from, m.name(), m.votes());
            case CmanMessage.Configuration m -> configure(m, machine);
        }
        machine.advance();
        publish(log, nowMs);
        membersChanged(before, quorateBefore, nowMs);
    }

    private void toGroup(CmanMessage.ToGroup m, RingEffect.Deliver d) {
        for (Group group : state.groups.groups()) {
            if (group.id() == m.group() && group.members().containsKey(d.from())) {
                Log log = new Log();
                log.to(
                        group.name(),
                        new GroupEntry.Message(state.next(), d.from(), d.regular(), m.payload(), d.cause()));
                publish(log, 0);
                return;
            }
        }
    }

    private void configure(CmanMessage.Configuration m, StateMachine machine) {
        boolean newer = m.version() > state.configVersion;
        boolean same = m.version() == state.configVersion && m.sha256().equals(state.configSha256);
        Optional<CmanSettings> read = newer || same ? reader.read(m.document()) : Optional.empty();
        if (read.isEmpty()
                || read.get().configVersion() != m.version()
                || !read.get().configSha256().equals(m.sha256())
                || !read.get().clusterName().equals(settings.clusterName())) {
            say(Severity.WARN, "configuration " + m.version() + " isn't taken: this is " + state.configVersion);
            return;
        }
        boolean mine = settings.configVersion() == m.version()
                && settings.configSha256().equals(m.sha256());
        settings = read.get();
        document = m.document();
        machine.configure(settings, document);
        if (!mine) {
            say(Severity.INFO, "configuration " + m.version() + " holds from now on");
            out.add(new CmanEffect.Configured(document));
        }
    }

    /// Hands the entries to the streams of this node's clients.
    private void publish(Log log, long nowMs) {
        for (Log.Line line : log.lines()) {
            if (line.entry() instanceof GroupEntry.Fenced f && isLastFencing(f)) {
                fencedMs.put(f.victim().nodeid(), nowMs);
            }
            clients.bindings().forEach((name, binding) -> {
                if (line.group().isPresent() && !line.group().get().equals(name)) {
                    return;
                }
                if (line.entry() instanceof View view
                        && binding.joined
                        && view.joined().contains(self)) {
                    binding.streaming = true;
                }
                if (binding.streaming) {
                    out.add(new CmanEffect.Entry(binding.client, name, line.entry(), cause));
                }
            });
        }
    }

    /// A node that is back says that it found nothing of an earlier run: that is no fencing, and has no time.
    private boolean isLastFencing(GroupEntry.Fenced entry) {
        LastFenced last = state.fenced.get(entry.victim().nodeid());
        return last != null && last.position() == entry.position();
    }

    private void membersChanged(Set<Node> before, boolean quorateBefore, long nowMs) {
        boolean quorate = state.tally.quorate();
        if (quorate && clients.managesState()) {
            stateful = true;
        }
        if (!before.equals(state.members.keySet())) {
            for (Node node : state.nodes()) {
                if (!before.contains(node)) {
                    joinedMs.put(node.nodeid(), nowMs);
                }
            }
            say(
                    Severity.INFO,
                    "members " + nodeids(state.nodes()) + " ring=" + ring + " position=" + state.position
                            + (quorate ? " quorate" : " not quorate"));
            lastManAt = state.rules.lastManStanding() ? nowMs + settings.lastManStandingMs() : Long.MAX_VALUE;
        }
        if (quorate != quorateBefore) {
            say(
                    quorate ? Severity.INFO : Severity.WARN,
                    quorate ? "quorum regained, resuming activity" : "quorum lost, blocking activity");
        }
    }

    // ---- clients

    private void join(CmanEvent.Join e) {
        if (clients.bind(e.group(), e.client(), e.level())) {
            queue(new CmanMessage.Join(e.group(), e.level(), e.client()), false);
            answer(e.client(), e.request(), Result.OK, "");
        } else {
            answer(e.client(), e.request(), Result.BUSY, "this node is in group " + e.group() + " already");
        }
    }

    private void part(CmanEvent.Part e) {
        if (clients.binding(e.group(), e.client()) != null) {
            clients.part(e.group());
            queue(new CmanMessage.Part(e.group(), Reason.LEFT), false);
            out.add(new CmanEffect.Parted(e.client(), e.group()));
        }
    }

    private void send(CmanEvent.Send e) {
        Clients.Binding binding = clients.binding(e.group(), e.client());
        Group group = state.groups.group(e.group());
        if (binding == null || !binding.streaming || group == null) {
            disconnect(e.client(), "message to group " + e.group() + " which it isn't in");
        } else if (e.payload().length > CmanCodec.MAX_PAYLOAD) {
            disconnect(e.client(), "message of " + e.payload().length + " octets");
        } else {
            outbox.add(new CmanMessage.ToGroup(group.id(), e.payload()), e.safe(), e.cause());
        }
    }

    private void disconnect(int client, String why) {
        out.add(new CmanEffect.Disconnect(client, why));
    }

    private void gone(int client, long nowMs) {
        for (String group : clients.gone(client, nowMs)) {
            say(Severity.WARN, "client of group " + group + " is gone without leaving");
            queue(new CmanMessage.Part(group, Reason.LOST), false);
        }
        questions.removeIf(q -> q.client() == client);
        Ballot open = ballot;
        if (open != null && open.client() == client) {
            ballot = null;
        } else {
            // Who goes can't object.
            vote(client, true);
        }
    }

    private void askFresh(CmanEvent.AskFresh e, long nowMs) {
        Question question = new Question(e.client(), e.request(), nowMs);
        if (installed && !state.tally.quorate()) {
            answerFresh(question, false);
        } else {
            questions.add(question);
            askRound();
        }
    }

    private void answerFresh(Question q, boolean quorate) {
        out.add(new CmanEffect.Fresh(q.client(), q.request(), quorate, state.position));
    }

    // ---- requests

    private void leave(CmanEvent.Leave e, long nowMs) {
        if (ballot != null || left) {
            answer(e.client(), e.request(), Result.ALREADY, "");
            return;
        }
        SortedSet<Integer> voters = clients.members();
        voters.remove(e.client());
        if (e.force() || voters.isEmpty()) {
            answer(e.client(), e.request(), Result.OK, "");
            sendLeave(e.removed());
            return;
        }
        voters.forEach(client -> out.add(new CmanEffect.AskShutdown(client)));
        ballot = new Ballot(e.client(), e.request(), e.removed(), voters, nowMs + settings.shutdownTimeoutMs());
    }

    private void vote(int client, boolean yes) {
        Ballot open = ballot;
        if (open == null || !open.open().remove(client)) {
            return;
        }
        if (!yes) {
            ballot = null;
            answer(open.client(), open.request(), Result.BUSY, "");
        } else if (open.open().isEmpty()) {
            ballot = null;
            answer(open.client(), open.request(), Result.OK, "");
            sendLeave(open.removed());
        }
    }

    private void sendLeave(boolean removed) {
        if (!state.members.containsKey(self)) {
            stop();
            return;
        }
        queue(new CmanMessage.Leave(removed, clients.unproven()), false);
    }

    private void kill(CmanEvent.Kill e) {
        if (!state.members.containsKey(self)) {
            answer(e.client(), e.request(), Result.NOT_MEMBER, "");
            return;
        }
        queue(new CmanMessage.Kill(e.nodeids(), e.why()), false);
        answer(e.client(), e.request(), Result.OK, "");
    }

    private void setExpected(CmanEvent.SetExpected e) {
        Log unused = new Log();
        if (!state.members.containsKey(self)) {
            answer(e.client(), e.request(), Result.NOT_MEMBER, "");
        } else if (new StateMachine(state, ringOrSelf(), unused).admissibleExpected(self.nodeid(), e.votes())) {
            queue(new CmanMessage.Expected(e.votes()), false);
            answer(e.client(), e.request(), Result.OK, "");
        } else {
            answer(e.client(), e.request(), Result.INVALID, "");
        }
    }

    private void setVotes(CmanEvent.SetVotes e) {
        int nodeid = e.nodeid() == 0 ? self.nodeid() : e.nodeid();
        boolean known = state.nodes().stream().anyMatch(n -> n.nodeid() == nodeid);
        if (!state.members.containsKey(self)) {
            answer(e.client(), e.request(), Result.NOT_MEMBER, "");
        } else if (known && new StateMachine(state, ringOrSelf(), new Log()).admissibleVotes(nodeid, e.votes())) {
            queue(new CmanMessage.NodeVotes(nodeid, e.votes()), false);
            answer(e.client(), e.request(), Result.OK, "");
        } else {
            answer(e.client(), e.request(), Result.INVALID, "");
        }
    }

    /// The others hear of changes only. A stall of this node doesn't keep the device alive: nobody knows what became
    /// of it in that time, and its next poll revives it.
    private void setDevice(CmanEvent.SetDevice e, long nowMs) {
        deviceUntil = e.votes() > 0 ? nowMs + settings.quorumDevPollMs() : Long.MAX_VALUE;
        if (!device.equals(e.name()) || deviceVotes != e.votes()) {
            device = e.name();
            deviceVotes = e.votes();
            queue(new CmanMessage.Device(e.name(), e.votes()), false);
        }
    }

    private void announce(CmanEvent.Announce e) {
        boolean same = e.version() == state.configVersion && e.sha256().equals(state.configSha256);
        if (same) {
            answer(e.client(), e.request(), Result.OK, "");
        } else if (!state.tally.quorate()) {
            answer(e.client(), e.request(), Result.INQUORATE, "");
        } else if (e.version() <= state.configVersion
                || reader.read(e.document()).isEmpty()) {
            answer(e.client(), e.request(), Result.INVALID, "this is version " + state.configVersion);
        } else {
            queue(new CmanMessage.Configuration(e.version(), e.sha256(), e.document()), true);
            answer(e.client(), e.request(), Result.OK, "");
        }
    }

    // ---- time

    private void stalled(long ms) {
        clients.stalled(ms);
    }

    private void deadlines(long nowMs) {
        clients.overdue(nowMs)
                .ifPresent(group -> end(
                        false,
                        "the client of group " + group + " isn't back in time: this node has to be made harmless"));
        for (Question q : List.copyOf(questions)) {
            if (nowMs >= q.askedMs() + FRESH_LIMIT_MS) {
                questions.remove(q);
                answerFresh(q, false);
            }
        }
        Ballot open = ballot;
        if (open != null && nowMs >= open.deadline()) {
            ballot = null;
            answer(open.client(), open.request(), Result.BUSY, "");
        }
        if (nowMs >= lastManAt) {
            lastManAt = Long.MAX_VALUE;
            if (installed
                    && state.tally.quorate()
                    && state.tally.total() < state.tally.expected()
                    && state.nodes().getFirst().equals(self)) {
                queue(new CmanMessage.Expected(state.tally.total()), false);
            }
        }
        if (nowMs >= deviceUntil) {
            say(
                    Severity.WARN,
                    "quorum device " + device + " wasn't polled for " + settings.quorumDevPollMs() + " ms: dead");
            deviceUntil = Long.MAX_VALUE;
            deviceVotes = 0;
            queue(new CmanMessage.Device(device, 0), false);
        }
        if (nowMs >= lingerUntil) {
            stop();
        }
    }

    private void stop() {
        if (!ended) {
            out.add(new CmanEffect.ToRing(new RingEvent.Stop()));
            end(true, "this node has left the cluster");
        }
    }

    private void end(boolean clean, String why) {
        if (!ended) {
            ended = true;
            out.add(new CmanEffect.End(clean, why));
        }
    }

    private void pump() {
        if (!ended) {
            sendTransition();
            RingId now = ring;
            if (installed && now != null) {
                outbox.pump(now, send -> out.add(new CmanEffect.ToRing(send)));
            }
        }
    }

    private void askRound() {
        out.add(new CmanEffect.ToRing(new RingEvent.AskRound()));
    }

    private void queue(CmanMessage.Ordinary message, boolean safe) {
        outbox.add(message, safe, CauseId.NONE);
    }

    private void answer(int client, int request, Result result, String text) {
        if (client != NOBODY) {
            out.add(new CmanEffect.Answer(client, request, result, text));
        }
    }

    private void say(Severity severity, String text) {
        out.add(new CmanEffect.Say(severity, "node=" + self.nodeid() + " " + text));
    }

    private RingId ringOrSelf() {
        RingId now = ring;
        return now == null ? new RingId(0, self) : now;
    }

    private String name(Node node) {
        return "node " + node.nodeid() + " (" + settings.nameOf(node.nodeid()) + ")";
    }

    private static String nodeids(List<Node> nodes) {
        return String.join(
                ",", nodes.stream().map(n -> Integer.toString(n.nodeid())).toList());
    }

    // ---- for status queries, answered at once whatever the ring does

    /// What commands show. Take it on the owner's thread.
    public CmanStatus status() {
        return CmanStatus.of(self, settings, state, joinedMs, fencedMs, ring, left, stateful, deviceVotes, device);
    }

    /// The replicated state: nodes that moved together through the same log have equal octets.
    public byte[] snapshot() {
        return state.toBytes();
    }

    /// Whether every node of the present ring has told what it knows.
    public boolean installed() {
        return installed;
    }

    /// Octets handed over by clients that the ring hasn't taken yet.
    public long backlogBytes() {
        return outbox.waitingBytes();
    }
}
