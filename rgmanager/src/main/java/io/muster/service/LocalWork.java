package io.muster.service;

import io.muster.core.Drive;
import io.muster.core.Incarnation;
import io.muster.core.Node;
import io.muster.group.GroupEntry;
import io.muster.service.ClusterState.Peer;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// The half of the service manager that isn't replicated: what this node has begun, is waiting for and must say.
///
/// It looks at the replicated state and never changes it. Work is known by its generation, so that being asked twice
/// begins nothing twice, and a proposal that got lost in a transition of the ring is made again.
final class LocalWork {
    /// How long a cluster member without an rgmanager is waited for when the group begins: longer than cman lets a
    /// node live whose rgmanager has died.
    static final long BYSTANDER_MS = 15_000;

    private static final long AGAIN_MS = 5_000;
    private static final long REREAD_MS = 1_000;

    private record Unheard(ServiceMessage.Outcome outcome, long againMs) {}

    private final Node self;
    private @Nullable Plan known;
    private final SortedMap<String, Long> begun = new TreeMap<>();
    private final SortedMap<String, Unheard> unheard = new TreeMap<>();
    private final SortedMap<String, Long> nextCheckMs = new TreeMap<>();
    private final SortedMap<String, Long> checking = new TreeMap<>();
    private final SortedSet<Long> pending = new TreeSet<>();
    private long stopEpoch = -1;
    private int stopVersion;
    private ServiceMessage.@Nullable Ready report;
    private long reportAgainMs = Long.MAX_VALUE;
    private long offerAgainMs = Long.MAX_VALUE;
    private long rereadMs = Long.MAX_VALUE;
    private long bystandersMs = Long.MAX_VALUE;
    private long recoverUpTo;
    private long recoveredUpTo;
    private boolean shutdown;
    private boolean left;
    private long leavingAgainMs;
    private long wallMs;
    private long deadlineMs = Long.MAX_VALUE;

    LocalWork(Node self) {
        this.self = self;
    }

    long nextDeadlineMs() {
        return deadlineMs;
    }

    private final List<ServiceEffect> untold = new ArrayList<>();

    void tell(List<ServiceEffect> effects) {
        untold.addAll(effects);
    }

    void restored() {
        untold.clear();
    }

    List<ServiceEffect> drive(ClusterState state, Drive<GroupEntry, ServiceEvent> why, long nowMs) {
        var effects = new ArrayList<>(untold);
        untold.clear();
        drive(state, why, nowMs, effects);
        return effects;
    }

    private void drive(
            ClusterState state, Drive<GroupEntry, ServiceEvent> why, long nowMs, List<ServiceEffect> effects) {
        switch (why) {
            case Drive.Local<GroupEntry, ServiceEvent>(ServiceEvent event) -> happened(state, event, nowMs, effects);
            case Drive.Restored<GroupEntry, ServiceEvent>() -> {
                pending.forEach(id -> effects.add(new ServiceEffect.Answer(id, ResultCode.AGAIN, 0)));
                pending.clear();
                unheard.clear();
            }
            case Drive.Applied<GroupEntry, ServiceEvent>(GroupEntry entry) -> {
                if (entry instanceof GroupEntry.Recovered(long position, GroupEntry.Level level, long upTo)
                        && level == GroupEntry.Level.LOCK) {
                    recoverUpTo = upTo;
                }
            }
            case Drive.Tick<GroupEntry, ServiceEvent>() -> {}
        }
        for (ServiceEffect effect : effects) {
            if (effect instanceof ServiceEffect.Answer(long id, ResultCode code, int owner)) {
                pending.remove(id);
            } else if (effect instanceof ServiceEffect.Reconfigure) {
                known = state.plan;
            }
        }
        Peer me = state.peers.get(self.nodeid());
        if (me == null || !me.node().equals(self)) {
            deadlineMs = Long.MAX_VALUE;
            return;
        }
        if (recoverUpTo > recoveredUpTo && state.allProven()) {
            recoveredUpTo = recoverUpTo;
            effects.add(new ServiceEffect.ReportRecovered(recoveredUpTo));
        }
        configuration(state, nowMs, effects);
        proveStopped(state, me, nowMs, effects);
        if (me.ready()) {
            work(state, effects);
            repeat(state, nowMs, effects);
            check(state, nowMs, effects);
            bystanders(state, nowMs, effects);
        } else {
            checking.clear();
            nextCheckMs.clear();
            unheard.clear();
        }
        leave(state, me, nowMs, effects);
        deadlineMs = deadline();
    }

    private void happened(ClusterState state, ServiceEvent event, long nowMs, List<ServiceEffect> effects) {
        switch (event) {
            case ServiceEvent.Configured(Plan plan) -> known = plan;
            case ServiceEvent.StoppedEverything done -> {
                wallMs = done.wallMs();
                if (done.epoch() == stopEpoch) {
                    report = new ServiceMessage.Ready(done.wallMs(), done.epoch(), stopVersion, done.unclean());
                    reportAgainMs = nowMs;
                }
            }
            case ServiceEvent.TreeDone done -> {
                wallMs = done.wallMs();
                treeDone(state, done, nowMs, effects);
            }
            case ServiceEvent.Requested asked -> {
                wallMs = asked.wallMs();
                requested(state, asked, effects);
            }
            case ServiceEvent.ShutdownRequested asked -> {
                wallMs = asked.wallMs();
                shutdown = true;
                leavingAgainMs = nowMs;
            }
        }
    }

    private void requested(ClusterState state, ServiceEvent.Requested asked, List<ServiceEffect> effects) {
        if (asked.kind() == RequestKind.QUERY_LOCK) {
            ResultCode code = state.locked ? ResultCode.AGAIN : ResultCode.SUCCESS;
            effects.add(new ServiceEffect.Answer(asked.id(), code, 0));
        } else if (!state.standing.quorate()) {
            effects.add(new ServiceEffect.Answer(asked.id(), ResultCode.QUORUM, 0));
        } else {
            pending.add(asked.id());
            propose(
                    effects,
                    new ServiceMessage.Asked(wallMs, asked.id(), asked.kind(), asked.service(), asked.target()));
        }
    }

    private void treeDone(ClusterState state, ServiceEvent.TreeDone done, long nowMs, List<ServiceEffect> effects) {
        Service service = state.services.get(done.service());
        if (done.operation() == Operation.STATUS) {
            checking.remove(done.service());
            if (service != null
                    && service.stage instanceof Stage.Started started
                    && started.generation() == done.generation()
                    && (!done.success() || done.partial() != service.partial)) {
                propose(
                        effects,
                        new ServiceMessage.Checked(
                                done.wallMs(), done.service(), done.generation(), done.success(), done.partial()));
            }
            return;
        }
        Long generation = begun.get(done.service());
        if (generation != null && generation == done.generation()) {
            var outcome = new ServiceMessage.Outcome(
                    done.wallMs(), done.service(), done.operation(), done.generation(), done.success(), done.partial());
            unheard.put(done.service(), new Unheard(outcome, nowMs + AGAIN_MS));
            propose(effects, outcome);
        }
    }

    /// The group's configuration and ours are to be one: offer ours, or get theirs.
    private void configuration(ClusterState state, long nowMs, List<ServiceEffect> effects) {
        Plan ours = known;
        Plan theirs = state.plan;
        if (ours == null || theirs != null && theirs.version() >= ours.version()) {
            offerAgainMs = Long.MAX_VALUE;
        } else if (offerAgainMs == Long.MAX_VALUE || nowMs >= offerAgainMs) {
            offerAgainMs = nowMs + AGAIN_MS;
            propose(effects, new ServiceMessage.Offer(wallMs, ours));
        }
        if (theirs == null || ours != null && ours.version() >= theirs.version()) {
            rereadMs = Long.MAX_VALUE;
        } else if (rereadMs == Long.MAX_VALUE || nowMs >= rereadMs) {
            rereadMs = nowMs + REREAD_MS;
            effects.add(new ServiceEffect.NeedConfiguration(theirs.version()));
        }
    }

    /// Until the group has our word that nothing of a former life runs here, get there and say so.
    private void proveStopped(ClusterState state, Peer me, long nowMs, List<ServiceEffect> effects) {
        Plan plan = state.plan;
        if (me.ready() || plan == null || known == null || known.version() != plan.version()) {
            reportAgainMs = Long.MAX_VALUE;
            return;
        }
        if (stopEpoch != me.epoch() || stopVersion != plan.version()) {
            stopEpoch = me.epoch();
            stopVersion = plan.version();
            report = null;
            begun.clear();
            effects.add(new ServiceEffect.StopEverything(stopEpoch));
        }
        ServiceMessage.Ready ready = report;
        if (ready == null) {
            reportAgainMs = Long.MAX_VALUE;
        } else if (reportAgainMs == Long.MAX_VALUE || nowMs >= reportAgainMs) {
            reportAgainMs = nowMs + AGAIN_MS;
            propose(effects, ready);
        }
    }

    private void work(ClusterState state, List<ServiceEffect> effects) {
        boolean current = state.plan != null && known != null && known.version() == state.plan.version();
        for (Service service : state.inOrder()) {
            Operation due = due(service);
            if (due == Operation.START && !current) {
                // Not with the trees of another configuration.
                continue;
            }
            Long last = begun.get(service.name);
            if (due != null && (last == null || last != generation(service))) {
                begun.put(service.name, generation(service));
                unheard.remove(service.name);
                checking.remove(service.name);
                nextCheckMs.remove(service.name);
                effects.add(new ServiceEffect.RunTree(service.name, due, generation(service)));
            }
        }
    }

    private @Nullable Operation due(Service service) {
        return service.stage instanceof Stage.Owned owned && owned.run().equals(self) ? owned.due() : null;
    }

    private static long generation(Service service) {
        return service.stage instanceof Stage.Owned owned ? owned.generation() : -1;
    }

    private void repeat(ClusterState state, long nowMs, List<ServiceEffect> effects) {
        for (String name : List.copyOf(unheard.keySet())) {
            Service service = state.services.get(name);
            Unheard said = unheard.get(name);
            if (said == null
                    || service == null
                    || generation(service) != said.outcome().generation()
                    || due(service) != said.outcome().operation()) {
                unheard.remove(name);
            } else if (nowMs >= said.againMs()) {
                unheard.put(name, new Unheard(said.outcome(), nowMs + AGAIN_MS));
                propose(effects, said.outcome());
            }
        }
    }

    private void check(ClusterState state, long nowMs, List<ServiceEffect> effects) {
        Plan plan = state.plan;
        long interval = plan == null ? 10_000 : plan.statusPollMs();
        for (Service service : state.services.values()) {
            boolean ours = service.stage instanceof Stage.Started
                    && service.owner() == self.nodeid()
                    && service.request().isEmpty()
                    && !service.frozen;
            Long dueMs = nextCheckMs.get(service.name);
            if (!ours) {
                nextCheckMs.remove(service.name);
            } else if (dueMs == null) {
                nextCheckMs.put(service.name, nowMs + interval);
            } else if (nowMs >= dueMs) {
                nextCheckMs.put(service.name, nowMs + interval);
                if (checking.putIfAbsent(service.name, generation(service)) == null) {
                    effects.add(new ServiceEffect.RunTree(service.name, Operation.STATUS, generation(service)));
                }
            }
        }
        nextCheckMs.keySet().retainAll(state.services.keySet());
    }

    /// The lowest node that is ready vouches for cluster members that run no rgmanager: had they lost one, cman would
    /// have turned them out by now.
    private void bystanders(ClusterState state, long nowMs, List<ServiceEffect> effects) {
        var waiting = new ArrayList<Integer>();
        for (Node node : state.unproven()) {
            boolean unknown = node.incarnation().equals(Incarnation.UNKNOWN);
            if (unknown && state.standing.members().containsKey(node.nodeid()) && !state.peers.containsKey(node.nodeid())) {
                waiting.add(node.nodeid());
            }
        }
        boolean lowest = !state.online().isEmpty() && state.online().first() == self.nodeid();
        if (waiting.isEmpty() || !lowest || !state.standing.quorate()) {
            bystandersMs = Long.MAX_VALUE;
        } else if (bystandersMs == Long.MAX_VALUE) {
            bystandersMs = nowMs + BYSTANDER_MS;
        } else if (nowMs >= bystandersMs) {
            bystandersMs = nowMs + BYSTANDER_MS;
            propose(effects, new ServiceMessage.Bystanders(wallMs, waiting));
        }
    }

    private void leave(ClusterState state, Peer me, long nowMs, List<ServiceEffect> effects) {
        if (!shutdown || left) {
            return;
        }
        if (!me.leaving()) {
            if (nowMs >= leavingAgainMs) {
                leavingAgainMs = nowMs + AGAIN_MS;
                propose(effects, new ServiceMessage.Leaving(wallMs));
            }
            return;
        }
        boolean busy = !me.ready() && report == null && state.plan != null;
        for (Service service : state.services.values()) {
            boolean running = service.owner() == self.nodeid();
            busy |= me.ready() && running && !service.frozen;
        }
        if (!busy) {
            left = true;
            effects.add(new ServiceEffect.Leave());
        }
    }

    private long deadline() {
        long next = Math.min(Math.min(offerAgainMs, rereadMs), Math.min(reportAgainMs, bystandersMs));
        for (long dueMs : nextCheckMs.values()) {
            next = Math.min(next, dueMs);
        }
        for (Unheard said : unheard.values()) {
            next = Math.min(next, said.againMs());
        }
        return shutdown && !left ? Math.min(next, leavingAgainMs) : next;
    }

    private static void propose(List<ServiceEffect> effects, ServiceMessage message) {
        effects.add(new ServiceEffect.Propose(ServiceMessage.encode(message), true));
    }
}
