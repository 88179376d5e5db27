package io.muster.transport;

import io.muster.core.Incarnation;
import io.muster.core.Node;
import io.muster.transport.TransportEffect.Accepted;
import io.muster.transport.TransportEffect.Deliver;
import io.muster.transport.TransportEffect.Send;
import io.muster.transport.TransportEffect.SendWhole;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;

/// A few transports and the bad links between them, in virtual time.
final class TestNet {
    /// One direction of one link.
    static final class Wire {
        double loss;
        double copies;
        int delayMs = 1;
        int jitterMs;
        int mtuBytes = 1472;
        boolean refused;
    }

    record Flight(long atMs, long order, int from, int to, int link, byte[] octets) {}

    record Got(long atMs, int at, int from, Incarnation incarnation, String text) {}

    record Log(long atMs, int at, TransportEffect effect) {}

    final Random dice;
    final int links;
    final LinkUse use;
    final SortedMap<Integer, Transport> nodes = new TreeMap<>();
    final SortedMap<Integer, Node> selves = new TreeMap<>();
    final List<Got> got = new ArrayList<>();
    final List<Log> log = new ArrayList<>();
    final List<Flight> recorded = new ArrayList<>();
    final List<Integer> allNodes = new ArrayList<>();
    private final SortedMap<String, Wire> wires = new TreeMap<>();
    private final PriorityQueue<Flight> air =
            new PriorityQueue<>(Comparator.comparingLong(Flight::atMs).thenComparingLong(Flight::order));
    /// A stalled node needs so long for what has piled up in one socket.
    private static final int SOCKET_MS = 30;

    long nowMs = 1_000_000;
    private long order;
    private final SortedMap<Integer, Long> stalledUntilMs = new TreeMap<>();

    TestNet(long seed, int nodeCount, int links, LinkUse use) {
        this.dice = new Random(seed);
        this.links = links;
        this.use = use;
        for (int i = 1; i <= nodeCount; i++) {
            allNodes.add(i);
        }
        for (int nodeid : allNodes) {
            boot(nodeid, key(0));
        }
    }

    static ClusterKey key(int fill) {
        byte[] secret = new byte[32];
        java.util.Arrays.fill(secret, (byte) fill);
        return new ClusterKey(secret);
    }

    TransportConfig config(int nodeid) {
        SortedMap<Integer, Integer> peers = new TreeMap<>();
        for (int other : allNodes) {
            if (other != nodeid) {
                peers.put(other, links);
            }
        }
        return TransportConfig.of(nodeid, links, peers, use);
    }

    void boot(int nodeid, ClusterKey key) {
        Node self = new Node(nodeid, Incarnation.random(dice));
        selves.put(nodeid, self);
        nodes.put(nodeid, new Transport(self, config(nodeid), key, new Random(dice.nextLong())));
        event(nodeid, new TransportEvent.Start());
    }

    Transport node(int nodeid) {
        return Objects.requireNonNull(nodes.get(nodeid));
    }

    Node self(int nodeid) {
        return Objects.requireNonNull(selves.get(nodeid));
    }

    long rejected(int at, Rejection reason) {
        return node(at).rejections().getOrDefault(reason, 0L);
    }

    Wire wire(int from, int to, int link) {
        return wires.computeIfAbsent(from + ">" + to + "/" + link, name -> new Wire());
    }

    void bothWays(int a, int b, int link, java.util.function.Consumer<Wire> change) {
        change.accept(wire(a, b, link));
        change.accept(wire(b, a, link));
    }

    void unicast(int from, int to, String text) {
        event(from, new TransportEvent.Unicast(to, text.getBytes(StandardCharsets.UTF_8)));
    }

    void multicast(int from, String text) {
        List<Integer> others = new ArrayList<>(allNodes);
        others.remove(Integer.valueOf(from));
        event(from, new TransportEvent.Multicast(others, text.getBytes(StandardCharsets.UTF_8)));
    }

    void inject(int to, int link, byte[] octets) {
        event(to, new TransportEvent.Received(link, octets));
    }

    void event(int nodeid, TransportEvent event) {
        Transport transport = nodes.get(nodeid);
        if (transport != null) {
            for (TransportEffect effect : transport.on(event, nowMs)) {
                perform(nodeid, effect);
            }
        }
    }

    void run(long ms) {
        long end = nowMs + ms;
        while (true) {
            long next = end + 1;
            int due = 0;
            for (var node : nodes.entrySet()) {
                long deadlineMs = Math.max(node.getValue().nextDeadlineMs(), stalledUntilMs(node.getKey()));
                if (deadlineMs < next) {
                    next = deadlineMs;
                    due = node.getKey();
                }
            }
            Flight flight = air.peek();
            if (flight != null && flight.atMs() <= next && flight.atMs() <= end) {
                air.remove();
                if (flight.atMs() < stalledUntilMs(flight.to())) {
                    // Its sockets are read one after the other when it goes on.
                    long laterMs = stalledUntilMs(flight.to()) + flight.link() * (long) SOCKET_MS;
                    air.add(new Flight(
                            laterMs, flight.order(), flight.from(), flight.to(), flight.link(), flight.octets()));
                    continue;
                }
                nowMs = Math.max(nowMs, flight.atMs());
                event(
                        flight.to(),
                        new TransportEvent.Received(
                                flight.link(), flight.octets().clone()));
            } else if (due != 0) {
                nowMs = Math.max(nowMs, next);
                event(due, new TransportEvent.Tick());
            } else {
                nowMs = end;
                return;
            }
        }
    }

    /// The node does nothing for so long: what comes in waits in its sockets.
    void stall(int nodeid, long ms) {
        stalledUntilMs.put(nodeid, nowMs + ms);
    }

    private long stalledUntilMs(int nodeid) {
        return stalledUntilMs.getOrDefault(nodeid, Long.MIN_VALUE);
    }

    long count(int at, String text) {
        return got.stream().filter(g -> g.at() == at && g.text().equals(text)).count();
    }

    long effects(int at, Class<? extends TransportEffect> kind) {
        return log.stream()
                .filter(l -> l.at() == at && kind.isInstance(l.effect()))
                .count();
    }

    private void perform(int nodeid, TransportEffect effect) {
        switch (effect) {
            case Send(int to, int link, byte[] octets) -> fly(nodeid, to, link, octets, false);
            case SendWhole(int to, int link, byte[] octets) -> fly(nodeid, to, link, octets, true);
            case Deliver(int from, Incarnation incarnation, byte[] octets) ->
                got.add(new Got(nowMs, nodeid, from, incarnation, new String(octets, StandardCharsets.UTF_8)));
            case Accepted accepted -> log.add(new Log(nowMs, nodeid, accepted));
            default -> log.add(new Log(nowMs, nodeid, effect));
        }
    }

    private void fly(int from, int to, int link, byte[] octets, boolean whole) {
        Wire wire = wire(from, to, link);
        recorded.add(new Flight(nowMs, order, from, to, link, octets));
        if (wire.refused) {
            event(from, new TransportEvent.SendFailed(to, link, TransportEvent.Failure.REFUSED));
            return;
        }
        if (dice.nextDouble() < wire.loss || whole && octets.length > wire.mtuBytes) {
            return;
        }
        int copies = dice.nextDouble() < wire.copies ? 2 : 1;
        for (int i = 0; i < copies; i++) {
            int delayMs = wire.delayMs + (wire.jitterMs > 0 ? dice.nextInt(wire.jitterMs) : 0);
            air.add(new Flight(nowMs + delayMs, order++, from, to, link, octets));
        }
    }
}
