package io.muster.transport;

import io.muster.core.Core;
import io.muster.core.Incarnation;
import io.muster.core.MalformedMessage;
import io.muster.core.Node;
import io.muster.transport.Control.Probe;
import io.muster.transport.Control.Report;
import io.muster.transport.Control.SizeAnswer;
import io.muster.transport.Control.SizeProbe;
import io.muster.transport.TransportEffect.Accepted;
import io.muster.transport.TransportEffect.Confirm;
import io.muster.transport.TransportEffect.Deliver;
import io.muster.transport.TransportEffect.KeyChanged;
import io.muster.transport.TransportEffect.LinkChanged;
import io.muster.transport.TransportEffect.LinkMtu;
import io.muster.transport.TransportEffect.Mtu;
import io.muster.transport.TransportEffect.PortRefused;
import io.muster.transport.TransportEffect.Rejected;
import io.muster.transport.TransportEffect.Send;
import io.muster.transport.TransportEffect.SendWhole;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Sends a ring's datagrams to other nodes so that nobody without the cluster key can read, forge or repeat them, over
/// whichever of the links work.
///
/// An incarnation of another node is accepted when it has answered this node's random challenge, and replaces the one
/// before for good: nothing recorded yesterday can be played back, and a node that has restarted is never mistaken for
/// the one it was. Delivery is as UDP's: datagrams may be lost or overtake each other, but none comes twice.
///
/// Thread: the owner's event loop.
///
/// Source of the rules: architecture page, section 4; formats in [Datagram] and [Control].
public final class Transport implements Core<TransportEvent, TransportEffect> {
    /// Octets added to each datagram of the ring.
    public static final int OVERHEAD_BYTES = Datagram.OVERHEAD_BYTES;

    /// What the ring may send before anything is known of the links.
    public static final int INITIAL_MTU_BYTES = PathMtu.BASE_BYTES - OVERHEAD_BYTES;

    private static final int PRESENT_MS = 5000;
    private static final int OLD_KEY_MS = 60_000;
    private static final int SELDOM = 8;

    /// A node that probes with the others waits this part of a pause longer, so that they come before its own timer.
    private static final int SLACK_PART = 16;

    private final Node self;
    private final RandomGenerator dice;
    private final SortedMap<Integer, Peer> peers = new TreeMap<>();
    private final Map<Rejection, Long> rejections = new EnumMap<>(Rejection.class);
    private TransportConfig config;

    /// Newest first; at most two.
    private List<ClusterKey> keys;

    private Seal sealing;
    private long counter;
    private int mtu = INITIAL_MTU_BYTES;
    private long nextTickMs = Long.MAX_VALUE;
    private long dropOldKeyMs = Long.MAX_VALUE;
    private long ticks;

    /// For whomever this node meets; empty for nothing.
    private byte[] word = {};

    private List<TransportEffect> out = new ArrayList<>();

    /// @param self this node and this start of it
    /// @param dice for challenges; a real daemon's must be secure
    public Transport(Node self, TransportConfig config, ClusterKey key, RandomGenerator dice) {
        this.self = self;
        this.config = config;
        this.keys = List.of(key);
        this.sealing = new Seal(key, self.nodeid(), self.incarnation());
        this.dice = dice;
        takePeers();
    }

    @Override
    public List<TransportEffect> on(TransportEvent event, long nowMs) {
        out = new ArrayList<>(4);
        switch (event) {
            case TransportEvent.Received(int link, byte[] datagram) -> received(link, datagram, nowMs);
            case TransportEvent.Unicast(int nodeid, byte[] datagram) -> {
                Peer peer = peers.get(nodeid);
                if (peer != null) {
                    send(peer, seal(Datagram.RING, nodeid, datagram));
                }
            }
            case TransportEvent.Multicast(List<Integer> nodeids, byte[] datagram) -> multicast(nodeids, datagram);
            case TransportEvent.SendFailed(int nodeid, int link, TransportEvent.Failure failure) ->
                sendFailed(nodeid, link, failure, nowMs);
            case TransportEvent.Start() -> {
                nextTickMs = nowMs;
                tick(nowMs);
            }
            case TransportEvent.Configure(TransportConfig next) -> {
                config = next;
                takePeers();
                checkMtu();
            }
            case TransportEvent.Word(byte[] octets) -> word = octets;
            case TransportEvent.Rekey(ClusterKey key) -> rekey(key);
            case TransportEvent.Tick() -> tick(nowMs);
        }
        return out;
    }

    @Override
    public long nextDeadlineMs() {
        return nextTickMs;
    }

    /// How often each reason for a rejection has occurred.
    public Map<Rejection, Long> rejections() {
        return new EnumMap<>(rejections);
    }

    /// All links, by nodeid and number.
    public List<LinkStatus> links() {
        List<LinkStatus> all = new ArrayList<>();
        for (Peer peer : peers.values()) {
            for (int i = 0; i < peer.links.length; i++) {
                LinkMeter link = peer.links[i];
                all.add(new LinkStatus(
                        peer.nodeid,
                        i,
                        link.isLive(),
                        link.isLive() && contains(peer.path, i),
                        link.lostOf32() * 100 / 32,
                        link.latencyMs(),
                        peer.mtus[i].bytes()));
            }
        }
        return all;
    }

    private void takePeers() {
        peers.values().removeIf(peer -> {
            Integer theirs = config.peers().get(peer.nodeid);
            return theirs == null || Math.min(theirs, config.links()) != peer.links.length;
        });
        config.peers().forEach((nodeid, theirs) -> {
            if (!peers.containsKey(nodeid)) {
                peers.put(nodeid, new Peer(nodeid, Math.min(theirs, config.links()), sealing.keyId()));
            }
        });
    }

    // ---- sending

    private byte[] seal(int type, int destination, byte[] plain) {
        return sealing.seal(type, destination, ++counter, plain);
    }

    private void send(Peer peer, byte[] sealed) {
        for (int link : peer.path) {
            out.add(new Send(peer.nodeid, link, sealed));
        }
    }

    private void multicast(List<Integer> nodeids, byte[] datagram) {
        byte[] sealed = seal(Datagram.RING, 0, datagram);
        for (int nodeid : nodeids) {
            Peer peer = peers.get(nodeid);
            if (peer != null) {
                send(peer, sealed);
            }
        }
    }

    // ---- receiving

    private void received(int link, byte[] datagram, long nowMs) {
        int sender = 0;
        try {
            Datagram.check(datagram);
            sender = Datagram.sender(datagram);
            Rejection rejection = sort(link, datagram, sender, nowMs);
            if (rejection != null) {
                reject(sender, link, rejection);
            }
        } catch (MalformedMessage e) {
            reject(sender, link, Rejection.MALFORMED);
        }
    }

    private @Nullable Rejection sort(int link, byte[] datagram, int sender, long nowMs) throws MalformedMessage {
        Peer peer = peers.get(sender);
        if (peer == null) {
            return sender == self.nodeid() ? Rejection.OWN_NODEID : Rejection.UNKNOWN_NODE;
        }
        int destination = Datagram.destination(datagram);
        if (destination != 0 && destination != self.nodeid()) {
            return Rejection.MISDIRECTED;
        }
        ClusterKey key = key(Datagram.keyId(datagram));
        if (key == null) {
            return Rejection.UNKNOWN_KEY;
        }
        return switch (Datagram.type(datagram)) {
            case Datagram.CHALLENGE -> challenged(peer, link, datagram, key, nowMs);
            case Datagram.ANSWER -> answered(peer, datagram, key, nowMs);
            default -> sealed(peer, link, datagram, key, nowMs);
        };
    }

    private @Nullable Rejection sealed(Peer peer, int link, byte[] datagram, ClusterKey key, long nowMs)
            throws MalformedMessage {
        int tag = Datagram.incarnationTag(datagram);
        ReplayWindow window = peer.window;
        Incarnation incarnation = peer.incarnation;
        if (window == null || incarnation == null || tag != peer.tag) {
            if (peer.isRetired(tag)) {
                return Rejection.RETIRED;
            }
            challenge(peer, nowMs);
            return Rejection.UNPROVEN;
        }
        long number = Datagram.counter(datagram);
        if (!window.isFresh(number)) {
            return Rejection.REPLAYED;
        }
        byte[] plain = peer.seal(key).open(datagram);
        if (plain == null) {
            return Rejection.FORGED;
        }
        window.mark(number);
        peer.heardMs = nowMs;
        peer.keyId = key.id();
        if (Datagram.type(datagram) == Datagram.RING) {
            out.add(new Deliver(peer.nodeid, incarnation, plain));
        } else {
            control(peer, link, Control.decode(plain), nowMs);
        }
        return null;
    }

    private void reject(int sender, int link, Rejection reason) {
        rejections.merge(reason, 1L, Long::sum);
        Peer peer = peers.get(sender);
        // Copies on several links and the first moments of a start aren't worth a line in the log.
        boolean usual = reason == Rejection.UNPROVEN
                || reason == Rejection.STALE_ANSWER
                || reason == Rejection.REPLAYED && peer != null && peer.links.length > 1;
        if (!usual) {
            out.add(new Rejected(sender, link, reason));
        }
    }

    // ---- challenge and answer

    /// On all links, since none is known to work. Rate limited, as what causes it may be forged.
    private void challenge(Peer peer, long nowMs) {
        peer.hurry(nowMs);
        if (nowMs < peer.nextChallengeMs) {
            return;
        }
        byte[] challenge = peer.challenge;
        if (challenge == null) {
            challenge = new byte[Datagram.NONCE_BYTES];
            dice.nextBytes(challenge);
            peer.challenge = challenge;
        }
        ClusterKey key = handshakeKey(peer);
        byte[] datagram = Datagram.challenge(peer.nodeid, self.nodeid(), key, self.incarnation(), challenge);
        for (int link = 0; link < peer.links.length; link++) {
            out.add(new Send(peer.nodeid, link, datagram));
        }
        peer.challenged(nowMs);
    }

    private @Nullable Rejection challenged(Peer peer, int link, byte[] datagram, ClusterKey key, long nowMs) {
        if (!Datagram.signed(datagram, key)) {
            return Rejection.FORGED;
        }
        Incarnation incarnation = Datagram.incarnation(datagram);
        if (peer.isRetired(incarnation)) {
            return Rejection.RETIRED;
        }
        peer.keyId = key.id();
        byte[] answer =
                Datagram.answer(peer.nodeid, self.nodeid(), key, self.incarnation(), Datagram.nonce(datagram), counter);
        if (link < peer.links.length) {
            out.add(new Send(peer.nodeid, link, answer));
        }
        if (!incarnation.equals(peer.incarnation)) {
            challenge(peer, nowMs);
        }
        return null;
    }

    private @Nullable Rejection answered(Peer peer, byte[] datagram, ClusterKey key, long nowMs) {
        if (!Datagram.signed(datagram, key)) {
            return Rejection.FORGED;
        }
        byte[] challenge = peer.challenge;
        Incarnation incarnation = Datagram.incarnation(datagram);
        if (peer.isRetired(incarnation)) {
            return Rejection.RETIRED;
        }
        if (challenge == null || !java.util.Arrays.equals(challenge, Datagram.nonce(datagram))) {
            return Rejection.STALE_ANSWER;
        }
        if (incarnation.equals(peer.incarnation)) {
            peer.challenge = null;
            return null;
        }
        Incarnation replaced = peer.incarnation;
        peer.accept(incarnation, Datagram.answeredCounter(datagram));
        peer.heardMs = nowMs;
        peer.keyId = key.id();
        out.add(new Accepted(new Node(peer.nodeid, incarnation), replaced));
        probe(peer, nowMs);
        return null;
    }

    // ---- links

    private void control(Peer peer, int arrivedOn, Control message, long nowMs) {
        switch (message) {
            case Probe probe -> {
                peer.newestKey = probe.newestKey();
                if (probe.link() < peer.links.length && probe.link() == arrivedOn) {
                    peer.links[probe.link()].heard(probe.sequence(), nowMs);
                }
                List<Report> reports = probe.reports();
                for (int i = 0; i < Math.min(reports.size(), peer.links.length); i++) {
                    if (peer.links[i].reported(reports.get(i), downMs(peer), nowMs)) {
                        out.add(new Confirm(peer.nodeid, i));
                    }
                }
                judge(peer, nowMs);
                if (peer.links.length == 1) {
                    probeAlong(nowMs);
                }
            }
            case Control.Word said -> out.add(new TransportEffect.Told(peer.nodeid, said.octets()));
            case SizeProbe probe -> {
                if (probe.link() == arrivedOn) {
                    byte[] answer = Control.encode(new SizeAnswer(probe.link(), probe.bytes()));
                    send(peer, seal(Datagram.CONTROL, peer.nodeid, answer));
                }
            }
            case SizeAnswer answer -> {
                if (answer.link() < peer.mtus.length) {
                    int before = peer.mtus[answer.link()].bytes();
                    peer.mtus[answer.link()].answered(answer.bytes());
                    mtuChanged(peer, answer.link(), before);
                }
            }
        }
    }

    private void probe(Peer peer, long nowMs) {
        List<Report> reports = new ArrayList<>(peer.links.length);
        for (LinkMeter link : peer.links) {
            reports.add(link.report(nowMs));
        }
        if (word.length > 0) {
            send(peer, seal(Datagram.CONTROL, peer.nodeid, Control.encode(new Control.Word(word))));
        }
        for (int i = 0; i < peer.links.length; i++) {
            int sequence = peer.links[i].nextProbe(nowMs);
            Probe probe = new Probe(i, sequence, keys.getFirst().id(), reports);
            out.add(new Send(peer.nodeid, i, seal(Datagram.CONTROL, peer.nodeid, Control.encode(probe))));
        }
    }

    /// Probes now when half of the pause has gone, since this node is awake anyway. So all nodes come to probe at the
    /// same moment, and an idle one wakes once for a round of probes, not once for each of them.
    private void probeAlong(long nowMs) {
        if (nextTickMs - nowMs <= config.probeMs() / 2) {
            nextTickMs = Math.min(nextTickMs, nowMs);
            tick(nowMs);
            nextTickMs += config.probeMs() / SLACK_PART;
        }
    }

    private void judge(Peer peer, long nowMs) {
        for (int i = 0; i < peer.links.length; i++) {
            LinkMeter link = peer.links[i];
            int silentMs = link.isLive() ? peer.tooSilentMs(link, downMs(peer), nowMs) : 0;
            if (silentMs > 0) {
                fall(peer, i, "no answer for " + silentMs + " ms", nowMs);
            } else if (link.risesAt(peer.hasLive(), downMs(peer), nowMs)) {
                link.rise(nowMs);
                out.add(new LinkChanged(peer.nodeid, i, true, "answers"));
            }
        }
        peer.choosePath(config.use(), downMs(peer), nowMs);
    }

    private void fall(Peer peer, int link, String reason, long nowMs) {
        peer.links[link].fall(nowMs);
        out.add(new LinkChanged(peer.nodeid, link, false, reason));
        peer.choosePath(config.use(), downMs(peer), nowMs);
    }

    private void sendFailed(int nodeid, int link, TransportEvent.Failure failure, long nowMs) {
        Peer peer = peers.get(nodeid);
        if (peer == null || link >= peer.links.length) {
            return;
        }
        boolean refused = failure == TransportEvent.Failure.REFUSED;
        if (peer.links[link].isLive()) {
            fall(peer, link, refused ? "port refused" : "unreachable", nowMs);
        }
        // A node that has never been met is normally just not there yet.
        if (refused && peer.isProven() && !peer.hasLive() && nowMs - peer.refusedMs >= config.probeMs()) {
            peer.refusedMs = nowMs;
            out.add(new PortRefused(nodeid));
        }
    }

    /// Four probes without news; for an only link four of those that come seldom.
    private int downMs(Peer peer) {
        return config.probeMs() * (peer.links.length > 1 ? 4 : 4 * SELDOM) + 20;
    }

    // ---- time

    private void tick(long nowMs) {
        if (nowMs < nextTickMs) {
            return;
        }
        long lateMs = nowMs - nextTickMs;
        nextTickMs = nowMs + config.probeMs();
        ticks++;
        for (Peer peer : peers.values()) {
            if (lateMs > config.probeMs()) {
                for (LinkMeter link : peer.links) {
                    link.slept(lateMs, nowMs);
                }
            }
            if (!peer.isProven() || peer.challenge != null) {
                challenge(peer, nowMs);
            }
            if (isDue(peer, nowMs)) {
                judge(peer, nowMs);
                probe(peer, nowMs);
                askSizes(peer, nowMs);
            }
        }
        turnKeys(nowMs);
    }

    /// One link has nothing to give way to, so it is probed seldom; only the next node, as the ring
    /// goes, is probed each time, so that there is always somebody whom the port of a dead daemon
    /// refuses soon.
    private boolean isDue(Peer peer, long nowMs) {
        if (!isPresent(peer, nowMs)) {
            return peer.isProven() && (ticks + peer.nodeid) % SELDOM == 0;
        }
        return peer.links.length > 1
                || !peer.hasLive()
                || !peer.mtus[0].isKnown()
                || peer == nextPresent(nowMs)
                || (ticks + peer.nodeid) % SELDOM == 0;
    }

    private @Nullable Peer nextPresent(long nowMs) {
        for (Peer peer : peers.tailMap(self.nodeid()).values()) {
            if (isPresent(peer, nowMs)) {
                return peer;
            }
        }
        for (Peer peer : peers.values()) {
            if (isPresent(peer, nowMs)) {
                return peer;
            }
        }
        return null;
    }

    private boolean isPresent(Peer peer, long nowMs) {
        return peer.isProven() && nowMs - peer.heardMs < PRESENT_MS;
    }

    // ---- mtu

    private void askSizes(Peer peer, long nowMs) {
        for (int i = 0; i < peer.links.length; i++) {
            if (!peer.links[i].isLive()) {
                continue;
            }
            PathMtu path = peer.mtus[i];
            int before = path.bytes();
            for (int size : path.questions(nowMs)) {
                byte[] question = Control.encode(new SizeProbe(i, size));
                out.add(new SendWhole(peer.nodeid, i, seal(Datagram.CONTROL, peer.nodeid, question)));
            }
            mtuChanged(peer, i, before);
        }
        checkMtu();
    }

    private void mtuChanged(Peer peer, int link, int before) {
        if (peer.mtus[link].bytes() != before) {
            out.add(new LinkMtu(peer.nodeid, link, peer.mtus[link].bytes()));
            if (peer.mtus[link].bytes() < before) {
                checkMtu();
            }
        }
    }

    /// The ring's datagrams must fit every live link, since any may carry the next one. What doesn't fit is fragmented
    /// by the kernel: slower, but it arrives; so a link that is still being measured doesn't count.
    private void checkMtu() {
        int smallest = Integer.MAX_VALUE;
        for (Peer peer : peers.values()) {
            for (int i = 0; i < peer.links.length; i++) {
                if (peer.links[i].isLive() && peer.mtus[i].isKnown()) {
                    smallest = Math.min(smallest, peer.mtus[i].bytes());
                }
            }
        }
        if (smallest != Integer.MAX_VALUE && smallest - OVERHEAD_BYTES != mtu) {
            mtu = smallest - OVERHEAD_BYTES;
            out.add(new Mtu(mtu));
        }
    }

    // ---- keys

    private @Nullable ClusterKey key(int id) {
        for (ClusterKey key : keys) {
            if (key.id() == id) {
                return key;
            }
        }
        return null;
    }

    private ClusterKey handshakeKey(Peer peer) {
        ClusterKey key = key(peer.keyId);
        return key != null ? key : sendingKey();
    }

    private ClusterKey sendingKey() {
        ClusterKey key = key(sealing.keyId());
        if (key == null) {
            throw new IllegalStateException("node " + self + " seals with a key it has dropped");
        }
        return key;
    }

    private void rekey(ClusterKey key) {
        if (key.equals(keys.getFirst())) {
            return;
        }
        keys = key.equals(sendingKey()) ? List.of(key) : List.of(key, sendingKey());
        dropOldKeyMs = Long.MAX_VALUE;
        out.add(new KeyChanged(key + " read; still sending with " + sendingKey()));
    }

    /// Sends with the newest key once every present peer has it, and forgets the old one a minute later.
    private void turnKeys(long nowMs) {
        ClusterKey newest = keys.getFirst();
        if (sealing.keyId() != newest.id()) {
            for (Peer peer : peers.values()) {
                if (isPresent(peer, nowMs) && peer.newestKey != newest.id()) {
                    return;
                }
            }
            sealing = new Seal(newest, self.nodeid(), self.incarnation());
            dropOldKeyMs = nowMs + OLD_KEY_MS;
            out.add(new KeyChanged("sending with " + newest + ": all present nodes have it"));
        } else if (keys.size() > 1 && nowMs >= dropOldKeyMs) {
            keys = List.of(newest);
            peers.values().forEach(peer -> peer.forgetKeysBut(keys));
            out.add(new KeyChanged("old key dropped"));
        }
    }

    private static boolean contains(int[] numbers, int wanted) {
        for (int number : numbers) {
            if (number == wanted) {
                return true;
            }
        }
        return false;
    }
}
