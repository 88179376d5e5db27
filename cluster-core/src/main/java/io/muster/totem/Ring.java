package io.muster.totem;

import io.muster.core.CauseId;
import io.muster.core.Core;
import io.muster.core.Incarnation;
import io.muster.core.MalformedMessage;
import io.muster.core.Node;
import io.muster.driver.Dice;
import io.muster.totem.RingMessage.Join;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The totem single ring protocol: who is here, and in which order everybody's messages are delivered.
///
/// After Amir, Moser, Melliar-Smith, Agarwal and Ciarfella, "The Totem single-ring ordering and
/// membership protocol" (1995), with the early token hand-over of Babay and Amir (2016). It differs
/// from the paper where a ring forms: in a constant number of network delays instead of some rounds of
/// a token ([Gathering], [Recovery]).
///
/// Towards its user it keeps extended virtual synchrony:
///
/// - V1: two nodes that install the same ring id agree on its members;
/// - V2: nodes that move together from one ring to the next deliver the same messages before the move;
/// - V3: one total order, first in first out per sender, each message once, one's own too;
/// - V4: a *safe* message is delivered in a regular configuration only once every member has it;
/// - V5: a node that has restarted is another node.
///
/// It trusts the transport below for one thing: that a datagram comes from the node and the incarnation
/// it names. It writes nothing to disk: a ring id carries the incarnation of its representative and so
/// never comes twice.
///
/// Phases and transitions: [Phase]. Thread: the owner's event loop.
public final class Ring implements Core<RingEvent, RingEffect> {
    private final Context context;
    private Phase phase = new Phase.Idle();
    private @Nullable RingLog old;
    /// The latest recovery that didn't end in its ring: others may have got further than this node.
    private @Nullable Recovery unfinished;

    /// A commit that came before the joins it names.
    private RingMessage.@Nullable Commit early;
    private Join lastJoin;
    private int attempts;
    private long beaconAtMs = Long.MAX_VALUE;
    private boolean sendable = true;

    /// @param self this run of this node
    /// @param dice seeds what must differ between nodes and starts; a secure one in a daemon
    public Ring(Node self, RingConfig config, Dice dice) {
        this(self, config, dice, 0);
    }

    Ring(Node self, RingConfig config, Dice dice, long firstSequence) {
        this.context = new Context(self, config, dice, firstSequence);
        this.lastJoin = new Join(self, dice.nextLong() >>> 16, 0, false, List.of(), null);
    }

    /// All of it. The log of the present ring stands once: whatever gathers, recovers or circulates
    /// goes by it. So does a recovery, which counts as unfinished until its ring is installed.
    public record Image(
            Context.Image context,
            Phase.Image phase,
            RingLog.@Nullable Image old,
            Recovery.@Nullable Image unfinished,
            RingMessage.@Nullable Commit early,
            Join lastJoin,
            int attempts,
            long beaconAtMs,
            boolean sendable) {}

    /// For a flight record. Thread: the owner's, between two steps.
    public Image image() {
        return new Image(
                context.image(),
                phase.image(),
                old == null ? null : old.image(),
                unfinished == null ? null : unfinished.image(),
                early,
                lastJoin,
                attempts,
                beaconAtMs,
                sendable);
    }

    /// The ring an [#image] was taken of, from there on.
    public static Ring restored(Image image) {
        return new Ring(image);
    }

    private Ring(Image image) {
        context = Context.restored(image.context());
        old = image.old() == null ? null : RingLog.restored(image.old());
        unfinished = image.unfinished() == null ? null : Recovery.restored(context, old, image.unfinished());
        phase = switch (image.phase()) {
            case Phase.Image.Idle _ -> new Phase.Idle();
            case Phase.Image.Gather(Gathering.Image gathering) ->
                new Phase.Gather(Gathering.restored(context, old, gathering));
            case Phase.Image.Commit(Gathering.Image gathering, long sinceMs) ->
                new Phase.Commit(Gathering.restored(context, old, gathering), sinceMs);
            case Phase.Image.Recovery _ -> new Phase.Recovery(Objects.requireNonNull(unfinished));
            case Phase.Image.Operational(Circulation.Image circulation) ->
                new Phase.Operational(Circulation.restored(context, Objects.requireNonNull(old), circulation));
            case Phase.Image.Stopped _ -> new Phase.Stopped();
        };
        early = image.early();
        lastJoin = image.lastJoin();
        attempts = image.attempts();
        beaconAtMs = image.beaconAtMs();
        sendable = image.sendable();
    }

    /// The ring installed last, whether or not it still turns.
    public Optional<RingId> ring() {
        return Optional.ofNullable(old).map(log -> log.id);
    }

    /// Members of the ring installed last, in ascending order; empty before the first.
    public List<Node> members() {
        return old == null ? List.of() : old.members;
    }

    /// Whether the token turns.
    public boolean operational() {
        return phase instanceof Phase.Operational;
    }

    /// What this node has of the ring installed last; null before the first.
    RingMessage.@Nullable History history() {
        return old == null ? null : old.history();
    }

    /// Whether the token turns in a phase, named as the log has it.
    public static boolean turns(String phase) {
        return phase.equals(Phase.OPERATIONAL);
    }

    /// The phase, as the log has it.
    public String phase() {
        return phase.label();
    }

    /// Messages waiting for their turn.
    public int queued() {
        return context.queue.size();
    }

    public Counters counters() {
        return context.counters;
    }

    @Override
    public List<RingEffect> on(RingEvent event, long nowMs) {
        if (nowMs < context.nowMs) {
            throw new IllegalStateException("time went back from " + context.nowMs + " to " + nowMs);
        }
        context.nowMs = nowMs;
        context.effects = new ArrayList<>();
        if (!(phase instanceof Phase.Stopped)) {
            switch (event) {
                case RingEvent.Above(long sequence) -> context.ringSequence = Math.max(context.ringSequence, sequence);
                case RingEvent.Start() -> start();
                case RingEvent.Received(int nodeid, Incarnation incarnation, byte[] datagram) ->
                    received(nodeid, incarnation, datagram);
                case RingEvent.Send(byte[] payload, boolean safe, CauseId cause) -> send(payload, safe, cause);
                case RingEvent.Stalled(long ms) -> stalled(ms);
                case RingEvent.PortRefused(int nodeid) -> portRefused(nodeid);
                case RingEvent.Configure(RingConfig config) -> context.config = config;
                case RingEvent.AskRound() -> {
                    if (phase instanceof Phase.Operational(Circulation circulation)) {
                        circulation.wantRound();
                    }
                }
                case RingEvent.Stop() -> {
                    context.multicast(context.everybodyElse(), new RingMessage.Leave());
                    enter(new Phase.Stopped(), "told to");
                }
                case RingEvent.Tick() -> {}
            }
            Phase before;
            do {
                before = phase;
                advance();
            } while (phase != before && phase instanceof Phase.Gather);
        }
        return context.effects;
    }

    @Override
    public long nextDeadlineMs() {
        return switch (phase) {
            case Phase.Idle _, Phase.Stopped _ -> Long.MAX_VALUE;
            case Phase.Gather(Gathering gathering) -> gathering.nextDeadlineMs();
            case Phase.Commit(Gathering gathering, long sinceMs) ->
                Math.min(gathering.nextDeadlineMs(), sinceMs + commitPatienceMs());
            case Phase.Recovery(Recovery work) -> work.nextDeadlineMs();
            case Phase.Operational(Circulation circulation) -> Math.min(circulation.nextDeadlineMs(), beaconAtMs);
        };
    }

    private void enter(Phase next, String reason) {
        if (!phase.mayEnter(next)) {
            throw new IllegalStateException("node " + context.self + ": " + phase.label() + " -> " + next.label()
                    + " in ring " + ring() + ": " + reason);
        }
        String from = phase.label();
        phase = next;
        context.effects.add(new RingEffect.StateChanged(from, next.label(), reason));
    }

    // Deadlines, all of them.

    private void advance() {
        switch (phase) {
            case Phase.Idle _, Phase.Stopped _ -> {}
            case Phase.Gather(Gathering gathering) -> advance(gathering);
            case Phase.Commit(Gathering gathering, long sinceMs) -> {
                boolean agreed = gathering.consider();
                lastJoin = gathering.sent();
                if (!agreed) {
                    enter(new Phase.Gather(gathering), "no longer agreed");
                    advance(gathering);
                } else if (!follow(gathering) && context.nowMs >= sinceMs + commitPatienceMs()) {
                    gather("the representative doesn't commit");
                }
            }
            case Phase.Recovery(Recovery work) -> advance(work);
            case Phase.Operational(Circulation circulation) -> advance(circulation);
        }
        if (!sendable && context.queue.hasRoomAgain()) {
            sendable = true;
            context.effects.add(new RingEffect.Sendable(true));
        }
    }

    private long commitPatienceMs() {
        return 2L * context.config.consensusMs();
    }

    private void advance(Gathering gathering) {
        boolean agreed = gathering.consider();
        lastJoin = gathering.sent();
        if (agreed) {
            List<Node> members = gathering.proposal();
            enter(new Phase.Commit(gathering, context.nowMs), "agreed on " + nodeids(members));
            if (members.getFirst().equals(context.self)) {
                commit(gathering, members);
            } else {
                follow(gathering);
            }
        } else if (context.nowMs >= gathering.stuckMs()) {
            gather("no agreement");
        }
    }

    private void commit(Gathering gathering, List<Node> members) {
        // The original counts rings in steps of four, and operators read this number.
        context.ringSequence += 4;
        var ring = new RingId(context.ringSequence, context.self);
        var numbers = new ArrayList<Long>();
        for (Node node : members) {
            Join join = node.equals(context.self) ? gathering.sent() : gathering.joinOf(node.nodeid());
            if (join == null) {
                throw new IllegalStateException("ring " + ring + ": agreed without a join of " + node);
            }
            numbers.add(join.number());
        }
        recover(
                gathering,
                new RingMessage.Commit(ring, members.stream().map(Node::nodeid).toList(), numbers));
    }

    private void recover(Gathering gathering, RingMessage.Commit commit) {
        var joins = new TreeMap<Integer, Join>();
        for (Node node : gathering.proposal()) {
            Join join = gathering.joinOf(node.nodeid());
            joins.put(node.nodeid(), join == null || node.equals(context.self) ? gathering.sent() : join);
        }
        context.ringSequence = Math.max(context.ringSequence, commit.ring().sequence());
        var work = new Recovery(context, old, commit, joins);
        unfinished = work;
        if (old != null && !work.next.members.containsAll(old.members)) {
            // Whoever is gone may be the one that others were kept out for until now.
            context.peers.explanationsEnd();
        }
        var reason = new StringBuilder("ring=" + commit.ring());
        for (int nodeid : gathering.heardNodeids()) {
            Peers.Peer peer = context.peers.get(nodeid);
            if (peer != null && !joins.containsKey(nodeid)) {
                Join join = gathering.joinOf(nodeid);
                Optional<String> why = join == null ? Optional.empty() : gathering.explanation(join, work.next.members);
                why.ifPresent(words -> reason.append("; without node " + nodeid + ": " + words));
                context.peers.mergeFailed(peer, echoIn(gathering, peer), why.isPresent(), context.nowMs);
            }
        }
        enter(new Phase.Recovery(work), reason.toString());
        advance(work);
    }

    private Peers.Echo echoIn(Gathering gathering, Peers.Peer peer) {
        Join join = gathering.joinOf(peer.nodeid);
        return join == null ? peer.echo : join.echoes(context.self) ? Peers.Echo.JOIN : Peers.Echo.NONE;
    }

    private void advance(Recovery work) {
        if (work.drive()) {
            context.multicast(
                    work.next.members.stream()
                            .map(Node::nodeid)
                            .filter(id -> id != context.self.nodeid())
                            .toList(),
                    new RingMessage.Install(work.ring()));
            install(work, "all members are ready").begin();
        } else if (work.silent() != 0) {
            gather("node " + work.silent() + " is silent in recovery");
        }
    }

    private Circulation install(Recovery work, String reason) {
        begin(work);
        attempts = 0;
        var circulation = new Circulation(context, work.next);
        enter(new Phase.Operational(circulation), installed(work, reason));
        beaconAtMs = context.nowMs + beaconMs();
        return circulation;
    }

    private String installed(Recovery work, String reason) {
        return "ring=" + work.ring() + " members " + nodeids(work.next.members) + ": " + reason;
    }

    private void begin(Recovery work) {
        old = work.install();
        unfinished = null;
        context.queue.restart();
        context.ringProofMs = context.nowMs;
        context.forgivenMs = 0;
        for (Node node : work.next.members) {
            context.peers.merged(node.nodeid());
        }
    }

    private void advance(Circulation circulation) {
        circulation.tick();
        if (circulation.lost()) {
            context.counters.tokensLost++;
            gather("token lost");
        } else if (context.nowMs >= beaconAtMs) {
            beaconAtMs = context.nowMs + beaconMs();
            beacon(outsiders());
        }
    }

    // Finding others.

    private long beaconMs() {
        return Math.clamp(context.config.tokenMs() / 3, 50, 400);
    }

    private List<Integer> outsiders() {
        return context.everybodyElse().stream()
                .filter(id -> members().stream().noneMatch(node -> node.nodeid() == id))
                .toList();
    }

    private void beacon(List<Integer> nodeids) {
        if (old == null || nodeids.isEmpty()) {
            return;
        }
        var heard = new ArrayList<Node>();
        for (Peers.Peer peer : context.peers.all()) {
            if (!old.has(peer.node) && !peer.leaving && context.nowMs - peer.heardMs < 2 * beaconMs()) {
                heard.add(peer.node);
            }
        }
        context.multicast(nodeids, new RingMessage.Beacon(old.id, context.self.incarnation(), heard));
    }

    private void start() {
        if (!(phase instanceof Phase.Idle)) {
            throw new IllegalStateException("node " + context.self + ": started twice");
        }
        // A node that has only just begun knows nobody; it listens as long as others would wait for it.
        gather("start", context.config.consensusMs());
    }

    private Gathering gather(String reason) {
        // The first search begins at once. If it fails there is something the network doesn't tell, and
        // time helps.
        long waitMs = attempts == 0
                ? 0
                : context.dice.nextLong(context.config.joinMs())
                        + ((long) context.config.joinMs() << Math.min(attempts, 4));
        return gather(reason, waitMs);
    }

    private Gathering gather(String reason, long waitMs) {
        context.counters.gathers++;
        if (attempts > 0) {
            context.peers.all().forEach(peer -> peer.noteEcho(peer.echo));
        }
        attempts++;
        var gathering = new Gathering(context, old, lastJoin, waitMs);
        enter(new Phase.Gather(gathering), reason); // and the caller may add what it knows before it advances
        return gathering;
    }

    // What comes from outside.

    private void stalled(long ms) {
        long forgive = Math.min(ms, context.config.tokenMs() - context.forgivenMs);
        if (forgive <= 0) {
            return;
        }
        context.forgivenMs += forgive;
        switch (phase) {
            case Phase.Idle _, Phase.Stopped _ -> {}
            case Phase.Gather(Gathering gathering) -> gathering.forgive(forgive);
            case Phase.Commit(Gathering gathering, long sinceMs) -> {
                gathering.forgive(forgive);
                phase = new Phase.Commit(gathering, sinceMs + forgive);
            }
            case Phase.Recovery(Recovery work) -> work.forgive(forgive);
            case Phase.Operational(Circulation circulation) -> circulation.forgive(forgive);
        }
    }

    private void portRefused(int nodeid) {
        Peers.Peer peer = context.peers.get(nodeid);
        if (peer == null || old == null || !old.has(peer.node)) {
            return;
        }
        peer.refusedMs = context.nowMs;
        if (phase instanceof Phase.Operational) {
            gather("node " + nodeid + " refuses datagrams");
        }
    }

    private void send(byte[] payload, boolean safe, CauseId cause) {
        if (payload.length > SendQueue.MAX_PAYLOAD_BYTES) {
            context.effects.add(new RingEffect.Refused(
                    cause, "payload of " + payload.length + " octets: at most " + SendQueue.MAX_PAYLOAD_BYTES));
            return;
        }
        if (context.queue.full()) {
            context.effects.add(new RingEffect.Refused(cause, "send queue is full"));
        } else {
            context.queue.add(payload, safe, cause);
        }
        if (phase instanceof Phase.Operational(Circulation circulation)) {
            circulation.wantToSend();
        }
        if (sendable && context.queue.full()) {
            sendable = false;
            context.effects.add(new RingEffect.Sendable(false));
        }
    }

    private void received(int nodeid, Incarnation incarnation, byte[] datagram) {
        if (phase instanceof Phase.Idle || nodeid == context.self.nodeid()) {
            return;
        }
        if (context.peers.get(nodeid) == null && !context.config.nodeids().contains(nodeid)) {
            context.counters.foreign++;
            return;
        }
        Peers.Peer peer = context.peers.heard(nodeid, incarnation, context.nowMs);
        if (peer == null) {
            context.counters.foreign++;
            return;
        }
        try {
            if (RingCodec.type(datagram) == RingCodec.DATA) {
                Packet.check(datagram);
                packet(datagram);
            } else {
                message(peer, RingCodec.decode(datagram));
            }
        } catch (MalformedMessage _) {
            context.counters.malformed++;
        }
    }

    private void packet(byte[] packet) {
        if (phase instanceof Phase.Operational(Circulation circulation)) {
            if (Packet.isOf(packet, circulation.log.id)) {
                circulation.packet(packet);
            } else {
                context.counters.foreign++;
            }
        } else if (phase instanceof Phase.Recovery(Recovery work)) {
            if (Packet.isOf(packet, work.ring())) {
                work.next.receive(packet);
            } else if (old != null && Packet.isOf(packet, old.id)) {
                work.oldPacket(packet);
            }
        }
        // While gathering a node stands by what its joins say it has.
    }

    private void message(Peers.Peer peer, RingMessage message) {
        switch (message) {
            case RingMessage.Token token -> {
                installIfBegun(token.ring());
                if (phase instanceof Phase.Operational(Circulation circulation)
                        && circulation.log.id.equals(token.ring())) {
                    circulation.token(token);
                }
            }
            case Join join -> {
                if (join.from().equals(peer.node)) {
                    join(peer, join);
                }
            }
            case RingMessage.Commit commit -> commit(peer, commit);
            case RingMessage.Beacon beacon -> beacon(peer, beacon);
            case RingMessage.Request request -> {
                if (phase instanceof Phase.Recovery(Recovery work)
                        && work.ring().equals(request.ring())) {
                    work.answer(peer.nodeid, request);
                }
            }
            case RingMessage.Ready ready -> {
                if (phase instanceof Phase.Recovery(Recovery work)
                        && work.ring().equals(ready.ring())) {
                    work.ready(peer.nodeid, ready.complete());
                } else if (phase instanceof Phase.Operational(Circulation circulation)
                        && circulation.log.id.equals(ready.ring())) {
                    context.unicast(peer.nodeid, new RingMessage.Install(ready.ring()));
                }
            }
            case RingMessage.Install install -> installIfBegun(install.ring());
            case RingMessage.Cancel cancel -> {
                if (phase instanceof Phase.Operational(Circulation circulation)
                        && circulation.log.id.equals(cancel.ring())) {
                    circulation.cancel();
                }
            }
            case RingMessage.Leave _ -> {
                peer.leaving = true;
                if (phase instanceof Phase.Gather(Gathering gathering)) {
                    gathering.changed();
                } else if (old != null && old.has(peer.node)) {
                    gather("node " + peer.nodeid + " leaves");
                }
            }
        }
    }

    /// Somebody shows that `ring` has begun. That needed this node's word that it was ready, so it can
    /// follow.
    private void installIfBegun(RingId ring) {
        if (phase instanceof Phase.Recovery(Recovery work)) {
            if (work.ring().equals(ring) && work.complete() && !work.isRepresentative()) {
                install(work, "all members are ready");
            }
        } else if (unfinished != null
                && unfinished.ring().equals(ring)
                && unfinished.complete()
                && (phase instanceof Phase.Gather || phase instanceof Phase.Commit)) {
            // Too late to stay in it, but what was delivered there before it broke must be delivered
            // here too.
            begin(unfinished);
            gather("followed into ring=" + ring + " that has ended since");
        }
    }

    private void join(Peers.Peer peer, Join join) {
        if (join.number() < peer.joinNumber) {
            return;
        }
        boolean news = join.number() > peer.joinNumber;
        peer.joinNumber = join.number();
        peer.says(join.echoes(context.self) ? Peers.Echo.JOIN : Peers.Echo.NONE, context.nowMs, 2 * beaconMs());
        if (join.history() != null) {
            installIfBegun(join.history().ring());
        }
        switch (phase) {
            case Phase.Idle _, Phase.Stopped _ -> {}
            case Phase.Gather(Gathering gathering) -> {
                gathering.joined(join);
                if (attempts > 1 && peer.hasNews()) {
                    // What has failed so far says nothing about what can be now.
                    attempts = 0;
                    gathering.hurry();
                }
            }
            case Phase.Commit(Gathering gathering, long _) -> gathering.joined(join);
            case Phase.Recovery(Recovery work) -> {
                if (!work.next.has(peer.node)) {
                    work.heard(peer.nodeid);
                } else if (join.number() > work.numberOf(peer.nodeid)) {
                    gather("node " + peer.nodeid + " gathers").joined(join);
                } else {
                    // It hasn't seen everybody's join yet, perhaps not ours. Or it only answers ours: two
                    // nodes in recovery would go on answering each other as fast as the network carries
                    // it.
                    work.heard(peer.nodeid);
                    if (context.nowMs - peer.answeredMs >= context.config.joinMs()) {
                        peer.answeredMs = context.nowMs;
                        context.unicast(peer.nodeid, lastJoin);
                    }
                }
            }
            case Phase.Operational(Circulation circulation) -> {
                if (circulation.log.has(peer.node)) {
                    if (news) {
                        gather("node " + peer.nodeid + " gathers").joined(join);
                    }
                } else {
                    foreignJoin(peer, join);
                }
            }
        }
    }

    /// A node from outside wants a ring with us. Worth stopping ours for only if it hears us too.
    private void foreignJoin(Peers.Peer peer, Join join) {
        if (!join.hears(context.self)) {
            echo(peer);
        } else if (peer.isWelcome(context.nowMs)) {
            gather("node " + peer.nodeid + " wants to join").joined(join);
        }
    }

    private void echo(Peers.Peer peer) {
        if (context.nowMs >= peer.echoedMs + context.config.joinMs() / 2 || peer.echoedMs == Long.MIN_VALUE) {
            peer.echoedMs = context.nowMs;
            beacon(List.of(peer.nodeid));
        }
    }

    private void beacon(Peers.Peer peer, RingMessage.Beacon beacon) {
        context.ringSequence = Math.max(context.ringSequence, beacon.ring().sequence());
        peer.settled();
        peer.says(
                beacon.heard().contains(context.self) ? Peers.Echo.BEACON : Peers.Echo.NONE,
                context.nowMs,
                2 * beaconMs());
        switch (phase) {
            case Phase.Idle _, Phase.Stopped _, Phase.Commit _, Phase.Recovery _ -> {}
            case Phase.Gather(Gathering gathering) ->
                gathering.beacon(peer.node, beacon.ring(), peer.isWelcome(context.nowMs));
            case Phase.Operational(Circulation circulation) -> {
                if (circulation.log.has(peer.node)) {
                    // What it said of an earlier ring may come late. But one that speaks for a later ring has
                    // left ours behind, however long its silence would still be forgiven.
                    if (beacon.ring().sequence() > circulation.log.id.sequence()) {
                        gather("node " + peer.nodeid + " has gone on without this node")
                                .beacon(peer.node, beacon.ring(), true);
                    }
                    return;
                }
                if (peer.echo == Peers.Echo.NONE) {
                    echo(peer);
                } else if (peer.isWelcome(context.nowMs)) {
                    gather("node " + peer.nodeid + " is back in hearing").beacon(peer.node, beacon.ring(), true);
                }
            }
        }
    }

    private void commit(Peers.Peer peer, RingMessage.Commit commit) {
        boolean forming = phase instanceof Phase.Gather || phase instanceof Phase.Commit;
        if (forming && commit.ring().representative().equals(peer.node)) {
            early = commit; // followed as soon as it matches what this node knows to be agreed
        }
    }

    private boolean follow(Gathering gathering) {
        RingMessage.Commit commit = early;
        if (commit == null
                || !gathering.matches(commit)
                || !gathering.proposal().getFirst().equals(commit.ring().representative())) {
            return false;
        }
        early = null;
        recover(gathering, commit);
        return true;
    }

    private static String nodeids(List<Node> nodes) {
        return nodes.stream().map(node -> Integer.toString(node.nodeid())).collect(Collectors.joining(","));
    }
}
