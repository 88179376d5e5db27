package io.muster.group;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.core.CauseId;
import io.muster.core.Incarnation;
import io.muster.core.MalformedMessage;
import io.muster.core.Node;
import io.muster.driver.RecordCodec;
import io.muster.group.GroupEntry.Departure;
import io.muster.group.GroupEntry.Reason;
import io.muster.wire.Input;
import io.muster.wire.Output;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ReplicaTest {
    private static final RecordCodec CODEC = new RecordCodec(
            Replica.Image.class,
            ReplicaEffect.class,
            GroupEntry.class,
            TallyCore.Say.class,
            TallyCore.Effect.class,
            TallyCore.Local.class);

    /// States that were taken as an image.
    private final SortedSet<String> imaged = new TreeSet<>();

    private static byte[] octets(Object value) {
        Output out = new Output();
        CODEC.encode(out, value, Integer.MAX_VALUE);
        return out.toBytes();
    }

    /// A node's replica, and perhaps a copy made of its image, which is told the same ever since.
    private final class Member {
        final int padding;
        Replica<TallyCore.Say, TallyCore.Effect> replica;

        @Nullable
        Replica<TallyCore.Say, TallyCore.Effect> copy;

        final Deque<GroupEntry> inbox = new ArrayDeque<>();

        Member(Node self, int padding) {
            this.padding = padding;
            this.replica = new Replica<>(self, new TallyCore(padding));
        }

        List<ReplicaEffect<TallyCore.Effect>> on(ReplicaEvent<TallyCore.Say> event, long nowMs, String where) {
            var effects = replica.on(event, nowMs);
            var twin = copy;
            if (twin != null) {
                assertArrayEquals(octets(effects), octets(twin.on(event, nowMs)), () -> event + where);
                assertArrayEquals(octets(replica.image()), octets(twin.image()), () -> event + where);
                assertEquals(replica.nextDeadlineMs(), twin.nextDeadlineMs(), where);
                assertEquals(replica.synced(), twin.synced(), where);
                assertEquals(replica.position(), twin.position(), where);
            }
            return effects;
        }

        @SuppressWarnings("unchecked")
        void image() {
            var image = replica.image();
            imaged.add(kind(image.state()));
            var former = copy;
            try {
                copy = Replica.restored(
                        (Replica.Image<TallyCore.Say>) CODEC.decode(new Input(octets(image))), new TallyCore(padding));
            } catch (MalformedMessage e) {
                throw new AssertionError(e);
            }
            if (former != null) {
                // Goes on in the place of the first: nobody may see a difference.
                replica = former;
            }
        }
    }

    private static String kind(ReplicaState<?> state) {
        return switch (state) {
            case ReplicaState.Outside<?> outside ->
                "outside, events kept: " + !outside.events().isEmpty();
            case ReplicaState.Waiting<?> waiting ->
                "waiting, half a state: "
                        + waiting.assemblies().values().stream()
                                .anyMatch(assembly -> !assembly.pieces().isEmpty());
            case ReplicaState.Holding<?> holding ->
                "holding, somebody waits: "
                        + holding.since().values().stream().anyMatch(since -> since != ReplicaState.HAS_STATE);
        };
    }

    /// The members of a group and their streams: they come, go, part and come together again, when one
    /// side starts over.
    private final class World {
        final Random dice;
        final String where;
        final int padding;
        final SortedMap<Node, Member> members = new TreeMap<>();
        final List<GroupEntry.Message> underWay = new ArrayList<>();

        /// Beyond the partition; empty while there is none.
        final SortedSet<Node> apart = new TreeSet<>();

        long position;
        long number;
        long nowMs = 1_000;

        World(long seed) {
            dice = new Random(seed);
            where = " -Dseed=" + seed;
            padding = seed % 25 == 0 ? 2 * Envelope.PIECE_BYTES : 0;
        }

        void step() {
            nowMs += dice.nextInt(20);
            switch (dice.nextInt(40)) {
                case 0 -> join();
                case 1 -> leave();
                case 2 -> part();
                case 3 -> say(members.keySet(), new GroupEntry.Quorum(++position, dice.nextBoolean()));
                case 4 -> underWay.add(message(one().getKey(), new byte[] {(byte) dice.nextInt(4)}));
                case 5, 6, 7, 8 -> order();
                case 9, 10 -> perform(one().getKey(), new ReplicaEvent.Local<>(new TallyCore.Say(++number)));
                case 11 -> perform(one().getKey(), new ReplicaEvent.Tick<>());
                case 12, 13 -> one().getValue().image();
                default -> deliver();
            }
        }

        private SortedMap.Entry<Node, Member> one() {
            while (members.isEmpty()) {
                join();
            }
            return new ArrayList<>(members.entrySet()).get(dice.nextInt(members.size()));
        }

        private void join() {
            Node node = new Node(1 + dice.nextInt(5), Incarnation.random(dice));
            if (!apart.isEmpty() || members.keySet().stream().anyMatch(other -> other.nodeid() == node.nodeid())) {
                return;
            }
            orderAll();
            members.put(node, new Member(node, padding));
            if (dice.nextBoolean()) {
                perform(node, new ReplicaEvent.Local<>(new TallyCore.Say(++number)));
            }
            if (dice.nextBoolean()) {
                members.get(node).image();
            }
            view(members.keySet(), List.of(node), List.of());
        }

        private void leave() {
            if (!apart.isEmpty()) {
                return;
            }
            Node gone = one().getKey();
            underWay.removeIf(message -> message.from().equals(gone));
            orderAll();
            members.remove(gone);
            view(members.keySet(), List.of(), List.of(gone));
        }

        private void part() {
            orderAll();
            if (!apart.isEmpty()) {
                List<Node> again = List.copyOf(apart);
                apart.clear();
                view(members.keySet(), again, List.of());
                return;
            }
            members.keySet().stream().filter(_ -> dice.nextBoolean()).forEach(apart::add);
            List<Node> others = side(false);
            if (apart.isEmpty() || others.isEmpty()) {
                apart.clear();
            } else {
                view(others, List.of(), apart);
                view(apart, List.of(), others);
            }
        }

        private List<Node> side(boolean beyond) {
            return members.keySet().stream()
                    .filter(node -> apart.contains(node) == beyond)
                    .toList();
        }

        private static GroupEntry.Message message(Node from, byte[] payload) {
            return new GroupEntry.Message(0, from, true, payload, CauseId.NONE);
        }

        private void view(Collection<Node> side, Collection<Node> joined, Collection<Node> left) {
            List<Departure> departures =
                    left.stream().map(node -> new Departure(node, Reason.LOST)).toList();
            say(side, new GroupEntry.View(++position, List.copyOf(side), List.copyOf(joined), departures));
        }

        private void say(Collection<Node> side, GroupEntry entry) {
            side.forEach(node -> members.get(node).inbox.add(entry));
        }

        private void orderAll() {
            while (!underWay.isEmpty()) {
                order();
            }
        }

        private void order() {
            if (!underWay.isEmpty()) {
                GroupEntry.Message next = underWay.removeFirst();
                say(
                        side(apart.contains(next.from())),
                        new GroupEntry.Message(++position, next.from(), next.regular(), next.payload(), next.cause()));
            }
        }

        private void deliver() {
            var one = one();
            if (!one.getValue().inbox.isEmpty()) {
                perform(
                        one.getKey(),
                        new ReplicaEvent.Entry<>(one.getValue().inbox.removeFirst()));
            }
        }

        private void perform(Node node, ReplicaEvent<TallyCore.Say> event) {
            for (var effect : members.get(node).on(event, nowMs, where)) {
                if (effect instanceof ReplicaEffect.Send<TallyCore.Effect>(byte[] payload, boolean _)) {
                    underWay.add(message(node, payload));
                }
            }
        }

        /// Everything comes to an end: all have the state, and the same.
        void calm() {
            one();
            if (!apart.isEmpty()) {
                part();
            }
            while (!underWay.isEmpty() || members.values().stream().anyMatch(member -> !member.inbox.isEmpty())) {
                order();
                deliver();
            }
            byte[] first = members.firstEntry().getValue().replica.image().snapshot();
            members.forEach((node, member) -> {
                assertTrue(member.replica.synced(), node + where);
                assertArrayEquals(first, member.replica.image().snapshot(), node + where);
            });
        }
    }

    @Test
    void aReplicaMadeOfAnImageGoesOnAsTheFirstFromAnyMoment() {
        long first = Long.getLong("seed", 100);
        int seeds = Integer.getInteger("seeds", Long.getLong("seed") == null ? 60 : 1);
        for (long seed = first; seed < first + seeds; seed++) {
            World world = new World(seed);
            for (int i = 0; i < 600; i++) {
                world.step();
            }
            world.calm();
        }
        if (seeds >= 60) {
            assertEquals(6, imaged.size(), () -> "images were taken only of " + imaged);
        }
    }

    private static final Node ONE = new Node(1, new Incarnation(0, 1));
    private static final Node TWO = new Node(2, new Incarnation(0, 2));
    private static final Node FIVE = new Node(5, new Incarnation(0, 5));

    private static ReplicaEvent<TallyCore.Say> view(
            long position, List<Node> members, List<Node> joined, Departure... left) {
        return new ReplicaEvent.Entry<>(new GroupEntry.View(position, members, joined, List.of(left)));
    }

    private static ReplicaEvent<TallyCore.Say> state(
            long position, Node from, long asOf, SortedMap<Node, Long> waiting) {
        byte[] payload = Envelope.state(new Envelope.State(asOf, 0, 1, waiting, new byte[8]));
        return new ReplicaEvent.Entry<>(new GroupEntry.Message(position, from, true, payload, CauseId.NONE));
    }

    private static ReplicaState<TallyCore.Say> after(Node self, List<ReplicaEvent<TallyCore.Say>> stream) {
        var replica = new Replica<TallyCore.Say, TallyCore.Effect>(self, new TallyCore(0));
        stream.forEach(event -> replica.on(event, 1));
        return replica.image().state();
    }

    /// Whoever took node 1 for served would wait for ever: the one to send would think that node 1 sends.
    @Test
    void aLateStateOfAnotherSideOrAnotherTimeServesNobodyHere() {
        var waits = new TreeMap<>(Map.of(ONE, 2L, FIVE, 0L));
        List<ReplicaEvent<TallyCore.Say>> stream = new ArrayList<>(
                List.of(view(1, List.of(FIVE), List.of(FIVE)), view(2, List.of(ONE, FIVE), List.of(ONE))));
        stream.add(state(4, TWO, 3, waits));
        assertEquals(new ReplicaState.Holding<>(waits), after(FIVE, stream), "node 2 has nothing to give");
        stream.add(state(5, FIVE, 3, new TreeMap<>(Map.of(FIVE, 0L))));
        assertEquals(new ReplicaState.Holding<>(waits), after(FIVE, stream), "it isn't for node 1");
        stream.add(state(6, FIVE, 1, waits));
        assertEquals(new ReplicaState.Holding<>(waits), after(FIVE, stream), "it is older than node 1");
        stream.add(state(7, FIVE, 2, waits));
        assertEquals(new ReplicaState.Holding<>(new TreeMap<>(Map.of(ONE, 0L, FIVE, 0L))), after(FIVE, stream));
    }

    /// The others may have begun afresh meanwhile.
    @Test
    void aStateOfOneThatHasLeftIsntTaken() {
        var waits = new TreeMap<>(Map.of(ONE, 0L, TWO, 0L, FIVE, 2L));
        List<ReplicaEvent<TallyCore.Say>> stream =
                new ArrayList<>(List.of(view(2, List.of(ONE, TWO, FIVE), List.of(FIVE))));
        stream.add(view(3, List.of(TWO, FIVE), List.of(), new Departure(ONE, Reason.LOST)));
        stream.add(view(4, List.of(ONE, TWO, FIVE), List.of(ONE)));
        stream.add(state(5, ONE, 2, waits));
        assertFalse(after(FIVE, stream) instanceof ReplicaState.Holding);
        stream.add(state(6, TWO, 2, waits));
        assertEquals(
                new ReplicaState.Holding<>(new TreeMap<>(Map.of(ONE, 4L, TWO, 0L, FIVE, 0L))), after(FIVE, stream));
    }

    @Test
    void anImageDoesntChangeWithItsReplica() throws MalformedMessage {
        Node self = new Node(1, new Incarnation(0, 1));
        Node elder = new Node(2, new Incarnation(0, 2));
        var replica = new Replica<TallyCore.Say, TallyCore.Effect>(self, new TallyCore(0));
        replica.on(new ReplicaEvent.Local<>(new TallyCore.Say(1)), 1);
        var outside = replica.image();
        byte[] before = octets(outside);
        replica.on(new ReplicaEvent.Local<>(new TallyCore.Say(2)), 1);
        assertArrayEquals(before, octets(outside));
        replica.on(new ReplicaEvent.Entry<>(new GroupEntry.View(1, List.of(self, elder), List.of(self), List.of())), 1);
        var waiting = replica.image();
        before = octets(waiting);
        var copy = Replica.restored(waiting, new TallyCore(0));
        copy.on(new ReplicaEvent.Entry<>(new GroupEntry.Quorum(2, true)), 1);
        replica.on(new ReplicaEvent.Local<>(new TallyCore.Say(3)), 1);
        assertArrayEquals(before, octets(waiting));
    }

    @Test
    void anImageOfAnotherCoreIsRefused() {
        Node self = new Node(1, new Incarnation(0, 1));
        var image = new Replica<TallyCore.Say, TallyCore.Effect>(self, new TallyCore(0)).image();
        var other = new Replica.Image<>(self, 0, image.state(), image.snapshot(), new TallyCore.Say(1));
        assertThrows(MalformedMessage.class, () -> Replica.restored(other, new TallyCore(0)));
    }

    @Test
    void onlyTheStepsOfTheTableAreTaken() {
        ReplicaState<TallyCore.Say> outside = new ReplicaState.Outside<>(List.of());
        ReplicaState<TallyCore.Say> waiting =
                new ReplicaState.Waiting<>(new TreeSet<>(), List.of(), List.of(), new TreeMap<>());
        ReplicaState<TallyCore.Say> holding = new ReplicaState.Holding<>(new TreeMap<>());
        assertTrue(outside.mayBecome(waiting));
        assertTrue(waiting.mayBecome(waiting));
        assertTrue(waiting.mayBecome(holding));
        assertTrue(holding.mayBecome(holding));
        assertTrue(holding.mayBecome(waiting));
        assertFalse(outside.mayBecome(outside));
        assertFalse(outside.mayBecome(holding));
        assertFalse(waiting.mayBecome(outside));
        assertFalse(holding.mayBecome(outside));
    }
}
