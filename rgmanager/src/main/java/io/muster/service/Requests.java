package io.muster.service;

import io.muster.core.Node;
import io.muster.service.Plan.ServiceSpec;
import io.muster.service.Stage.Busy;
import io.muster.service.Stage.Disabled;
import io.muster.service.Stage.Failed;
import io.muster.service.Stage.Placing;
import io.muster.service.Stage.Recovering;
import io.muster.service.Stage.Started;
import io.muster.service.Stage.Starting;
import io.muster.service.Stage.Stopped;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/// What becomes of an operator's request: the original's decision tables.
final class Requests {
    private static final int QUEUE = 8;

    private final ClusterState state;
    private final Transitions transitions;

    Requests(ClusterState state, Transitions transitions) {
        this.state = state;
        this.transitions = transitions;
    }

    /// A request has come out of the log.
    void arrive(Request request, String name) {
        switch (request.kind()) {
            case LOCK, UNLOCK -> {
                state.locked = request.kind() == RequestKind.LOCK;
                transitions.answer(request, ResultCode.SUCCESS, 0);
                return;
            }
            case QUERY_LOCK -> {
                transitions.answer(request, state.locked ? ResultCode.AGAIN : ResultCode.SUCCESS, 0);
                return;
            }
            default -> {}
        }
        Service service = state.services.get(name);
        ServiceSpec spec = service == null ? null : state.spec(service);
        if (service != null
                && spec == null
                && request.kind() == RequestKind.DISABLE
                && !service.frozen
                && (service.idle() || service.stage instanceof Stage.Seeking)
                && !service.holders().isEmpty()) {
            // No longer configured, but it couldn't be stopped: there must be a way.
            waitsNoMore(service);
            disable(service, request);
        } else if (service != null && spec == null && ofGone(service, request)) {
            // What is left of it may keep others waiting.
            return;
        } else if (service == null || spec == null) {
            transitions.answer(request, ResultCode.NO_SERVICE, 0);
        } else if (service.idle() && service.queue.isEmpty()) {
            begin(service, spec, request);
        } else {
            whileBusy(service, request);
        }
    }

    /// What an operator may ask of a service that is gone from the configuration while something of it
    /// is left.
    ///
    /// @return whether it was answered
    private boolean ofGone(Service service, Request request) {
        if (request.kind() == RequestKind.UNFREEZE && service.frozen) {
            transitions.freeze(service, false);
            transitions.answer(request, ResultCode.SUCCESS, service.owner());
            return true;
        }
        if (request.kind() == RequestKind.DISABLE && !service.holders().isEmpty()) {
            transitions.answer(request, service.frozen ? ResultCode.FROZEN : ResultCode.AGAIN, service.owner());
            return true;
        }
        return false;
    }

    private void whileBusy(Service service, Request request) {
        boolean enable = request.kind() == RequestKind.ENABLE || request.kind() == RequestKind.ENABLE_BY_DOMAIN;
        boolean relocating = service.request()
                .filter(present -> present.kind() == RequestKind.RELOCATE)
                .isPresent();
        if (service.frozen && request.kind() != RequestKind.UNFREEZE) {
            transitions.answer(service, request, ResultCode.FROZEN, 0);
        } else if (request.kind() == RequestKind.FREEZE || request.kind() == RequestKind.UNFREEZE) {
            transitions.answer(service, request, ResultCode.AGAIN, 0);
        } else if (waitsForStart(service) && request.kind() == RequestKind.DISABLE) {
            // Nothing of it runs: the record is all there is to change.
            transitions.disabled(service, "disabled by request", ResultCode.ABORT);
            transitions.answer(service, request, ResultCode.SUCCESS, 0);
        } else if (waitsForStart(service) && request.kind() == RequestKind.STOP) {
            transitions.stopped(service, true, "stopped by request", ResultCode.ABORT);
            transitions.answer(service, request, ResultCode.SUCCESS, 0);
        } else if (service.stage instanceof Stage.Seeking && request.kind() == RequestKind.DISABLE) {
            // It may take somebody's word, or its end, until it starts: nobody can wait behind that.
            waitsNoMore(service);
            disable(service, request);
        } else if (service.stage instanceof Stage.Seeking && request.kind() == RequestKind.STOP) {
            waitsNoMore(service);
            stop(service, request);
        } else if (enable
                && service.stage instanceof Stage.Seeking
                && !service.holders().isEmpty()) {
            transitions.answer(service, request, ResultCode.FENCE, 0);
        } else if (relocating) {
            transitions.answer(service, request, ResultCode.DEADLOCK, 0);
        } else if (enable && (service.stage instanceof Starting || service.stage instanceof Started)) {
            transitions.answer(service, request, ResultCode.RUNNING, service.owner());
        } else if (enable && service.stage instanceof Recovering) {
            transitions.answer(service, request, ResultCode.SUCCESS, 0);
        } else if (service.queue.size() >= QUEUE) {
            transitions.answer(service, request, ResultCode.AGAIN, 0);
        } else {
            transitions.queue(service, request);
        }
    }

    /// The start that it waits for isn't wanted any more.
    private void waitsNoMore(Service service) {
        if (service.stage instanceof Stage.Seeking) {
            transitions.stopped(service, true, "stopped by request", ResultCode.ABORT);
        }
    }

    private static boolean waitsForStart(Service service) {
        return service.stage instanceof Stage.Seeking && service.holders().isEmpty();
    }

    /// Nothing is under way for the service.
    void begin(Service service, ServiceSpec spec, Request request) {
        if (service.frozen && request.kind() != RequestKind.UNFREEZE && request.kind() != RequestKind.FREEZE) {
            transitions.answer(service, request, ResultCode.FROZEN, service.owner());
            return;
        }
        switch (request.kind()) {
            case ENABLE, ENABLE_BY_DOMAIN -> enable(service, spec, request);
            case DISABLE -> disable(service, request);
            case STOP -> stop(service, request);
            case RESTART -> restart(service, spec, request);
            case RELOCATE -> relocate(service, spec, request);
            case MIGRATE -> transitions.answer(service, request, ResultCode.INVALID, service.owner());
            case FREEZE, UNFREEZE -> freeze(service, request);
            case CONVALESCE -> convalesce(service, request);
            case LOCK, UNLOCK, QUERY_LOCK -> transitions.answer(service, request, ResultCode.INVALID, 0);
        }
    }

    private void enable(Service service, ServiceSpec spec, Request request) {
        switch (service.stage) {
            case Failed _ -> transitions.answer(service, request, ResultCode.FAIL, 0);
            case Started _ -> {
                ResultCode code = state.ready(service.owner()) ? ResultCode.RUNNING : ResultCode.FENCE;
                transitions.answer(service, request, code, service.owner());
            }
            case Stopped _, Disabled _ -> {
                boolean anywhere = request.kind() == RequestKind.ENABLE_BY_DOMAIN;
                int wanted = anywhere ? 0 : request.target() != 0 ? request.target() : request.asker();
                begin(service, spec, request, wanted);
            }
            case Busy _ -> busy(service, request);
        }
    }

    private void busy(Service service, Request request) {
        transitions.answer(service, request, ResultCode.AGAIN, 0);
    }

    /// Starts it on the node wanted, or wherever the domain says (0).
    private void begin(Service service, ServiceSpec spec, Request request, int wanted) {
        Choices choices = new Choices(state);
        ResultCode refusal = refusal(service, spec, choices, wanted);
        if (refusal != ResultCode.SUCCESS) {
            transitions.answer(service, request, refusal, 0);
            return;
        }
        Search search = Search.first(wanted == 0 ? choices.automatic(service, spec) : wanted);
        transitions.restartTimes(service, List.of());
        boolean others = choices.waits(service, spec, search);
        if (choices.next(service, spec, search) == 0 && !(others && choices.passing(service, spec))) {
            transitions.answer(
                    service,
                    request,
                    others ? ResultCode.AGAIN : spec.exclusive() ? ResultCode.EXCLUSIVE : ResultCode.DOMAIN,
                    0);
        } else {
            transitions.enter(
                    service, new Placing(service.holders(), search, Optional.of(request)), "enabled by request");
        }
    }

    private ResultCode refusal(Service service, ServiceSpec spec, Choices choices, int wanted) {
        if (state.locked) {
            return ResultCode.AGAIN;
        }
        if (!state.barring(service.name).isEmpty()) {
            return ResultCode.FENCE;
        }
        if (wanted != 0 && !choices.online().contains(wanted)) {
            return ResultCode.NODE;
        }
        if (wanted != 0 && !Evaluation.tolerable(choices, service, spec, wanted)) {
            return ResultCode.DOMAIN;
        }
        if (!state.dependencyMet(spec)) {
            return ResultCode.DEPEND;
        }
        boolean elsewhere = service.holders().stream()
                .anyMatch(holder ->
                        !choices.online().contains(holder.nodeid()) || wanted != 0 && wanted != holder.nodeid());
        return elsewhere || service.holders().size() > 1 ? ResultCode.FENCE : ResultCode.SUCCESS;
    }

    private void disable(Service service, Request request) {
        boolean again = service.stage instanceof Failed || service.stage instanceof Disabled;
        stopFor(service, request, again ? new Purpose.DisableAnyway() : new Purpose.Disable());
    }

    private void stop(Service service, Request request) {
        switch (service.stage) {
            case Stopped _, Disabled _ -> transitions.answer(service, request, ResultCode.SUCCESS, 0);
            case Failed _ -> transitions.answer(service, request, ResultCode.FAIL, 0);
            case Started _ -> stopFor(service, request, new Purpose.Stop());
            case Busy _ -> busy(service, request);
        }
    }

    private void stopFor(Service service, Request request, Purpose purpose) {
        if (service.stage instanceof Started started) {
            if (state.ready(service.owner())) {
                transitions.stop(service, started, purpose, Optional.of(request), "by request");
                return;
            }
            // Its holder stays, so nobody starts it before the proof; but the operator needn't wait for
            // that.
            if (purpose instanceof Purpose.Stop) {
                transitions.stopped(service, true, "owner is gone", null);
            } else {
                transitions.disabled(service, "owner is gone", ResultCode.SUCCESS);
            }
            transitions.answer(service, request, ResultCode.SUCCESS, 0);
            return;
        }
        Node where = where(service, request);
        if (where == null) {
            transitions.answer(service, request, ResultCode.FENCE, 0);
        } else {
            transitions.stopAt(service, where, purpose, request);
        }
    }

    /// Who runs a stop of what nobody owns: the first of those who may be running it and can be asked,
    /// else the last owner, else the node that asks.
    private @Nullable Node where(Service service, Request request) {
        if (!service.holders().isEmpty()) {
            return service.holders().stream().filter(state::online).findFirst().orElse(null);
        }
        SortedSet<Integer> online = state.online();
        int nodeid = online.contains(service.lastOwner) ? service.lastOwner : request.asker();
        return online.contains(nodeid) ? state.standing.members().get(nodeid) : null;
    }

    /// Why what runs can't be moved or started again just now.
    private ResultCode hindrance(Service service) {
        if (!state.ready(service.owner())) {
            return ResultCode.NODE;
        }
        if (state.locked) {
            return ResultCode.AGAIN;
        }
        boolean elsewhere = service.doubted() || !state.barring(service.name).isEmpty();
        return elsewhere ? ResultCode.FENCE : ResultCode.SUCCESS;
    }

    private void restart(Service service, ServiceSpec spec, Request request) {
        switch (service.stage) {
            case Started started -> {
                ResultCode hindrance = hindrance(service);
                if (hindrance != ResultCode.SUCCESS) {
                    transitions.answer(service, request, hindrance, service.owner());
                } else {
                    transitions.stop(service, started, new Purpose.Restart(), Optional.of(request), "by request");
                }
            }
            case Stopped _ -> begin(service, spec, request, request.asker());
            case Failed _, Disabled _ -> transitions.answer(service, request, ResultCode.FAIL, 0);
            case Busy _ -> busy(service, request);
        }
    }

    private void relocate(Service service, ServiceSpec spec, Request request) {
        int target = request.target();
        boolean online = state.online().contains(target);
        switch (service.stage) {
            case Stopped _ -> begin(service, spec, request, online ? target : 0);
            case Started started -> {
                ResultCode hindrance = hindrance(service);
                if (hindrance != ResultCode.SUCCESS) {
                    transitions.answer(service, request, hindrance, service.owner());
                } else if (online && !state.roomFor(service, spec, target)) {
                    transitions.answer(service, request, ResultCode.DEPEND, service.owner());
                } else if (target == service.owner()) {
                    transitions.answer(service, request, ResultCode.RUNNING, service.owner());
                } else {
                    Purpose move = new Purpose.Move(online ? target : 0);
                    transitions.stop(service, started, move, Optional.of(request), "by request");
                }
            }
            case Failed _, Disabled _ -> transitions.answer(service, request, ResultCode.FAIL, 0);
            case Busy _ -> busy(service, request);
        }
    }

    private void freeze(Service service, Request request) {
        switch (service.stage) {
            case Stopped _, Started _, Disabled _ -> {
                transitions.freeze(service, request.kind() == RequestKind.FREEZE);
                transitions.answer(service, request, ResultCode.SUCCESS, service.owner());
            }
            case Failed _, Busy _ -> busy(service, request);
        }
    }

    private void convalesce(Service service, Request request) {
        if (!(service.stage instanceof Started started) || !state.ready(service.owner())) {
            transitions.answer(service, request, ResultCode.INVALID, service.owner());
        } else if (!service.partial) {
            transitions.answer(service, request, ResultCode.RUNNING, service.owner());
        } else {
            // The owner sees it standing here and runs the operation.
            transitions.convalesce(service, started, request);
        }
    }
}
