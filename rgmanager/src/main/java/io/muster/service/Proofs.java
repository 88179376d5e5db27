package io.muster.service;

import io.muster.core.Incarnation;
import io.muster.core.Node;
import io.muster.group.GroupEntry;
import io.muster.group.GroupEntry.Departure;
import io.muster.group.Remains;
import io.muster.service.ClusterState.Peer;
import io.muster.service.Plan.PlanNode;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Predicate;

/// What proves that a run of a node runs a service no longer: its fencing, its own report of
/// stop-before-start or that of a newer run of its node, and the list of what may still run there, with
/// which it leaves, parts or is vouched for.
final class Proofs {
    private final ClusterState state;
    private final Transitions transitions;

    Proofs(ClusterState state, Transitions transitions) {
        this.state = state;
        this.transitions = transitions;
    }

    /// The group begins: nobody can vouch for a node that isn't here, but fencing may already have.
    void begin(Plan plan) {
        for (PlanNode node : plan.nodes()) {
            if (!state.standing.members().containsKey(node.nodeid()) && state.fencedUpTo == 0) {
                state.unmet.add(node.nodeid());
            }
        }
    }

    /// Stop-before-start, or the stop after a loss of quorum, has ended on a member. Its word replaces
    /// all that was believed of its node, also what nobody here knew.
    ///
    /// @return whether that was waited for
    boolean ready(Peer from, ServiceMessage.Ready message) {
        Plan plan = state.plan;
        if (from.ready() || from.epoch() != message.epoch() || plan == null || plan.version() != message.version()) {
            return false;
        }
        int nodeid = from.node().nodeid();
        state.peers.put(nodeid, from.proven());
        var named = new TreeSet<>(message.unclean());
        named.addAll(message.report().kept());
        for (String name : named) {
            // Also what no configuration names any more, or not yet.
            state.services.computeIfAbsent(name, Service::new);
        }
        for (Service service : state.inOrder()) {
            transitions.notFresh(service, run -> run.nodeid() == nodeid);
            if (message.report().kept().contains(service.name)
                    && transitions.kept(service, from.node(), has(message, service))) {
                continue;
            }
            if (message.unclean().contains(service.name)
                    || message.report().kept().contains(service.name)) {
                transitions.foundUnclean(service, from.node(), has(message, service));
            } else {
                release(service, holder -> holder.nodeid() == nodeid, "proven stopped on node " + nodeid);
            }
        }
        state.arrivals.add(nodeid);
        return true;
    }

    private static SortedSet<String> has(ServiceMessage.Ready message, Service service) {
        SortedSet<String> has = message.report().held().get(service.name);
        return has == null ? new TreeSet<>(List.of(Claims.UNKNOWN)) : has;
    }

    private void release(Service service, Predicate<Node> which, String reason) {
        SortedSet<Node> proven = new TreeSet<>(service.holders());
        proven.removeIf(which.negate());
        if (!proven.isEmpty()) {
            new Outcomes(state, transitions).released(service, proven, reason);
            transitions.unpark(other -> other == service);
        }
    }

    /// Of a run only these may still run.
    private void narrow(Node run, Remains remains) {
        for (Service service : state.inOrder()) {
            if (!remains.bars(service.name)) {
                release(service, run::equals, "not running on node " + run.nodeid() + " any more");
            }
        }
    }

    private void tell(Node run, Remains remains) {
        if (!remains.none() && !remains.all()) {
            transitions.notice(
                    true,
                    "node " + run.nodeid() + " may still run " + remains
                            + ": not started elsewhere until its rgmanager is back and has stopped it, it is fenced, or"
                            + " an operator acknowledges it");
        }
    }

    /// Whether the run speaks for itself: its own word counts, and no list.
    private boolean answers(Node run) {
        Peer peer = state.peers.get(run.nodeid());
        return peer != null && peer.node().equals(run);
    }

    /// The cluster's members have changed, or are said again after a view.
    ///
    /// @param before what was known to be left on each run
    void membership(GroupEntry.Membership membership, Map<Node, Remains> before) {
        for (Departure departure : membership.left()) {
            // One that is back as the run it was is about to report what runs there.
            if (!state.standing.present(departure.node())) {
                narrow(departure.node(), departure.remains());
            }
            if (!departure.remains().equals(before.get(departure.node()))) {
                tell(departure.node(), departure.remains());
            }
            switch (departure.reason()) {
                case LOST, KILLED -> {}
                case LEFT, REMOVED -> state.unmet.remove(departure.node().nodeid());
            }
        }
        state.unmet.removeAll(state.standing.members().keySet());
    }

    /// Members of the group have changed.
    void view(GroupEntry.View view) {
        state.services.values().forEach(service -> transitions.notFresh(service, run -> !answers(run)));
        for (Departure departure : view.left()) {
            if (!answers(departure.node())) {
                narrow(departure.node(), departure.remains());
            }
        }
    }

    /// Less is left of a run, or a member without rgmanager says what is. That a run whose rgmanager
    /// is in the group has no list any more says nothing.
    void vouched(Node run, Remains remains) {
        if (!answers(run) && !run.incarnation().equals(Incarnation.UNKNOWN)) {
            narrow(run, remains);
            tell(run, remains);
        }
    }

    /// A run of a node is proven harmless.
    void fenced(Node victim, String how) {
        boolean unknown = victim.incarnation().equals(Incarnation.UNKNOWN);
        if (unknown) {
            state.unmet.remove(victim.nodeid());
        }
        if (how.equals(GroupEntry.STOPPED) && state.standing.present(victim)) {
            // The word of a member about itself, and older than its place here: it speaks of what it
            // had stopped before it was taken back, and says nothing of what it has been given since.
            return;
        }
        boolean gone = !state.standing.members().containsKey(victim.nodeid());
        if (gone) {
            state.unmet.remove(victim.nodeid());
        }
        Predicate<Node> which = holder ->
                holder.equals(victim) || endsWith(holder, victim) || gone && unknown && sameNode(holder, victim);
        for (Service service : state.inOrder()) {
            release(service, which, "node " + victim.nodeid() + " is harmless");
        }
    }

    private static boolean sameNode(Node one, Node other) {
        return one.nodeid() == other.nodeid();
    }

    /// Of a node's lost runs cman keeps the last of each kind, and what ends that ends those before it.
    private boolean endsWith(Node holder, Node victim) {
        return sameNode(holder, victim)
                && !state.standing.present(holder)
                && !state.standing.lost().containsKey(holder);
    }

    /// Fencing has dealt with all it knows of: whoever was never seen and still isn't here is no
    /// danger. Runs that were lost need a [GroupEntry.Fenced] of their own, since a level without
    /// groups passes by itself.
    void recovered(GroupEntry.Level level, long upTo) {
        if (level == GroupEntry.Level.FENCE && upTo > 0) {
            state.fencedUpTo = Math.max(state.fencedUpTo, upTo);
            state.unmet.clear();
        }
    }
}
