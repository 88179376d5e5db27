package io.muster.totem;

import io.muster.core.CauseId;
import io.muster.core.Core;
import io.muster.core.Incarnation;
import io.muster.core.MalformedMessage;
import io.muster.core.Node;
import io.muster.driver.Dice;
import io.muster.simulator.NetworkOptions;
import io.muster.simulator.SimNetwork;
import io.muster.simulator.SimNode;
import io.muster.simulator.SimProcess;
import io.muster.simulator.Simulation;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Real rings in a false world, with the promises V1 to V5 checked as they deliver.
final class RingCluster {
    /// Sees all that happens, and may lose single datagrams.
    interface Watch {
        void happened(Node node, RingEvent event, List<RingEffect> effects);

        boolean loses(int from, int to, byte[] datagram);
    }

    private static final Watch NOBODY = new Watch() {
        @Override
        public void happened(Node node, RingEvent event, List<RingEffect> effects) {}

        @Override
        public boolean loses(int from, int to, byte[] datagram) {
            return false;
        }
    };

    /// A ring whose watch sees each event with what came of it.
    private final class Watched implements Core<RingEvent, RingEffect> {
        private final Core<RingEvent, RingEffect> ring;
        private final Run run;

        Watched(Core<RingEvent, RingEffect> ring, Run run) {
            this.ring = ring;
            this.run = run;
        }

        @Override
        public List<RingEffect> on(RingEvent event, long nowMs) {
            run.steppedMs = simulation.nowMs();
            boolean packet = event instanceof RingEvent.Received(int _, Incarnation _, byte[] datagram)
                    && datagram[5] == RingCodec.DATA
                    && FORMING.contains(run.ring.phase());
            var had = packet ? run.ring.history() : null;
            List<RingEffect> effects = ring.on(event, nowMs);
            require(
                    !packet || Objects.equals(had, run.ring.history()),
                    "node " + run.node + " takes a packet of its old ring after its join");
            watch.happened(run.node, event, effects);
            return effects;
        }

        @Override
        public long nextDeadlineMs() {
            return ring.nextDeadlineMs();
        }
    }

    private static final Set<String> FORMING = Set.of("GATHER", "COMMIT");

    /// What one run of a node has delivered in one ring, and where it went from there.
    private static final class Stay {
        final RingId ring;
        final List<Node> members;
        final List<String> delivered = new ArrayList<>();

        @Nullable
        RingId next;

        Stay(RingId ring, List<Node> members) {
            this.ring = ring;
            this.members = members;
        }
    }

    /// One run of a node.
    final class Run {
        final Node node;
        final SimNode machine;
        final SimProcess<RingEvent, RingEffect> process;
        final Ring ring;
        final Set<Node> met = new HashSet<>();
        final List<Long> mine = new ArrayList<>();
        final Map<Integer, Long> lastOf = new HashMap<>();
        final Set<Long> seen = new HashSet<>();

        @Nullable
        Stay stay;

        boolean transitional;
        long sent;
        long deliveries;
        long roundsCompleted;
        long configurationMs;
        long steppedMs;
        long lastSequence;

        Run(SimNode machine, Node node) {
            this.node = node;
            this.machine = machine;
            this.ring = new Ring(node, config, new Dice(simulation.dice().nextLong()), firstSequence);
            this.process = new SimProcess<>(
                    simulation,
                    machine,
                    "cman",
                    new Watched(driven.apply(ring), this),
                    this::perform,
                    new RingEvent.Tick(),
                    RingEvent.Stalled::new);
        }

        void send(int length, boolean safe) {
            // The number makes every message of every run unique, whatever its length.
            var payload = ByteBuffer.allocate(Math.max(length, 20));
            payload.putInt(node.nodeid()).putLong(node.incarnation().high()).putLong(++sent);
            mine.add(sent);
            process.post(new RingEvent.Send(payload.array(), safe, CauseId.NONE));
        }

        private void perform(RingEffect effect) {
            switch (effect) {
                case RingEffect.Unicast(int nodeid, byte[] datagram) -> {
                    note(datagram);
                    transmit(this, nodeid, datagram);
                }
                case RingEffect.Multicast(List<Integer> nodeids, byte[] datagram) -> {
                    note(datagram);
                    nodeids.forEach(nodeid -> transmit(this, nodeid, datagram));
                }
                case RingEffect.Deliver deliver -> deliver(deliver);
                case RingEffect.Configuration(RingId id, boolean regular, List<Node> members) ->
                    configuration(id, regular, members);
                case RingEffect.RoundCompleted(RingId id, long sinceMs) -> round(id, sinceMs);
                case RingEffect.Sendable _, RingEffect.Refused _ -> {}
                case RingEffect.StateChanged(String from, String to, String reason) ->
                    simulation
                            .trace()
                            .add(simulation.nowMicros(), "node=" + node + " " + from + " -> " + to + ": " + reason);
            }
        }

        /// Remembers who was ready for which ring, and in which packet each message ends.
        private void note(byte[] datagram) {
            if (datagram[5] == RingCodec.READY) {
                var ready = (RingMessage.Ready) decoded(datagram);
                if (ready.complete()) {
                    readyFor.computeIfAbsent(ready.ring(), _ -> new HashSet<>()).add(node);
                }
            } else if (datagram[5] == RingCodec.DATA && stay != null && Packet.originator(datagram) == node.nodeid()) {
                long number = Packet.firstMessage(datagram);
                for (int at = Packet.CHUNKS_AT; at < datagram.length; ) {
                    if ((datagram[at] & Packet.LAST) != 0) {
                        packetOf.put(
                                stay.ring + "@" + stay.ring.representative() + ":" + number++,
                                Packet.sequence(datagram));
                    }
                    boolean first = (datagram[at] & Packet.FIRST) != 0;
                    at += RingCodec.getShort(datagram, at + 1)
                            + (first ? Packet.FIRST_CHUNK_BYTES : Packet.CHUNK_BYTES);
                }
            }
        }

        private void round(RingId id, long sinceMs) {
            roundsCompleted++;
            Stay now = stay;
            require(now != null && now.ring.equals(id), "a round of " + id + " elsewhere");
            long roundMs = machine.nowMs() - sinceMs;
            for (Node member : now.members) {
                Run run = runs.get(member);
                require(
                        run == null || run.steppedMs >= simulation.nowMs() - roundMs - 1,
                        "a round of " + roundMs + " ms of " + id + " without " + member);
            }
        }

        private void configuration(RingId id, boolean regular, List<Node> members) {
            simulation
                    .trace()
                    .add(
                            simulation.nowMicros(),
                            "node=" + node + (regular ? " regular " : " transitional ") + id + " " + members);
            require(members.contains(node), "a configuration without the node itself");
            if (!regular) {
                require(stay != null && stay.ring.equals(id) && !transitional, "transitional out of place");
                require(stay.members.containsAll(members), "transitional members that weren't in the old ring");
                transitional = true;
                stay.delivered.add("--");
                return;
            }
            require(stay == null || transitional, "regular configuration without a transitional one");
            Map<RingId, List<Node>> known = memberships;
            List<Node> before = known.putIfAbsent(id, members);
            require(before == null || before.equals(members), "V1: ring " + id + " is " + before + " and " + members);
            for (Node member : members) {
                require(
                        member.equals(id.representative())
                                || readyFor.getOrDefault(id, Set.of()).contains(member),
                        "ring " + id + " begins before " + member + " is ready");
            }
            if (stay != null) {
                require(id.sequence() > stay.ring.sequence(), "ring sequence falls from " + stay.ring + " to " + id);
                stay.next = id;
                comesAlong(stay);
            }
            stay = new Stay(id, members);
            transitional = false;
            lastSequence = 0;
            lastOf.clear();
            configurationMs = simulation.nowMs();
        }

        private void deliver(RingEffect.Deliver deliver) {
            deliveries++;
            Stay now = stay;
            require(now != null && now.ring.equals(deliver.ring()), "delivery of " + deliver.ring() + " elsewhere");
            require(now.members.contains(deliver.from()), "V5: delivery of a message of a non-member");
            require(deliver.regular() == !transitional, "delivery marked for the wrong configuration");
            require(deliver.sequence() > lastSequence, "message numbers fall");
            require(
                    transitional || deliver.sequence() == lastSequence + 1,
                    "V3: node " + node + " misses message " + (lastSequence + 1) + " of " + deliver.ring());
            lastSequence = deliver.sequence();
            var payload = ByteBuffer.wrap(deliver.payload());
            require(payload.getInt() == deliver.from().nodeid(), "wrong sender");
            require(payload.getLong() == deliver.from().incarnation().high(), "V5: wrong incarnation");
            long number = payload.getLong();
            Long last = lastOf.put(deliver.from().nodeid(), number);
            require(last == null || number > last, "V3: not first in first out");
            if (deliver.from().equals(node)) {
                require(!mine.isEmpty() && mine.removeFirst() == number, "V3: own message missed or twice");
            }
            String key = deliver.from() + "#" + number;
            now.delivered.add(key);
            String slot = deliver.ring() + "@" + deliver.ring().representative() + ":" + deliver.sequence();
            String there = order.putIfAbsent(slot, key);
            require(there == null || there.equals(key), "V3: at " + slot + " both " + there + " and " + key);
            if (deliver.safe() && deliver.regular()) {
                for (Node member : now.members) {
                    Run run = runs.get(member);
                    require(
                            run == null
                                    || run == this
                                    || run != current.get(member.nodeid())
                                    || !run.machine.up()
                                    || run.has(now.ring, slot),
                            "V4: message " + slot + " is safe at " + node + ", but " + member + " doesn't have it");
                }
            }
        }

        /// Whether it has the packet in which a message ends, or has gone on from that ring.
        private boolean has(RingId id, String message) {
            Stay now = stay;
            if (now == null || now.ring.compareTo(id) != 0) {
                return now != null && now.ring.compareTo(id) > 0;
            }
            RingMessage.History history = ring.history();
            return history != null
                    && history.ring().equals(id)
                    && history.has(Objects.requireNonNull(packetOf.get(message)));
        }

        private void comesAlong(Stay ended) {
            String move = ended.ring + "@" + ended.ring.representative().incarnation() + ">" + ended.next + "@"
                    + ended.next.representative().incarnation();
            List<String> there = moves.putIfAbsent(move, ended.delivered);
            require(
                    there == null || there.equals(ended.delivered),
                    "V2: " + move + " delivered " + ended.delivered + " and " + there);
        }
    }

    final Simulation simulation;
    final SimNetwork network;
    final TreeMap<Integer, SimNode> machines = new TreeMap<>();
    final TreeMap<Integer, Run> current = new TreeMap<>();

    /// What is to be driven instead of a ring: the same, with somebody watching.
    UnaryOperator<Core<RingEvent, RingEffect>> driven = core -> core;

    private final Map<Node, Run> runs = new HashMap<>();
    private final Map<RingId, List<Node>> memberships = new HashMap<>();
    private final Map<String, String> order = new HashMap<>();
    private final Map<String, List<String>> moves = new HashMap<>();
    private final Map<RingId, Set<Node>> readyFor = new HashMap<>();
    private final Map<String, Long> packetOf = new HashMap<>();
    private final RingConfig config;
    private final long firstSequence;
    private Watch watch = NOBODY;

    RingCluster(long seed, int nodes, int tokenMs, NetworkOptions options, long firstSequence) {
        this.simulation = new Simulation(seed);
        this.network = new SimNetwork(simulation, options);
        List<Integer> ids = IntStream.rangeClosed(1, nodes).boxed().toList();
        this.config = RingConfig.of(ids, ids.stream().map(_ -> 1).toList(), tokenMs, 1400);
        this.firstSequence = firstSequence;
        ids.forEach(id -> machines.put(id, new SimNode(simulation, id)));
    }

    /// To be called before anything boots.
    void watch(Watch by) {
        watch = by;
    }

    static void require(boolean holds, String promise) {
        if (!holds) {
            throw new AssertionError(promise);
        }
    }

    private static RingMessage decoded(byte[] datagram) {
        try {
            return RingCodec.decode(datagram);
        } catch (MalformedMessage e) {
            throw new IllegalStateException("a ring sent what no ring takes", e);
        }
    }

    /// Whether all that are up, in one ring, have delivered the same of it. To be asked when it is
    /// quiet: V2 for the last ring.
    void requireSame() {
        List<String> first = null;
        for (Run run : up()) {
            List<String> delivered = Objects.requireNonNull(run.stay).delivered;
            require(first == null || first.equals(delivered), "V2: in the last ring " + delivered + " and " + first);
            first = delivered;
        }
    }

    void bootAll() {
        machines.keySet().forEach(this::boot);
    }

    Run boot(int nodeid) {
        SimNode machine = machines.get(nodeid);
        machine.boot();
        var run = new Run(machine, new Node(nodeid, Incarnation.random(simulation.dice())));
        runs.put(run.node, run);
        current.put(nodeid, run);
        run.process.post(new RingEvent.Start());
        return run;
    }

    void crash(int nodeid) {
        machines.get(nodeid).crash();
    }

    private void transmit(Run from, int nodeid, byte[] datagram) {
        if (watch.loses(from.node.nodeid(), nodeid, datagram)) {
            return;
        }
        network.send(from.node.nodeid(), nodeid, () -> {
            Run to = current.get(nodeid);
            if (to == null || !to.machine.up()) {
                return;
            }
            // As the transport does it: a run is met only while it can answer a challenge, and never
            // after its successor.
            boolean live = current.get(from.node.nodeid()) == from && from.machine.up();
            if (live ? to.met.add(from.node) || true : to.met.contains(from.node)) {
                to.process.post(new RingEvent.Received(from.node.nodeid(), from.node.incarnation(), datagram));
            }
        });
    }

    Run run(int nodeid) {
        return current.get(nodeid);
    }

    List<Run> up() {
        return current.values().stream().filter(run -> run.machine.up()).toList();
    }

    /// Whether the given nodes, and only they, are in one operational ring.
    boolean isOneRing(List<Integer> nodeids) {
        RingId id = run(nodeids.getFirst()).ring.ring().orElse(null);
        return id != null
                && nodeids.stream()
                        .map(this::run)
                        .allMatch(run -> run.ring.operational()
                                && run.ring.ring().orElseThrow().equals(id)
                                && run.ring.members().stream()
                                        .map(Node::nodeid)
                                        .toList()
                                        .equals(nodeids));
    }

    boolean isOneRing() {
        List<Run> up = up();
        return up.isEmpty()
                || isOneRing(up.stream().map(run -> run.node.nodeid()).toList());
    }

    /// Whether every message sent by a node that is up has been delivered to its sender.
    boolean isAllDelivered() {
        return up().stream().allMatch(run -> run.mine.isEmpty());
    }
}
