package io.muster.service;

import io.muster.core.Drive;
import io.muster.core.Incarnation;
import io.muster.core.MalformedMessage;
import io.muster.core.Node;
import io.muster.group.GroupEntry;
import io.muster.group.Remains;
import io.muster.member.Proposals;
import io.muster.service.ClusterState.Peer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The half of the service manager that isn't replicated: what this node has begun, is waiting for and
/// must say.
///
/// It looks at the replicated state and never changes it.
final class LocalWork {
    private static final long AGAIN_MS = 5_000;
    private static final long NEVER = Long.MAX_VALUE;

    private final Node self;
    private final OwnWork work;
    private final Proposals<ServiceMessage> proposals = new Proposals<>(AGAIN_MS);

    /// What cman has been told of runs of this node, and hasn't said in the log yet.
    private final Proposals<ServiceEffect.ReportVouched> vouches = new Proposals<>(AGAIN_MS);

    /// What the log has of this node as one that nobody has met since the cluster began: fencing may
    /// have made a victim of it at its start, of which nothing is known here.
    private Remains asUnmet = Remains.ALL;

    /// What [Transitions] have gathered and nobody has been told yet.
    private final List<ServiceEffect> untold = new ArrayList<>();

    /// Requests of this node's operators that are still to be answered.
    private final SortedSet<Long> pending = new TreeSet<>();

    private @Nullable Plan known;
    private StopReport stop = StopReport.NONE;
    private Parting parting = Parting.NO;
    /// What the agents here say.
    private NodeTable table = NodeTable.NONE;

    /// What can't be run here of the configuration that is known, and why.
    private SortedMap<String, String> unfit = Collections.emptySortedMap();

    private long recoverUpTo;
    private long recoveredUpTo;
    private long wallMs;
    private long deadlineMs = NEVER;

    /// The stop of everything here that the group waits for.
    ///
    /// @param epoch since which; -1 before the first
    /// @param version of the configuration whose services are stopped
    /// @param word what came of it; empty while it runs
    record StopReport(long epoch, int version, Optional<ServiceMessage.Ready> word) {
        static final StopReport NONE = new StopReport(-1, 0, Optional.empty());
    }

    /// Whether this node is to end.
    enum Parting {
        NO,
        ASKED,
        OVER
    }

    /// The whole of it.
    ///
    /// @param known this node's configuration; empty before it has one
    record Image(
            OwnWork.Image work,
            List<Proposals.Said<ServiceMessage>> proposals,
            List<Proposals.Said<ServiceEffect.ReportVouched>> vouches,
            Remains asUnmet,
            List<ServiceEffect> untold,
            SortedSet<Long> pending,
            Optional<Plan> known,
            StopReport stop,
            Parting parting,
            NodeTable table,
            SortedMap<String, String> unfit,
            long recoverUpTo,
            long recoveredUpTo,
            long wallMs,
            long deadlineMs) {
        Image {
            proposals = List.copyOf(proposals);
            vouches = List.copyOf(vouches);
            untold = List.copyOf(untold);
            unfit = Collections.unmodifiableSortedMap(new TreeMap<>(unfit));
            pending = Collections.unmodifiableSortedSet(new TreeSet<>(pending));
        }
    }

    LocalWork(Node self) {
        this.self = self;
        this.work = new OwnWork(self);
    }

    Image image() {
        return new Image(
                work.image(),
                proposals.underWay(),
                vouches.underWay(),
                asUnmet,
                untold,
                pending,
                Optional.ofNullable(known),
                stop,
                parting,
                table,
                unfit,
                recoverUpTo,
                recoveredUpTo,
                wallMs,
                deadlineMs);
    }

    void resume(Record local) throws MalformedMessage {
        if (!(local instanceof Image image)) {
            throw new MalformedMessage(
                    "local half of services: " + local.getClass().getName());
        }
        work.resume(image.work());
        proposals.resume(image.proposals());
        vouches.resume(image.vouches());
        asUnmet = image.asUnmet();
        untold.clear();
        untold.addAll(image.untold());
        pending.clear();
        pending.addAll(image.pending());
        known = image.known().orElse(null);
        stop = image.stop();
        parting = image.parting();
        table = image.table();
        unfit = image.unfit();
        recoverUpTo = image.recoverUpTo();
        recoveredUpTo = image.recoveredUpTo();
        wallMs = image.wallMs();
        deadlineMs = image.deadlineMs();
    }

    long nextDeadlineMs() {
        return deadlineMs;
    }

    /// To be returned by the next [#drive].
    void tell(List<ServiceEffect> effects) {
        untold.addAll(effects);
    }

    /// The state has been replaced: what was to be told of the former one isn't so.
    void restored() {
        untold.clear();
    }

    List<ServiceEffect> drive(ClusterState state, Drive<GroupEntry, ServiceEvent> why, long nowMs) {
        untold.removeIf(effect -> !concernsUs(effect));
        var effects = new ArrayList<>(untold);
        untold.clear();
        switch (why) {
            case Drive.Applied<GroupEntry, ServiceEvent>(GroupEntry entry) -> {
                applied(entry);
                if (entry instanceof GroupEntry.Config
                        && effects.stream().noneMatch(ServiceEffect.Reconfigure.class::isInstance)) {
                    configuration(state, effects);
                }
            }
            case Drive.Local<GroupEntry, ServiceEvent>(ServiceEvent event) -> happened(state, event, effects);
            case Drive.Restored<GroupEntry, ServiceEvent>() -> {
                pending.forEach(id -> effects.add(new ServiceEffect.Answer(id, ResultCode.AGAIN, 0)));
                pending.clear();
                work.forgetOutcomes();
                proposals.forget();
                configuration(state, effects);
            }
            case Drive.Tick<GroupEntry, ServiceEvent>() -> {}
        }
        Peer me = state.peers.get(self.nodeid());
        if (me != null && me.node().equals(self)) {
            advance(state, me, nowMs, effects);
            deadlineMs = Math.min(Math.min(proposals.settle(), vouches.settle()), work.nextDeadlineMs());
        } else {
            proposals.settle();
            vouches.settle();
            deadlineMs = NEVER;
        }
        return effects;
    }

    /// The group's configuration may have come with its state, before cman here had it: asked for now,
    /// and again when cman says that it has.
    private void configuration(ClusterState state, List<ServiceEffect> effects) {
        Plan plan = state.plan;
        if (plan != null && !plan.equals(known)) {
            effects.add(new ServiceEffect.NeedConfiguration(plan.version()));
        }
    }

    /// The log knows which node asked, not which life of its rgmanager: who asked a former one is gone.
    private boolean concernsUs(ServiceEffect told) {
        if (told instanceof ServiceEffect.Answer(long id, ResultCode _, int _, String _)) {
            return pending.remove(id);
        }
        return true;
    }

    private void applied(GroupEntry entry) {
        if (entry instanceof GroupEntry.Recovered(long position, GroupEntry.Level level, long upTo)
                && level == GroupEntry.Level.LOCK) {
            recoverUpTo = upTo;
        } else if (entry instanceof GroupEntry.Fenced fenced && unmet().equals(fenced.victim())) {
            asUnmet = Remains.NONE;
        } else if (entry instanceof GroupEntry.Vouched vouched && unmet().equals(vouched.run())) {
            asUnmet = vouched.remains();
        } else if (entry instanceof GroupEntry.Message message && message.from().equals(self)) {
            try {
                proposals.landed(ServiceMessage.decode(message.payload()).undated());
            } catch (MalformedMessage e) {
                throw new IllegalStateException("node " + self + ": own message can't be read", e);
            }
        }
    }

    private void happened(ClusterState state, ServiceEvent event, List<ServiceEffect> effects) {
        switch (event) {
            case ServiceEvent.Configured(Plan plan, SortedMap<String, String> lame) -> {
                // An answer to an older question says nothing any more.
                if (plan.equals(state.plan)) {
                    known = plan;
                    unfit = lame;
                }
            }
            case ServiceEvent.StoppedEverything done -> {
                wallMs = done.wallMs();
                if (done.epoch() == stop.epoch() && done.version() == stop.version()) {
                    var word = new ServiceMessage.Ready(
                            done.wallMs(), done.epoch(), stop.version(), done.unclean(), done.report());
                    stop = new StopReport(stop.epoch(), stop.version(), Optional.of(word));
                    table = done.report().table();
                }
            }
            case ServiceEvent.AgentsRead(NodeTable read, long now) -> {
                wallMs = now;
                table = read;
            }
            case ServiceEvent.TreeDone done -> {
                wallMs = done.wallMs();
                if (done.operation() != Operation.STATUS) {
                    work.ended(done);
                    return;
                }
                ServiceMessage news = work.checked(state, done);
                if (news != null) {
                    propose(effects, news);
                }
            }
            case ServiceEvent.Requested asked -> {
                wallMs = asked.wallMs();
                requested(state, asked, effects);
            }
            case ServiceEvent.ShutdownRequested asked -> {
                wallMs = asked.wallMs();
                parting = parting == Parting.NO ? Parting.ASKED : parting;
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

    // ---- what is due

    private void advance(ClusterState state, Peer me, long nowMs, List<ServiceEffect> effects) {
        if (recoverUpTo > recoveredUpTo && state.barringAll().isEmpty()) {
            recoveredUpTo = recoverUpTo;
            effects.add(new ServiceEffect.ReportRecovered(recoveredUpTo));
        }
        // Before it is ready, so that nothing is placed here that can't be run.
        if (state.plan != null
                && current(state)
                && !unfit.equals(state.unfit.getOrDefault(self.nodeid(), Collections.emptySortedMap()))) {
            say(new ServiceMessage.Unfit(wallMs, state.plan.version(), unfit), nowMs, effects);
        }
        if (me.ready()) {
            work.begin(state, current(state), effects);
            work.outcomes(state).forEach(outcome -> say(outcome, nowMs, effects));
            work.check(state, nowMs, effects);
            vouch(state, nowMs, effects);
            if (!table.equals(state.types.getOrDefault(self.nodeid(), NodeTable.NONE))) {
                say(new ServiceMessage.Agents(wallMs, table), nowMs, effects);
            }
            look(state, nowMs, effects);
        } else {
            asUnmet = Remains.ALL;
            proveStopped(state, me, nowMs, effects);
            work.suspend();
        }
        part(state, me, nowMs, effects);
    }

    /// Whether this node has the configuration that is the group's.
    private boolean current(ClusterState state) {
        return state.plan != null && state.plan.equals(known);
    }

    /// Until the group has our word that nothing of a former life runs here, get there and say so.
    private void proveStopped(ClusterState state, Peer me, long nowMs, List<ServiceEffect> effects) {
        Plan plan = state.plan;
        if (plan == null || !current(state)) {
            return;
        }
        if (stop.epoch() != me.epoch() || stop.version() != plan.version()) {
            stop = new StopReport(me.epoch(), plan.version(), Optional.empty());
            work.startOver();
            effects.add(new ServiceEffect.StopEverything(
                    stop.epoch(),
                    stop.version(),
                    new ServiceEffect.Keep(names(state, this::frozenHere), names(state, Service::unknown))));
        }
        stop.word().ifPresent(word -> say(word, nowMs, effects));
    }

    private static SortedSet<String> names(ClusterState state, Predicate<Service> which) {
        var names = new TreeSet<String>();
        state.services.values().stream().filter(which).forEach(service -> names.add(service.name));
        return names;
    }

    private boolean frozenHere(Service service) {
        return service.frozen
                && service.stage instanceof Stage.Started started
                && started.run().nodeid() == self.nodeid();
    }

    /// What is known of earlier runs of this node: of them nothing runs but what couldn't be stopped.
    /// Said until cman has it in the log, and again after partitions, when others remember more.
    private void vouch(ClusterState state, long nowMs, List<ServiceEffect> effects) {
        Remains left = state.left(self);
        state.standing.lost().keySet().stream()
                .filter(run -> run.nodeid() == self.nodeid())
                .filter(run -> !state.standing.remains(run).and(left).equals(state.standing.remains(run)))
                .forEach(run -> vouch(run, left, nowMs, effects));
        if (!asUnmet.and(left).equals(asUnmet)) {
            vouch(unmet(), left, nowMs, effects);
        }
    }

    private Node unmet() {
        return new Node(self.nodeid(), Incarnation.UNKNOWN);
    }

    private void vouch(Node run, Remains left, long nowMs, List<ServiceEffect> effects) {
        var report = new ServiceEffect.ReportVouched(run, left);
        if (vouches.say(report, nowMs)) {
            effects.add(report);
        }
    }

    /// The lowest node that is ready sees to it that somebody looks at what has changed.
    private void look(ClusterState state, long nowMs, List<ServiceEffect> effects) {
        boolean lowest = state.peers.values().stream()
                .filter(peer -> peer.ready() && state.standing.present(peer.node()))
                .findFirst()
                .filter(peer -> peer.node().equals(self))
                .isPresent();
        if (state.due && lowest && state.standing.quorate()) {
            say(new ServiceMessage.Look(wallMs), nowMs, effects);
        }
    }

    private void part(ClusterState state, Peer me, long nowMs, List<ServiceEffect> effects) {
        if (parting != Parting.ASKED) {
            return;
        }
        if (!me.leaving()) {
            say(new ServiceMessage.Leaving(wallMs), nowMs, effects);
            return;
        }
        boolean stopping = !me.ready() && stop.word().isEmpty() && state.plan != null;
        boolean running =
                me.ready() && state.services.values().stream().anyMatch(s -> s.owner() == self.nodeid() && !s.frozen);
        if (!stopping && !running) {
            parting = Parting.OVER;
            effects.add(new ServiceEffect.Leave());
        }
    }

    /// Says what is to be said until the group has heard it.
    private void say(ServiceMessage message, long nowMs, List<ServiceEffect> effects) {
        if (proposals.say(message.undated(), nowMs)) {
            propose(effects, message);
        }
    }

    private static void propose(List<ServiceEffect> effects, ServiceMessage message) {
        effects.add(new ServiceEffect.Propose(ServiceMessage.encode(message), true));
    }
}
