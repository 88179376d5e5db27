package io.muster.service;

import io.muster.core.MalformedMessage;
import io.muster.core.Node;
import io.muster.service.Plan.ServiceSpec;
import io.muster.wire.Input;
import io.muster.wire.Output;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Everything that is replicated, and simple questions to it.
final class ClusterState {
    private static final int MAX = 65_536;
    private static final int FORMAT = 1;

    /// A node whose rgmanager is in the group.
    static final class Peer {
        final Node node;

        /// Position since which its services are to be proven stopped anew: it joined, or quorum was lost.
        long epoch;

        /// It has reported that nothing of the former life runs there.
        boolean ready;

        boolean leaving;

        Peer(Node node, long epoch) {
            this.node = node;
            this.epoch = epoch;
        }
    }

    @Nullable
    Plan plan;

    boolean quorate;
    boolean locked;

    /// Position up to which fencing has recovered; 0 for never.
    long fencedUpTo;

    /// The latest time of day seen in a message.
    long clockMs;

    /// Taken by the next work that is given out.
    long nextGeneration = 1;

    final SortedMap<Integer, Node> cluster = new TreeMap<>();
    final SortedMap<Integer, Peer> group = new TreeMap<>();

    /// Runs of nodes nobody can vouch for, and the position at which that was found out: while there is one, nothing is
    /// started anywhere.
    final SortedMap<Node, Long> unproven = new TreeMap<>();

    /// Nodes that have become able to run services and for which failback hasn't been considered.
    final SortedSet<Integer> arrivals = new TreeSet<>();

    final SortedMap<String, Service> services = new TreeMap<>();

    /// Nodes that may run services.
    SortedSet<Integer> online() {
        var online = new TreeSet<Integer>();
        for (Peer peer : group.values()) {
            if (peer.ready && !peer.leaving && peer.node.equals(cluster.get(peer.node.nodeid()))) {
                online.add(peer.node.nodeid());
            }
        }
        return online;
    }

    boolean ready(int nodeid) {
        Peer peer = group.get(nodeid);
        return peer != null && peer.ready;
    }

    @Nullable
    ServiceSpec spec(Service service) {
        return plan == null ? null : plan.service(service.name);
    }

    /// The services in the order of the configuration; those that are gone from it but may still run come last.
    List<Service> inOrder() {
        var ordered = new ArrayList<Service>(services.size());
        var rest = new TreeMap<>(services);
        if (plan != null) {
            for (ServiceSpec spec : plan.services()) {
                Service service = rest.remove(spec.name());
                if (service != null) {
                    ordered.add(service);
                }
            }
        }
        ordered.addAll(rest.values());
        return ordered;
    }

    /// How many services a node has, `except` not counted.
    int load(int nodeid, @Nullable Service except) {
        int load = 0;
        for (Service service : services.values()) {
            if (service != except && service.owner == nodeid && service.state.occupies()) {
                load++;
            }
        }
        return load;
    }

    /// Whether exclusive services, this one or another, leave the node to it.
    boolean roomFor(Service service, ServiceSpec spec, int nodeid) {
        if (spec.exclusive()) {
            return load(nodeid, service) == 0;
        }
        for (Service other : services.values()) {
            ServiceSpec otherSpec = spec(other);
            if (other != service
                    && other.owner == nodeid
                    && other.state.occupies()
                    && otherSpec != null
                    && otherSpec.exclusive()) {
                return false;
            }
        }
        return true;
    }

    /// Whether what it depends on runs.
    boolean dependencyMet(ServiceSpec spec) {
        if (spec.depend().isEmpty()) {
            return true;
        }
        Service other = services.get(spec.depend());
        return other != null && other.state == ServiceState.STARTED;
    }

    /// Fewest services first, then the lowest nodeid.
    Comparator<Integer> emptiestFirst(Service service) {
        return Comparator.<Integer>comparingInt(n -> load(n, service)).thenComparing(Comparator.naturalOrder());
    }

    byte[] encode() {
        Output out = new Output(1024);
        out.u8(FORMAT);
        out.optional(Optional.ofNullable(plan), PlanCodec::encode);
        out.bool(quorate).bool(locked).u64(fencedUpTo).u64(clockMs).u64(nextGeneration);
        out.list(cluster.values(), Output::node);
        out.list(
                group.values(),
                (o, peer) -> o.node(peer.node).u64(peer.epoch).bool(peer.ready).bool(peer.leaving));
        out.list(unproven.entrySet(), (o, e) -> o.node(e.getKey()).u64(e.getValue()));
        out.list(arrivals, (o, nodeid) -> o.u32(nodeid));
        out.list(services.values(), (o, service) -> service.encode(o));
        return out.toBytes();
    }

    static ClusterState decode(byte[] octets) throws MalformedMessage {
        Input in = new Input(octets);
        int format = in.u8();
        if (format != FORMAT) {
            throw new MalformedMessage("state of services in format " + format);
        }
        ClusterState state = new ClusterState();
        state.plan = in.optional(PlanCodec::decode).orElse(null);
        state.quorate = in.bool();
        state.locked = in.bool();
        state.fencedUpTo = in.u64();
        state.clockMs = in.u64();
        state.nextGeneration = in.u64();
        in.list(MAX, Input::node).forEach(node -> state.cluster.put(node.nodeid(), node));
        in.list(MAX, ClusterState::peer).forEach(peer -> state.group.put(peer.node.nodeid(), peer));
        in.list(MAX, i -> Map.entry(i.node(), i.u64())).forEach(e -> state.unproven.put(e.getKey(), e.getValue()));
        state.arrivals.addAll(in.list(MAX, i -> i.u32(Integer.MAX_VALUE)));
        in.list(MAX, Service::decode).forEach(service -> state.services.put(service.name, service));
        in.end();
        return state;
    }

    private static Peer peer(Input in) throws MalformedMessage {
        Peer peer = new Peer(in.node(), in.u64());
        peer.ready = in.bool();
        peer.leaving = in.bool();
        return peer;
    }
}
