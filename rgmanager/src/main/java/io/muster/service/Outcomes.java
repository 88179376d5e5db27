package io.muster.service;

import io.muster.core.Node;
import io.muster.service.Plan.ServiceSpec;
import io.muster.service.Stage.Failed;
import io.muster.service.Stage.Placing;
import io.muster.service.Stage.Recoverable;
import io.muster.service.Stage.Recovering;
import io.muster.service.Stage.Started;
import io.muster.service.Stage.Starting;
import io.muster.service.Stage.Stopping;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;

/// What follows from what an owner reports of its starts, stops and checks, and from the proof that it
/// can't report any more: recovery as the service's policy has it.
final class Outcomes {
    private final ClusterState state;
    private final Transitions transitions;

    Outcomes(ClusterState state, Transitions transitions) {
        this.state = state;
        this.transitions = transitions;
    }

    /// An operation has ended on a node.
    ///
    /// @return whether it was the one that is waited for
    boolean ended(Service service, Node from, ServiceMessage.Outcome message) {
        if (!(service.stage instanceof Stage.Owned owned)
                || !owned.run().equals(from)
                || owned.generation() != message.generation()
                || owned.due() != message.operation()) {
            return false;
        }
        boolean success = message.success();
        switch (owned) {
            case Starting starting -> startEnded(service, starting, success, message.partial());
            case Started started -> {
                switch (message.operation()) {
                    case SHED -> shed(service, started, success, message.partial());
                    case GROW -> grown(service, started, success, message.partial());
                    default -> {
                        transitions.partial(service, !success);
                        transitions.convalesced(service, started, success ? ResultCode.SUCCESS : ResultCode.FAIL);
                    }
                }
            }
            case Stopping stopping -> stopEnded(service, stopping, success);
            case Recoverable recoverable -> stopEnded(service, recoverable, success);
        }
        return true;
    }

    private void startEnded(Service service, Starting starting, boolean success, boolean partial) {
        Optional<Request> request = starting.request();
        if (success) {
            int origin = starting.search().origin();
            boolean back = origin != 0 && service.owner() == origin;
            boolean relocation = request.isPresent() && request.get().kind() == RequestKind.RELOCATE;
            transitions.partial(service, partial);
            transitions.end(
                    service,
                    started(starting, Optional.empty()),
                    "start succeeded",
                    relocation && back ? ResultCode.RELOCATION : ResultCode.SUCCESS);
            return;
        }
        ServiceSpec spec = state.spec(service);
        if (spec != null && !spec.digest().equals(starting.digest())) {
            // Another configuration came before the start did: no failure of the service's.
            transitions.enter(service, started(starting, request), "start ended");
            var again =
                    new Stopping(starting.run(), Stage.NOBODY, transitions.number(), new Purpose.Restart(), request);
            transitions.enter(service, again, "its configuration has changed");
            return;
        }
        // As the original shows it: for a moment it is started.
        transitions.enter(service, started(starting, request), "start ended");
        transitions.notice(true, "#68: Failed to start " + service.name + " on node " + service.owner());
        var recoverable =
                new Recoverable(starting.run(), transitions.number(), Optional.of(starting.search()), request);
        transitions.enter(service, recoverable, "start failed");
    }

    private static Started started(Starting starting, Optional<Request> request) {
        return new Started(starting.run(), starting.generation(), starting.digest(), request);
    }

    private void shed(Service service, Started started, boolean success, boolean untouched) {
        Stage.Change change = started.change().orElseThrow();
        if (success) {
            transitions.shed(service, started, change);
        } else if (untouched) {
            var refused = new Stage.Change(change.digest(), Stage.Change.Phase.REFUSED);
            transitions.change(service, started, refused, "its owner can't build it");
        } else {
            failed(service, ResultCode.FAIL);
        }
    }

    private void grown(Service service, Started started, boolean success, boolean partial) {
        if (success) {
            transitions.partial(service, partial);
            transitions.changed(service, started, started.change().orElseThrow());
            return;
        }
        transitions.notice(true, "#68: Failed to start what is new in " + service.name + " on node " + service.owner());
        checkFailed(service, started);
    }

    /// The owner found that what is started isn't well.
    void checkFailed(Service service, Started started) {
        var recoverable = new Recoverable(started.run(), transitions.number(), Optional.empty(), Optional.empty());
        transitions.enter(service, recoverable, "status check failed");
    }

    private void stopEnded(Service service, Stopping stopping, boolean success) {
        if (!success) {
            stopFailed(service, stopping);
            return;
        }
        int from = service.owner();
        Set<Node> proven = Stage.only(stopping.run());
        switch (stopping.purpose()) {
            case Purpose.Stop() -> stopped(service, stopping, proven, "stopped by request");
            case Purpose.Disable(), Purpose.DisableAnyway() ->
                stopped(service, stopping, proven, "disabled by request");
            case Purpose.Move(int target) ->
                place(service, stopping, Search.away(from, target), "on its way to another node");
            case Purpose.Restart() -> place(service, stopping, Search.again(from), "to be started again");
            case Purpose.Place() -> transitions.stopped(service, false, "stopped", proven, null);
            case Purpose.Remove() -> transitions.stopped(service, true, "gone from the configuration", proven, null);
        }
    }

    /// Goes on with the next holder, for a service that several hold, or ends what an operator has
    /// asked for.
    private void stopped(Service service, Stopping stopping, Set<Node> proven, String reason) {
        SortedSet<Node> rest = Stage.without(service.holders(), proven);
        // A first stop begins with the owner; what follows goes round by nodeid, each once.
        boolean first = stopping.purpose() instanceof Purpose.Disable;
        Optional<Node> next = rest.stream()
                .filter(holder -> (first || holder.compareTo(stopping.run()) > 0) && state.online(holder))
                .findFirst();
        if (next.isPresent() && !(stopping.purpose() instanceof Purpose.Stop)) {
            var anyway = new Purpose.DisableAnyway();
            var more = new Stopping(next.get(), rest, transitions.number(), anyway, stopping.request());
            transitions.enter(service, more, "by request", proven, null);
            return;
        }
        ResultCode code = rest.isEmpty() ? ResultCode.SUCCESS : ResultCode.WARNING;
        if (stopping.purpose() instanceof Purpose.Stop) {
            transitions.stopped(service, true, reason, proven, code);
        } else {
            transitions.disabled(service, reason, proven, code);
        }
    }

    private void place(Service service, Stopping stopping, Search search, String reason) {
        var placing = new Placing(stopping.others(), search, stopping.request());
        transitions.enter(service, placing, reason, Stage.only(stopping.run()), null);
    }

    private void stopFailed(Service service, Stopping stopping) {
        int from = service.owner();
        switch (stopping.purpose()) {
            case Purpose.DisableAnyway() -> {
                // The operator's word ends `failed`, but it is no proof: it may start again only where
                // it may still run.
                stopped(service, stopping, Stage.NOBODY, "disabled though its stop failed");
                transitions.notice(
                        true, "#13: " + service.name + ": stop failed on node " + from + ", disabled by request");
            }
            case Purpose.Move(int target) -> failed(service, ResultCode.ABORT);
            case Purpose.Stop(), Purpose.Disable(), Purpose.Restart(), Purpose.Place(), Purpose.Remove() ->
                failed(service, ResultCode.FAIL);
        }
    }

    private void failed(Service service, ResultCode code) {
        int from = service.owner();
        transitions.end(service, new Failed(service.holders()), "stop failed", code);
        transitions.notice(
                true, "#12: " + service.name + " failed to stop on node " + from + "; intervention required");
    }

    // ---- recovery

    private void stopEnded(Service service, Recoverable recoverable, boolean success) {
        if (!success) {
            failed(service, ResultCode.ABORT);
        } else if (recoverable.failed().isPresent()) {
            afterFailedStart(service, recoverable, recoverable.failed().get());
        } else {
            afterFailedCheck(service, recoverable);
        }
    }

    private void afterFailedCheck(Service service, Recoverable recoverable) {
        ServiceSpec spec = state.spec(service);
        int owner = service.owner();
        if (spec == null) {
            Set<Node> proven = Stage.only(recoverable.run());
            transitions.stopped(service, true, "gone from the configuration", proven, null);
            return;
        }
        boolean restart = spec.recovery().restarts() && restartAllowed(service, spec);
        Search search = restart ? Search.again(owner) : Search.away(owner, 0);
        recover(service, recoverable, search, "stopped for recovery");
        if (restart) {
            var times = new ArrayList<>(service.restartTimes);
            times.add(state.clockMs);
            transitions.restartTimes(service, times);
            return;
        }
        transitions.restartTimes(service, List.of());
        if (spec.recovery().disables()) {
            transitions.disabled(service, "policy of recovery", ResultCode.FAIL);
        } else {
            transitions.notice(false, "#71: Relocating failed service " + service.name);
        }
    }

    private void recover(Service service, Recoverable recoverable, Search search, String reason) {
        var recovering = new Recovering(search, recoverable.request());
        transitions.enter(service, recovering, reason, Stage.only(recoverable.run()), null);
    }

    private boolean restartAllowed(Service service, ServiceSpec spec) {
        if (spec.maxRestarts() == 0) {
            transitions.restartTimes(service, List.of());
            return true;
        }
        if (spec.restartExpireMs() > 0) {
            transitions.restartTimes(
                    service,
                    service.restartTimes.stream()
                            .filter(t -> state.clockMs - t <= spec.restartExpireMs())
                            .toList());
        }
        return service.restartTimes.size() < spec.maxRestarts();
    }

    private void afterFailedStart(Service service, Recoverable recoverable, Search search) {
        ServiceSpec spec = state.spec(service);
        recover(service, recoverable, search, "stopped after a failed start");
        if (spec == null) {
            transitions.stopped(service, true, "gone from the configuration", ResultCode.NO_SERVICE);
        } else if (spec.recovery().disables()) {
            transitions.disabled(service, "policy of recovery", ResultCode.FAIL);
        }
    }

    // ---- proof from elsewhere

    /// Runs of nodes are harmless now, though nobody has seen a stop succeed there.
    void released(Service service, Set<Node> proven, String reason) {
        boolean ownersToo = service.stage instanceof Stage.Owned owned && proven.contains(owned.run());
        if (!ownersToo) {
            transitions.released(service, proven, reason);
            return;
        }
        switch (service.stage) {
            case Starting starting -> {
                if (starting.request().isEmpty()) {
                    transitions.stopped(service, false, reason, proven, null);
                } else {
                    var placing = new Placing(Stage.NOBODY, starting.search(), starting.request());
                    transitions.enter(service, placing, reason, proven, null);
                }
            }
            case Started _ -> transitions.stopped(service, false, reason, proven, ResultCode.NODE);
            case Stopping stopping -> released(service, stopping, proven, reason);
            case Recoverable recoverable -> {
                if (recoverable.failed().isPresent()) {
                    afterFailedStart(service, recoverable, recoverable.failed().get());
                } else {
                    transitions.stopped(service, false, reason, proven, null);
                }
            }
            case Stage.Stopped _, Placing _, Recovering _, Failed _, Stage.Disabled _ -> {}
        }
    }

    private void released(Service service, Stopping stopping, Set<Node> proven, String reason) {
        switch (stopping.purpose()) {
            case Purpose.Place() -> transitions.stopped(service, false, reason, proven, null);
            case Purpose.Remove() -> transitions.stopped(service, true, reason, proven, null);
            case Purpose.Stop(), Purpose.Disable(), Purpose.DisableAnyway() ->
                stopped(service, stopping, proven, reason);
            case Purpose.Move(int target) -> {
                var rest = Stage.without(stopping.others(), proven);
                var placing = new Placing(rest, Search.first(target), stopping.request());
                transitions.enter(service, placing, reason, proven, null);
            }
            case Purpose.Restart() -> {
                var rest = Stage.without(stopping.others(), proven);
                var placing = new Placing(rest, Search.ANYWHERE, stopping.request());
                transitions.enter(service, placing, reason, proven, null);
            }
        }
    }
}
