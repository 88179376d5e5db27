package io.muster.service;

import io.muster.core.Drive;
import io.muster.core.Incarnation;
import io.muster.core.MalformedMessage;
import io.muster.core.Node;
import io.muster.core.ReplicatedCore;
import io.muster.group.GroupEntry;
import io.muster.service.ClusterState.Peer;
import io.muster.service.Plan.PlanNode;
import io.muster.service.Plan.ServiceSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Decides where services run. One replica on each node that runs rgmanager, all fed by the log of the group
/// `rgmanager`.
///
/// Placement happens in [#apply], so that every replica comes to it by itself at the same position; there is no
/// coordinator. Only the owner acts, and what came of it goes through the log. The rules that keep a service from
/// running
/// twice:
///
/// 1. A start is given to a node only when the service's holder is nobody or that node ([Service]).
/// 2. While a run of a node is unproven - lost and not fenced, or configured and never heard of since the group
///    began - nothing is started anywhere. A lost node may have acted on an entry that nobody else has seen.
/// 3. Nothing starts without quorum or because of a message in a transitional configuration. What such a message
///    *reports* is taken: it is evidence.
/// 4. The driver asks cman before every start of an agent whether this node is still quorate.
/// 5. A loss of quorum forgets every decision, but no holder: each node stops all services and says so.
///
/// Thread: the owner's event loop.
public final class ServiceManager implements ReplicatedCore<GroupEntry, ServiceEvent, ServiceEffect> {
    private final Node self;
    private final Function<byte[], Optional<Plan>> reader;
    private final Transitions transitions;
    private final LocalWork local;
    private ClusterState state = new ClusterState();

    /// @param reader reads a cluster.conf document; empty when it is none. Must be a pure function
    public ServiceManager(Node self, Function<byte[], Optional<Plan>> reader) {
        this.self = self;
        this.reader = reader;
        this.transitions = new Transitions(state);
        this.local = new LocalWork(self);
    }

    @Override
    public void apply(GroupEntry entry) {
        boolean evaluate = switch (entry) {
            case GroupEntry.Message message -> receive(message);
            case GroupEntry.View view -> {
                view(view);
                // Membership and quorum follow at once; before them the view says half the truth.
                yield false;
            }
            case GroupEntry.Membership membership -> {
                membership(membership);
                yield true;
            }
            case GroupEntry.Quorum(long position, boolean quorate) -> {
                quorum(position, quorate);
                yield true;
            }
            case GroupEntry.Fenced fenced -> {
                fenced(fenced.victim(), fenced.how());
                yield true;
            }
            case GroupEntry.Recovered(long position, GroupEntry.Level level, long upTo) -> {
                recovered(level, upTo);
                yield true;
            }
            case GroupEntry.Config config -> {
                configuration(config);
                yield true;
            }
        };
        if (evaluate) {
            new Evaluation(state, transitions).run();
        }
    }

    private boolean receive(GroupEntry.Message entry) {
        Peer from = state.group.get(entry.from().nodeid());
        if (from == null || !from.node.equals(entry.from())) {
            return false;
        }
        ServiceMessage message;
        try {
            message = ServiceMessage.decode(entry.payload());
        } catch (MalformedMessage e) {
            return false;
        }
        if (message.wallMs() > 0) {
            state.clockMs = message.wallMs();
        }
        switch (message) {
            case ServiceMessage.Offer offer -> offered(offer.plan(), entry.regular());
            case ServiceMessage.Ready ready -> ready(from, ready);
            case ServiceMessage.Outcome outcome -> outcome(from, outcome);
            case ServiceMessage.Checked checked -> checked(from, checked);
            case ServiceMessage.Asked m -> {
                Request request = new Request(entry.from().nodeid(), m.id(), m.kind(), m.target());
                if (!entry.regular()) {
                    transitions.answer(request, ResultCode.AGAIN, 0);
                } else if (!state.quorate) {
                    transitions.answer(request, ResultCode.QUORUM, 0);
                } else {
                    new Requests(state, transitions).arrive(request, m.service());
                    if (m.kind() == RequestKind.UNLOCK) {
                        unpark();
                    }
                }
            }
            case ServiceMessage.Leaving leaving -> from.leaving = true;
            case ServiceMessage.Bystanders bystanders -> {
                if (entry.regular()) {
                    bystanders.nodeids().forEach(this::bystander);
                }
            }
        }
        return entry.regular();
    }

    /// Daemons offer only what cman calls the cluster's configuration, so the highest is the latest.
    private void offered(Plan plan, boolean regular) {
        Plan present = state.plan;
        if (!regular || present != null && present.version() >= plan.version()) {
            return;
        }
        adopt(plan);
        if (present == null) {
            unknown(plan);
        }
        unpark();
    }

    private void configuration(GroupEntry.Config config) {
        Optional<Plan> plan = reader.apply(config.bytes());
        if (plan.isEmpty()) {
            transitions.notice(true, "cluster.conf " + config.version() + " can't be read: services stay as they are");
            return;
        }
        boolean first = state.plan == null;
        adopt(plan.get());
        transitions.note(new ServiceEffect.Reconfigure(config.version(), config.bytes()));
        if (first) {
            unknown(plan.get());
        }
        unpark();
    }

    /// The group begins: nobody can vouch for any node yet, but fencing may already have for those that aren't here.
    private void unknown(Plan plan) {
        for (PlanNode node : plan.nodes()) {
            boolean here = state.cluster.containsKey(node.nodeid());
            if (!state.ready(node.nodeid()) && (here || state.fencedUpTo == 0)) {
                state.unproven.put(new Node(node.nodeid(), Incarnation.UNKNOWN), 0L);
            }
        }
    }

    private void adopt(Plan plan) {
        state.plan = plan;
        for (ServiceSpec spec : plan.services()) {
            state.services.computeIfAbsent(spec.name(), Service::new);
        }
    }

    private void ready(Peer from, ServiceMessage.Ready message) {
        Plan plan = state.plan;
        if (from.ready || from.epoch != message.epoch() || plan == null || plan.version() != message.version()) {
            return;
        }
        int nodeid = from.node.nodeid();
        Node never = new Node(nodeid, Incarnation.UNKNOWN);
        boolean unknown = state.unproven.containsKey(never);
        from.ready = true;
        for (Service service : state.inOrder()) {
            boolean unclean = message.unclean().contains(service.name);
            if (service.heldBy(nodeid)) {
                if (unclean) {
                    transitions.foundUnclean(service, from.node);
                } else {
                    transitions.released(service, "proven stopped on node " + nodeid);
                }
            } else if (unclean && unknown && service.holder == null) {
                transitions.foundUnclean(service, from.node);
            }
        }
        state.unproven.remove(never);
        vindicate(from);
        if (from.node.equals(self) && message.unclean().isEmpty()) {
            // Fencing may have made a victim of this node at the cluster's start, of which nothing is known here.
            transitions.note(new ServiceEffect.ReportStopped(never));
        }
        state.arrivals.add(nodeid);
        unpark();
    }

    /// Every run of this node is harmless once it is ready and holds nothing that couldn't be stopped.
    private void vindicate(Peer from) {
        int nodeid = from.node.nodeid();
        if (!from.ready || state.services.values().stream().anyMatch(s -> s.heldBy(nodeid))) {
            return;
        }
        for (Node run : List.copyOf(state.unproven.keySet())) {
            if (run.nodeid() == nodeid) {
                state.unproven.remove(run);
                if (from.node.equals(self)) {
                    transitions.note(new ServiceEffect.ReportStopped(run));
                }
            }
        }
    }

    private void outcome(Peer from, ServiceMessage.Outcome message) {
        Service service = state.services.get(message.service());
        if (service == null
                || service.generation != message.generation()
                || service.holder == null
                || !service.holder.equals(from.node)) {
            return;
        }
        boolean awaited = service.actor == from.node.nodeid();
        switch (message.operation()) {
            case START -> {
                if (awaited && service.state == ServiceState.STARTING) {
                    transitions.startEnded(service, message.success(), message.partial());
                    if (message.success()) {
                        unparkDependents(service);
                    }
                }
            }
            case STOP -> {
                boolean stopping = service.state == ServiceState.STOPPING || service.state == ServiceState.RECOVERABLE;
                if (awaited && stopping) {
                    transitions.stopEnded(service, message.success());
                    if (message.success() && !state.unproven.isEmpty()) {
                        vindicate(from);
                    }
                }
            }
            case CONVALESCE -> {
                Request request = service.request;
                if (request != null && request.kind() == RequestKind.CONVALESCE) {
                    service.partial = !message.success();
                    transitions.finish(service, message.success() ? ResultCode.SUCCESS : ResultCode.FAIL);
                }
            }
            case STATUS -> {}
        }
    }

    private void checked(Peer from, ServiceMessage.Checked message) {
        Service service = state.services.get(message.service());
        if (service == null
                || service.state != ServiceState.STARTED
                || service.owner != from.node.nodeid()
                || service.generation != message.generation()
                || service.frozen
                || service.request != null) {
            return;
        }
        if (message.success()) {
            service.partial = message.partial();
        } else {
            transitions.checkFailed(service);
        }
    }

    private void bystander(int nodeid) {
        if (state.cluster.containsKey(nodeid) && !state.group.containsKey(nodeid)) {
            state.unproven.remove(new Node(nodeid, Incarnation.UNKNOWN));
        }
    }

    private void view(GroupEntry.View view) {
        var members = new TreeMap<Integer, Peer>();
        for (Node node : view.members()) {
            Peer known = state.group.get(node.nodeid());
            boolean stays =
                    known != null && known.node.equals(node) && !view.joined().contains(node);
            members.put(node.nodeid(), stays ? known : new Peer(node, view.position()));
            if (!stays) {
                state.arrivals.remove(node.nodeid());
            }
        }
        state.group.clear();
        state.group.putAll(members);
        state.arrivals.retainAll(members.keySet());
        if (!view.joined().isEmpty() || !view.left().isEmpty()) {
            unpark();
        }
    }

    private void membership(GroupEntry.Membership membership) {
        state.cluster.clear();
        membership.members().forEach(node -> state.cluster.put(node.nodeid(), node));
        for (GroupEntry.Departure departure : membership.left()) {
            Node node = departure.node();
            switch (departure.reason()) {
                case LOST, KILLED -> state.unproven.putIfAbsent(node, membership.position());
                case LEFT, REMOVED -> state.unproven.remove(new Node(node.nodeid(), Incarnation.UNKNOWN));
            }
        }
        vindicateFormerRuns();
        if (!membership.joined().isEmpty() || !membership.left().isEmpty()) {
            unpark();
        }
    }

    /// After partitions another side may remember a run as lost whose successor is here and has long since stopped
    /// everything. The successor says so again; what it runs itself is no argument against it.
    private void vindicateFormerRuns() {
        for (Node run : List.copyOf(state.unproven.keySet())) {
            Peer successor = state.group.get(run.nodeid());
            if (successor == null
                    || !successor.ready
                    || successor.node.equals(run)
                    || run.incarnation().equals(Incarnation.UNKNOWN)
                    || !successor.node.equals(state.cluster.get(run.nodeid()))
                    || state.unproven.containsKey(successor.node)) {
                continue;
            }
            boolean unclean = state.services.values().stream()
                    .anyMatch(s -> s.heldBy(run.nodeid())
                            && (s.state == ServiceState.FAILED || !successor.node.equals(s.holder)));
            if (!unclean) {
                state.unproven.remove(run);
                if (successor.node.equals(self)) {
                    transitions.note(new ServiceEffect.ReportStopped(run));
                }
            }
        }
    }

    private void quorum(long position, boolean quorate) {
        if (quorate == state.quorate) {
            return;
        }
        state.quorate = quorate;
        if (quorate) {
            unpark();
            return;
        }
        transitions.notice(true, "#1: Quorum Dissolved");
        state.locked = false;
        state.arrivals.clear();
        state.inOrder().forEach(transitions::forget);
        for (Peer peer : state.group.values()) {
            peer.ready = false;
            peer.epoch = position;
        }
    }

    private void fenced(Node victim, String how) {
        state.unproven.remove(victim);
        if (how.equals(GroupEntry.STOPPED) && victim.equals(state.cluster.get(victim.nodeid()))) {
            // The word of a member about itself, and older than its place here: it speaks of what it had stopped before
            // it was taken back, and says nothing of what it has been given since.
            return;
        }
        boolean gone = !state.cluster.containsKey(victim.nodeid());
        if (gone) {
            state.unproven.remove(new Node(victim.nodeid(), Incarnation.UNKNOWN));
        }
        boolean anyRun = gone && victim.incarnation().equals(Incarnation.UNKNOWN);
        for (Service service : state.inOrder()) {
            Node holder = service.holder;
            if (holder != null && (holder.equals(victim) || anyRun && holder.nodeid() == victim.nodeid())) {
                transitions.released(service, "node " + victim.nodeid() + " is harmless");
            }
        }
    }

    /// Fencing has dealt with all it knows of: whoever was never seen and still isn't here is no danger. Runs that were
    /// lost need a [GroupEntry.Fenced] of their own, since a level without groups passes by itself.
    private void recovered(GroupEntry.Level level, long upTo) {
        if (level == GroupEntry.Level.FENCE && upTo > 0) {
            state.fencedUpTo = Math.max(state.fencedUpTo, upTo);
            state.unproven
                    .entrySet()
                    .removeIf(e -> e.getKey().incarnation().equals(Incarnation.UNKNOWN)
                            && e.getValue() <= upTo
                            && !state.cluster.containsKey(e.getKey().nodeid()));
        }
    }

    /// A transition: what is stopped may be looked at again.
    private void unpark() {
        state.services.values().forEach(service -> service.parked = false);
    }

    private void unparkDependents(Service started) {
        for (Service service : state.services.values()) {
            ServiceSpec spec = state.spec(service);
            if (spec != null && spec.depend().equals(started.name)) {
                service.parked = false;
            }
        }
    }

    @Override
    public List<ServiceEffect> drive(Drive<GroupEntry, ServiceEvent> why, long nowMs) {
        var effects = new ArrayList<>(transitions.drain(self.nodeid()));
        local.drive(state, why, nowMs, effects);
        return effects;
    }

    @Override
    public long nextDeadlineMs() {
        return local.nextDeadlineMs();
    }

    @Override
    public byte[] snapshot() {
        return state.encode();
    }

    @Override
    public void restore(byte[] snapshot) throws MalformedMessage {
        state = ClusterState.decode(snapshot);
        transitions.reset(state);
    }

    /// All services, by name.
    public List<ServiceStatus> services() {
        return state.services.values().stream().map(Service::status).toList();
    }

    public boolean quorate() {
        return state.quorate;
    }

    public boolean locked() {
        return state.locked;
    }

    /// Nodes whose rgmanager is in the group.
    public List<Integer> members() {
        return List.copyOf(state.group.keySet());
    }

    /// Nodes that may run services.
    public SortedSet<Integer> online() {
        return state.online();
    }

    /// Runs of nodes that keep all services from starting.
    public List<Node> unproven() {
        return List.copyOf(state.unproven.keySet());
    }

    /// The configuration in force, null before there is one.
    public @Nullable Plan plan() {
        return state.plan;
    }
}
