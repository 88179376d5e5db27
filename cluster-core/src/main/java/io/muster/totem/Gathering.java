package io.muster.totem;

import io.muster.core.Incarnation;
import io.muster.core.Node;
import io.muster.totem.RingMessage.Join;
import io.muster.totem.RingMessage.PeerView;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
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
/// is nobody left to be slow. It also counts as failed when it goes with a set that this node isn't in.
/// One that answers later after all, and wants this node, has not failed any more.
///
/// What a node hasn't said about another within two consensus times counts as "doesn't hear it". That
/// time runs for each node by itself, from when there was something to say: no other news begins it
/// anew, least of all that somebody has made up its mind, or two could wait for each other for ever.
final class Gathering {
    /// Joins that say something new but settle nothing wait this long for more news.
    private static final int BATCH_MS = 4;

    /// A ring stands still for one that comes no longer than this.
    private static final int LONGEST_WELCOME_MS = 250;

    /// Enough for 64 nodes times 64 kin.
    private static final int WEIGHT_BITS = 13;

    /// What another node has said.
    ///
    /// @param sinceMs when its joins began to have this number
    /// @param heardMs when the latest copy came
    /// @param lacks slots of the nodes it says nothing about
    /// @param lackingMs when it began to owe a word about the latest of them
    private record Said(Join join, long sinceMs, long heardMs, long lacks, long lackingMs) {
        private static Said first(Join join, long nowMs) {
            return new Said(join, nowMs, nowMs, 0, nowMs);
        }

        private Said then(Join next, long nowMs) {
            if (!next.from().equals(join.from())) {
                return first(next, nowMs);
            }
            return new Said(next, next.number() == join.number() ? sinceMs : nowMs, nowMs, lacks, lackingMs);
        }

        private Said lacking(long slots, long nowMs) {
            return new Said(join, sinceMs, heardMs, slots, (slots & ~lacks) != 0 ? nowMs : lackingMs);
        }
    }

    final long sinceMs;
    private final Context context;
    private final @Nullable RingLog old;
    private final TreeMap<Integer, Long> expectedSinceMs = new TreeMap<>();
    private final TreeMap<Integer, Node> heard = new TreeMap<>();
    private final TreeMap<Integer, Said> said = new TreeMap<>();
    private final TreeSet<Node> failed = new TreeSet<>();
    /// Who speaks for another ring than the one it shared with this node.
    private final TreeSet<Integer> elsewhere = new TreeSet<>();
    private final TreeMap<Integer, Node> before = new TreeMap<>();
    /// Nodes in the order in which they came up, at most 64: a bit for each.
    private final ArrayList<Integer> slots = new ArrayList<>();
    /// Something has changed since this node last made up its mind.
    private boolean news = true;
    private long graceMs;
    private long readyNotBeforeMs;
    private long sendAtMs;
    private long sentMs = Long.MIN_VALUE;
    /// When the own join got its number.
    private long numberedMs;
    private boolean ready;
    private List<Node> proposal = List.of();
    private Join sent;

    /// @param last this node's last join, whose number the next one exceeds
    Gathering(Context context, @Nullable RingLog old, Join last, long waitMs) {
        this.context = context;
        this.old = old;
        this.sinceMs = context.nowMs;
        this.numberedMs = context.nowMs;
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
            SortedMap<Integer, Said> said,
            SortedSet<Node> failed,
            SortedSet<Integer> elsewhere,
            SortedMap<Integer, Node> before,
            List<Integer> slots,
            boolean news,
            long graceMs,
            long readyNotBeforeMs,
            long sendAtMs,
            long sentMs,
            long numberedMs,
            boolean ready,
            List<Node> proposal,
            Join sent) {}

    Image image() {
        return new Image(
                sinceMs,
                new TreeMap<>(expectedSinceMs),
                new TreeMap<>(heard),
                new TreeMap<>(said),
                new TreeSet<>(failed),
                new TreeSet<>(elsewhere),
                new TreeMap<>(before),
                List.copyOf(slots),
                news,
                graceMs,
                readyNotBeforeMs,
                sendAtMs,
                sentMs,
                numberedMs,
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
        this.said.putAll(image.said());
        this.failed.addAll(image.failed());
        this.elsewhere.addAll(image.elsewhere());
        this.before.putAll(image.before());
        this.slots.addAll(image.slots());
        this.news = image.news();
        this.graceMs = image.graceMs();
        this.readyNotBeforeMs = image.readyNotBeforeMs();
        this.sendAtMs = image.sendAtMs();
        this.sentMs = image.sentMs();
        this.numberedMs = image.numberedMs();
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

    /// The latest join of a node; null when it hasn't answered.
    @Nullable
    Join joinOf(int nodeid) {
        Said last = said.get(nodeid);
        return last == null ? null : last.join();
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

    /// A node speaks for a ring of its own, so that what it wanted before is over.
    ///
    /// @param welcome whether a ring with it is worth another try
    void beacon(Node node, RingId ring, boolean welcome) {
        if (old != null && ring.equals(old.id)) {
            return;
        }
        elsewhere.add(node.nodeid());
        Said last = said.get(node.nodeid());
        if (last != null
                && context.nowMs >= last.heardMs() + 2L * context.config.joinMs()
                && failed.add(last.join().from())) {
            news = true; // it has answered, and gone on without this node
        }
        if (welcome) {
            heard(node);
        }
    }

    private void heard(Node node) {
        expect(node.nodeid());
        if (!node.equals(heard.put(node.nodeid(), node))) {
            news = true;
            sendAtMs = Math.min(sendAtMs, soon());
        }
    }

    void joined(Join join) {
        int nodeid = join.from().nodeid();
        Said last = said.get(nodeid);
        said.put(nodeid, last == null ? Said.first(join, context.nowMs) : last.then(join, context.nowMs));
        elsewhere.remove(nodeid);
        heard(join.from());
        news |= last == null || !last.join().sameContent(join);
        if (failed.contains(join.from())
                && join.hears(context.self)
                && (!join.ready() || join.proposes(context.self))) {
            failed.remove(join.from());
            news = true;
        }
        if (!failed.contains(join.from())) {
            for (PeerView peer : join.peers()) {
                if (peer.heard() && !peer.failed()) {
                    expect(peer.node().nodeid());
                }
            }
        }
        context.ringSequence = Math.max(context.ringSequence, join.ringSequence());
        // Somebody who doesn't know that we hear it is waiting for exactly that.
        if (!join.hears(context.self)) {
            sendAtMs = Math.min(sendAtMs, context.nowMs + BATCH_MS);
        }
    }

    /// A node left, or something else came that only the table of peers knows.
    void changed() {
        news = true;
    }

    /// Whether what has been said explains why a node isn't in this node's next ring: somebody in the
    /// ring that it wants instead doesn't hear somebody here. Else it was only bad luck.
    ///
    /// @return who doesn't hear whom, in words
    Optional<String> explanation(Join without, List<Node> members) {
        List<Node> theirs = without.ready() ? without.proposal() : List.of(without.from());
        for (Node ours : members) {
            for (Node node : theirs) {
                if (!hearEachOther(ours, node)) {
                    return Optional.of("nodes " + Math.min(ours.nodeid(), node.nodeid()) + " and "
                            + Math.max(ours.nodeid(), node.nodeid()) + " don't hear each other");
                }
            }
        }
        return Optional.empty();
    }

    private boolean hearEachOther(Node a, Node b) {
        return a.equals(b) || (echoes(a, b) && echoes(b, a));
    }

    private boolean echoes(Node speaker, Node node) {
        Join join = speaker.equals(context.self) ? sent : joinOf(speaker.nodeid());
        return join != null && join.from().equals(speaker) && join.echoes(node);
    }

    /// There is no reason to wait any more.
    void hurry() {
        readyNotBeforeMs = Math.min(readyNotBeforeMs, context.nowMs);
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
            again = (news || !ready || context.nowMs >= refusedMs()) && propose();
        } while (again);
        sendIfDue();
        news = false;
        return agreed();
    }

    private void failTheSilent() {
        for (int nodeid : List.copyOf(expectedSinceMs.keySet())) {
            Said last = said.get(nodeid);
            Node node = present(nodeid);
            if (last != null && !failed.contains(node) && context.nowMs >= staleMs(last)) {
                said.remove(nodeid);
                expectedSinceMs.put(nodeid, last.heardMs());
                news = true;
            }
            if (!said.containsKey(nodeid) && !failed.contains(node) && context.nowMs >= deadlineMs(nodeid, node)) {
                failed.add(node);
                news = true;
            }
        }
    }

    /// From here on what a node has said counts for nothing: who gathers repeats its join.
    private long staleMs(Said last) {
        return last.heardMs() + 4L * context.config.consensusMs() + graceMs;
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
        if (old == null || !old.has(node) || elsewhere.contains(nodeid)) {
            // Whoever has the node in its ring knows better than one who comes how long it has been
            // silent. And for one that comes there is more time than for one that has gone: nothing
            // waits for it.
            long patienceMs = isVouchedFor(node)
                    ? context.config.tokenMs()
                    : Math.min(context.config.tokenMs() / 4, LONGEST_WELCOME_MS);
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

    /// Whether somebody still counts the node as a member of its own ring and has missed it for a while
    /// itself. One that others hear at this moment isn't slow: only this node doesn't hear it.
    private boolean isVouchedFor(Node node) {
        for (Said other : said.values()) {
            PeerView peer = other.join().peer(node.nodeid());
            RingMessage.History history = other.join().history();
            if (peer != null
                    && history != null
                    && (old == null || !history.ring().equals(old.id))
                    && peer.node().equals(node)
                    && peer.heard()
                    && !peer.failed()
                    && peer.ageMs() >= context.config.consensusMs()
                    && !failed.contains(other.join().from())) {
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
            if (!said.containsKey(nodeid) && !failed.contains(present(nodeid))) {
                return true;
            }
        }
        return false;
    }

    /// Joins of those that may be in the next ring, in ascending order of nodeid.
    private List<Join> candidates() {
        return said.values().stream().map(Said::join).filter(this::isCandidate).toList();
    }

    private boolean isCandidate(Join join) {
        return !failed.contains(join.from()) && !context.peers.over(join.from());
    }

    /// @return whether somebody was found to be lost to this node, so that all has to be thought over
    ///     again
    private boolean propose() {
        List<Join> candidates = candidates();
        noteLacks(candidates);
        ready = context.nowMs >= readyNotBeforeMs && !isPending() && context.nowMs >= settledMs();
        if (!ready) {
            proposal = List.of();
            return false;
        }
        proposal = bestSet(candidates);
        for (Join join : candidates) {
            if (refuses(join)
                    && (Clique.better(join.proposal(), proposal, this::weight)
                            || context.nowMs >= refusedMs(join.from().nodeid()))) {
                failed.add(join.from()); // it goes with another set, and we can't
                return true;
            }
        }
        return false;
    }

    /// Whether this node wants another in its ring that wants a ring without it.
    private boolean refuses(Join join) {
        return join.ready() && proposal.contains(join.from()) && !join.proposes(context.self);
    }

    /// From here on a node that goes on refusing is believed, even if its set seems no better here.
    private long refusedMs(int nodeid) {
        Said last = Objects.requireNonNull(said.get(nodeid));
        return Math.max(last.sinceMs(), numberedMs) + 2L * context.config.consensusMs() + graceMs;
    }

    private long refusedMs() {
        long next = Long.MAX_VALUE;
        for (Node node : proposal) {
            Said last = said.get(node.nodeid());
            if (last != null && refuses(last.join())) {
                next = Math.min(next, refusedMs(node.nodeid()));
            }
        }
        return next;
    }

    private void noteLacks(List<Join> candidates) {
        for (Join a : candidates) {
            long lacks = knows(a, context.self) ? 0 : slot(context.self.nodeid());
            for (Join b : candidates) {
                if (a != b && !knows(a, b.from())) {
                    lacks |= slot(b.from().nodeid());
                }
            }
            long now = lacks;
            said.computeIfPresent(a.from().nodeid(), (_, last) -> last.lacking(now, context.nowMs));
        }
    }

    private long slot(int nodeid) {
        int at = slots.indexOf(nodeid);
        if (at < 0) {
            at = slots.size();
            slots.add(nodeid);
        }
        return 1L << at;
    }

    /// From here on a node that doesn't say whether it hears another counts as not hearing it.
    private long settledMs() {
        long settled = Long.MIN_VALUE;
        for (Said each : said.values()) {
            if (each.lacks() != 0 && isCandidate(each.join())) {
                settled = Math.max(settled, each.lackingMs() + 2L * context.config.consensusMs() + graceMs);
            }
        }
        return settled;
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
        for (Said other : said.values()) {
            RingMessage.History history = other.join().history();
            if (history != null && ring.equals(history.ring())) {
                count++;
            }
        }
        return count;
    }

    private @Nullable RingId ringOf(Node node) {
        if (node.equals(context.self)) {
            return old == null ? null : old.id;
        }
        Join join = joinOf(node.nodeid());
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
        boolean decided = ready != sent.ready() || (ready && !proposal.equals(sent.proposal()));
        if (!news && !decided && context.nowMs < sendAtMs) {
            return;
        }
        Join now = compose();
        boolean differs = !now.sameContent(sent);
        if (differs) {
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
        long number = sent.number();
        if (differs && !agreeable) {
            number++;
            numberedMs = context.nowMs;
        }
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
            Join join = joinOf(node.nodeid());
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
            Join join = nodeid == context.self.nodeid() ? sent : joinOf(nodeid);
            if (join == null || join.number() != commit.numbers().get(i)) {
                return false;
            }
        }
        return true;
    }

    /// When nothing has come of it and it is better to begin again. One that isn't ready waits for
    /// something that ends by itself, and so does this node for one that isn't.
    long stuckMs() {
        long longestMs = Math.max(sinceMs, readyNotBeforeMs) + 2L * context.config.tokenMs() + graceMs;
        if (!ready) {
            return longestMs;
        }
        long quietSinceMs = numberedMs;
        for (Node node : proposal) {
            Said last = said.get(node.nodeid());
            if (last != null) {
                if (!last.join().ready()) {
                    return longestMs;
                }
                quietSinceMs = Math.max(quietSinceMs, last.sinceMs());
            }
        }
        return Math.min(longestMs, quietSinceMs + 4L * context.config.consensusMs() + graceMs);
    }

    long nextDeadlineMs() {
        long next = Math.min(sendAtMs, stuckMs());
        if (ready) {
            next = Math.min(next, refusedMs());
        } else if (Math.max(readyNotBeforeMs, settledMs()) > context.nowMs) {
            next = Math.min(next, Math.max(readyNotBeforeMs, settledMs()));
        }
        for (int nodeid : expectedSinceMs.keySet()) {
            Node node = present(nodeid);
            Said last = said.get(nodeid);
            if (!failed.contains(node)) {
                next = Math.min(next, last != null ? staleMs(last) : deadlineMs(nodeid, node));
            }
        }
        return next;
    }
}
