package io.muster.service;

import io.muster.service.Placement.Score;
import io.muster.service.Plan.ServiceSpec;
import java.util.List;
import java.util.Optional;

/// Looks at the whole state after an entry of the log and starts, stops and moves what the rules ask
/// for, until there is nothing more to do. Runs in every replica with the same result.
final class Evaluation {
    private final ClusterState state;
    private final Transitions transitions;
    private final Requests requests;

    Evaluation(ClusterState state, Transitions transitions) {
        this.state = state;
        this.transitions = transitions;
        this.requests = new Requests(state, transitions);
    }

    /// Whether nothing but its holders speaks against a start.
    private boolean startAllowed(Service service) {
        return state.standing.quorate()
                && !state.locked
                && state.barring(service.name).isEmpty();
    }

    void run() {
        if (!state.standing.quorate() || state.plan == null) {
            return;
        }
        // Each pass gives work to a service or settles one; both end. The bound is for our own
        // mistakes.
        int passes = 10 * state.services.size() + 10;
        while (pass()) {
            if (--passes == 0) {
                throw new IllegalStateException("placement doesn't settle");
            }
        }
        // What only one service's list bars has missed its time to fail back.
        if (!state.locked && state.barringAll().isEmpty()) {
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
        if (service.frozen && !service.holders().isEmpty()) {
            // Whoever froze it is at work on it, and hears of it where another waits for what it has.
            return false;
        }
        if (service.stage instanceof Stage.Started started && state.ready(service.owner())) {
            transitions.stop(service, started, new Purpose.Remove(), Optional.empty(), "gone from the configuration");
            return true;
        }
        if (!service.holders().isEmpty() || !service.fresh.isEmpty() || state.listed(service.name)) {
            return false;
        }
        transitions.remove(service);
        return true;
    }

    private boolean one(Service service, ServiceSpec spec) {
        if (service.idle() && !service.queue.isEmpty()) {
            requests.begin(service, spec, transitions.next(service));
            return true;
        }
        if (service.frozen) {
            return false;
        }
        return switch (service.stage) {
            case Stage.Started started -> started(service, started, spec);
            case Stage.Stopped stopped -> stopped(service, stopped, spec);
            case Stage.Seeking seeking -> seeking(service, seeking, spec);
            case Stage.Starting _, Stage.Stopping _, Stage.Recoverable _, Stage.Failed _, Stage.Disabled _ -> false;
        };
    }

    private boolean started(Service service, Stage.Started started, ServiceSpec spec) {
        ClusterState.Peer peer = state.peers.get(service.owner());
        if (peer == null || !peer.ready()) {
            return false;
        }
        if (peer.leaving()) {
            return stop(service, started, new Purpose.Place(), "its owner leaves");
        }
        if (!state.dependencyMet(spec)) {
            return stop(service, started, new Purpose.Place(), spec.depend() + " isn't started");
        }
        if (started.change().isPresent()) {
            return changing(service, started, started.change().get(), spec);
        }
        if (!service.idle() || service.doubted() || !startAllowed(service)) {
            return false;
        }
        if (!started.digest().equals(spec.digest())) {
            return change(service, started, spec);
        }
        int better = state.arrivals.isEmpty() ? 0 : new Choices(state).failback(service, spec);
        return better != 0 && stop(service, started, new Purpose.Move(better), "node " + better + " suits it better");
    }

    /// Only what has changed is stopped, and started again where it is there. Not before whatever it
    /// needs more is free, or about to be: until then it runs on as it is.
    private boolean change(Service service, Stage.Started started, ServiceSpec spec) {
        if (!state.unfit(service.name, service.owner()).isEmpty()
                || state.claims().conflicts(service, spec, service.owner()).stream()
                        .anyMatch(other -> !other.passing())) {
            return moved(service, started, spec);
        }
        var shed = new Stage.Change(spec.digest(), Stage.Change.Phase.SHED);
        transitions.change(service, started, shed, "its configuration has changed");
        return true;
    }

    /// Another has here what only one may have on a node: elsewhere both can.
    private boolean moved(Service service, Stage.Started started, ServiceSpec spec) {
        int elsewhere = new Choices(state).elsewhere(service, spec);
        return elsewhere != 0
                && stop(service, started, new Purpose.Move(elsewhere), "as configured now it can run elsewhere only");
    }

    private boolean changing(Service service, Stage.Started started, Stage.Change change, ServiceSpec spec) {
        if (!change.digest().equals(spec.digest())) {
            var shed = new Stage.Change(spec.digest(), Stage.Change.Phase.SHED);
            transitions.change(service, started, shed, "its configuration has changed again");
            return true;
        }
        if (change.phase() != Stage.Change.Phase.WAIT || service.doubted() || !startAllowed(service)) {
            return false;
        }
        List<Claims.Conflict> conflicts = state.claims().conflicts(service, spec, service.owner());
        if (!conflicts.isEmpty()) {
            return conflicts.stream().anyMatch(other -> !other.passing()) && moved(service, started, spec);
        }
        var grow = new Stage.Change(spec.digest(), Stage.Change.Phase.GROW);
        transitions.change(service, started, grow, "what comes is free");
        return true;
    }

    private boolean stop(Service service, Stage.Started started, Purpose purpose, String reason) {
        transitions.stop(service, started, purpose, Optional.empty(), reason);
        return true;
    }

    private boolean stopped(Service service, Stage.Stopped stopped, ServiceSpec spec) {
        if (service.transitionMs == 0 && !spec.autostart()) {
            transitions.disabled(service, "autostart is off", ResultCode.SUCCESS);
            return true;
        }
        if (stopped.parked() || !service.fresh.isEmpty() || !startAllowed(service) || !state.dependencyMet(spec)) {
            return false;
        }
        int node = new Choices(state).automatic(service, spec);
        if (node == 0) {
            return false;
        }
        transitions.start(service, spec, node, Search.ANYWHERE);
        return true;
    }

    private boolean seeking(Service service, Stage.Seeking seeking, ServiceSpec spec) {
        if (!startAllowed(service)) {
            return false;
        }
        if (!state.dependencyMet(spec)) {
            transitions.stopped(service, false, spec.depend() + " isn't started", ResultCode.DEPEND);
            return true;
        }
        Choices choices = new Choices(state);
        Search search = seeking.search();
        if (search.inPlace() && !choices.inPlace(service, spec, search.target())) {
            if (choices.waitsInPlace(service, spec, search.target())) {
                return false;
            }
            transitions.search(service, seeking, search.widened());
            return true;
        }
        int node = search.inPlace() ? search.target() : choices.next(service, spec, search);
        if (node == 0) {
            boolean waits = choices.waits(service, spec, search);
            if (waits && choices.passing(service, spec)) {
                return false;
            }
            // What another has may be let go of without a transition of any node.
            transitions.stopped(service, !waits, "nobody could start it", ResultCode.FAIL);
            return true;
        }
        if (search.origin() == node && !search.tried().isEmpty()) {
            transitions.notice(true, "#70: Failed to relocate " + service.name + "; restarting locally");
        }
        transitions.start(service, spec, node, search);
        return true;
    }

    /// Whether an operator may start it on a node: that the domain allows it is enough.
    static boolean tolerable(Choices choices, Service service, ServiceSpec spec, int nodeid) {
        return choices.score(service, spec, nodeid) != Score.ILLEGAL;
    }
}
