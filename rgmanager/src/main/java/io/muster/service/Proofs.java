package io.muster.service;

import io.muster.core.Incarnation;
import io.muster.core.Node;
import io.muster.group.GroupEntry;
import io.muster.service.ClusterState.Peer;
import io.muster.service.Plan.PlanNode;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Predicate;

/// Which runs of nodes may still be running services, and what proves that one doesn't: its fencing,
/// its own report of stop-before-start, or that of a newer run of its node.
final class Proofs {
    private final Node self;
    private final ClusterState state;
    private final Transitions transitions;

    Proofs(Node self, ClusterState state, Transitions transitions) {
        this.self = self;
        this.state = state;
        this.transitions = transitions;
    }

    /// The group begins: nobody can vouch for any node yet, but fencing may already have for those that
    /// aren't here.
    void begin(Plan plan) {
        for (PlanNode node : plan.nodes()) {
            boolean here = state.standing.members().containsKey(node.nodeid());
            if (!state.ready(node.nodeid()) && (here || state.fencedUpTo == 0)) {
                state.strangers.add(node.nodeid());
            }
        }
    }

    /// Stop-before-start, or the stop after a loss of quorum, has ended on a member.
    ///
    /// @return whether that was waited for
    boolean ready(Peer from, ServiceMessage.Ready message) {
        Plan plan = state.plan;
        if (from.ready() || from.epoch() != message.epoch() || plan == null || plan.version() != message.version()) {
            return false;
        }
        Peer proven = from.proven();
        int nodeid = from.node().nodeid();
        state.peers.put(nodeid, proven);
        // Nobody here knows what a run did that was lost or never met: after partitions, it may be more
        // than its holders.
        boolean suspect = state.unproven().stream().anyMatch(run -> run.nodeid() == nodeid);
        state.strangers.remove(nodeid);
        for (Service service : state.inOrder()) {
            if (!message.unclean().contains(service.name)) {
                release(service, holder -> holder.nodeid() == nodeid, "proven stopped on node " + nodeid);
            } else if (service.heldBy(nodeid) || suspect && !(service.stage instanceof Stage.Owned)) {
                transitions.foundUnclean(service, from.node());
            }
        }
        vindicate(proven);
        if (from.node().equals(self) && message.unclean().isEmpty()) {
            // Fencing may have made a victim of this node at the cluster's start, of which nothing is
            // known here.
            transitions.note(new ServiceEffect.ReportStopped(new Node(nodeid, Incarnation.UNKNOWN)));
        }
        state.arrivals.add(nodeid);
        return true;
    }

    private void release(Service service, Predicate<Node> which, String reason) {
        SortedSet<Node> proven = new TreeSet<>(service.holders());
        proven.removeIf(which.negate());
        if (!proven.isEmpty()) {
            new Outcomes(state, transitions).released(service, proven, reason);
        }
    }

    /// Every run of this node is harmless once it is ready and holds nothing that couldn't be stopped.
    void vindicate(Peer from) {
        int nodeid = from.node().nodeid();
        if (!from.ready() || state.services.values().stream().anyMatch(s -> s.heldBy(nodeid))) {
            return;
        }
        for (Node run : state.lost()) {
            if (run.nodeid() == nodeid) {
                vouched(run, from);
            }
        }
    }

    private void vouched(Node run, Peer successor) {
        state.vindicated.add(run);
        if (successor.node().equals(self)) {
            transitions.note(new ServiceEffect.ReportStopped(run));
        }
    }

    /// The cluster's members have changed, or are said again after a view.
    void membership(GroupEntry.Membership membership) {
        for (GroupEntry.Departure departure : membership.left()) {
            Node node = departure.node();
            switch (departure.reason()) {
                case LOST, KILLED -> state.vindicated.remove(node);
                case LEFT, REMOVED -> state.strangers.remove(node.nodeid());
            }
        }
        vindicateFormerRuns();
    }

    /// After partitions another side may remember a run as lost whose successor is here and has long
    /// since stopped everything. The successor says so again; what it runs itself is no argument
    /// against it.
    private void vindicateFormerRuns() {
        for (Node run : state.lost()) {
            Peer successor = state.peers.get(run.nodeid());
            if (successor == null
                    || !successor.ready()
                    || successor.node().equals(run)
                    || !state.standing.present(successor.node())
                    || state.lost().contains(successor.node())) {
                continue;
            }
            if (state.services.values().stream().noneMatch(service -> unclean(service, successor.node()))) {
                vouched(run, successor);
            }
        }
    }

    /// Whether something of it is on that node that its present run hasn't been given.
    private static boolean unclean(Service service, Node present) {
        boolean former = service.holders().stream()
                .anyMatch(holder -> holder.nodeid() == present.nodeid() && !holder.equals(present));
        return former || service.stage instanceof Stage.Failed && service.heldBy(present.nodeid());
    }

    /// A run of a node is proven harmless.
    void fenced(Node victim, String how) {
        state.vindicated.remove(victim);
        boolean unknown = victim.incarnation().equals(Incarnation.UNKNOWN);
        if (unknown) {
            state.strangers.remove(victim.nodeid());
        }
        if (how.equals(GroupEntry.STOPPED) && state.standing.present(victim)) {
            // The word of a member about itself, and older than its place here: it speaks of what it had
            // stopped before it was taken back, and says nothing of what it has been given since.
            return;
        }
        boolean gone = !state.standing.members().containsKey(victim.nodeid());
        if (gone) {
            state.strangers.remove(victim.nodeid());
        }
        Predicate<Node> which =
                holder -> holder.equals(victim) || gone && unknown && holder.nodeid() == victim.nodeid();
        for (Service service : state.inOrder()) {
            release(service, which, "node " + victim.nodeid() + " is harmless");
        }
    }

    /// Fencing has dealt with all it knows of: whoever was never seen and still isn't here is no
    /// danger. Runs that were lost need a [GroupEntry.Fenced] of their own, since a level without
    /// groups passes by itself.
    void recovered(GroupEntry.Level level, long upTo) {
        if (level == GroupEntry.Level.FENCE && upTo > 0) {
            state.fencedUpTo = Math.max(state.fencedUpTo, upTo);
            state.strangers.removeIf(nodeid -> !state.standing.members().containsKey(nodeid));
        }
    }

    /// These members run no rgmanager.
    void bystanders(List<Integer> nodeids) {
        for (int nodeid : nodeids) {
            if (state.standing.members().containsKey(nodeid) && !state.peers.containsKey(nodeid)) {
                state.strangers.remove(nodeid);
            }
        }
    }
}
