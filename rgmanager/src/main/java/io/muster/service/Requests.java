package io.muster.service;

import io.muster.core.Node;
import io.muster.service.Plan.ServiceSpec;
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
        if (service == null || spec == null) {
            transitions.answer(request, ResultCode.NO_SERVICE, 0);
        } else if (service.idle() && service.queue.isEmpty()) {
            begin(service, spec, request);
        } else {
            whileBusy(service, request);
        }
    }

    private void whileBusy(Service service, Request request) {
        boolean enable = request.kind() == RequestKind.ENABLE || request.kind() == RequestKind.ENABLE_BY_DOMAIN;
        Request present = service.request;
        if (service.frozen && request.kind() != RequestKind.UNFREEZE) {
            transitions.answer(request, ResultCode.FROZEN, 0);
        } else if (request.kind() == RequestKind.FREEZE || request.kind() == RequestKind.UNFREEZE) {
            transitions.answer(request, ResultCode.AGAIN, 0);
        } else if (waitsForStart(service) && request.kind() == RequestKind.DISABLE) {
            // Nothing of it runs: the record is all there is to change.
            transitions.finish(service, ResultCode.ABORT);
            transitions.toDisabled(service, ResultCode.SUCCESS, "disabled by request");
            transitions.answer(request, ResultCode.SUCCESS, 0);
        } else if (waitsForStart(service) && request.kind() == RequestKind.STOP) {
            transitions.finish(service, ResultCode.ABORT);
            transitions.toStopped(service, true, "stopped by request");
            transitions.answer(request, ResultCode.SUCCESS, 0);
        } else if (present != null && present.kind() == RequestKind.RELOCATE) {
            transitions.answer(request, ResultCode.DEADLOCK, 0);
        } else if (enable && (service.state == ServiceState.STARTING || service.state == ServiceState.STARTED)) {
            transitions.answer(request, ResultCode.RUNNING, service.owner);
        } else if (enable && service.state == ServiceState.RECOVERING) {
            transitions.answer(request, ResultCode.SUCCESS, 0);
        } else if (service.queue.size() >= QUEUE) {
            transitions.answer(request, ResultCode.AGAIN, 0);
        } else {
            service.queue.add(request);
        }
    }

    private static boolean waitsForStart(Service service) {
        return service.moving && service.actor == 0 && service.holder == null;
    }

    /// Nothing is under way for the service.
    void begin(Service service, ServiceSpec spec, Request request) {
        if (service.frozen && request.kind() != RequestKind.UNFREEZE && request.kind() != RequestKind.FREEZE) {
            transitions.answer(request, ResultCode.FROZEN, service.owner);
            return;
        }
        switch (request.kind()) {
            case ENABLE, ENABLE_BY_DOMAIN -> enable(service, spec, request);
            case DISABLE -> disable(service, request);
            case STOP -> stop(service, request);
            case RESTART -> restart(service, spec, request);
            case RELOCATE -> relocate(service, spec, request);
            case MIGRATE -> transitions.answer(request, ResultCode.INVALID, service.owner);
            case FREEZE, UNFREEZE -> freeze(service, request);
            case CONVALESCE -> convalesce(service, request);
            case LOCK, UNLOCK, QUERY_LOCK -> transitions.answer(request, ResultCode.INVALID, 0);
        }
    }

    private void enable(Service service, ServiceSpec spec, Request request) {
        switch (service.state) {
            case FAILED -> transitions.answer(request, ResultCode.FAIL, 0);
            case STARTED, STARTING -> {
                ResultCode code = state.ready(service.owner) ? ResultCode.RUNNING : ResultCode.FENCE;
                transitions.answer(request, code, service.owner);
            }
            default -> {
                boolean anywhere = request.kind() == RequestKind.ENABLE_BY_DOMAIN;
                int wanted = anywhere ? 0 : request.target() != 0 ? request.target() : request.asker();
                begin(service, spec, request, wanted);
            }
        }
    }

    /// Starts it on the node wanted, or wherever the domain says (0).
    private void begin(Service service, ServiceSpec spec, Request request, int wanted) {
        Choices choices = new Choices(state);
        ResultCode refusal = refusal(service, spec, choices, wanted);
        if (refusal != ResultCode.SUCCESS) {
            transitions.answer(request, refusal, 0);
            return;
        }
        service.tried.clear();
        service.origin = 0;
        service.request = request;
        service.target = wanted;
        if (wanted == 0) {
            service.target = choices.automatic(service, spec);
        }
        service.restartTimes.clear();
        if (choices.next(service, spec) == 0) {
            transitions.abandon(service);
            transitions.finish(service, spec.exclusive() ? ResultCode.EXCLUSIVE : ResultCode.DOMAIN);
        } else {
            transitions.move(service, ServiceState.STOPPED, false, "enabled by request");
        }
    }

    private ResultCode refusal(Service service, ServiceSpec spec, Choices choices, int wanted) {
        if (state.locked) {
            return ResultCode.AGAIN;
        }
        if (!state.unproven.isEmpty()) {
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
        Node holder = service.holder;
        if (holder != null
                && (!choices.online().contains(holder.nodeid()) || wanted != 0 && wanted != holder.nodeid())) {
            return ResultCode.FENCE;
        }
        return ResultCode.SUCCESS;
    }

    private void disable(Service service, Request request) {
        boolean again = service.state == ServiceState.FAILED || service.state == ServiceState.DISABLED;
        Next next = again ? Next.DISABLED_ANYWAY : Next.DISABLED;
        stopFor(service, request, next);
    }

    private void stop(Service service, Request request) {
        switch (service.state) {
            case STOPPED, DISABLED -> transitions.answer(request, ResultCode.SUCCESS, 0);
            case FAILED -> transitions.answer(request, ResultCode.FAIL, 0);
            default -> stopFor(service, request, Next.STOPPED);
        }
    }

    private void stopFor(Service service, Request request, Next next) {
        service.request = request;
        if (service.owner != 0) {
            if (state.ready(service.owner)) {
                transitions.stop(service, next, "by request");
            } else {
                // Its holder stays, so nobody starts it before the proof; but the operator needn't wait for that.
                transitions.unowned(service, next);
            }
            return;
        }
        Node where = where(service, request);
        if (where == null) {
            service.request = null;
            transitions.answer(request, ResultCode.FENCE, 0);
        } else {
            transitions.stopAt(service, where, next, "by request");
        }
    }

    /// Who runs a stop of what nobody owns: who may be running it, else the last owner, else the node that asks.
    private @Nullable Node where(Service service, Request request) {
        SortedSet<Integer> online = state.online();
        Node holder = service.holder;
        if (holder != null) {
            boolean there = online.contains(holder.nodeid()) && holder.equals(state.cluster.get(holder.nodeid()));
            return there ? holder : null;
        }
        int nodeid = online.contains(service.lastOwner) ? service.lastOwner : request.asker();
        return online.contains(nodeid) ? state.cluster.get(nodeid) : null;
    }

    private void restart(Service service, ServiceSpec spec, Request request) {
        switch (service.state) {
            case STARTED -> {
                if (!state.ready(service.owner)) {
                    transitions.answer(request, ResultCode.NODE, service.owner);
                } else if (state.locked) {
                    transitions.answer(request, ResultCode.AGAIN, service.owner);
                } else if (!state.unproven.isEmpty()) {
                    transitions.answer(request, ResultCode.FENCE, service.owner);
                } else {
                    service.request = request;
                    transitions.stop(service, Next.RESTART, "by request");
                }
            }
            case STOPPED -> begin(service, spec, request, request.asker());
            default -> transitions.answer(request, ResultCode.FAIL, service.owner);
        }
    }

    private void relocate(Service service, ServiceSpec spec, Request request) {
        if (service.state == ServiceState.STOPPED) {
            begin(service, spec, request, state.online().contains(request.target()) ? request.target() : 0);
            return;
        }
        if (service.state != ServiceState.STARTED) {
            transitions.answer(request, ResultCode.FAIL, service.owner);
            return;
        }
        int target = request.target();
        boolean online = state.online().contains(target);
        if (!state.ready(service.owner)) {
            transitions.answer(request, ResultCode.NODE, service.owner);
        } else if (state.locked) {
            transitions.answer(request, ResultCode.AGAIN, service.owner);
        } else if (!state.unproven.isEmpty()) {
            transitions.answer(request, ResultCode.FENCE, service.owner);
        } else if (online && !state.roomFor(service, spec, target)) {
            transitions.answer(request, ResultCode.DEPEND, service.owner);
        } else if (target == service.owner) {
            transitions.answer(request, ResultCode.RUNNING, service.owner);
        } else {
            service.request = request;
            service.target = online ? target : 0;
            transitions.stop(service, Next.MOVE, "by request");
        }
    }

    private void freeze(Service service, Request request) {
        boolean freeze = request.kind() == RequestKind.FREEZE;
        switch (service.state) {
            case STOPPED, STARTED, DISABLED -> {
                service.frozen = freeze;
                transitions.answer(request, ResultCode.SUCCESS, service.owner);
            }
            default -> transitions.answer(request, ResultCode.AGAIN, service.owner);
        }
    }

    private void convalesce(Service service, Request request) {
        if (service.state != ServiceState.STARTED || !state.ready(service.owner)) {
            transitions.answer(request, ResultCode.INVALID, service.owner);
        } else if (!service.partial) {
            transitions.answer(request, ResultCode.RUNNING, service.owner);
        } else {
            // The owner sees it standing here and runs the operation.
            service.request = request;
            service.generation = state.nextGeneration++;
        }
    }
}
