package io.muster.totem;

import io.muster.core.Incarnation;
import io.muster.core.Node;
import java.util.ArrayDeque;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What is remembered about other nodes across rings: which run of them is the present one, when it was
/// heard, and whether trying to form a ring with it has failed lately.
final class Peers {
    private static final int FORMER_KEPT = 16;
    private static final long FIRST_PAUSE_MS = 400;
    private static final long LONGEST_PAUSE_MS = 12_800;
    /// What somebody's deafness explains is tried again when that has ended; this is for the case that
    /// word of it was lost.
    private static final long EXPLAINED_PAUSE_MS = 60_000;
    /// Bad luck is tried again soon, as often as it takes.
    private static final long UNLUCKY_PAUSE_MS = 800;
    /// So long a link that has failed must hold to be believed, for each failure but the first, at most
    /// three times.
    private static final long PROOF_MS = 100;

    /// How a node said last that it hears this one.
    enum Echo {
        NONE,
        BEACON,
        JOIN
    }

    /// One nodeid.
    static final class Peer {
        final int nodeid;
        Node node;
        long heardMs;
        /// Content number of its latest join.
        long joinNumber = Long.MIN_VALUE;
        /// When the kernel last said that nobody listens there.
        long refusedMs = Long.MIN_VALUE;
        /// When it was last told that it is heard.
        long echoedMs = Long.MIN_VALUE;
        /// When its join was last answered in recovery; far enough in the past for a subtraction.
        long answeredMs = Long.MIN_VALUE / 2;
        /// It said good-bye.
        boolean leaving;
        int failures;
        long pausedUntilMs = Long.MIN_VALUE;
        /// The pause is for somebody else's deafness.
        boolean explained;
        Echo echo = Echo.NONE;
        /// What it had said when forming a ring with it failed. Only more than that is news.
        private Echo failedEcho = Echo.NONE;
        /// Since when, and when last, it has said more than that.
        private long newsSinceMs = Long.MIN_VALUE / 2;
        private long newsMs = Long.MIN_VALUE / 2;
        private final ArrayDeque<Incarnation> former = new ArrayDeque<>();

        Peer(Node node) {
            this.nodeid = node.nodeid();
            this.node = node;
        }

        private Peer(Image image) {
            this(image.node());
            heardMs = image.heardMs();
            joinNumber = image.joinNumber();
            refusedMs = image.refusedMs();
            echoedMs = image.echoedMs();
            answeredMs = image.answeredMs();
            leaving = image.leaving();
            failures = image.failures();
            pausedUntilMs = image.pausedUntilMs();
            explained = image.explained();
            echo = image.echo();
            failedEcho = image.failedEcho();
            newsSinceMs = image.newsSinceMs();
            newsMs = image.newsMs();
            former.addAll(image.former());
        }

        private Image image() {
            return new Image(
                    node,
                    heardMs,
                    joinNumber,
                    refusedMs,
                    echoedMs,
                    answeredMs,
                    leaving,
                    failures,
                    pausedUntilMs,
                    explained,
                    echo,
                    failedEcho,
                    newsSinceMs,
                    newsMs,
                    List.copyOf(former));
        }

        /// It says whether it hears this node.
        ///
        /// @param gapMs when it says it again only after so long, it didn't go on saying it
        void says(Echo how, long nowMs, long gapMs) {
            echo = how;
            if (how.compareTo(failedEcho) > 0) {
                newsSinceMs = nowMs - newsMs > gapMs ? nowMs : newsSinceMs;
                newsMs = nowMs;
            }
        }

        /// Whether a ring with it is worth a try: the last one didn't fail, or is long ago, or it says
        /// what it didn't say then. A join is believed at once, since its sender has stopped its ring.
        boolean isWelcome(long nowMs) {
            long proofMs = PROOF_MS * Math.clamp(failures - 1L, 0, 3);
            return nowMs >= pausedUntilMs || (hasNews() && (echo == Echo.JOIN || nowMs - newsSinceMs >= proofMs));
        }

        boolean hasNews() {
            return echo.compareTo(failedEcho) > 0;
        }

        /// It speaks for a ring of its own: that it wants another with this node would be news again.
        void settled() {
            failedEcho = failedEcho == Echo.JOIN ? Echo.BEACON : failedEcho;
        }

        /// What it says now is no news later.
        void noteEcho(Echo how) {
            failedEcho = how;
            newsMs = Long.MIN_VALUE / 2;
        }
    }

    /// One of them.
    record Image(
            Node node,
            long heardMs,
            long joinNumber,
            long refusedMs,
            long echoedMs,
            long answeredMs,
            boolean leaving,
            int failures,
            long pausedUntilMs,
            boolean explained,
            Echo echo,
            Echo failedEcho,
            long newsSinceMs,
            long newsMs,
            List<Incarnation> former) {}

    /// In ascending order of nodeid.
    List<Image> image() {
        return peers.values().stream().map(Peer::image).toList();
    }

    static Peers restored(List<Image> images) {
        var it = new Peers();
        images.forEach(image -> it.peers.put(image.node().nodeid(), new Peer(image)));
        return it;
    }

    private final TreeMap<Integer, Peer> peers = new TreeMap<>();

    @Nullable
    Peer get(int nodeid) {
        return peers.get(nodeid);
    }

    /// The peer a datagram came from; null when it is from a run that has ended.
    @Nullable
    Peer heard(int nodeid, Incarnation incarnation, long nowMs) {
        Peer peer = peers.get(nodeid);
        if (peer == null) {
            peer = new Peer(new Node(nodeid, incarnation));
            peers.put(nodeid, peer);
        } else if (!peer.node.incarnation().equals(incarnation)) {
            if (peer.former.contains(incarnation)) {
                return null;
            }
            peer.former.add(peer.node.incarnation());
            if (peer.former.size() > FORMER_KEPT) {
                peer.former.remove();
            }
            peer.node = new Node(nodeid, incarnation);
            peer.joinNumber = Long.MIN_VALUE;
            peer.refusedMs = Long.MIN_VALUE;
            peer.echoedMs = Long.MIN_VALUE;
            peer.pausedUntilMs = Long.MIN_VALUE;
            peer.explained = false;
            peer.failures = 0;
            peer.echo = Echo.NONE;
            peer.noteEcho(Echo.NONE);
            peer.leaving = false;
        }
        if (peer.leaving) {
            return null;
        }
        peer.heardMs = nowMs;
        return peer;
    }

    /// Whether this run of a node is known to be over: it left, or a newer one has been heard.
    boolean over(Node node) {
        Peer peer = peers.get(node.nodeid());
        return peer != null && (!peer.node.equals(node) || peer.leaving);
    }

    /// A ring was formed without a node that was heard: don't disturb the ring for it again at once. A
    /// link that works one way only would else cost a gather with every beacon. When both hear each other
    /// that is news, which ends the pause.
    ///
    /// @param how what it said in that gather about hearing this node
    /// @param explained somebody else of the two sides doesn't hear somebody
    void mergeFailed(Peer peer, Echo how, boolean explained, long nowMs) {
        long doubledMs = FIRST_PAUSE_MS << Math.min(peer.failures, 10);
        long pauseMs = how == Echo.NONE || (how == Echo.JOIN && explained)
                ? EXPLAINED_PAUSE_MS
                : Math.min(doubledMs, how == Echo.JOIN ? UNLUCKY_PAUSE_MS : LONGEST_PAUSE_MS);
        peer.failures++;
        peer.pausedUntilMs = nowMs + pauseMs;
        peer.explained = how == Echo.JOIN && explained;
        peer.noteEcho(how);
    }

    void merged(int nodeid) {
        Peer peer = peers.get(nodeid);
        if (peer != null) {
            peer.failures = 0;
            peer.pausedUntilMs = Long.MIN_VALUE;
            peer.explained = false;
            peer.noteEcho(Echo.NONE);
        }
    }

    /// A member is gone: what somebody's deafness explained is worth a try now.
    void explanationsEnd() {
        for (Peer peer : peers.values()) {
            if (peer.explained) {
                peer.explained = false;
                peer.pausedUntilMs = Long.MIN_VALUE;
            }
        }
    }

    Iterable<Peer> all() {
        return peers.values();
    }
}
