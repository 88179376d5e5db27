package io.muster.service;

import io.muster.core.MalformedMessage;
import io.muster.core.Node;
import io.muster.group.GroupEntry;
import io.muster.group.Remains;
import io.muster.service.ClusterState.Peer;
import io.muster.service.Plan.ServiceSpec;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/// What each entry of the log changes in the replicated state, before [Evaluation] looks at the whole
/// of it.
final class Entries {
    private final ClusterState state;
    private final Function<byte[], Optional<Plan>> reader;
    private final Transitions transitions;
    private final Proofs proofs;
    private final Outcomes outcomes;

    Entries(ClusterState state, Function<byte[], Optional<Plan>> reader, Transitions transitions) {
        this.state = state;
        this.reader = reader;
        this.transitions = transitions;
        this.proofs = new Proofs(state, transitions);
        this.outcomes = new Outcomes(state, transitions);
    }

    /// Members, quorum, lists and proofs come in several entries, each half the truth; and an entry of
    /// a transitional configuration starts nothing. So the whole is looked at with the next regular
    /// message: if nobody else has something to say, one is sent for that ([ServiceMessage.Look]).
    ///
    /// @return whether the whole state is to be looked at now
    boolean take(GroupEntry entry) {
        if (!(entry instanceof GroupEntry.Message message)) {
            changed(entry);
            state.due = true;
            return false;
        }
        Peer from = state.peers.get(message.from().nodeid());
        if (from == null || !from.node().equals(message.from())) {
            return false;
        }
        try {
            receive(message, from, ServiceMessage.decode(message.payload()));
        } catch (MalformedMessage e) {
            return false;
        }
        state.due = !message.regular();
        return message.regular();
    }

    private void changed(GroupEntry entry) {
        boolean quorateBefore = state.standing.quorate();
        var before = new TreeMap<>(state.standing.remains());
        state.standing.apply(entry);
        switch (entry) {
            case GroupEntry.Message _ -> {}
            case GroupEntry.View view -> view(view);
            case GroupEntry.Membership membership -> {
                proofs.membership(membership, before);
                if (!membership.joined().isEmpty() || !membership.left().isEmpty()) {
                    unpark();
                }
            }
            case GroupEntry.Quorum(long position, boolean quorate) -> {
                if (quorate != quorateBefore) {
                    quorum(position, quorate);
                }
            }
            case GroupEntry.Fenced fenced -> proofs.fenced(fenced.victim(), fenced.how());
            case GroupEntry.Vouched(long _, Node run, Remains remains) -> proofs.vouched(run, remains);
            case GroupEntry.Recovered(long position, GroupEntry.Level level, long upTo) ->
                proofs.recovered(level, upTo);
            case GroupEntry.Config config -> configuration(config);
        }
    }

    private void receive(GroupEntry.Message entry, Peer from, ServiceMessage message) {
        if (message.wallMs() > 0) {
            state.clockMs = message.wallMs();
        }
        boolean regular = entry.regular();
        switch (message) {
            case ServiceMessage.Ready ready -> {
                if (proofs.ready(from, ready)) {
                    agents(from, ready.report().table());
                    unpark();
                }
            }
            case ServiceMessage.Outcome outcome -> outcome(from, outcome);
            case ServiceMessage.Checked checked -> checked(from, checked);
            case ServiceMessage.Asked asked -> asked(entry.from(), asked, regular);
            case ServiceMessage.Leaving leaving -> state.peers.put(from.node().nodeid(), from.parting());
            case ServiceMessage.Look _ -> {}
            case ServiceMessage.Agents agents -> agents(from, agents.table());
            case ServiceMessage.Unfit unfit -> unfit(from, unfit);
        }
    }

    /// The table of one node. Where tables differ, the stricter counts, and whoever keeps the nodes
    /// alike is told.
    private void agents(Peer from, NodeTable table) {
        if (table.equals(state.types.put(from.node().nodeid(), table))) {
            return;
        }
        state.claimsChanged();
        transitions.heldAnew();
        TypeTable.differences(state.types, from.node().nodeid()).forEach(line -> transitions.notice(true, line));
        unpark();
    }

    /// What is said of another configuration is said again of the present one.
    private void unfit(Peer from, ServiceMessage.Unfit message) {
        if (state.plan == null || message.version() != state.plan.version()) {
            return;
        }
        state.unfit.put(from.node().nodeid(), message.services());
        unpark();
    }

    private void asked(Node asker, ServiceMessage.Asked asked, boolean regular) {
        Request request = new Request(asker.nodeid(), asked.id(), asked.kind(), asked.target());
        if (!regular) {
            transitions.answer(request, ResultCode.AGAIN, 0);
        } else if (!state.standing.quorate()) {
            transitions.answer(request, ResultCode.QUORUM, 0);
        } else {
            new Requests(state, transitions).arrive(request, asked.service());
            if (asked.kind() == RequestKind.UNLOCK) {
                unpark();
            }
        }
    }

    private void outcome(Peer from, ServiceMessage.Outcome message) {
        Service service = state.services.get(message.service());
        if (service != null && message.operation() == Operation.INIT) {
            if (service.fresh.contains(from.node()) && service.freshGeneration == message.generation()) {
                transitions.initiated(service, from.node(), message.success(), message.partial());
            }
            return;
        }
        if (service == null || !outcomes.ended(service, from.node(), message) || !message.success()) {
            return;
        }
        if (message.operation() == Operation.START) {
            unparkDependents(service);
        }
    }

    private void checked(Peer from, ServiceMessage.Checked message) {
        Service service = state.services.get(message.service());
        if (service == null
                || !(service.stage instanceof Stage.Started started)
                || service.owner() != from.node().nodeid()
                || started.generation() != message.generation()
                || service.frozen
                || started.request().isPresent()
                || service.changing()) {
            return;
        }
        if (message.success()) {
            transitions.partial(service, message.partial());
        } else {
            outcomes.checkFailed(service, started);
        }
    }

    // ---- configuration

    /// Only cman says which configuration is the cluster's: whatever lies on a disk, here or elsewhere,
    /// says nothing.
    private void configuration(GroupEntry.Config config) {
        if (state.plan != null && config.sha256().equals(state.planSha256)) {
            return;
        }
        Optional<Plan> plan = reader.apply(config.bytes());
        if (plan.isEmpty()) {
            transitions.notice(true, "cluster.conf " + config.version() + " can't be read: services stay as they are");
            return;
        }
        adopt(plan.get());
        state.planSha256 = config.sha256();
        transitions.note(new ServiceEffect.Reconfigure(config.version(), config.bytes()));
    }

    private void adopt(Plan plan) {
        boolean first = state.plan == null;
        state.plan = plan;
        state.unfit.clear();
        state.claimsChanged();
        for (ServiceSpec spec : plan.services()) {
            if (!state.services.containsKey(spec.name())) {
                Service service = new Service(spec.name());
                state.services.put(spec.name(), service);
                if (!first && !spec.migratory()) {
                    transitions.fresh(service, readyRuns());
                }
            }
        }
        if (first) {
            proofs.begin(plan);
        }
        unpark();
    }

    /// Runs that have stopped everything there was until now. The others stop what is new with all the
    /// rest.
    private SortedSet<Node> readyRuns() {
        var runs = new TreeSet<Node>();
        state.peers.values().stream().filter(Peer::ready).map(Peer::node).forEach(runs::add);
        return runs;
    }

    // ---- group and quorum

    private void view(GroupEntry.View view) {
        var peers = new TreeMap<Integer, Peer>();
        for (Node node : view.members()) {
            Peer known = state.peers.get(node.nodeid());
            boolean stays =
                    known != null && known.node().equals(node) && !view.joined().contains(node);
            peers.put(node.nodeid(), stays ? known : Peer.joined(node, view.position()));
            if (!stays) {
                state.arrivals.remove(node.nodeid());
                state.unfit.remove(node.nodeid());
            }
        }
        state.peers.clear();
        state.peers.putAll(peers);
        state.arrivals.retainAll(peers.keySet());
        state.unfit.keySet().retainAll(peers.keySet());
        if (state.types.keySet().retainAll(peers.keySet())) {
            state.claimsChanged();
        }
        proofs.view(view);
        if (!view.joined().isEmpty() || !view.left().isEmpty()) {
            unpark();
        }
    }

    private void quorum(long position, boolean quorate) {
        if (quorate) {
            unpark();
            return;
        }
        transitions.notice(true, "#1: Quorum Dissolved");
        state.locked = false;
        state.arrivals.clear();
        state.inOrder().forEach(transitions::forget);
        state.peers.replaceAll((nodeid, peer) -> peer.unproven(position));
    }

    /// A transition: what is stopped may be looked at again.
    private void unpark() {
        transitions.unpark(service -> true);
    }

    private void unparkDependents(Service started) {
        transitions.unpark(service -> {
            ServiceSpec spec = state.spec(service);
            return spec != null && spec.depend().equals(started.name);
        });
    }
}
