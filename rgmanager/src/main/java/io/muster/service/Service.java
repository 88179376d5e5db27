package io.muster.service;

import io.muster.core.MalformedMessage;
import io.muster.core.Node;
import io.muster.wire.Input;
import io.muster.wire.Output;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// The replicated record of one service: the stage it is in, and what outlives stages. Everybody may
/// read it, only [Transitions] changes it.
///
/// Layout, big-endian: string name, stage ([StageCodec]), bool frozen, bool partial, u32 last owner,
/// u32 restarts, u64 time of the last transition, list of u64 restart times, list of requests, list of
/// suspects, list of what each holder has (node, list of strings),
/// list of fresh, u64 their number, list of marked.
final class Service {
    private static final int MAX = 4096;

    final String name;

    Stage stage;

    boolean frozen;

    /// When it was started last, something that isn't critical was left off.
    boolean partial;

    int lastOwner;

    /// How often it was started out of recovery since its last ordinary start.
    int restarts;

    /// Milliseconds since 1970; 0 when it has made no transition since the group began or lost quorum.
    long transitionMs;

    /// When it was restarted in place, for `max_restarts`.
    List<Long> restartTimes = List.of();

    /// Runs of nodes that couldn't stop it, while another has it: they may be running it, too. It goes
    /// on running, and is started nowhere else.
    SortedSet<Node> suspects = Stage.NOBODY;

    /// What each run that may be running it has of it ([io.muster.resource.Identities]).
    SortedMap<Node, SortedSet<String>> held = Collections.emptySortedMap();

    /// Runs that are still to stop it once: it is new to the configuration.
    SortedSet<Node> fresh = Stage.NOBODY;

    /// Number of that work.
    long freshGeneration;

    /// Runs on which that stop failed though nothing of it may be there: nobody starts it there by
    /// himself.
    SortedSet<Node> marked = Stage.NOBODY;

    /// What operators ask for behind the request that is under way.
    List<Request> queue = List.of();

    Service(String name) {
        this(name, new Stage.Stopped(Stage.NOBODY, false));
    }

    Service(String name, Stage stage) {
        this.name = name;
        this.stage = stage;
    }

    ServiceState state() {
        return stage.state();
    }

    int owner() {
        return stage.owner();
    }

    /// The runs of nodes on which something of it may be running, as far as it is known.
    SortedSet<Node> holders() {
        return suspects.isEmpty() ? stage.holders() : Stage.both(stage.holders(), suspects);
    }

    Optional<Request> request() {
        return stage.request();
    }

    /// Whether nobody holds it, or only this run: what a start there needs.
    boolean freeFor(Node run) {
        return Stage.only(run).containsAll(holders());
    }

    /// Whether it takes room on a node: counts for exclusive services and for spreading.
    boolean occupies(int nodeid) {
        return stage instanceof Stage.Owned && stage.holders().stream().anyMatch(holder -> holder.nodeid() == nodeid);
    }

    /// Whether it runs, and others than its owner may be running it.
    boolean doubted() {
        return !Stage.without(suspects, stage.holders()).isEmpty();
    }

    /// Whether nothing is under way, so that the next request may be looked at.
    boolean idle() {
        return !(stage instanceof Stage.Busy) && request().isEmpty() && !changing() && fresh.isEmpty();
    }

    /// Whether its owner is at work on what a new configuration has otherwise.
    boolean changing() {
        return stage instanceof Stage.Started started
                && started.change().filter(change -> change.due() != null).isPresent();
    }

    /// Whether nothing has become of it since the group began.
    boolean unknown() {
        return stage instanceof Stage.Stopped && holders().isEmpty() && transitionMs == 0;
    }

    /// @param barred why it is started nowhere else
    ServiceStatus status(String barred) {
        return new ServiceStatus(
                name,
                state(),
                frozen,
                partial,
                owner(),
                lastOwner,
                restarts,
                transitionMs == 0 ? 0 : transitionMs / 1000,
                barred);
    }

    void encode(Output out) {
        out.string(name);
        StageCodec.encode(out, stage);
        out.bool(frozen).bool(partial).u32(lastOwner).u32(restarts).u64(transitionMs);
        out.list(restartTimes, Output::u64).list(queue, StageCodec::request).list(suspects, Output::node);
        out.list(held.entrySet(), (o, e) -> o.node(e.getKey()).list(e.getValue(), Output::string));
        out.list(fresh, Output::node).u64(freshGeneration).list(marked, Output::node);
    }

    static Service decode(Input in) throws MalformedMessage {
        Service service = new Service(in.string(), StageCodec.decode(in));
        service.frozen = in.bool();
        service.partial = in.bool();
        service.lastOwner = in.u32(Integer.MAX_VALUE);
        service.restarts = in.u32(Integer.MAX_VALUE);
        service.transitionMs = in.u64();
        service.restartTimes = in.list(MAX, Input::u64);
        service.queue = in.list(MAX, StageCodec::readRequest);
        service.suspects = Stage.both(Stage.NOBODY, in.list(MAX, Input::node));
        var held = new TreeMap<Node, SortedSet<String>>();
        int holders = in.u32(MAX);
        for (int i = 0; i < holders; i++) {
            held.put(in.node(), new TreeSet<>(in.list(MAX, Input::string)));
        }
        service.held = Collections.unmodifiableSortedMap(held);
        service.fresh = Stage.both(Stage.NOBODY, in.list(MAX, Input::node));
        service.freshGeneration = in.u64();
        service.marked = Stage.both(Stage.NOBODY, in.list(MAX, Input::node));
        return service;
    }
}
