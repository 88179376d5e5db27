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
                    List.copyOf(former));
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
            peer.failures = 0;
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

    /// A ring was formed without a node that was heard: don't disturb the ring for it again at once,
    /// and less often each time. A link that works one way only would else cost a gather with every
    /// beacon.
    void mergeFailed(int nodeid, long nowMs) {
        Peer peer = peers.get(nodeid);
        if (peer != null) {
            long pauseMs = Math.min(FIRST_PAUSE_MS << Math.min(peer.failures, 10), LONGEST_PAUSE_MS);
            peer.failures++;
            peer.pausedUntilMs = nowMs + pauseMs;
        }
    }

    void merged(int nodeid) {
        Peer peer = peers.get(nodeid);
        if (peer != null) {
            peer.failures = 0;
            peer.pausedUntilMs = Long.MIN_VALUE;
        }
    }

    Iterable<Peer> all() {
        return peers.values();
    }
}
