package io.muster.totem;

import io.muster.core.Incarnation;
import io.muster.core.Node;
import io.muster.totem.RingMessage.Join;
import io.muster.totem.RingMessage.PeerView;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// One search for the next ring: who answers, who hears whom, and which set of nodes that makes.
///
/// The rule (`docs/decisions/0020`): everybody says in joins whom it hears. When each node that is
/// expected has answered or counts as failed, a node proposes the best set ([Clique]) that contains it.
/// When all members of a set propose exactly that set, it is agreed.
///
/// A node counts as failed when it has left joins unanswered for `consensusMs` and, if it was a member
/// of the old ring, has also been silent for a whole token. So a pause shorter than the token costs
/// nobody its membership, whatever started the gather. Only a refused port takes that grace away: there
/// is nobody left to be slow. The failed set only grows.
final class Gathering {
    /// Joins that say something new but settle nothing wait this long for more news.
    private static final int BATCH_MS = 4;

    /// Enough for 64 nodes times 64 kin.
    private static final int WEIGHT_BITS = 13;

    final long sinceMs;
    private final Context context;
    private final @Nullable RingLog old;
    private final TreeMap<Integer, Long> expectedSinceMs = new TreeMap<>();
    private final TreeMap<Integer, Node> heard = new TreeMap<>();
    private final TreeMap<Integer, Join> joins = new TreeMap<>();
    private final TreeSet<Node> failed = new TreeSet<>();
    private final TreeMap<Integer, Node> before = new TreeMap<>();
    /// Something has changed since this node last made up its mind.
    private boolean news = true;
    private long graceMs;
    private long readyNotBeforeMs;
    private long newsMs;
    private long sendAtMs;
    private long sentMs = Long.MIN_VALUE;
    private boolean ready;
    private List<Node> proposal = List.of();
    private Join sent;

    /// @param last this node's last join, whose number the next one exceeds
    Gathering(Context context, @Nullable RingLog old, Join last, long waitMs) {
        this.context = context;
        this.old = old;
        this.sinceMs = context.nowMs;
        this.newsMs = context.nowMs;
        this.readyNotBeforeMs = context.nowMs + waitMs;
        this.sendAtMs = context.nowMs;
        // A number of its own for each gather: what was agreed in an earlier one can't be committed in
        // this one.
        this.sent = new Join(last.from(), last.number() + 1, -1, false, List.of(), null);
        if (old != null) {
            for (Node node : old.members) {
                if (!node.equals(context.self)) {
                    before.put(node.nodeid(), node);
                    expect(node.nodeid());
                }
            }
        }
    }

    /// All of it, but for what is shared.
    record Image(
            long sinceMs,
            SortedMap<Integer, Long> expectedSinceMs,
            SortedMap<Integer, Node> heard,
            SortedMap<Integer, Join> joins,
            SortedSet<Node> failed,
            SortedMap<Integer, Node> before,
            boolean news,
            long graceMs,
            long readyNotBeforeMs,
            long newsMs,
            long sendAtMs,
            long sentMs,
            boolean ready,
            List<Node> proposal,
            Join sent) {}

    Image image() {
        return new Image(
                sinceMs,
                new TreeMap<>(expectedSinceMs),
                new TreeMap<>(heard),
                new TreeMap<>(joins),
                new TreeSet<>(failed),
                new TreeMap<>(before),
                news,
                graceMs,
                readyNotBeforeMs,
                newsMs,
                sendAtMs,
                sentMs,
                ready,
                proposal,
                sent);
    }

    static Gathering restored(Context context, @Nullable RingLog old, Image image) {
        return new Gathering(context, old, image);
    }

    private Gathering(Context context, @Nullable RingLog old, Image image) {
        this.context = context;
        this.old = old;
        this.sinceMs = image.sinceMs();
        this.expectedSinceMs.putAll(image.expectedSinceMs());
        this.heard.putAll(image.heard());
        this.joins.putAll(image.joins());
        this.failed.addAll(image.failed());
        this.before.putAll(image.before());
        this.news = image.news();
        this.graceMs = image.graceMs();
        this.readyNotBeforeMs = image.readyNotBeforeMs();
        this.newsMs = image.newsMs();
        this.sendAtMs = image.sendAtMs();
        this.sentMs = image.sentMs();
        this.ready = image.ready();
        this.proposal = List.copyOf(image.proposal());
        this.sent = image.sent();
    }

    /// This node's latest join.
    Join sent() {
        return sent;
    }

    /// The set this node wants; empty before it knows.
    List<Node> proposal() {
        return proposal;
    }

    SortedMap<Integer, Join> joins() {
        return joins;
    }

    /// Whom this gather heard, by join or beacon.
    Iterable<Integer> heardNodeids() {
        return heard.keySet();
    }

    void expect(int nodeid) {
        if (nodeid != context.self.nodeid() && expectedSinceMs.putIfAbsent(nodeid, context.nowMs) == null) {
            news = true;
        }
    }

    /// Something other than a join came from a node outside of the old ring.
    void heard(Node node) {
        expect(node.nodeid());
        if (!node.equals(heard.put(node.nodeid(), node))) {
            newsMs = context.nowMs;
            news = true;
            sendAtMs = Math.min(sendAtMs, soon());
        }
    }

    void joined(Join join) {
        Join last = joins.put(join.from().nodeid(), join);
        heard(join.from());
        news |= last == null || !last.sameContent(join);
        if (!failed.contains(join.from())) {
            for (PeerView peer : join.peers()) {
                if (peer.heard() && !peer.failed()) {
                    expect(peer.node().nodeid());
                }
            }
        }
        context.ringSequence = Math.max(context.ringSequence, join.ringSequence());
        if (last == null || last.number() != join.number()) {
            newsMs = context.nowMs;
        }
        // Somebody who doesn't know that we hear it is waiting for exactly that.
        if (!join.hears(context.self)) {
            sendAtMs = Math.min(sendAtMs, context.nowMs + BATCH_MS);
        }
    }

    /// A node left, or something else came that only the table of peers knows.
    void changed() {
        news = true;
        newsMs = context.nowMs;
    }

    void forgive(long ms) {
        graceMs += ms;
        readyNotBeforeMs += ms;
    }

    /// Draws conclusions from what is known by now, and sends a join if it is time.
    ///
    /// @return whether all members of the proposed set propose it
    boolean consider() {
        boolean again;
        do {
            failTheSilent();
            // Time alone changes a mind that waits for time.
            again = (news || !ready) && propose();
        } while (again);
        sendIfDue();
        news = false;
        return agreed();
    }

    private void failTheSilent() {
        for (int nodeid : expectedSinceMs.keySet()) {
            Node node = present(nodeid);
            if (!joins.containsKey(nodeid) && !failed.contains(node) && context.nowMs >= deadlineMs(nodeid, node)) {
                failed.add(node);
                newsMs = context.nowMs;
                news = true;
            }
        }
    }

    /// The present run of a node: the one heard last, else the one in the old ring.
    private Node present(int nodeid) {
        Node spoke = heard.get(nodeid);
        if (spoke != null) {
            return spoke;
        }
        Node member = before.get(nodeid);
        if (member != null) {
            return member;
        }
        Peers.Peer peer = context.peers.get(nodeid);
        return peer != null ? peer.node : new Node(nodeid, Incarnation.UNKNOWN);
    }

    private long deadlineMs(int nodeid, Node node) {
        if (context.peers.over(node)) {
            return sinceMs;
        }
        long sinceKnownMs = expectedSinceMs.getOrDefault(nodeid, sinceMs);
        long unansweredMs = sinceKnownMs + context.config.consensusMs();
        if (old == null || !old.has(node)) {
            // Whoever has the node in its ring knows better than one who comes how long it has been
            // silent. And for one that comes there is more time than for one that has gone: nothing
            // waits for it.
            long patienceMs = isVouchedFor(node) ? context.config.tokenMs() : context.config.tokenMs() / 4;
            return Math.max(unansweredMs, sinceKnownMs + patienceMs) + graceMs;
        }
        Peers.Peer peer = context.peers.get(nodeid);
        if (peer != null && peer.refusedMs >= sinceMs && peer.refusedMs > peer.heardMs) {
            return unansweredMs + graceMs;
        }
        long heardMs = peer != null && peer.node.equals(node) ? peer.heardMs : Long.MIN_VALUE;
        long silentMs = Math.max(heardMs, context.ringProofMs) + context.config.tokenMs();
        return Math.max(unansweredMs, silentMs) + graceMs;
    }

    private boolean isVouchedFor(Node node) {
        for (Join join : joins.values()) {
            PeerView peer = join.peer(node.nodeid());
            if (peer != null
                    && peer.node().equals(node)
                    && peer.heard()
                    && !peer.failed()
                    && !failed.contains(join.from())) {
                return true;
            }
        }
        return false;
    }

    /// Whether the node counts as heard: it has spoken in this gather, or it was a member and the token
    /// has proven it alive less than a token ago. Else a gather for one that comes would cost a slow
    /// member its place.
    private boolean isHeard(Node node) {
        int nodeid = node.nodeid();
        if (node.equals(heard.get(nodeid))) {
            return true;
        }
        Peers.Peer peer = context.peers.get(nodeid);
        if (old == null || !old.has(node) || peer == null || !peer.node.equals(node) || peer.leaving) {
            return false;
        }
        long provenMs = Math.max(peer.heardMs, context.ringProofMs);
        return peer.refusedMs < provenMs && context.nowMs - provenMs < context.config.tokenMs();
    }

    private boolean isPending() {
        for (int nodeid : expectedSinceMs.keySet()) {
            if (!joins.containsKey(nodeid) && !failed.contains(present(nodeid))) {
                return true;
            }
        }
        return false;
    }

    /// Joins of those that may be in the next ring, in ascending order of nodeid.
    private List<Join> candidates() {
        return joins.values().stream()
                .filter(join -> !failed.contains(join.from()) && !context.peers.over(join.from()))
                .toList();
    }

    /// @return whether somebody was found to be lost to this node, so that all has to be thought over
    ///     again
    private boolean propose() {
        List<Join> candidates = candidates();
        ready = context.nowMs >= readyNotBeforeMs
                && !isPending()
                && (context.nowMs >= settledMs() || everybodyKnowsEverybody(candidates));
        if (!ready) {
            proposal = List.of();
            return false;
        }
        proposal = bestSet(candidates);
        for (Join join : candidates) {
            if (join.ready()
                    && proposal.contains(join.from())
                    && !join.proposes(context.self)
                    && Clique.better(join.proposal(), proposal, this::weight)) {
                failed.add(join.from()); // it will go with the better set, and we can't
                newsMs = context.nowMs;
                return true;
            }
        }
        return false;
    }

    /// From here on a node that doesn't say whether it hears another counts as not hearing it.
    private long settledMs() {
        return newsMs + 2L * context.config.consensusMs() + graceMs;
    }

    private boolean everybodyKnowsEverybody(List<Join> candidates) {
        for (Join a : candidates) {
            if (!knows(a, context.self)) {
                return false;
            }
            for (Join b : candidates) {
                if (a != b && !knows(a, b.from())) {
                    return false;
                }
            }
        }
        return true;
    }

    private static boolean knows(Join join, Node node) {
        PeerView peer = join.peer(node.nodeid());
        return peer != null && peer.node().equals(node) && (peer.heard() || peer.failed());
    }

    /// What a node counts for when two sets are equally large: its votes, and, votes being equal, how
    /// many come from the
    /// same ring as it does, so that one that comes never takes the place of one that is there.
    private int weight(Node node) {
        return (context.config.votesOf(node.nodeid()) << WEIGHT_BITS) + kin(node);
    }

    private int kin(Node node) {
        RingId ring = ringOf(node);
        if (ring == null) {
            return 0;
        }
        int count = old != null && ring.equals(old.id) ? 1 : 0;
        for (Join join : joins.values()) {
            if (join.history() != null && ring.equals(join.history().ring())) {
                count++;
            }
        }
        return count;
    }

    private @Nullable RingId ringOf(Node node) {
        if (node.equals(context.self)) {
            return old == null ? null : old.id;
        }
        Join join = joins.get(node.nodeid());
        return join == null || join.history() == null || !join.from().equals(node)
                ? null
                : join.history().ring();
    }

    private List<Node> bestSet(List<Join> candidates) {
        var nodes = new TreeMap<Node, @Nullable Join>();
        candidates.forEach(join -> nodes.put(join.from(), join));
        nodes.put(context.self, null);
        List<Node> order = List.copyOf(nodes.keySet());
        var hearing = new long[order.size()];
        var votes = new int[order.size()];
        for (int i = 0; i < order.size(); i++) {
            votes[i] = weight(order.get(i));
            for (int j = 0; j < order.size(); j++) {
                if (i != j && hears(nodes.get(order.get(i)), order.get(j))) {
                    hearing[i] |= 1L << j;
                }
            }
        }
        var mutual = new long[hearing.length];
        for (int i = 0; i < mutual.length; i++) {
            for (int j = 0; j < mutual.length; j++) {
                if ((hearing[i] >> j & 1) != 0 && (hearing[j] >> i & 1) != 0) {
                    mutual[i] |= 1L << j;
                }
            }
        }
        long best = Clique.best(order.indexOf(context.self), mutual, votes);
        var set = new ArrayList<Node>();
        for (int i = 0; i < order.size(); i++) {
            if ((best >> i & 1) != 0) {
                set.add(order.get(i));
            }
        }
        return List.copyOf(set);
    }

    /// @param join null stands for this node, which hears all candidates
    private static boolean hears(@Nullable Join join, Node node) {
        return join == null || join.hears(node);
    }

    private Join compose() {
        var ids = new TreeSet<>(expectedSinceMs.keySet());
        ids.addAll(heard.keySet());
        var views = new ArrayList<PeerView>();
        for (int nodeid : ids) {
            Node node = present(nodeid);
            Peers.Peer peer = context.peers.get(nodeid);
            long ageMs = peer != null && peer.node.equals(node) ? context.nowMs - peer.heardMs : 0xffff;
            views.add(new PeerView(
                    node, isHeard(node), failed.contains(node), proposal.contains(node), Math.clamp(ageMs, 0, 0xffff)));
        }
        RingMessage.History history = old != null ? old.history() : null;
        return new Join(context.self, sent.number(), context.ringSequence, ready, views, history);
    }

    private void sendIfDue() {
        if (!news && context.nowMs < sendAtMs) {
            return;
        }
        Join now = compose();
        boolean differs = !now.sameContent(sent);
        if (differs) {
            newsMs = Math.max(newsMs, sentMs == Long.MIN_VALUE ? context.nowMs : newsMs);
            boolean settles = ready || !isPending();
            sendAtMs = Math.min(sendAtMs, settles ? soon() : context.nowMs + BATCH_MS);
        }
        if (context.nowMs < sendAtMs) {
            return;
        }
        // What a commit may name stays under its number; the rest of a ready join is only talk.
        boolean agreeable = ready
                && sent.ready()
                && sent.proposal().equals(proposal)
                && Objects.equals(sent.history(), now.history());
        long number = differs && !agreeable ? sent.number() + 1 : sent.number();
        sent = new Join(now.from(), number, now.ringSequence(), ready, now.peers(), now.history());
        sentMs = context.nowMs;
        sendAtMs = context.nowMs + context.config.joinMs();
        context.multicast(context.everybodyElse(), sent);
    }

    /// At once, but not more than once a millisecond or two: with 64 nodes everybody has news for
    /// everybody.
    private long soon() {
        return sentMs == Long.MIN_VALUE ? context.nowMs : Math.max(context.nowMs, sentMs + 2);
    }

    private boolean agreed() {
        if (!ready || !sent.ready() || !sent.proposal().equals(proposal)) {
            return false;
        }
        for (Node node : proposal) {
            Join join = joins.get(node.nodeid());
            if (!node.equals(context.self)
                    && (join == null || !join.ready() || !join.proposal().equals(proposal))) {
                return false;
            }
        }
        return true;
    }

    /// Whether `commit` names exactly what this node knows to be agreed.
    boolean matches(RingMessage.Commit commit) {
        if (!agreed()
                || !commit.nodeids().equals(proposal.stream().map(Node::nodeid).toList())) {
            return false;
        }
        for (int i = 0; i < commit.nodeids().size(); i++) {
            int nodeid = commit.nodeids().get(i);
            Join join = nodeid == context.self.nodeid() ? sent : joins.get(nodeid);
            if (join == null || join.number() != commit.numbers().get(i)) {
                return false;
            }
        }
        return true;
    }

    /// When nothing has come of it and it is better to begin again.
    long stuckMs() {
        long quietMs = settledMs() + 2L * context.config.consensusMs();
        return Math.min(quietMs, sinceMs + 2L * context.config.tokenMs() + graceMs);
    }

    long nextDeadlineMs() {
        long next = Math.min(sendAtMs, stuckMs());
        if (!ready) {
            next = Math.min(next, Math.max(context.nowMs + 1, settledMs()));
            if (readyNotBeforeMs > context.nowMs) {
                next = Math.min(next, readyNotBeforeMs);
            }
        }
        for (int nodeid : expectedSinceMs.keySet()) {
            Node node = present(nodeid);
            if (!joins.containsKey(nodeid) && !failed.contains(node)) {
                next = Math.min(next, deadlineMs(nodeid, node));
            }
        }
        return next;
    }
}
