package io.muster.service;

import io.muster.core.Drive;
import io.muster.core.MalformedMessage;
import io.muster.core.Node;
import io.muster.core.ReplicatedCore;
import io.muster.group.GroupEntry;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Decides where services run. One replica on each node that runs rgmanager, all fed by the log of the
/// group `rgmanager`.
///
/// Placement happens in [#apply], so that every replica comes to it by itself at the same position;
/// there is no coordinator. Only the owner acts, and what came of it goes through the log. The rules
/// that keep a service from running twice:
///
/// 1. A start is given to a node only when nobody holds the service, or that node's present run alone
///   ([Stage]).
/// 2. A service is started nowhere while a run of a node may run it of which nobody here knows better: a
///    lost one, or a member without rgmanager, with the service on its list; one whose rgmanager hasn't
///    reported its stop-before-start yet; a configured node that nobody has met. Where knowledge is
///    absent the list is "all": a lost node may have acted on an entry that nobody else has seen.
/// 3. Nothing starts without quorum or because of a message in a transitional configuration. What such
///    a message *reports* is taken: it is evidence.
/// 4. The driver asks cman before every start of an agent whether this node is still quorate.
/// 5. A loss of quorum forgets every decision, but no holder: each node stops all services and says so.
///
/// Thread: the owner's event loop.
public final class ServiceManager implements ReplicatedCore<GroupEntry, ServiceEvent, ServiceEffect> {
    private final Node self;
    private final Function<byte[], Optional<Plan>> reader;
    private final LocalWork local;
    private ClusterState state = new ClusterState();

    /// What [#local] gives, for codecs of records.
    public static Class<? extends Record> localKind() {
        return LocalWork.Image.class;
    }

    /// @param reader reads a cluster.conf document; empty when it is none. Must be a pure function
    public ServiceManager(Node self, Function<byte[], Optional<Plan>> reader) {
        this.self = self;
        this.reader = reader;
        this.local = new LocalWork(self);
    }

    @Override
    public void apply(GroupEntry entry) {
        var transitions = new Transitions(state);
        boolean evaluate = new Entries(state, reader, transitions).take(entry);
        if (evaluate) {
            new Evaluation(state, transitions).run();
        }
        local.tell(transitions.drain(self.nodeid()));
    }

    @Override
    public List<ServiceEffect> drive(Drive<GroupEntry, ServiceEvent> why, long nowMs) {
        return local.drive(state, why, nowMs);
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
        local.restored();
    }

    @Override
    public Record local() {
        return local.image();
    }

    @Override
    public void resume(Record image) throws MalformedMessage {
        local.resume(image);
    }

    /// All services, by name.
    public List<ServiceStatus> services() {
        return state.services.values().stream()
                .map(service -> service.status(Barred.why(state, service)))
                .toList();
    }

    public boolean quorate() {
        return state.standing.quorate();
    }

    public boolean locked() {
        return state.locked;
    }

    /// Nodes whose rgmanager is in the group.
    public List<Integer> members() {
        return List.copyOf(state.peers.keySet());
    }

    /// Runs of nodes that keep all services from starting.
    public List<Node> unproven() {
        return List.copyOf(state.barringAll());
    }

    /// The configuration in force, null before there is one.
    public @Nullable Plan plan() {
        return state.plan;
    }
}
