package io.muster.service;

import io.muster.core.MalformedMessage;
import io.muster.core.Node;
import io.muster.wire.Input;
import io.muster.wire.Output;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// The replicated record of one service. Only [Transitions] changes state, owner and holder.
///
/// **Owner** is who has it as operators see it. **Holder** is the run of a node on which something of it may be
/// running: set before the first agent is started there, cleared only by proof (its stop succeeded, the run was fenced,
/// or a newer rgmanager on that node reported stop-before-start). A start needs the holder to be nobody, or the target
/// itself.
final class Service {
    private static final int MAX = 4096;

    final String name;
    ServiceState state = ServiceState.STOPPED;
    boolean frozen;
    boolean partial;
    int owner;
    int lastOwner;
    int restarts;
    long transitionMs;

    /// Number of the latest work given to the actor; one number is never given twice in a group's life.
    long generation;

    @Nullable
    Node holder;

    /// Who is to carry out the present start or stop; 0 for nobody.
    int actor;

    Next next = Next.NONE;

    /// Stopped, and not to be looked at before the next transition.
    boolean parked;

    /// A start is due: in place, or by going through the nodes until one succeeds.
    boolean moving;

    /// Where to start first; 0 for no preference.
    int target;

    /// While moving: only `target` or, when that has gone, anywhere.
    boolean inPlace;

    /// Whom to come back to when nobody else can; 0 for nobody.
    int origin;

    /// Whether the start that follows counts as a restart.
    boolean recovering;

    /// Of the configuration it was last started with.
    String digest = "";

    final SortedSet<Integer> tried = new TreeSet<>();

    /// When it was restarted in place, for `max_restarts`.
    final List<Long> restartTimes = new ArrayList<>();

    @Nullable
    Request request;

    final List<Request> queue = new ArrayList<>();

    Service(String name) {
        this.name = name;
    }

    boolean heldBy(int nodeid) {
        return holder != null && holder.nodeid() == nodeid;
    }

    /// Whether nothing is under way, so that the next request may be looked at.
    boolean idle() {
        return actor == 0 && !moving && request == null;
    }

    ServiceStatus status() {
        return new ServiceStatus(
                name, state, frozen, partial, owner, lastOwner, restarts, transitionMs == 0 ? 0 : transitionMs / 1000);
    }

    void encode(Output out) {
        out.string(name).oneOf(state).bool(frozen).bool(partial);
        out.u32(owner).u32(lastOwner).u32(restarts).u64(transitionMs).u64(generation);
        out.optional(Optional.ofNullable(holder), Output::node);
        out.u32(actor).oneOf(next).bool(parked).bool(moving).u32(target).bool(inPlace);
        out.u32(origin).bool(recovering);
        out.list(tried, (o, nodeid) -> o.u32(nodeid));
        out.list(restartTimes, Output::u64);
        out.string(digest);
        out.optional(Optional.ofNullable(request), Service::encodeRequest);
        out.list(queue, Service::encodeRequest);
    }

    static Service decode(Input in) throws MalformedMessage {
        Service service = new Service(in.string());
        service.state = in.oneOf(ServiceState.class);
        service.frozen = in.bool();
        service.partial = in.bool();
        service.owner = in.u32(Integer.MAX_VALUE);
        service.lastOwner = in.u32(Integer.MAX_VALUE);
        service.restarts = in.u32(Integer.MAX_VALUE);
        service.transitionMs = in.u64();
        service.generation = in.u64();
        service.holder = in.optional(Input::node).orElse(null);
        service.actor = in.u32(Integer.MAX_VALUE);
        service.next = in.oneOf(Next.class);
        service.parked = in.bool();
        service.moving = in.bool();
        service.target = in.u32(Integer.MAX_VALUE);
        service.inPlace = in.bool();
        service.origin = in.u32(Integer.MAX_VALUE);
        service.recovering = in.bool();
        service.tried.addAll(in.list(MAX, i -> i.u32(Integer.MAX_VALUE)));
        service.restartTimes.addAll(in.list(MAX, Input::u64));
        service.digest = in.string();
        service.request = in.optional(Service::decodeRequest).orElse(null);
        service.queue.addAll(in.list(MAX, Service::decodeRequest));
        return service;
    }

    private static void encodeRequest(Output out, Request request) {
        out.u32(request.asker()).u64(request.id()).oneOf(request.kind()).u32(request.target());
    }

    private static Request decodeRequest(Input in) throws MalformedMessage {
        return new Request(in.u32(Integer.MAX_VALUE), in.u64(), in.oneOf(RequestKind.class), in.u32(Integer.MAX_VALUE));
    }
}
