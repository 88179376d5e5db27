package io.muster.service;

import io.muster.core.Node;
import io.muster.service.Plan.ServiceSpec;
import java.util.ArrayList;
import java.util.List;

/// The transition table of services: every change of state, owner and holder, and nothing that chooses a node.
///
/// | from | on | to |
/// |---|---|---|
/// | stopped, disabled, recovering | a start is placed | starting |
/// | starting | start succeeded | started |
/// | starting | start failed | started, and at once recoverable |
/// | started | check failed | recoverable |
/// | started | stop, disable, relocate, failback, owner leaves, dependency lost | stopping |
/// | recoverable | stop succeeded | recovering, or disabled by its policy |
/// | recovering | nobody can start it | stopped |
/// | stopping | stop succeeded | stopped, disabled, or starting elsewhere |
/// | stopping, recoverable | stop failed | failed |
/// | stopping from failed or disabled | stop failed | disabled, with a warning |
/// | any | quorum lost | stopped, all else forgotten |
/// | starting, started, stopping, recoverable | its holder is proven harmless | stopped, disabled or starting elsewhere
/// |
///
/// What is to be told to operators and logs is gathered here and fetched with [#drain].
final class Transitions {
    /// An answer on its way to the node that asked.
    record Answered(int asker, ServiceEffect.Answer answer) {}

    private final List<ServiceEffect> lines = new ArrayList<>();
    private final List<Answered> answers = new ArrayList<>();
    private ClusterState state;

    Transitions(ClusterState state) {
        this.state = state;
    }

    void reset(ClusterState newState) {
        state = newState;
        lines.clear();
        answers.clear();
    }

    /// What has gathered since the last call; answers only for `self`.
    List<ServiceEffect> drain(int self) {
        var drained = new ArrayList<>(lines);
        for (Answered answered : answers) {
            if (answered.asker() == self) {
                drained.add(answered.answer());
            }
        }
        lines.clear();
        answers.clear();
        return drained;
    }

    void notice(boolean warning, String text) {
        lines.add(new ServiceEffect.Notice(warning, text));
    }

    void note(ServiceEffect effect) {
        lines.add(effect);
    }

    void answer(Request request, ResultCode code, int owner) {
        answers.add(new Answered(request.asker(), new ServiceEffect.Answer(request.id(), code, owner)));
    }

    /// Answers the request that is under way, if there is one.
    void finish(Service service, ResultCode code) {
        Request request = service.request;
        if (request != null) {
            service.request = null;
            answer(request, code, service.owner);
        }
    }

    /// Gives the start to a node that may run services.
    void start(Service service, ServiceSpec spec, int nodeid, String reason) {
        ClusterState.Peer peer = state.group.get(nodeid);
        if (peer == null) {
            throw new IllegalStateException("service " + service.name + ": start on node " + nodeid + ", not in group");
        }
        if (service.holder != null && !service.holder.equals(peer.node)) {
            throw new IllegalStateException("service " + service.name + ": start on " + peer.node + " while "
                    + service.holder + " is unproven");
        }
        if (service.owner != 0) {
            service.lastOwner = service.owner;
        }
        service.owner = nodeid;
        service.holder = peer.node;
        service.actor = nodeid;
        service.generation = state.nextGeneration++;
        service.next = Next.NONE;
        service.parked = false;
        service.moving = false;
        service.inPlace = false;
        service.partial = false;
        service.tried.add(nodeid);
        service.restarts = service.recovering ? service.restarts + 1 : 0;
        service.digest = spec.digest();
        enter(service, ServiceState.STARTING, reason);
    }

    /// Has the owner stop it.
    void stop(Service service, Next next, String reason) {
        service.actor = service.owner;
        service.generation = state.nextGeneration++;
        service.next = next;
        boolean recovery = next == Next.RECOVER_CHECK || next == Next.RECOVER_START;
        enter(service, recovery ? ServiceState.RECOVERABLE : ServiceState.STOPPING, reason);
    }

    /// Has a node stop what nobody owns: for form's sake, or where a stop failed before.
    void stopAt(Service service, Node node, Next next, String reason) {
        service.owner = node.nodeid();
        service.holder = node;
        stop(service, next, reason);
    }

    void startEnded(Service service, boolean success, boolean partial) {
        if (success) {
            boolean back = service.origin != 0 && service.owner == service.origin;
            boolean relocation = service.request != null && service.request.kind() == RequestKind.RELOCATE;
            service.actor = 0;
            service.partial = partial;
            endEpisode(service);
            enter(service, ServiceState.STARTED, "start succeeded");
            finish(service, relocation && back ? ResultCode.RELOCATION : ResultCode.SUCCESS);
            return;
        }
        // As the original shows it: for a moment it is started.
        enter(service, ServiceState.STARTED, "start ended");
        notice(true, "#68: Failed to start " + service.name + " on node " + service.owner);
        stop(service, Next.RECOVER_START, "start failed");
    }

    void checkFailed(Service service) {
        stop(service, Next.RECOVER_CHECK, "status check failed");
    }

    void stopEnded(Service service, boolean success) {
        Next next = service.next;
        if (!success && next != Next.DISABLED_ANYWAY) {
            stopFailed(service);
            return;
        }
        int from = service.owner;
        letGo(service);
        if (!success) {
            // The operator's word ends `failed`, but it is no proof: it may start again only where it may still run.
            ClusterState.Peer peer = state.group.get(from);
            service.holder = peer == null ? null : peer.node;
            enter(service, ServiceState.DISABLED, "disabled though its stop failed");
            notice(true, "#13: " + service.name + ": stop failed on node " + from + ", disabled by request");
            finish(service, ResultCode.WARNING);
            return;
        }
        switch (next) {
            case NONE, PLACE -> toStopped(service, false, "stopped");
            case STOPPED -> {
                toStopped(service, true, "stopped by request");
                finish(service, ResultCode.SUCCESS);
            }
            case DISABLED, DISABLED_ANYWAY -> toDisabled(service, ResultCode.SUCCESS, "disabled by request");
            case MOVE -> {
                service.origin = from;
                service.tried.clear();
                move(service, ServiceState.STOPPED, false, "on its way to another node");
            }
            case RESTART -> {
                service.origin = 0;
                service.target = from;
                service.tried.clear();
                move(service, ServiceState.STOPPED, true, "to be started again");
            }
            case RECOVER_CHECK -> recoverCheck(service, from);
            case RECOVER_START -> recoverStart(service);
            case REMOVED -> toStopped(service, true, "gone from the configuration");
        }
    }

    private void stopFailed(Service service) {
        ResultCode code = switch (service.next) {
            case MOVE, RECOVER_START, RECOVER_CHECK -> ResultCode.ABORT;
            default -> ResultCode.FAIL;
        };
        Node holder = service.holder;
        letGo(service);
        service.holder = holder;
        endEpisode(service);
        enter(service, ServiceState.FAILED, "stop failed");
        notice(
                true,
                "#12: " + service.name + " failed to stop on node " + service.lastOwner + "; intervention required");
        finish(service, code);
    }

    /// A node that has just reported in couldn't stop this.
    void foundUnclean(Service service, Node node) {
        letGo(service);
        // Whoever froze it meant a service that runs; a failed one must be open to disable.
        service.frozen = false;
        service.holder = node;
        service.lastOwner = node.nodeid();
        endEpisode(service);
        enter(service, ServiceState.FAILED, "stop before start failed");
        notice(true, "#13: " + service.name + " failed to stop cleanly on node " + node.nodeid());
        finish(service, ResultCode.FAIL);
    }

    private void recoverCheck(Service service, int from) {
        ServiceSpec spec = state.spec(service);
        if (spec == null) {
            toStopped(service, true, "gone from the configuration");
            return;
        }
        enter(service, ServiceState.RECOVERING, "stopped for recovery");
        service.recovering = true;
        service.tried.clear();
        if (spec.recovery().restarts() && restartAllowed(service, spec)) {
            service.restartTimes.add(state.clockMs);
            service.target = from;
            service.origin = 0;
            move(service, ServiceState.RECOVERING, true, "to be restarted in place");
            return;
        }
        service.restartTimes.clear();
        if (spec.recovery().disables()) {
            toDisabled(service, ResultCode.FAIL, "policy of recovery");
            return;
        }
        notice(false, "#71: Relocating failed service " + service.name);
        service.origin = from;
        move(service, ServiceState.RECOVERING, false, "to be relocated");
    }

    private boolean restartAllowed(Service service, ServiceSpec spec) {
        if (spec.maxRestarts() == 0) {
            service.restartTimes.clear();
            return true;
        }
        if (spec.restartExpireMs() > 0) {
            service.restartTimes.removeIf(t -> state.clockMs - t > spec.restartExpireMs());
        }
        return service.restartTimes.size() < spec.maxRestarts();
    }

    private void recoverStart(Service service) {
        ServiceSpec spec = state.spec(service);
        enter(service, ServiceState.RECOVERING, "stopped after a failed start");
        if (spec == null) {
            toStopped(service, true, "gone from the configuration");
        } else if (spec.recovery().disables()) {
            toDisabled(service, ResultCode.FAIL, "policy of recovery");
        } else {
            service.recovering = true;
            move(service, ServiceState.RECOVERING, false, "to be started on another node");
        }
    }

    /// Begins or goes on with looking for a node to start on.
    void move(Service service, ServiceState meanwhile, boolean inPlace, String reason) {
        service.moving = true;
        service.inPlace = inPlace;
        if (service.state != meanwhile) {
            enter(service, meanwhile, reason);
        }
    }

    /// Nobody can start it.
    void giveUp(Service service) {
        endEpisode(service);
        toStopped(service, true, "nobody could start it");
        finish(service, ResultCode.FAIL);
    }

    void disableUnstarted(Service service) {
        toDisabled(service, ResultCode.SUCCESS, "autostart is off");
    }

    void toDisabled(Service service, ResultCode code, String reason) {
        endEpisode(service);
        service.parked = false;
        enter(service, ServiceState.DISABLED, reason);
        finish(service, code);
    }

    /// A start that was asked for isn't possible after all: as before.
    void abandon(Service service) {
        endEpisode(service);
    }

    /// The owner isn't there to stop it: the record says what the operator wants, the holder stays.
    void unowned(Service service, Next next) {
        Node holder = service.holder;
        letGo(service);
        service.holder = holder;
        if (next == Next.STOPPED) {
            toStopped(service, true, "owner is gone");
            finish(service, ResultCode.SUCCESS);
        } else {
            toDisabled(service, ResultCode.SUCCESS, "owner is gone");
        }
    }

    void toStopped(Service service, boolean parked, String reason) {
        endEpisode(service);
        service.parked = parked;
        if (service.state != ServiceState.STOPPED) {
            enter(service, ServiceState.STOPPED, reason);
        }
    }

    /// The run of the node that held it is harmless now, though nobody has seen a stop succeed.
    void released(Service service, String reason) {
        service.holder = null;
        if (service.owner == 0) {
            return;
        }
        Next next = service.next;
        ServiceState was = service.state;
        letGo(service);
        switch (was) {
            case STARTING -> {
                if (service.request == null) {
                    toStopped(service, false, reason);
                } else {
                    move(service, ServiceState.STOPPED, false, reason);
                }
            }
            case STARTED -> {
                toStopped(service, false, reason);
                finish(service, ResultCode.NODE);
            }
            case STOPPING, RECOVERABLE -> {
                switch (next) {
                    case NONE, PLACE, RECOVER_CHECK -> toStopped(service, false, reason);
                    case STOPPED, REMOVED -> {
                        toStopped(service, true, reason);
                        finish(service, ResultCode.SUCCESS);
                    }
                    case DISABLED, DISABLED_ANYWAY -> toDisabled(service, ResultCode.SUCCESS, reason);
                    case MOVE, RESTART -> {
                        service.origin = 0;
                        move(service, ServiceState.STOPPED, false, reason);
                    }
                    case RECOVER_START -> recoverStart(service);
                }
            }
            case STOPPED, FAILED, RECOVERING, DISABLED -> {}
        }
    }

    /// Quorum is lost: whatever was decided is forgotten, except what may run where.
    void forget(Service service) {
        Node holder = service.holder;
        letGo(service);
        service.holder = holder;
        endEpisode(service);
        service.restartTimes.clear();
        service.restarts = 0;
        service.frozen = false;
        service.partial = false;
        service.parked = false;
        if (service.state != ServiceState.STOPPED) {
            enter(service, ServiceState.STOPPED, "quorum dissolved");
        }
        service.transitionMs = 0;
        finish(service, ResultCode.QUORUM);
        for (Request queued : service.queue) {
            answer(queued, ResultCode.QUORUM, 0);
        }
        service.queue.clear();
    }

    private static void letGo(Service service) {
        if (service.owner != 0) {
            service.lastOwner = service.owner;
        }
        service.owner = 0;
        service.holder = null;
        service.actor = 0;
        service.next = Next.NONE;
    }

    private static void endEpisode(Service service) {
        service.moving = false;
        service.inPlace = false;
        service.target = 0;
        service.origin = 0;
        service.recovering = false;
        service.tried.clear();
    }

    private void enter(Service service, ServiceState to, String reason) {
        ServiceState from = service.state;
        service.state = to;
        service.transitionMs = Math.max(1, state.clockMs);
        lines.add(new ServiceEffect.StateChanged(service.name, from, to, service.owner, reason));
    }
}
