package io.muster.model;

import io.muster.core.CauseId;
import io.muster.driver.FlightRecorder;
import io.muster.driver.RecordCodec;
import io.muster.driver.Recordable;
import io.muster.driver.Recorder;
import io.muster.group.GroupEntry;
import io.muster.group.Replica;
import io.muster.group.ReplicaEffect;
import io.muster.group.ReplicaEvent;
import io.muster.member.StayEffect;
import io.muster.member.daemon.Records;
import io.muster.simulator.Simulation;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Equal logs give equal states: watches every replica of every node from where a flight recorder would
/// sit, and compares those that have read the same entries, however long ago they began.
final class Equality {
    private final Simulation simulation;
    private final Map<Place, Integer> chains = new HashMap<>();
    private final Map<State, Integer> states = new HashMap<>();

    private record Place(String group, int nodeid, long position) {}

    private record State(String group, long position, int chain) {}

    Equality(Simulation simulation) {
        this.simulation = simulation;
    }

    /// For the daemons of a node.
    Records records(ModelNode node) {
        return new Records() {
            @Override
            public <E, F> Open<E, F> core(String name, Recordable<E, F> core, FlightRecorder.Limits limits) {
                return new Open<>(new Told<>(node, name), () -> {});
            }

            @Override
            public <E, F> Open<ReplicaEvent<E>, ReplicaEffect<F>> replica(
                    String daemon, String factory, RecordCodec codec, Replica<E, F> replica) {
                return new Open<>(new Watched<>(node, daemon, replica), () -> {});
            }
        };
    }

    /// For the trace.
    private record Told<E, F>(ModelNode node, String name) implements Recorder<E, F> {
        @Override
        public void before(long nowMs) {}

        @Override
        public void after(long nowMs, CauseId id, CauseId parent, E event, List<F> effects) {
            for (F effect : effects) {
                if (effect instanceof StayEffect.StateChanged(String from, String to, String reason)) {
                    node.say(name + " " + from + " -> " + to + ": " + reason);
                }
            }
        }
    }

    private final class Watched<E, F> implements Recorder<ReplicaEvent<E>, ReplicaEffect<F>> {
        private final ModelNode node;
        private final String group;
        private final Replica<E, F> replica;
        private final TreeMap<Long, Integer> entries = new TreeMap<>();
        private int chain;

        Watched(ModelNode node, String group, Replica<E, F> replica) {
            this.node = node;
            this.group = group;
            this.replica = replica;
        }

        @Override
        public void before(long nowMs) {}

        @Override
        public void after(
                long nowMs, CauseId id, CauseId parent, ReplicaEvent<E> event, List<ReplicaEffect<F>> effects) {
            GroupEntry entry = event instanceof ReplicaEvent.Entry<E>(GroupEntry taken) ? taken : null;
            if (entry != null) {
                int hash = hash(entry);
                entries.put(entry.position(), hash);
                chain = chain * 31 + hash;
                if (entry instanceof GroupEntry.View view) {
                    node.say(group + " view at " + view.position() + ": " + view.members() + ", joined " + view.joined()
                            + ", left " + view.left());
                }
            }
            for (ReplicaEffect<F> effect : effects) {
                if (effect instanceof ReplicaEffect.Synced<F>(long position, int from)) {
                    synced(position, from);
                } else if (effect instanceof ReplicaEffect.Ignored<F>(long position, int from, String why)) {
                    throw new AssertionError(
                            group + " at " + position + ": message of node " + from + " ignored: " + why);
                }
            }
            if (entry != null && replica.synced()) {
                chains.put(new Place(group, node.nodeid(), entry.position()), chain);
                compare(entry);
            }
        }

        private void synced(long position, int from) {
            node.say(group + (from == 0 ? " begins afresh" : " has the state of node " + from) + " at " + position);
            Integer before = from == 0 ? Integer.valueOf(1) : chains.get(new Place(group, from, position));
            // What nobody recorded is compared with nobody.
            chain = before == null ? System.identityHashCode(this) : before;
            for (int later : entries.tailMap(position, from == 0).values()) {
                chain = chain * 31 + later;
            }
        }

        private void compare(GroupEntry entry) {
            int state = Arrays.hashCode(replica.snapshot());
            Integer others = states.putIfAbsent(new State(group, entry.position(), chain), state);
            if (others != null && others != state) {
                throw new AssertionError("node " + node.nodeid() + ": " + group + " has another state than others at "
                        + entry + ", " + simulation.nowMs() + " ms");
            }
        }
    }

    private static int hash(GroupEntry entry) {
        return switch (entry) {
            case GroupEntry.Message(long position, var from, boolean regular, byte[] payload, var _) ->
                Arrays.hashCode(payload) * 31 + from.hashCode() * 17 + Long.hashCode(position) + (regular ? 1 : 0);
            case GroupEntry.Config config -> Long.hashCode(config.position()) * 31 + Arrays.hashCode(config.bytes());
            // By its words: hashes of records are sums, and those of two entries of one place may be
            // equal.
            default -> entry.toString().hashCode();
        };
    }
}
