package io.muster.membership;

import static io.muster.group.GroupEntry.STOPPED;

import io.muster.core.Incarnation;
import io.muster.core.Node;
import io.muster.group.Group;
import io.muster.group.GroupEntry;
import io.muster.group.GroupEntry.Departure;
import io.muster.group.GroupEntry.Reason;
import io.muster.quorum.VoteCount;
import io.muster.quorum.Voter;
import io.muster.totem.RingId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// Makes one cluster of the nodes of a new ring: a pure function of their transitions, so all of them get the same.
///
/// Nodes that moved here together are a **side** and have equal states, if nothing of ours is broken. The
/// state that is kept is that of the side that was quorate last; among sides of which none was ever quorate,
/// the one with the highest configuration; then the one with the lowest nodeid. Who isn't of that side:
///
/// | the other side | its nodes |
/// |---|---|
/// | other cluster, other protocol, other document under the same version before the first quorum | refused, by name |
/// | was never quorate, or isn't stateful | join as new ones |
/// | the kept side was quorate without it | stateful ones are ended, by name; the others join as new ones |
/// | isn't quorate by itself, and one who comes new remembers a later quorum | the same |
/// | neither was quorate since they parted | join again, their replicas start over |
///
/// Of the last kind, those that may still run services stay unproven until they report them stopped.
///
/// Nodes of one side whose states differ are an error of ours: the minority is ended, and lost.
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

    /// Nodes that moved here together and know different things, in words, with all that each of them knows; empty as
    /// long as nothing of ours is broken.
    String difference = "";

    private final SortedMap<Node, Transition> transitions;

    /// Those of [#ended] whose state isn't that of the nodes they moved with.
    private final SortedSet<Node> strayed = new TreeSet<>();

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

        int votes() {
            return nodes.values().stream().mapToInt(t -> t.self().votes()).sum();
        }

        boolean fresh() {
            return state().members.isEmpty();
        }

        /// The last quorum of which one of its machines knows from an earlier run.
        long remembered() {
            return nodes.values().stream()
                    .mapToLong(Transition::lastQuorum)
                    .max()
                    .orElse(0);
        }

        /// Whether it needs none of those who come.
        boolean quorateAlone() {
            List<Voter> voters = nodes.keySet().stream()
                    .map(state().members::get)
                    .filter(Objects::nonNull)
                    .map(Member::voter)
                    .toList();
            return VoteCount.count(voters, state().rules, state().tally, false).quorate();
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
        Side keeper = keeper(sides);
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

    /// The side whose state is kept. A quorum that somebody remembers who comes new, and that the last of those who
    /// come with a state has never heard of, may have started anything: from the older state nobody goes on, unless
    /// it is that of a quorum now.
    private static Side keeper(List<Side> sides) {
        Side last = sides.getFirst();
        if (last.quorateSequence() < 0 || last.quorateAlone()) {
            return last;
        }
        Transition known = last.first();
        return sides.stream()
                .filter(side -> side.quorateSequence() < 0 && side.first().ofClusterOf(known))
                .filter(side -> side.remembered() > last.quorateSequence())
                .min(Comparator.comparingLong((Side s) -> -s.remembered()).thenComparing(s -> s.nodes.firstKey()))
                .orElse(last);
    }

    private List<Side> sides() {
        SortedMap<String, Side> together = new TreeMap<>();
        for (Transition t : transitions.values()) {
            ClusterState known = t.state();
            // A node that has left or was told to go is still in the ring for a moment, but no longer one of us.
            if (!known.members.isEmpty() && !known.members.containsKey(t.node())) {
                continue;
            }
            String key = known.members.isEmpty() ? "fresh " + t.node() : "together " + t.side();
            together.computeIfAbsent(key, k -> new Side()).nodes.put(t.node(), t);
        }
        List<Side> sorted = new ArrayList<>();
        together.values().forEach(side -> sorted.add(agreeing(side)));
        sorted.sort(Comparator.comparingLong((Side s) -> -s.quorateSequence())
                .thenComparingInt(s -> s.quorateSequence() < 0 ? -s.state().configVersion : 0)
                .thenComparing(s -> s.nodes.firstKey()));
        return sorted;
    }

    /// Those of a side who know the same. That somebody knows something else is our error, and nobody can tell whose:
    /// the majority of votes goes on, without one the half with the lowest nodeid.
    private Side agreeing(Side side) {
        SortedMap<String, Side> halves = new TreeMap<>();
        for (Transition t : side.nodes.values()) {
            String known = HexFormat.of().formatHex(t.state().toBytes());
            halves.computeIfAbsent(known, k -> new Side()).nodes.put(t.node(), t);
        }
        if (halves.size() == 1) {
            return side;
        }
        int all = side.votes();
        Side right = halves.values().stream()
                .min(Comparator.comparing((Side half) -> half.votes() * 2 <= all)
                        .thenComparing(half -> half.nodes.firstKey()))
                .orElseThrow();
        var text = new StringBuilder("ring " + ring + ": " + side.nodes.keySet()
                + " moved together and know different things; " + right.nodes.keySet() + " go on\n");
        halves.forEach((known, half) -> {
            text.append(half.nodes.keySet()).append(": ").append(half.state()).append('\n');
            text.append(known).append('\n');
            if (half != right) {
                half.nodes.keySet().forEach(node -> {
                    ended.put(node, "it knows something else than the nodes it was with");
                    strayed.add(node);
                });
            }
        });
        difference += text;
        return right;
    }

    private void refuse(Side keeper) {
        Transition model = keeper.first();
        for (Transition t : transitions.values()) {
            if (!t.ofClusterOf(model)) {
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
            } else if (!mayCome(keeper, t.node())) {
                refused.put(
                        t.node(),
                        "cluster.conf version " + state.configVersion + " has no node with nodeid "
                                + t.node().nodeid() + ": add it there first");
            }
        }
    }

    /// A node that is in cluster.conf no more stays what it is as long as it runs; nobody comes anew under its entry.
    private boolean mayCome(Side keeper, Node node) {
        return state.configured.containsKey(node.nodeid())
                || state.members.containsKey(node)
                || state.isUnproven(node) && state.leaving.containsKey(node.nodeid())
                || keeper.fresh() && keeper.nodes.containsKey(node);
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
                ended.put(node, why(keeper));
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

    private static String why(Side keeper) {
        return keeper.quorateSequence() < 0
                ? "node " + keeper.first().node().nodeid() + " remembers a later quorum than the last one here"
                : "rejoined the cluster without a full restart";
    }

    private void install(Side keeper, SortedMap<Node, Member> joining, List<Side> meeting) {
        for (Transition t : transitions.values()) {
            state.position = Math.max(state.position, t.state().position);
        }
        StateMachine machine = new StateMachine(state, ring, log);
        List<Departure> left = new ArrayList<>();
        List<Node> joined = new ArrayList<>(joining.keySet());
        for (Node member : state.nodes()) {
            if (!kept.contains(member)) {
                state.members.remove(member);
                state.unmanaged.remove(member);
                left.add(machine.lose(new Departure(member, Reason.LOST)));
            }
        }
        for (Node node : strayed) {
            if (!state.isUnproven(node)) {
                left.add(machine.lose(new Departure(node, Reason.LOST)));
            }
        }
        if (keeper.fresh()) {
            for (Node node : kept) {
                joined.add(node);
                state.members.put(
                        node,
                        keeper.first()
                                .self()
                                .joinedAt(ring.sequence(), keeper.first().wallMs()));
            }
            joined.sort(null);
        }
        joining.forEach((node, member) -> {
            state.members.put(
                    node, member.joinedAt(ring.sequence(), keeper.first().wallMs()));
            state.forgetProof(node);
        });
        List<Departure> lost = List.copyOf(left);
        meeting.forEach(side -> takeOver(side, machine, left));
        if (!joined.isEmpty() || !left.isEmpty()) {
            state.disturbed = state.next();
            List<Departure> all = List.copyOf(left);
            log.all(new GroupEntry.Membership(state.disturbed, ring.sequence(), state.nodes(), joined, all));
        }
        meeting.forEach(side -> narrow(side, machine));
        hear(machine, joined, joining.keySet(), meeting);
        machine.recount(false);
        // First the departures, then the arrivals: one who is both is out before it is in again.
        state.groups.leaveAll(lost, state::next).forEach(machine::view);
        for (Side side : meeting) {
            // Of each side only its own nodes: what it remembers of others is older than what they know themselves.
            SortedSet<Node> own = new TreeSet<>(side.nodes.keySet());
            own.retainAll(joining.keySet());
            state.groups.adopt(groupsOf(side), own, state::next).forEach(machine::view);
        }
        state.forgetTheGone();
        machine.advance();
    }

    /// Lost runs that the other side remembers and this one never heard of. What it holds against a run that is here
    /// and lives, that run knows better itself.
    private void takeOver(Side side, StateMachine machine, List<Departure> left) {
        for (Departure departure : side.state().unproven) {
            Node run = departure.node();
            if (state.isUnproven(run) || state.wasProven(run) || state.members.containsKey(run)) {
                continue;
            }
            // Which of two lost runs of a node is the newer one, two sides that were apart can't tell: the one that is
            // known here stands for both.
            Departure stands = state.unproven.stream()
                    .filter(d -> d.node().nodeid() == run.nodeid() && d.reason() == departure.reason())
                    .findFirst()
                    .map(d -> d.with(d.remains().or(departure.remains())))
                    .orElse(departure);
            left.add(machine.lose(stands));
        }
    }

    /// What is known of a dead run only grows: both sides' lists are true of it, and so is each side's proof.
    private void narrow(Side side, StateMachine machine) {
        for (Departure departure : List.copyOf(state.unproven)) {
            Node run = departure.node();
            if (state.members.containsKey(run)) {
                continue;
            }
            if (side.state().wasProven(run)) {
                int teller = side.first().node().nodeid();
                LastFenced last = side.state().fenced.get(run.nodeid());
                if (last != null && last.victim().equals(run)) {
                    machine.prove(run, last.byNodeid(), last.how(), last.atMs());
                } else {
                    machine.prove(run, teller, STOPPED, 0);
                }
            } else if (side.state().isUnproven(run)) {
                machine.vouch(run, side.first().node().nodeid(), side.state().remains(run));
            }
        }
    }

    /// A node that joins says what may still run on it. Of its earlier runs nothing else can: it has looked after they
    /// ended. One with nothing running needs no proof from its daemons: it is one.
    ///
    /// @param joining those of `joined` who come to a cluster that is there: it may have taken one of them
    ///     for a run that nobody had met
    private void hear(StateMachine machine, List<Node> joined, Set<Node> joining, List<Side> meeting) {
        for (Node node : joined) {
            Transition t = transitions.get(node);
            if (t == null) {
                continue;
            }
            boolean adopted = meeting.stream()
                    .anyMatch(s -> s.nodes.containsKey(node) && s.state().managed(node));
            if (state.isUnproven(node) || !adopted) {
                machine.leftBehind(node, t.remains());
            }
            for (Departure departure : List.copyOf(state.unproven)) {
                Node run = departure.node();
                if (run.nodeid() == node.nodeid() && !run.equals(node)) {
                    machine.vouch(run, node.nodeid(), t.remains());
                }
            }
            if (joining.contains(node)) {
                machine.vouch(new Node(node.nodeid(), Incarnation.UNKNOWN), node.nodeid(), t.remains());
            }
        }
    }

    private static List<Group> groupsOf(Side side) {
        return List.copyOf(side.state().groups.groups());
    }
}
