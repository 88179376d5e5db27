package io.muster.membership;

import io.muster.core.Node;
import io.muster.group.Group;
import io.muster.group.GroupEntry;
import io.muster.group.GroupEntry.Departure;
import io.muster.group.GroupEntry.Reason;
import io.muster.totem.RingId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// Makes one cluster of the nodes of a new ring: a pure function of their transitions, so all of them get the same.
///
/// Nodes that moved here together are a **side** and have equal states. The state that is kept is that
/// of the side that was quorate last; among sides of which none was ever quorate, the one with the
/// highest configuration; then the one with the lowest nodeid. Who isn't of that side:
///
/// | the other side | its nodes |
/// |---|---|
/// | other cluster, other protocol, other document under the same version before the first quorum | refused, by name |
/// | was never quorate, or isn't stateful | join as new ones |
/// | the kept side was quorate without it | stateful ones are ended, by name; the others join as new ones |
/// | neither was quorate since they parted | join again, their replicas start over |
///
/// Of the last kind, those that may still run services stay unproven until they report them stopped.
final class Installation {
    final RingId ring;
    final ClusterState state;
    final Log log = new Log();

    /// Refused nodes and why.
    final SortedMap<Node, String> refused = new TreeMap<>();

    /// Nodes that must not go on with what they have.
    final SortedMap<Node, String> ended = new TreeMap<>();

    /// Members whose replicas start over.
    final SortedSet<Node> reset = new TreeSet<>();

    /// The side whose state is kept.
    final SortedSet<Node> kept = new TreeSet<>();

    private final SortedMap<Node, Transition> transitions;

    private static final class Side {
        final SortedMap<Node, Transition> nodes = new TreeMap<>();

        Transition first() {
            return nodes.values().iterator().next();
        }

        ClusterState state() {
            return first().state();
        }

        long quorateSequence() {
            return state().lastQuorate.map(RingId::sequence).orElse(-1L);
        }

        boolean fresh() {
            return state().members.isEmpty();
        }
    }

    Installation(RingId ring, Collection<Transition> received) {
        this.ring = ring;
        this.transitions = new TreeMap<>();
        received.forEach(t -> transitions.put(t.node(), t));
        List<Side> sides = sides();
        if (sides.isEmpty()) {
            // Only leavers, each about to end.
            state = transitions.values().iterator().next().state().copy();
            return;
        }
        Side keeper = sides.getFirst();
        state = keeper.state().copy();
        refuse(keeper);
        kept.addAll(keeper.nodes.keySet());
        kept.removeAll(refused.keySet());
        SortedMap<Node, Member> joining = new TreeMap<>();
        List<Side> meeting = new ArrayList<>();
        for (Side side : sides) {
            if (side != keeper && judge(keeper, side, joining)) {
                meeting.add(side);
            }
        }
        install(keeper, joining, meeting);
    }

    private List<Side> sides() {
        SortedMap<String, Side> sides = new TreeMap<>();
        for (Transition t : transitions.values()) {
            ClusterState known = t.state();
            // A node that has left or was told to go is still in the ring for a moment, but no longer one of us.
            if (!known.members.isEmpty() && !known.members.containsKey(t.node())) {
                continue;
            }
            String key = known.members.isEmpty() ? "fresh " + t.node() : known.position + " " + t.side();
            sides.computeIfAbsent(key, k -> new Side()).nodes.put(t.node(), t);
        }
        List<Side> sorted = new ArrayList<>(sides.values());
        for (Side side : sorted) {
            byte[] first = side.state().toBytes();
            for (Transition t : side.nodes.values()) {
                if (!Arrays.equals(first, t.state().toBytes())) {
                    throw new IllegalStateException("ring " + ring + ": nodes "
                            + side.first().node() + " and " + t.node() + " moved together and know different things");
                }
            }
        }
        sorted.sort(Comparator.comparingLong((Side s) -> -s.quorateSequence())
                .thenComparingInt(s -> s.quorateSequence() < 0 ? -s.state().configVersion : 0)
                .thenComparing(s -> s.nodes.firstKey()));
        return sorted;
    }

    private void refuse(Side keeper) {
        Transition model = keeper.first();
        for (Transition t : transitions.values()) {
            if (!t.clusterName().equals(model.clusterName()) || t.clusterId() != model.clusterId()) {
                refused.put(
                        t.node(),
                        "cluster \"" + t.clusterName() + "\" (" + t.clusterId() + "), not \"" + model.clusterName()
                                + "\" (" + model.clusterId() + ")");
            } else if (t.protocol() != model.protocol()) {
                refused.put(t.node(), "protocol " + t.protocol() + ", not " + model.protocol());
            } else if (keeper.quorateSequence() < 0
                    && t.self().configVersion() == model.self().configVersion()
                    && !t.self().configSha256().equals(model.self().configSha256())) {
                refused.put(
                        t.node(),
                        "cluster.conf version " + t.self().configVersion() + " with other content than that of node "
                                + model.node().nodeid());
            }
        }
    }

    /// @return whether both lived through the same quorum last and nobody has decided anything since
    private boolean judge(Side keeper, Side side, SortedMap<Node, Member> joining) {
        boolean sameQuorum = keeper.state().lastQuorate.equals(side.state().lastQuorate);
        boolean decided = side.quorateSequence() >= 0;
        for (Transition t : side.nodes.values()) {
            Node node = t.node();
            if (refused.containsKey(node)) {
                continue;
            }
            if (decided && !sameQuorum && t.stateful()) {
                ended.put(node, "rejoined the cluster without a full restart");
                continue;
            }
            Member known = side.state().members.getOrDefault(node, t.self());
            joining.put(node, known);
            if (!side.fresh()) {
                reset.add(node);
            }
        }
        return !side.fresh();
    }

    private void install(Side keeper, SortedMap<Node, Member> joining, List<Side> meeting) {
        for (Transition t : transitions.values()) {
            state.position = Math.max(state.position, t.state().position);
        }
        List<Departure> left = new ArrayList<>();
        List<Node> joined = new ArrayList<>(joining.keySet());
        for (Node member : state.nodes()) {
            if (!kept.contains(member)) {
                left.add(new Departure(member, Reason.LOST));
                state.members.remove(member);
            }
        }
        if (keeper.fresh()) {
            for (Node node : kept) {
                joined.add(node);
                state.members.put(node, keeper.first().self().joinedAt(ring.sequence()));
            }
            joined.sort(null);
        }
        joining.forEach((node, member) -> state.members.put(node, member.joinedAt(ring.sequence())));
        addUnproven(left, meeting);

        StateMachine machine = new StateMachine(state, ring, log);
        List<Departure> lost = List.copyOf(left);
        if (!joined.isEmpty() || !left.isEmpty()) {
            state.disturbed = state.next();
            log.all(new GroupEntry.Membership(state.disturbed, ring.sequence(), state.nodes(), joined, lost));
        }
        machine.recount(false);
        proveIdle(machine, lost, joining.keySet());
        // First the departures, then the arrivals: one who is both is out before it is in again.
        state.groups.leaveAll(lost, state::next).forEach(machine::view);
        for (Side side : meeting) {
            // Of each side only its own nodes: what it remembers of others is older than what they know themselves.
            SortedSet<Node> own = new TreeSet<>(side.nodes.keySet());
            own.retainAll(joining.keySet());
            state.groups.adopt(groupsOf(side), own, state::next).forEach(machine::view);
        }
        machine.advance();
    }

    /// Departures of this moment, and those the other sides remember and this one may not.
    private void addUnproven(List<Departure> left, List<Side> meeting) {
        List<Departure> all = new ArrayList<>(left);
        meeting.forEach(side -> all.addAll(side.state().unproven));
        for (Departure departure : all) {
            boolean known = state.unproven.stream().anyMatch(d -> d.node().equals(departure.node()));
            // What another side holds against a node that was with us all the time, we know better.
            if (!known && !(kept.contains(departure.node()) && state.members.containsKey(departure.node()))) {
                state.unproven.add(departure);
            }
        }
    }

    /// One who comes back with nothing running needs no proof from its daemons: it is one.
    private void proveIdle(StateMachine machine, List<Departure> lost, Set<Node> joining) {
        for (Node node : joining) {
            Transition t = transitions.get(node);
            boolean held = state.unproven.stream().anyMatch(d -> d.node().equals(node))
                    || lost.stream().anyMatch(d -> d.node().equals(node));
            if (t != null && held && !t.unproven()) {
                machine.prove(node, node.nodeid(), GroupEntry.STOPPED);
            }
        }
    }

    private static List<Group> groupsOf(Side side) {
        return List.copyOf(side.state().groups.groups());
    }
}
