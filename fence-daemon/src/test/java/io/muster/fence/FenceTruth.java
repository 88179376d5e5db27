package io.muster.fence;

import static io.muster.model.ModelCluster.require;

import io.muster.core.CauseId;
import io.muster.core.Incarnation;
import io.muster.core.MalformedMessage;
import io.muster.core.Node;
import io.muster.driver.RecordCodec;
import io.muster.driver.Recorder;
import io.muster.fence.daemon.FenceDaemon;
import io.muster.group.GroupEntry;
import io.muster.group.Replica;
import io.muster.group.ReplicaEffect;
import io.muster.group.ReplicaEvent;
import io.muster.member.daemon.Records;
import io.muster.model.ModelNode;
import io.muster.simulator.SimPrograms;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// What is true of simulated machines, as no node knows it: who really lives, and which agents are at
/// work. Breaks off when
///
/// - an agent is started by a node that cman hasn't just told that it is quorate;
/// - an agent is started against a node that is a member;
/// - two agents work against one node on behalf of members of the same domain;
/// - a node is hit on behalf of a former run of it after something has been started there;
/// - what still runs is reported as fenced;
/// - a victim is forgotten without having been fenced, or recovery is reported while there is one.
///
/// That replicas are equal the model checks itself.
final class FenceTruth {
    private record Started(int life, long atMs) {}

    private record Work(ModelNode by, Node run, SimPrograms.Execution execution) {}

    private final FenceSite site;
    private final Map<Node, Integer> lifeOf = new HashMap<>();
    private final SortedMap<Integer, Long> offAtMs = new TreeMap<>();
    /// When something of a service has begun to run on each machine, and in which start of it.
    private final SortedMap<Integer, Started> started = new TreeMap<>();

    private final SortedMap<Integer, Work> working = new TreeMap<>();
    private final SortedMap<Integer, Watched<?, ?>> watched = new TreeMap<>();

    /// Runs that were ever lost.
    private final SortedSet<Node> lost = new TreeSet<>();

    /// When a node that nobody had met was first missed, by node and place of the start.
    private final Map<String, Long> missedMs = new HashMap<>();

    private int fenced;

    FenceTruth(FenceSite site) {
        this.site = site;
    }

    void boots(ModelNode node) {
        lifeOf.put(node.run().orElseThrow(), node.machine().starts());
    }

    /// Something begins to run there.
    void starts(ModelNode node) {
        node.say("something is started");
        started.put(node.nodeid(), new Started(node.machine().starts(), nowMs()));
    }

    /// An agent takes a machine's power, if it has any.
    ///
    /// @param sinceMs when the agent was started
    void hits(int nodeid, Node victim, long sinceMs) {
        ModelNode node = site.node(nodeid);
        Started last = started.getOrDefault(nodeid, new Started(0, 0));
        boolean runs = node.machine().up() && last.life() == node.machine().starts();
        // What nobody had met may be what was running there all the time.
        boolean its = unmet(victim) ? last.atMs() < sinceMs : life(victim) == last.life();
        require(!runs || its, "node " + nodeid + " is hit late for " + victim + ": something has been started there");
    }

    void off(int nodeid) {
        offAtMs.put(nodeid, nowMs());
    }

    /// How many runs have been reported as fenced.
    int fenced() {
        return fenced;
    }

    /// Which start of its machine the run belongs to; 0 for a run that nobody knows.
    int life(Node run) {
        return lifeOf.getOrDefault(run, 0);
    }

    /// Whether the machine still runs what that run of it had.
    boolean lives(Node run) {
        ModelNode node = site.node(run.nodeid());
        return node.machine().up() && life(run) == node.machine().starts();
    }

    /// Whether the machine may still run what it ran when it was missed.
    private boolean lives(Victim missed) {
        int nodeid = missed.node().nodeid();
        return site.node(nodeid).machine().up()
                && offAtMs.getOrDefault(nodeid, -1L) < missedMs.getOrDefault(key(missed), 0L);
    }

    private static String key(Victim victim) {
        return victim.node() + "@" + victim.since();
    }

    private static boolean unmet(Node run) {
        return run.incarnation().equals(Incarnation.UNKNOWN);
    }

    /// Whether the node has reported recovery since the last change that asks for it.
    boolean recovered(ModelNode node) {
        Watched<?, ?> there = watched.get(node.nodeid());
        return there != null && there.recoveredUpTo >= there.state().changedAt();
    }

    private long nowMs() {
        return site.model().simulation().nowMs();
    }

    /// A fence agent is started.
    ///
    /// @return the run that it is to make harmless
    Node agentStarts(ModelNode by, int victim, SimPrograms.Execution execution) {
        Watched<?, ?> there = watched.get(by.nodeid());
        Node run = by.run().orElseThrow();
        boolean fencing =
                there != null && by.daemon("fenced", FenceDaemon.class).isPresent();
        require(fencing, "node " + by.nodeid() + " fences outside the domain");
        List<Node> members = by.wireOf("fenced")
                .flatMap(client -> by.cman().map(cman -> cman.freshMembers(client)))
                .orElse(List.of());
        require(site.size() == 2 || members.size() * 2 > site.size(), "node " + by.nodeid() + " fences without quorum");
        // A run that came back after it was lost is in the ring and yet no member.
        require(
                members.stream().allMatch(node -> node.nodeid() != victim || lost.contains(node)),
                "node " + by.nodeid() + " starts an agent against node " + victim + ", which is a member");
        Work other = working.get(victim);
        require(
                other == null
                        || !other.execution().atWork()
                        || there == null
                        || !there.state().view().contains(other.run()),
                "nodes " + by.nodeid() + " and " + other + " work against node " + victim);
        working.put(victim, new Work(by, run, execution));
        return there == null ? run : there.runsFor.get(victim);
    }

    /// Sees the steps of a node's domain.
    Records records(ModelNode node) {
        return new Records() {
            @Override
            public <E, F> Open<ReplicaEvent<E>, ReplicaEffect<F>> replica(
                    String daemon, String factory, RecordCodec codec, Replica<E, F> replica) {
                if (!daemon.equals("fenced")) {
                    return Open.none();
                }
                var one = new Watched<>(node, replica);
                watched.put(node.nodeid(), one);
                return new Open<>(one, () -> {});
            }
        };
    }

    private final class Watched<E, F> implements Recorder<ReplicaEvent<E>, ReplicaEffect<F>> {
        private final ModelNode node;
        private final Replica<E, F> replica;
        private SortedSet<Node> victims = new TreeSet<>();
        private final SortedMap<Integer, Node> runsFor = new TreeMap<>();
        private long recoveredUpTo;

        Watched(ModelNode node, Replica<E, F> replica) {
            this.node = node;
            this.replica = replica;
        }

        DomainState state() {
            try {
                return DomainState.read(replica.snapshot());
            } catch (MalformedMessage e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public void after(
                long nowMs, CauseId id, CauseId parent, ReplicaEvent<E> event, List<ReplicaEffect<F>> effects) {
            boolean replaced = effects.stream().anyMatch(effect -> effect instanceof ReplicaEffect.Synced<F>);
            if (event instanceof ReplicaEvent.Entry<E>(GroupEntry entry) && replica.synced()) {
                entry(entry, replaced);
            }
            for (ReplicaEffect<F> effect : effects) {
                if (effect instanceof ReplicaEffect.Perform<F>(F inner) && inner instanceof FenceEffect wanted) {
                    wants(event, wanted);
                }
            }
        }

        private void entry(GroupEntry entry, boolean replaced) {
            SortedMap<Node, Victim> all = state().victims();
            all.values().forEach(victim -> missedMs.putIfAbsent(key(victim), nowMs()));
            SortedSet<Node> now = new TreeSet<>(all.keySet());
            lost.addAll(now);
            SortedSet<Node> gone = new TreeSet<>(victims);
            gone.removeAll(now);
            if (!now.equals(victims)) {
                node.say("victims at " + entry.position() + ": " + all.values());
            }
            victims = now;
            if (entry instanceof GroupEntry.Fenced fencedNow) {
                gone.remove(fencedNow.victim());
            }
            if (entry instanceof GroupEntry.Membership) {
                // The newer of two lost runs of a node stands for the older.
                gone.removeIf(run -> now.stream().anyMatch(other -> other.nodeid() == run.nodeid()));
            }
            require(replaced || gone.isEmpty(), "node " + node.nodeid() + " forgets " + gone + " at " + entry);
        }

        private void wants(ReplicaEvent<E> event, FenceEffect effect) {
            switch (effect) {
                case FenceEffect.RunAgent run -> runs(event, run);
                case FenceEffect.ReportFenced(Node victim, String how) -> {
                    // After partitions none of which was quorate a node vouches for its own run; and a
                    // run that nobody had met when the domain started may be the one that speaks.
                    boolean own = victim.equals(node.run().orElse(null));
                    boolean vouches = how.equals(GroupEntry.STOPPED) && (own || unmet(victim));
                    boolean lives = unmet(victim)
                            ? state().victim(victim).stream().anyMatch(missed -> lives(missed))
                            : lives(victim);
                    require(vouches || !lives, victim + " is reported fenced (" + how + ") and lives");
                    fenced++;
                }
                case FenceEffect.ReportRecovered(long upTo) -> {
                    require(
                            !state().pending(),
                            "node " + node.nodeid() + " reports recovery with victims " + state().victims());
                    recoveredUpTo = upTo;
                }
                case FenceEffect.Propose _,
                        FenceEffect.CheckQuorate _,
                        FenceEffect.StopAgent _,
                        FenceEffect.Answer _,
                        FenceEffect.Log _ -> {}
            }
        }

        private void runs(ReplicaEvent<E> event, FenceEffect.RunAgent run) {
            boolean told = event instanceof ReplicaEvent.Local<E>(E local)
                    && local instanceof FenceEvent.QuorateChecked(long _, boolean quorate)
                    && quorate;
            require(told, "node " + node.nodeid() + " starts an agent without having been told that it is quorate");
            runsFor.put(run.victim().nodeid(), run.victim());
            DomainState state = state();
            boolean holds = state.victim(run.victim())
                    .filter(victim -> victim.heldBy(node.run().orElseThrow()))
                    .isPresent();
            require(
                    holds
                            && state.quorate()
                            && !state.members().containsKey(run.victim().nodeid()),
                    "node " + node.nodeid() + " starts an agent against " + run.victim() + " without a claim to it");
        }
    }
}
