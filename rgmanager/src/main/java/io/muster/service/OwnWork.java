package io.muster.service;

import io.muster.core.Node;
import io.muster.service.Plan.ServiceSpec;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What this node does for the services it owns: the operations it was given, known by their number so
/// that being asked twice begins nothing twice; how they ended, until the group has heard; and checks
/// when they are due.
final class OwnWork {
    private static final long DEFAULT_CHECK_MS = 10_000;

    private final Node self;

    /// Number of the last work begun, by service.
    private final SortedMap<String, Long> begun = new TreeMap<>();

    private final SortedMap<String, ServiceMessage.Outcome> ended = new TreeMap<>();
    private final SortedMap<String, Long> nextCheckMs = new TreeMap<>();

    /// Number under which the check that is running was begun.
    private final SortedMap<String, Long> checking = new TreeMap<>();

    /// The whole of it.
    record Image(
            SortedMap<String, Long> begun,
            SortedMap<String, ServiceMessage.Outcome> ended,
            SortedMap<String, Long> nextCheckMs,
            SortedMap<String, Long> checking) {
        Image {
            begun = Collections.unmodifiableSortedMap(new TreeMap<>(begun));
            ended = Collections.unmodifiableSortedMap(new TreeMap<>(ended));
            nextCheckMs = Collections.unmodifiableSortedMap(new TreeMap<>(nextCheckMs));
            checking = Collections.unmodifiableSortedMap(new TreeMap<>(checking));
        }
    }

    OwnWork(Node self) {
        this.self = self;
    }

    Image image() {
        return new Image(begun, ended, nextCheckMs, checking);
    }

    void resume(Image image) {
        replace(begun, image.begun());
        replace(ended, image.ended());
        replace(nextCheckMs, image.nextCheckMs());
        replace(checking, image.checking());
    }

    private static <V> void replace(SortedMap<String, V> map, SortedMap<String, V> by) {
        map.clear();
        map.putAll(by);
    }

    /// Everything here is being stopped: nothing that was given before counts as begun.
    void startOver() {
        begun.clear();
    }

    /// The state was replaced, and with it what these were the outcomes of.
    void forgetOutcomes() {
        ended.clear();
    }

    /// The group takes no word of this node on services until it has proven them stopped.
    void suspend() {
        ended.clear();
        nextCheckMs.clear();
        checking.clear();
    }

    /// What the services ask of this node and hasn't been begun.
    ///
    /// @param current whether the trees here are those of the group's configuration: with others
    ///     nothing starts
    void begin(ClusterState state, boolean current, List<ServiceEffect> effects) {
        for (Service service : state.inOrder()) {
            Stage.Owned owned = mine(service);
            if (service.fresh.contains(self)) {
                if (current && mayInitiate(state, service) && first(service, service.freshGeneration)) {
                    effects.add(new ServiceEffect.RunTree(service.name, Operation.INIT, service.freshGeneration));
                }
                continue;
            }
            Operation due = owned == null ? null : owned.due();
            if (owned == null
                    || due == null
                    || !built(state, service, owned, current)
                    || !first(service, owned.generation())) {
                continue;
            }
            if (owned instanceof Stage.Starting starting && !asConfigured(state, service, starting.digest())) {
                // What would be started isn't what was granted.
                ended.put(
                        service.name,
                        new ServiceMessage.Outcome(state.clockMs, service.name, due, owned.generation(), false, false));
            } else {
                effects.add(new ServiceEffect.RunTree(service.name, due, owned.generation()));
            }
        }
    }

    /// Whether this work hasn't been begun before. Now it is.
    private boolean first(Service service, long generation) {
        Long last = begun.get(service.name);
        if (last != null && last == generation) {
            return false;
        }
        begun.put(service.name, generation);
        ended.remove(service.name);
        checking.remove(service.name);
        nextCheckMs.remove(service.name);
        return true;
    }

    /// Whether the trees here are the ones that the work is about.
    private static boolean built(ClusterState state, Service service, Stage.Owned owned, boolean current) {
        return switch (owned) {
            case Stage.Starting _ -> current;
            // Another configuration still: the group is about to say what to make of it.
            case Stage.Started started ->
                started.request().isPresent()
                        || started.change()
                                .filter(change -> current && asConfigured(state, service, change.digest()))
                                .isPresent();
            case Stage.Stopping _, Stage.Recoverable _ -> true;
        };
    }

    private static boolean asConfigured(ClusterState state, Service service, String digest) {
        ServiceSpec spec = state.spec(service);
        return spec != null && spec.digest().equals(digest);
    }

    /// A service that is new is stopped once whoever lets go of what it is to have has done so.
    private boolean mayInitiate(ClusterState state, Service service) {
        ServiceSpec spec = state.spec(service);
        return spec == null
                || state.claims().conflicts(service, spec, self.nodeid()).stream()
                        .noneMatch(conflict -> conflict.passing()
                                && conflict.holder().holders().contains(conflict.run()));
    }

    private Stage.@Nullable Owned mine(@Nullable Service service) {
        return service != null
                        && service.stage instanceof Stage.Owned owned
                        && owned.run().equals(self)
                ? owned
                : null;
    }

    /// An operation other than a check has ended here.
    void ended(ServiceEvent.TreeDone done) {
        Long generation = begun.get(done.service());
        if (generation != null && generation == done.generation()) {
            ended.put(
                    done.service(),
                    new ServiceMessage.Outcome(
                            done.wallMs(),
                            done.service(),
                            done.operation(),
                            done.generation(),
                            done.success(),
                            done.partial()));
        }
    }

    /// A check has ended here.
    ///
    /// @return what the group must hear of it, null for nothing
    ServiceMessage.@Nullable Checked checked(ClusterState state, ServiceEvent.TreeDone done) {
        checking.remove(done.service());
        Service service = state.services.get(done.service());
        boolean news = service != null
                && service.stage instanceof Stage.Started started
                && started.generation() == done.generation()
                && (!done.success() || done.partial() != service.partial);
        return news
                ? new ServiceMessage.Checked(
                        done.wallMs(), done.service(), done.generation(), done.success(), done.partial())
                : null;
    }

    /// Outcomes that the group still waits for. The others are forgotten.
    List<ServiceMessage.Outcome> outcomes(ClusterState state) {
        ended.values().removeIf(outcome -> {
            Service service = state.services.get(outcome.service());
            if (outcome.operation() == Operation.INIT) {
                return service == null
                        || !service.fresh.contains(self)
                        || service.freshGeneration != outcome.generation();
            }
            Stage.Owned owned = mine(service);
            return owned == null || owned.generation() != outcome.generation() || owned.due() != outcome.operation();
        });
        return new ArrayList<>(ended.values());
    }

    /// Begins the checks that are due, of what is started here and left alone by operators.
    void check(ClusterState state, long nowMs, List<ServiceEffect> effects) {
        Plan plan = state.plan;
        long interval = plan == null ? DEFAULT_CHECK_MS : plan.statusPollMs();
        for (Service service : state.services.values()) {
            Stage.Owned owned = mine(service);
            Long dueMs = nextCheckMs.get(service.name);
            if (owned == null || !service.idle() || service.frozen) {
                nextCheckMs.remove(service.name);
            } else if (dueMs == null) {
                nextCheckMs.put(service.name, nowMs + interval);
            } else if (nowMs >= dueMs) {
                nextCheckMs.put(service.name, nowMs + interval);
                if (checking.putIfAbsent(service.name, owned.generation()) == null) {
                    effects.add(new ServiceEffect.RunTree(service.name, Operation.STATUS, owned.generation()));
                }
            }
        }
        nextCheckMs.keySet().retainAll(state.services.keySet());
    }

    long nextDeadlineMs() {
        long next = Long.MAX_VALUE;
        for (long dueMs : nextCheckMs.values()) {
            next = Math.min(next, dueMs);
        }
        return next;
    }
}
