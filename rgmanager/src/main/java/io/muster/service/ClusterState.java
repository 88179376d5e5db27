package io.muster.service;

import io.muster.core.Incarnation;
import io.muster.core.MalformedMessage;
import io.muster.core.Node;
import io.muster.group.Remains;
import io.muster.member.Standing;
import io.muster.service.Plan.ServiceSpec;
import io.muster.wire.Input;
import io.muster.wire.Output;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Everything that is replicated, and simple questions to it.
///
/// Layout of a snapshot, big-endian: u8 format, optional plan ([PlanCodec]), string hash of its
/// document, standing ([Standing]), bool locked, u64 fenced up to, u64 clock, u64 next generation,
/// bool due, list of peers (node, u64 epoch, bool ready, bool leaving), list of u32 unmet, list of u32
/// arrivals, list of tables (u32 nodeid, [NodeTable]), list of what nodes can't
/// run (u32 nodeid, list of strings service and why), list of services ([Service]).
final class ClusterState {
    private static final int MAX = 65_536;
    private static final int FORMAT = 6;

    /// A node whose rgmanager is in the group.
    ///
    /// @param epoch position since which its services are to be proven stopped anew: it joined, or
    ///     quorum was lost
    /// @param ready it has reported that nothing of the former life runs there
    /// @param leaving it wants to end
    record Peer(Node node, long epoch, boolean ready, boolean leaving) {
        static Peer joined(Node node, long position) {
            return new Peer(node, position, false, false);
        }

        Peer proven() {
            return new Peer(node, epoch, true, leaving);
        }

        Peer unproven(long position) {
            return new Peer(node, position, false, leaving);
        }

        Peer parting() {
            return new Peer(node, epoch, ready, true);
        }
    }

    @Nullable
    Plan plan;

    /// Of the document that the plan was read from.
    String planSha256 = "";

    Standing standing = new Standing();

    boolean locked;

    /// Position up to which fencing has recovered; 0 for never.
    long fencedUpTo;

    /// The latest time of day seen in a message.
    long clockMs;

    /// Taken by the next work that is given out.
    long nextGeneration = 1;

    final SortedMap<Integer, Peer> peers = new TreeMap<>();

    /// Something has changed and nobody has looked at the whole since: the next regular message does.
    boolean due;

    /// Configured nodes that nobody has met since the group began, and with which fencing hasn't dealt.
    final SortedSet<Integer> unmet = new TreeSet<>();

    /// Nodes that have become able to run services and for which failback hasn't been considered.
    final SortedSet<Integer> arrivals = new TreeSet<>();

    /// What each node in the group can't run of the present plan, and why, by nodeid.
    final SortedMap<Integer, SortedMap<String, String>> unfit = new TreeMap<>();

    /// What the agents of each node in the group say, by nodeid.
    final SortedMap<Integer, NodeTable> types = new TreeMap<>();

    final SortedMap<String, Service> services = new TreeMap<>();

    private @Nullable Claims claims;

    /// Who has which resource, as plan and tables are now.
    Claims claims() {
        Claims known = claims;
        if (known == null) {
            known = new Claims(this);
            claims = known;
        }
        return known;
    }

    /// Plan or tables have changed.
    void claimsChanged() {
        claims = null;
    }

    /// Runs that may run a service, beside those that are known to hold it: it is started nowhere while
    /// there is one.
    ///
    /// A lost run and a member without rgmanager may run what their list says; one whose rgmanager
    /// hasn't reported yet, and a node that nobody has met, anything. The latter counts as a run of
    /// its own.
    SortedSet<Node> barring(String service) {
        SortedSet<Node> runs = runs(remains -> remains.bars(service));
        ServiceSpec spec = plan == null ? null : plan.service(service);
        if (spec != null) {
            standing.remains().forEach((run, remains) -> {
                if (counts(run) && claims().listBars(spec, run, remains)) {
                    runs.add(run);
                }
            });
        }
        return runs;
    }

    /// Whether any list that counts has the service.
    boolean listed(String service) {
        return standing.remains().entrySet().stream()
                .anyMatch(entry -> counts(entry.getKey())
                        && !entry.getValue().all()
                        && entry.getValue().bars(service));
    }

    /// Whether the list of a run counts: where its rgmanager is in the group, its own word does.
    private boolean counts(Node run) {
        return !(standing.present(run) && inGroup(run) && !standing.lost().containsKey(run));
    }

    /// Runs that may run any service.
    SortedSet<Node> barringAll() {
        return runs(Remains::all);
    }

    private SortedSet<Node> runs(Predicate<Remains> which) {
        var runs = new TreeSet<Node>();
        standing.remains().forEach((run, remains) -> {
            if (which.test(remains) && counts(run)) {
                runs.add(run);
            }
        });
        for (Peer peer : peers.values()) {
            if (!peer.ready() && standing.present(peer.node())) {
                runs.add(peer.node());
            }
        }
        unmet.forEach(nodeid -> runs.add(new Node(nodeid, Incarnation.UNKNOWN)));
        return runs;
    }

    private boolean inGroup(Node run) {
        Peer peer = peers.get(run.nodeid());
        return peer != null && peer.node().equals(run);
    }

    /// What may still run on a node beside what its present run was given since its report: true of
    /// each earlier run of it.
    Remains left(Node present) {
        var left = new TreeSet<String>();
        for (Service service : services.values()) {
            boolean own = service.stage instanceof Stage.Owned owned
                    && owned.run().equals(present)
                    && !(owned instanceof Stage.Stopping stopping
                            && stopping.purpose() instanceof Purpose.DisableAnyway)
                    && !service.suspects.contains(present);
            if (service.holders().stream()
                    .anyMatch(holder -> holder.nodeid() == present.nodeid() && !(own && holder.equals(present)))) {
                left.add(service.name);
            }
        }
        return Remains.of(left);
    }

    /// Nodes that may run services.
    SortedSet<Integer> online() {
        var online = new TreeSet<Integer>();
        for (Peer peer : peers.values()) {
            if (peer.ready() && !peer.leaving() && standing.present(peer.node())) {
                online.add(peer.node().nodeid());
            }
        }
        return online;
    }

    /// Whether this run may be given work.
    boolean online(Node run) {
        return online().contains(run.nodeid()) && standing.present(run);
    }

    boolean ready(int nodeid) {
        Peer peer = peers.get(nodeid);
        return peer != null && peer.ready();
    }

    /// Why a node can't run a service as it is configured; empty when it can, as far as it has said.
    String unfit(String service, int nodeid) {
        return unfit.getOrDefault(nodeid, Collections.emptySortedMap()).getOrDefault(service, "");
    }

    @Nullable
    ServiceSpec spec(Service service) {
        return plan == null ? null : plan.service(service.name);
    }

    /// The services in the order of the configuration; those that are gone from it but may still run
    /// come last.
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
            if (service != except && service.occupies(nodeid)) {
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
            if (other != service && other.occupies(nodeid) && otherSpec != null && otherSpec.exclusive()) {
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
        return other != null && other.stage instanceof Stage.Started;
    }

    /// Fewest services first, then the lowest nodeid.
    Comparator<Integer> emptiestFirst(Service service) {
        return Comparator.<Integer>comparingInt(n -> load(n, service)).thenComparing(Comparator.naturalOrder());
    }

    byte[] encode() {
        Output out = new Output(1024);
        out.u8(FORMAT);
        out.optional(Optional.ofNullable(plan), PlanCodec::encode).string(planSha256);
        standing.encode(out);
        out.bool(locked).u64(fencedUpTo).u64(clockMs).u64(nextGeneration).bool(due);
        out.list(
                peers.values(),
                (o, peer) ->
                        o.node(peer.node()).u64(peer.epoch()).bool(peer.ready()).bool(peer.leaving()));
        out.list(unmet, (o, nodeid) -> o.u32(nodeid));
        out.list(arrivals, (o, nodeid) -> o.u32(nodeid));
        out.list(types.entrySet(), (o, e) -> e.getValue().encode(o.u32(e.getKey())));
        out.list(unfit.entrySet(), (o, e) -> ServiceMessage.Unfit.encode(o.u32(e.getKey()), e.getValue()));
        out.list(services.values(), (o, service) -> service.encode(o));
        return out.toBytes();
    }

    static ClusterState decode(byte[] octets) throws MalformedMessage {
        Input in = new Input(octets);
        int format = in.u8();
        if (format != FORMAT) {
            throw new MalformedMessage("state of services in format " + format + ", not " + FORMAT);
        }
        ClusterState state = new ClusterState();
        state.plan = in.optional(PlanCodec::decode).orElse(null);
        state.planSha256 = in.string(64);
        state.standing = Standing.decode(in);
        state.locked = in.bool();
        state.fencedUpTo = in.u64();
        state.clockMs = in.u64();
        state.nextGeneration = in.u64();
        state.due = in.bool();
        in.list(MAX, i -> new Peer(i.node(), i.u64(), i.bool(), i.bool()))
                .forEach(peer -> state.peers.put(peer.node().nodeid(), peer));
        state.unmet.addAll(in.list(MAX, i -> i.u32(Integer.MAX_VALUE)));
        state.arrivals.addAll(in.list(MAX, i -> i.u32(Integer.MAX_VALUE)));
        int tables = in.u32(MAX);
        for (int i = 0; i < tables; i++) {
            state.types.put(in.u32(Integer.MAX_VALUE), NodeTable.decode(in));
        }
        for (int left = in.u32(MAX); left > 0; left--) {
            state.unfit.put(in.u32(Integer.MAX_VALUE), ServiceMessage.Unfit.decode(in));
        }
        in.list(MAX, Service::decode).forEach(service -> state.services.put(service.name, service));
        in.end();
        return state;
    }
}
