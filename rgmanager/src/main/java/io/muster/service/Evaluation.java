package io.muster.service;

import io.muster.core.Node;
import io.muster.service.Placement.Score;
import io.muster.service.Plan.ServiceSpec;

/// Looks at the whole state after an entry of the log and starts, stops and moves what the rules ask for, until there
/// is
/// nothing more to do. Runs in every replica with the same result.
final class Evaluation {
    private final ClusterState state;
    private final Transitions transitions;
    private final Requests requests;

    Evaluation(ClusterState state, Transitions transitions) {
        this.state = state;
        this.transitions = transitions;
        this.requests = new Requests(state, transitions);
    }

    /// Whether services may be started at all.
    static boolean startsAllowed(ClusterState state) {
        return state.quorate && !state.locked && state.unproven.isEmpty();
    }

    void run() {
        if (!state.quorate || state.plan == null) {
            return;
        }
        // Each pass gives work to a service or settles one; both end. The bound is for our own mistakes.
        int passes = 10 * state.services.size() + 10;
        while (pass()) {
            if (--passes == 0) {
                throw new IllegalStateException("placement doesn't settle");
            }
        }
        if (startsAllowed(state)) {
            state.arrivals.clear();
        }
    }

    private boolean pass() {
        boolean changed = false;
        for (Service service : state.inOrder()) {
            ServiceSpec spec = state.spec(service);
            changed |= spec == null ? removed(service) : one(service, spec);
        }
        return changed;
    }

    private boolean removed(Service service) {
        if (service.state == ServiceState.STARTED && service.actor == 0 && state.ready(service.owner)) {
            transitions.stop(service, Next.REMOVED, "gone from the configuration");
            return true;
        }
        if (service.holder != null || service.actor != 0) {
            return false;
        }
        transitions.finish(service, ResultCode.NO_SERVICE);
        service.queue.forEach(request -> transitions.answer(request, ResultCode.NO_SERVICE, 0));
        state.services.remove(service.name);
        return true;
    }

    private boolean one(Service service, ServiceSpec spec) {
        if (service.idle() && !service.queue.isEmpty()) {
            requests.begin(service, spec, service.queue.removeFirst());
            return true;
        }
        if (service.frozen) {
            return false;
        }
        return switch (service.state) {
            case STARTED -> started(service, spec);
            case STOPPED -> service.moving ? moving(service, spec) : stopped(service, spec);
            case RECOVERING -> service.moving && moving(service, spec);
            case STARTING, STOPPING, RECOVERABLE, FAILED, DISABLED -> false;
        };
    }

    private boolean started(Service service, ServiceSpec spec) {
        ClusterState.Peer peer = state.group.get(service.owner);
        if (peer == null || !peer.ready || service.actor != 0) {
            return false;
        }
        if (peer.leaving) {
            transitions.stop(service, Next.PLACE, "its owner leaves");
            return true;
        }
        if (!state.dependencyMet(spec)) {
            transitions.stop(service, Next.PLACE, spec.depend() + " isn't started");
            return true;
        }
        if (!service.idle()) {
            return false;
        }
        if (!service.digest.equals(spec.digest())) {
            transitions.stop(service, Next.RESTART, "its configuration has changed");
            return true;
        }
        if (!startsAllowed(state)) {
            return false;
        }
        int better = state.arrivals.isEmpty() ? 0 : new Choices(state).failback(service, spec);
        if (better != 0) {
            service.target = better;
            transitions.stop(service, Next.MOVE, "node " + better + " suits it better");
            return true;
        }
        return false;
    }

    private boolean stopped(Service service, ServiceSpec spec) {
        if (service.transitionMs == 0 && !spec.autostart()) {
            transitions.disableUnstarted(service);
            return true;
        }
        if (service.parked || !startsAllowed(state) || !state.dependencyMet(spec)) {
            return false;
        }
        int node = new Choices(state).automatic(service, spec);
        if (node == 0) {
            return false;
        }
        service.tried.clear();
        transitions.start(service, spec, node, "placed");
        return true;
    }

    private boolean moving(Service service, ServiceSpec spec) {
        if (!startsAllowed(state)) {
            return false;
        }
        if (!state.dependencyMet(spec)) {
            transitions.toStopped(service, false, spec.depend() + " isn't started");
            transitions.finish(service, ResultCode.DEPEND);
            return true;
        }
        Choices choices = new Choices(state);
        int node;
        if (service.inPlace) {
            node = choices.online().contains(service.target) && heldByNobodyElse(service) ? service.target : 0;
            service.inPlace = false;
            if (node == 0) {
                return true;
            }
        } else {
            node = choices.next(service, spec);
        }
        if (node == 0) {
            transitions.giveUp(service);
            return true;
        }
        if (service.origin == node && service.tried.size() > 0) {
            transitions.notice(true, "#70: Failed to relocate " + service.name + "; restarting locally");
        }
        transitions.start(service, spec, node, "placed");
        return true;
    }

    private boolean heldByNobodyElse(Service service) {
        Node holder = service.holder;
        return holder == null || holder.equals(state.cluster.get(service.target));
    }

    /// Whether an operator may start it on a node: that the domain allows it is enough.
    static boolean tolerable(Choices choices, Service service, ServiceSpec spec, int nodeid) {
        return choices.score(service, spec, nodeid) != Score.ILLEGAL;
    }
}
