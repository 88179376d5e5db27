package io.muster.transport;

import io.muster.core.Incarnation;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Another configured node as this transport knows it: the incarnation that has proven itself, its keys and its links.
final class Peer {
    private static final int MAX_RETIRED = 64;
    private static final int FIRST_PAUSE_MS = 50;
    private static final int MAX_PAUSE_MS = 1000;

    /// A node that is silent for longer is gone, or as good as gone: the ring's token is lost by then.
    private static final int BUSY_MS = 1000;

    final int nodeid;
    final LinkMeter[] links;
    final PathMtu[] mtus;
    private final Deque<Incarnation> retired = new ArrayDeque<>();
    private final List<Seal> seals = new ArrayList<>();

    @Nullable
    Incarnation incarnation;

    int tag;

    @Nullable
    ReplayWindow window;

    /// The open challenge, if there is one.
    byte @Nullable [] challenge;

    long nextChallengeMs;
    private int pauseMs = FIRST_PAUSE_MS;

    /// The key its last genuine datagram used; handshakes go by it.
    int keyId;

    int newestKey;
    long heardMs = Long.MIN_VALUE / 2;
    long refusedMs = Long.MIN_VALUE / 2;

    /// Links to send on.
    int[] path;

    Peer(int nodeid, int linkCount, int keyId) {
        this.nodeid = nodeid;
        this.links = new LinkMeter[linkCount];
        Arrays.setAll(links, i -> new LinkMeter(0));
        this.mtus = new PathMtu[linkCount];
        Arrays.setAll(mtus, i -> new PathMtu());
        this.keyId = keyId;
        this.path = all();
    }

    boolean isProven() {
        return incarnation != null;
    }

    boolean isRetired(Incarnation candidate) {
        return retired.contains(candidate);
    }

    boolean isRetired(int candidateTag) {
        return retired.stream().anyMatch(old -> Datagram.incarnationTag(old) == candidateTag);
    }

    /// Takes the incarnation as the only one from now on, and forgets what was known of the one before.
    ///
    /// @param floor datagrams up to this counter were sent before it proved itself
    void accept(Incarnation proven, long floor) {
        if (incarnation != null) {
            retired.addLast(incarnation);
            if (retired.size() > MAX_RETIRED) {
                retired.removeFirst();
            }
        }
        incarnation = proven;
        tag = Datagram.incarnationTag(proven);
        window = new ReplayWindow(floor);
        seals.clear();
        challenge = null;
        pauseMs = FIRST_PAUSE_MS;
        for (int i = 0; i < links.length; i++) {
            links[i] = new LinkMeter(links[i].sent());
            mtus[i] = new PathMtu();
        }
        path = all();
    }

    /// What opens datagrams of the proven incarnation under that key.
    Seal seal(ClusterKey key) {
        for (Seal seal : seals) {
            if (seal.keyId() == key.id()) {
                return seal;
            }
        }
        Incarnation proven = incarnation;
        if (proven == null) {
            throw new IllegalStateException("node " + nodeid + " has not proven itself");
        }
        Seal seal = new Seal(key, nodeid, proven);
        seals.add(seal);
        return seal;
    }

    void forgetKeysBut(List<ClusterKey> keys) {
        for (Iterator<Seal> all = seals.iterator(); all.hasNext(); ) {
            int id = all.next().keyId();
            if (keys.stream().noneMatch(key -> key.id() == id)) {
                all.remove();
            }
        }
    }

    /// Challenges are repeated, at first quickly.
    void challenged(long nowMs) {
        nextChallengeMs = nowMs + pauseMs;
        pauseMs = Math.min(MAX_PAUSE_MS, pauseMs * 2);
    }

    /// There is somebody to challenge: begin with short pauses again.
    void hurry(long nowMs) {
        if (pauseMs > FIRST_PAUSE_MS && nextChallengeMs - nowMs > FIRST_PAUSE_MS) {
            pauseMs = FIRST_PAUSE_MS;
            nextChallengeMs = nowMs;
        }
    }

    boolean hasLive() {
        for (LinkMeter link : links) {
            if (link.isLive()) {
                return true;
            }
        }
        return false;
    }

    /// How long a link may be silent, if it has been for longer than that; 0 if it hasn't. Beside a link that answers
    /// that is soon; when none does, it is more likely the node that is busy.
    int tooSilentMs(LinkMeter link, int downMs, long nowMs) {
        for (LinkMeter other : links) {
            if (other != link && link.silentBesideMs(other, downMs, nowMs) > downMs) {
                return downMs;
            }
        }
        int patientMs = Math.max(downMs, BUSY_MS);
        return link.isSilent(patientMs, nowMs) ? patientMs : 0;
    }

    /// Chooses the links to send on: the first good one that answers, or all live ones. When the only links that
    /// answer are poor, all of them are used, and when none answers, every link is tried.
    void choosePath(LinkUse use, int downMs, long nowMs) {
        int[] live = new int[links.length];
        int count = 0;
        boolean answer = false;
        for (int i = 0; i < links.length; i++) {
            boolean answers = links[i].isLive() && !links[i].isSilent(downMs, nowMs);
            if (use == LinkUse.RANKED && links[i].isGood() && answers) {
                path = new int[] {i};
                return;
            }
            answer |= answers;
            if (links[i].isLive()) {
                live[count++] = i;
            }
        }
        path = answer ? Arrays.copyOf(live, count) : all();
    }

    private int[] all() {
        int[] all = new int[links.length];
        Arrays.setAll(all, i -> i);
        return all;
    }
}
