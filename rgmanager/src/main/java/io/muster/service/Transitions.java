package io.muster.service;

import io.muster.core.Node;
import io.muster.service.ClusterState.Peer;
import io.muster.service.Plan.ServiceSpec;
import io.muster.service.Stage.Disabled;
import io.muster.service.Stage.Failed;
import io.muster.service.Stage.Placing;
import io.muster.service.Stage.Recoverable;
import io.muster.service.Stage.Recovering;
import io.muster.service.Stage.Started;
import io.muster.service.Stage.Starting;
import io.muster.service.Stage.Stopped;
import io.muster.service.Stage.Stopping;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The only door through which a service changes. What it lets through:
///
/// | from | on | to |
/// |---|---|---|
/// | stopped | a start is placed | starting |
/// | stopped, disabled | enable, restart, relocate | placing |
/// | stopped | autostart is off | disabled |
/// | stopped, failed, disabled | disable | stopping |
/// | placing, recovering | a start is placed | starting |
/// | placing, recovering | nobody can start it, dependency lost, stop | stopped |
/// | placing, recovering | disable, policy of recovery | disabled |
/// | starting | start ended; if it failed, for a moment | started |
/// | started | start failed, check failed | recoverable |
/// | started | stop, disable, relocate, failback, owner leaves, dependency lost | stopping |
/// | stopping | stop succeeded | stopped, disabled or placing; stopping on the next who holds it |
/// | stopping | stop failed | failed; disabled if it had been failed or disabled |
/// | recoverable | stop succeeded | recovering; stopped if gone from the configuration |
/// | recoverable | stop failed | failed |
/// | started | stop, disable while its owner is gone | stopped, disabled |
/// | starting | its owner is proven harmless | stopped, or placing if an operator waits |
/// | started, recoverable | its owner is proven harmless | stopped, or recovering after a failed start |
/// | stopping | its owner is proven harmless | as if the stop had succeeded |
/// | any | quorum lost | stopped, all else forgotten |
/// | any | a node reports that it can't be stopped there | failed |
///
/// And always: a start needs that nobody holds the service, or only the target's present run; a holder
/// goes by proof alone; an operator's request is carried on or answered.
///
/// What is to be told to operators and logs is gathered here and fetched with [#drain].
final class Transitions {
    /// An answer on its way to the node that asked.
    private record Answered(int asker, ServiceEffect.Answer answer) {}

    private final ClusterState state;
    private final List<ServiceEffect> lines = new ArrayList<>();
    private final List<Answered> answers = new ArrayList<>();

    Transitions(ClusterState state) {
        this.state = state;
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

    /// Answers what was asked of a service as it stands now: a no, or another node than was asked for,
    /// with what bars it.
    void answer(Service service, Request request, ResultCode code, int owner) {
        boolean elsewhere = code == ResultCode.SUCCESS && request.target() != 0 && owner != request.target();
        String why = switch (code) {
            case SUCCESS -> elsewhere && request.starts() ? Barred.why(state, service, true) : "";
            case RUNNING, FROZEN, INVALID, PERMISSION -> "";
            default -> Barred.why(state, service, request.starts());
        };
        answers.add(new Answered(request.asker(), new ServiceEffect.Answer(request.id(), code, owner, why)));
    }

    /// A number for new work.
    long number() {
        return state.nextGeneration++;
    }

    // ---- the door

    /// Enters another stage; the request that is under way goes on there.
    void enter(Service service, Stage next, String reason) {
        enter(service, next, reason, Stage.NOBODY, null);
    }

    /// Enters a stage with which the request that is under way, if there is one, ends.
    void end(Service service, Stage next, String reason, ResultCode code) {
        enter(service, next, reason, Stage.NOBODY, code);
    }

    /// Enters another stage.
    ///
    /// @param proven runs that are proven to hold it no longer
    /// @param code for the request that is under way, if there is one; null where it goes on
    void enter(Service service, Stage next, String reason, Set<Node> proven, @Nullable ResultCode code) {
        Stage from = service.stage;
        if (!follows(from).contains(next.getClass())) {
            throw wrong(service, next, reason, "no such transition");
        }
        // Whoever turns out to hold it later ends no start that is under way: it is one of its suspects.
        if (next instanceof Starting starting && !service.freeFor(starting.run())) {
            throw wrong(service, next, reason, "others than its owner may still run it");
        }
        swap(service, next, reason, proven, code);
        // To operators, stopped and placing are one; a stop that failed again, or goes on elsewhere, is
        // news.
        if (from.state() != next.state() || from.owner() != next.owner() || next instanceof Failed) {
            service.transitionMs = Math.max(1, state.clockMs);
            lines.add(new ServiceEffect.StateChanged(service.name, from.state(), next.state(), next.owner(), reason));
        }
    }

    /// The same stage, but more is known of it. No news to operators.
    private void revise(Service service, Stage same, String reason, Set<Node> proven, @Nullable ResultCode code) {
        if (same.getClass() != service.stage.getClass()) {
            throw wrong(service, same, reason, "isn't the same stage");
        }
        swap(service, same, reason, proven, code);
    }

    private void swap(Service service, Stage next, String reason, Set<Node> proven, @Nullable ResultCode code) {
        Stage from = service.stage;
        if (!Stage.both(next.holders(), service.suspects).containsAll(Stage.without(from.holders(), proven))) {
            throw wrong(service, next, reason, "a holder would be forgotten without proof");
        }
        Optional<Request> ended = from.request().filter(asked -> !next.request().equals(from.request()));
        if (ended.isPresent() && code == null) {
            throw wrong(service, next, reason, "an operator's request would go without an answer");
        }
        service.stage = next;
        service.suspects = Stage.without(service.suspects, proven);
        hold(service);
        if (from.owner() != 0 && next.owner() == 0) {
            service.lastOwner = from.owner();
        }
        if (code != null) {
            ended.ifPresent(request -> answer(service, request, code, next.owner()));
        }
    }

    /// Whoever is given a start has all that the service needs, from now on; who holds it no longer
    /// has nothing.
    private void hold(Service service) {
        var held = new TreeMap<>(service.held);
        if (service.stage instanceof Starting starting) {
            held.merge(starting.run(), needs(service, starting.run()), Transitions::both);
        }
        held.keySet().removeIf(run -> !service.holders().contains(run) && !service.fresh.contains(run));
        service.held = Collections.unmodifiableSortedMap(held);
    }

    private void hold(Service service, Node run, SortedSet<String> what) {
        var held = new TreeMap<>(service.held);
        held.put(run, Collections.unmodifiableSortedSet(new TreeSet<>(what)));
        service.held = Collections.unmodifiableSortedMap(held);
    }

    private static SortedSet<String> both(SortedSet<String> one, SortedSet<String> other) {
        var all = new TreeSet<>(one);
        all.addAll(other);
        return Collections.unmodifiableSortedSet(all);
    }

    private SortedSet<String> needs(Service service, Node run) {
        ServiceSpec spec = state.spec(service);
        return spec == null ? Collections.emptySortedSet() : state.claims().needs(spec, run.nodeid());
    }

    private static SortedSet<String> has(Service service, Node run) {
        return service.held.getOrDefault(run, Collections.emptySortedSet());
    }

    /// What identifies resources is told otherwise than before: what runs as configured has what it
    /// needs by that.
    void heldAnew() {
        for (Service service : state.services.values()) {
            ServiceSpec spec = state.spec(service);
            if (spec == null || !(service.stage instanceof Stage.Owned owned)) {
                continue;
            }
            boolean asConfigured = owned instanceof Started started
                            && started.digest().equals(spec.digest())
                    || owned instanceof Starting starting && starting.digest().equals(spec.digest());
            if (asConfigured) {
                hold(service, owned.run(), both(has(service, owned.run()), needs(service, owned.run())));
            }
        }
    }

    private static IllegalStateException wrong(Service service, Stage next, String reason, String why) {
        return new IllegalStateException(
                service.name + ": " + service.stage + " -> " + next + ": " + reason + ": " + why);
    }

    private static Set<Class<? extends Stage>> follows(Stage from) {
        return switch (from) {
            case Stopped _ -> Set.of(Placing.class, Starting.class, Stopping.class, Failed.class, Disabled.class);
            case Placing _ -> Set.of(Stopped.class, Starting.class, Failed.class, Disabled.class);
            case Starting _ -> Set.of(Stopped.class, Placing.class, Started.class, Failed.class);
            // A change of configuration whose stops fail is a stop that failed.
            case Started _ -> Set.of(Stopped.class, Stopping.class, Recoverable.class, Failed.class, Disabled.class);
            case Stopping _ -> Set.of(Stopped.class, Placing.class, Stopping.class, Failed.class, Disabled.class);
            case Recoverable _ -> Set.of(Stopped.class, Recovering.class, Failed.class);
            case Recovering _ -> Set.of(Stopped.class, Starting.class, Failed.class, Disabled.class);
            case Failed _ -> Set.of(Stopped.class, Stopping.class, Failed.class);
            case Disabled _ -> Set.of(Stopped.class, Placing.class, Stopping.class, Failed.class);
        };
    }

    // ---- starting and stopping

    /// Gives the start to a node that may run services.
    void start(Service service, ServiceSpec spec, int nodeid, Search search) {
        Peer peer = state.peers.get(nodeid);
        if (peer == null) {
            throw new IllegalStateException("service " + service.name + ": start on node " + nodeid + ", not in group");
        }
        enter(
                service,
                new Starting(peer.node(), number(), spec.digest(), search.trying(nodeid), service.request()),
                "placed");
        service.restarts = search.restart() ? service.restarts + 1 : 0;
        service.partial = false;
    }

    /// Has the owner of what is started stop it.
    void stop(Service service, Started started, Purpose purpose, Optional<Request> request, String reason) {
        var stopping = new Stopping(started.run(), Stage.NOBODY, number(), purpose, request);
        // Whoever waits for what was left off may ask again where it runs next.
        enter(service, stopping, reason, Stage.NOBODY, ResultCode.AGAIN);
    }

    /// Has a node stop what nobody owns: for form's sake, or where a stop failed before.
    void stopAt(Service service, Node node, Purpose purpose, Request request) {
        var stopping = new Stopping(node, service.holders(), number(), purpose, Optional.of(request));
        enter(service, stopping, "by request");
    }

    /// Stops looking for a node.
    void stopped(Service service, boolean parked, String reason, @Nullable ResultCode code) {
        stopped(service, parked, reason, Stage.NOBODY, code);
    }

    void stopped(Service service, boolean parked, String reason, Set<Node> proven, @Nullable ResultCode code) {
        SortedSet<Node> holders = Stage.without(service.holders(), proven);
        enter(service, new Stopped(holders, parked), reason, proven, code);
    }

    void disabled(Service service, String reason, ResultCode code) {
        disabled(service, reason, Stage.NOBODY, code);
    }

    void disabled(Service service, String reason, Set<Node> proven, ResultCode code) {
        SortedSet<Node> holders = Stage.without(service.holders(), proven);
        enter(service, new Disabled(holders), reason, proven, code);
    }

    // ---- the same stage, better known

    /// A transition: what is stopped may be looked at again.
    void unpark(Predicate<Service> which) {
        for (Service service : state.services.values()) {
            if (service.stage instanceof Stopped(SortedSet<Node> holders, boolean parked)
                    && parked
                    && which.test(service)) {
                revise(service, new Stopped(holders, false), "a transition", Stage.NOBODY, null);
            }
        }
    }

    /// Looks for a node in another way.
    void search(Service service, Stage.Seeking seeking, Search search) {
        revise(service, seeking.with(search), "another search", Stage.NOBODY, null);
    }

    /// The owner is to start again what was left off.
    void convalesce(Service service, Started started, Request request) {
        // Under a new number, so that no report on what ran before can be taken for one on this.
        var asked = new Started(started.run(), number(), started.digest(), started.change(), Optional.of(request));
        revise(service, asked, "by request", Stage.NOBODY, null);
    }

    void convalesced(Service service, Started started, ResultCode code) {
        var rest =
                new Started(started.run(), started.generation(), started.digest(), started.change(), Optional.empty());
        revise(service, rest, "convalesced", Stage.NOBODY, code);
    }

    /// The owner is to make of what runs what a new configuration has.
    void change(Service service, Started started, Stage.Change change, String reason) {
        // From the beginning on what it is about to have is nobody else's to take: who has it still
        // lets go of it.
        if (change.due() != null) {
            hold(service, started.run(), both(has(service, started.run()), needs(service, started.run())));
        }
        // Under a new number: what the owner has to say of an older change says nothing any more.
        long number = change.due() == null ? started.generation() : number();
        var changed = new Started(started.run(), number, started.digest(), Optional.of(change), started.request());
        revise(service, changed, reason, Stage.NOBODY, null);
    }

    /// What went with the new configuration has been stopped.
    void shed(Service service, Started started, Stage.Change change) {
        ServiceSpec spec = state.spec(service);
        if (spec != null && spec.digest().equals(change.digest())) {
            SortedSet<String> has = has(service, started.run());
            var rest = new TreeSet<>(needs(service, started.run()));
            rest.add(Claims.UNKNOWN);
            rest.retainAll(has);
            hold(service, started.run(), rest);
        }
        change(service, started, new Stage.Change(change.digest(), Stage.Change.Phase.WAIT), "what goes is stopped");
    }

    /// It runs as the new configuration has it.
    void changed(Service service, Started started, Stage.Change change) {
        var changed =
                new Started(started.run(), started.generation(), change.digest(), Optional.empty(), started.request());
        revise(service, changed, "changed", Stage.NOBODY, null);
        notice(false, service.name + " runs as the new configuration has it");
    }

    /// It is new to the configuration: each of these is to stop it once before it is started anywhere.
    void fresh(Service service, SortedSet<Node> runs) {
        service.fresh = runs;
        service.freshGeneration = number();
        runs.forEach(run -> hold(service, run, needs(service, run)));
    }

    /// One of them has.
    ///
    /// @param exclusive whether something may be there that mustn't be there twice
    void initiated(Service service, Node run, boolean success, boolean exclusive) {
        service.fresh = Stage.without(service.fresh, Stage.only(run));
        if (!success) {
            notice(
                    true,
                    "#13: " + service.name + ", new to the configuration, failed to stop on node " + run.nodeid()
                            + (exclusive
                                    ? ": it is started nowhere else: clusvcadm -d " + service.name
                                    : ": not started there"));
        }
        if (!success && exclusive) {
            mayBeThere(service, run);
        } else if (!success) {
            service.marked = Stage.with(service.marked, run);
        }
        hold(service);
    }

    /// Whatever has become of it meanwhile: autostart may be off, or another node may have kept it.
    private void mayBeThere(Service service, Node run) {
        Stage same = switch (service.stage) {
            case Stopped(SortedSet<Node> holders, boolean parked) -> new Stopped(Stage.with(holders, run), parked);
            case Disabled(SortedSet<Node> holders) -> new Disabled(Stage.with(holders, run));
            case Failed(SortedSet<Node> holders) -> new Failed(Stage.with(holders, run));
            case Stage.Owned _, Stage.Seeking _ -> {
                service.suspects = Stage.with(service.suspects, run);
                yield service.stage;
            }
        };
        revise(service, same, "may be there", Stage.NOBODY, null);
    }

    /// These runs have nothing to stop any more: they have stopped everything, or are gone.
    void notFresh(Service service, Predicate<Node> which) {
        service.fresh = without(service.fresh, which);
        service.marked = without(service.marked, which);
        hold(service);
    }

    private static SortedSet<Node> without(SortedSet<Node> runs, Predicate<Node> which) {
        return runs.stream().noneMatch(which)
                ? runs
                : Stage.without(runs, runs.stream().filter(which).toList());
    }

    void partial(Service service, boolean partial) {
        service.partial = partial;
    }

    /// Some who held it, but not its owner, are proven harmless.
    void released(Service service, Set<Node> proven, String reason) {
        SortedSet<Node> rest = Stage.without(service.stage.holders(), proven);
        Stage same = switch (service.stage) {
            case Stopped s -> new Stopped(rest, s.parked());
            case Placing s -> new Placing(rest, s.search(), s.request());
            case Stopping s ->
                new Stopping(s.run(), Stage.without(s.others(), proven), s.generation(), s.purpose(), s.request());
            case Failed _ -> new Failed(rest);
            case Disabled _ -> new Disabled(rest);
            // Its suspects, then.
            case Starting _, Started _, Recoverable _, Recovering _ -> service.stage;
        };
        revise(service, same, reason, proven, null);
    }

    // ---- what outlives stages

    void freeze(Service service, boolean freeze) {
        service.frozen = freeze;
    }

    void restartTimes(Service service, List<Long> times) {
        service.restartTimes = List.copyOf(times);
    }

    void queue(Service service, Request request) {
        var longer = new ArrayList<>(service.queue);
        longer.add(request);
        service.queue = List.copyOf(longer);
    }

    /// Takes the next one out of the queue, which isn't empty.
    Request next(Service service) {
        Request first = service.queue.getFirst();
        service.queue = List.copyOf(service.queue.subList(1, service.queue.size()));
        return first;
    }

    /// A node that has just reported in has left this running, for it is frozen.
    ///
    /// @return whether that is known to be right: it runs there and nowhere else
    boolean kept(Service service, Node node, SortedSet<String> has) {
        var former = new TreeSet<>(service.holders());
        former.removeIf(holder -> holder.nodeid() != node.nodeid());
        if (service.stage instanceof Started started && started.run().nodeid() == node.nodeid()) {
            former.remove(node);
            var still = new Started(node, number(), started.digest(), Optional.empty(), Optional.empty());
            Stage before = service.stage;
            revise(service, still, "left running", former, ResultCode.AGAIN);
            notice(
                    false,
                    service.name + " was left running on node " + node.nodeid() + " as "
                            + before.state().text());
        } else if (service.unknown()) {
            enter(
                    service,
                    new Starting(node, number(), "", Search.first(node.nodeid()), Optional.empty()),
                    "left running");
            enter(service, new Started(node, number(), "", Optional.empty()), "left running");
            service.frozen = true;
        } else {
            return false;
        }
        hold(service, node, has);
        return true;
    }

    /// A node that has just reported in couldn't stop this.
    ///
    /// @param has what may still be there
    void foundUnclean(Service service, Node node, SortedSet<String> has) {
        // A newer run that reports stands for all earlier ones of its node.
        var former = new TreeSet<>(service.holders());
        former.removeIf(holder -> holder.nodeid() != node.nodeid());
        notice(
                true,
                "#13: " + service.name + " failed to stop cleanly on node " + node.nodeid() + ": clusvcadm -d "
                        + service.name + ", once its stop can succeed there");
        if (service.stage instanceof Stage.Owned owned && owned.run().nodeid() != node.nodeid()) {
            released(service, former, "stop before start failed");
            service.suspects = Stage.with(service.suspects, node);
            hold(service, node, has);
            return;
        }
        var holders = Stage.with(Stage.without(service.holders(), former), node);
        enter(service, new Failed(holders), "stop before start failed", former, ResultCode.FAIL);
        hold(service, node, has);
        // Whoever froze it meant a service that runs; a failed one must be open to disable.
        service.frozen = false;
        service.lastOwner = node.nodeid();
    }

    /// Quorum is lost: whatever was decided is forgotten, except what may run where.
    void forget(Service service) {
        var stopped = new Stopped(service.holders(), false);
        if (service.stage instanceof Stopped) {
            revise(service, stopped, "quorum dissolved", Stage.NOBODY, null);
        } else {
            end(service, stopped, "quorum dissolved", ResultCode.QUORUM);
        }
        service.restartTimes = List.of();
        service.restarts = 0;
        service.frozen = false;
        service.partial = false;
        service.transitionMs = 0;
        notFresh(service, _ -> true);
        service.queue.forEach(queued -> answer(queued, ResultCode.QUORUM, 0));
        service.queue = List.of();
    }

    /// It is gone from the configuration, and nothing of it runs.
    void remove(Service service) {
        service.request().ifPresent(request -> answer(request, ResultCode.NO_SERVICE, 0));
        service.queue.forEach(request -> answer(request, ResultCode.NO_SERVICE, 0));
        state.services.remove(service.name);
    }
}
