package io.muster.lvs;

import io.muster.checks.CheckResult;
import io.muster.checks.Health;
import io.muster.checks.HealthEffect;
import io.muster.checks.Target;
import io.muster.core.Core;
import io.muster.driver.Dice;
import io.muster.ipvs.Destination;
import io.muster.ipvs.IpvsError;
import io.muster.ipvs.IpvsOp;
import io.muster.ipvs.ServiceEntry;
import io.muster.ipvs.ServiceId;
import io.muster.ipvs.Timeouts;
import io.muster.lvs.LvsdEffect.Level;
import io.muster.lvs.Underway.What;
import io.muster.lvscf.LvsConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Brings the table to what lvs.cf, the checks and the operator's drains ask for, and keeps it there,
/// whoever else writes to it and whenever lvsd dies.
///
/// Level-triggered: what is wanted is computed from what is known now ([Desired]), compared with the
/// table as it was last seen ([TableView]), and the difference becomes operations. Nothing depends on
/// having seen a change happen.
///
/// - **Ours** are the services of lvs.cf with all their destinations, and those in [Holdings], which are
///   written before a service is made. Everything else is foreign and never touched.
/// - **Looking** is every second, at as much as is needed ([Looks]). Somebody else's change is so undone
///   within one.
/// - **One thing at a time** is asked of the outside: a read, a list of operations, or a write of the
///   holdings.
/// - **A weight of 0 set by hand** is kept, as a drain. Which zeros are our own stands in the holdings.
/// - **After a restart** a server that is in the table counts as up until a check of it fails.
///
/// Source of the rules: lvsd and nanny of Piranha 0.8, which do all this by edge; what differs is said in
/// `docs/decisions/0115`.
public final class Reconciler implements Core<LvsdEvent, LvsdEffect> {
    private static final Timeouts LEFT = new Timeouts(0, 0, 0);
    private static final Plan NOTHING = new Plan(new TreeMap<>(), List.of());
    private static final long STOP_MS = 5_000;

    private final Health health;
    private final TableView view = new TableView();
    private final Drains drains = new Drains();
    private final TreeSet<ServiceId> owned = new TreeSet<>();
    private final TreeSet<ServiceId> dirty = new TreeSet<>();
    private final Journal journal = new Journal();
    private final Clients clients = new Clients(journal, drains, view);
    private final Underway underway = new Underway();
    private final Tally tally = new Tally();
    private final Looks looks = new Looks(view, drains, underway, journal, tally);
    private final Changes changes = new Changes(view, drains, underway, journal, tally);
    private final Notes notes = new Notes(underway, journal);
    private final Desired.Verdicts verdicts = new Desired.Verdicts() {
        @Override
        public boolean up(Target target) {
            return health.up(target);
        }

        @Override
        public int weight(Target target) {
            return health.weight(target);
        }
    };

    /// What is wanted; null for nothing, from which the next two follow.
    private @Nullable LvsConfig config;

    private Plan plan = NOTHING;
    private Timeouts wantedTimeouts = LEFT;
    private long wallOffsetMs;
    private boolean started;
    private boolean ready;
    private boolean stopping;
    private boolean stopped;
    private long startedMs;
    private long stopByMs = Long.MAX_VALUE;

    /// @param dice for the spread of the checks
    public Reconciler(Dice dice) {
        health = new Health(dice);
    }

    /// All of it between two steps.
    ///
    /// @param config as far as it may be written: what checks send and run is not
    public record Image(
            @Nullable LvsConfig config,
            Health.Image health,
            TableView.Image view,
            Drains.Image drains,
            SortedSet<ServiceId> owned,
            SortedSet<ServiceId> dirty,
            Set<String> said,
            Clients.Image clients,
            Underway.Image underway,
            Counters tally,
            Looks.Image looks,
            Changes.Image changes,
            Notes.Image notes,
            long wallOffsetMs,
            boolean started,
            boolean ready,
            boolean stopping,
            boolean stopped,
            long startedMs,
            long stopByMs) {}

    /// For a flight record.
    public Image image() {
        return new Image(
                config,
                health.image(),
                view.image(),
                drains.image(),
                new TreeSet<>(owned),
                new TreeSet<>(dirty),
                journal.image(),
                clients.image(),
                underway.image(),
                tally.counters(),
                looks.image(),
                changes.image(),
                notes.image(),
                wallOffsetMs,
                started,
                ready,
                stopping,
                stopped,
                startedMs,
                stopByMs);
    }

    /// The lvsd an [#image] was taken of, from there on.
    public static Reconciler restored(Image image) {
        return new Reconciler(image);
    }

    private Reconciler(Image image) {
        want(image.config());
        health = Health.restored(image.health(), plan.rules());
        view.resume(image.view());
        drains.resume(image.drains());
        owned.addAll(image.owned());
        dirty.addAll(image.dirty());
        journal.resume(image.said());
        clients.resume(image.clients());
        underway.resume(image.underway());
        tally.resume(image.tally());
        looks.resume(image.looks());
        changes.resume(image.changes());
        notes.resume(image.notes());
        wallOffsetMs = image.wallOffsetMs();
        started = image.started();
        ready = image.ready();
        stopping = image.stopping();
        stopped = image.stopped();
        startedMs = image.startedMs();
        stopByMs = image.stopByMs();
    }

    @Override
    public List<LvsdEffect> on(LvsdEvent event, long nowMs) {
        journal.begin();
        if (!stopped) {
            take(event, nowMs);
            proceed(nowMs);
        }
        return journal.effects();
    }

    @Override
    public long nextDeadlineMs() {
        if (!started || stopped) {
            return Long.MAX_VALUE;
        }
        long next = stopping ? stopByMs : looks.tried() ? health.nextDeadlineMs() : Long.MAX_VALUE;
        long drained = drains.nextDeadlineMs();
        if (drained != Long.MAX_VALUE && view.seen()) {
            next = Math.min(next, drained - wallOffsetMs);
        }
        if (underway.nothing()) {
            next = Math.min(next, looks.nextDeadlineMs());
            if (!dirty.isEmpty() && view.seen()) {
                next = Math.min(next, changes.notBeforeMs());
            }
            if (notes.failing() && view.seen()) {
                next = Math.min(next, Math.max(notes.notBeforeMs(), changes.notBeforeMs()));
            }
        }
        return next;
    }

    private void take(LvsdEvent event, long nowMs) {
        switch (event) {
            case LvsdEvent.Started(LvsConfig config, Holdings holdings, long wallOffset) ->
                start(config, holdings, wallOffset, nowMs);
            case LvsdEvent.TableRead(long number, long print, List<ServiceEntry> table, Timeouts now) -> {
                if (underway.landed(number, What.READ)) {
                    tableRead(print, table, now, nowMs);
                }
            }
            case LvsdEvent.FingerprintRead(long number, long print, List<ServiceEntry> part) -> {
                if (underway.landed(number, What.CHEAP_READ)) {
                    looks.cheap(print, part, nowMs);
                }
            }
            case LvsdEvent.ReadFailed(long number, String reason) -> {
                if (underway.landed(number, What.READ) || underway.landed(number, What.CHEAP_READ)) {
                    looks.failed(reason, nowMs);
                    clients.lookFailed(reason);
                }
            }
            case LvsdEvent.Applied(long number, List<IpvsError> results) -> {
                if (underway.landed(number, What.APPLY) && changes.done(results, nowMs)) {
                    looks.wanted();
                }
            }
            case LvsdEvent.ApplyFailed(long number, String reason) -> {
                if (underway.landed(number, What.APPLY)) {
                    changes.failed(reason, nowMs);
                    looks.wanted();
                }
            }
            case LvsdEvent.HoldingsWritten(long number) -> {
                if (underway.landed(number, What.WRITE)) {
                    notes.done();
                }
            }
            case LvsdEvent.HoldingsFailed(long number, String reason) -> {
                if (underway.landed(number, What.WRITE)) {
                    notes.failed(reason, nowMs);
                }
            }
            case LvsdEvent.Checked(Target target, long ticket, var result) -> {
                tally.checks++;
                tally.checksFailed += result.outcome() == CheckResult.Outcome.FAILED ? 1 : 0;
                heed(health.result(target, ticket, result, nowMs));
            }
            case LvsdEvent.Reloaded(LvsConfig config) -> {
                if (!stopping) {
                    reload(config, nowMs);
                }
            }
            case LvsdEvent.Drain wanted -> {
                if (stopping) {
                    clients.refuse(wanted.client(), "lvsd stops");
                } else {
                    clients.drain(wanted, plan, nowMs + wallOffsetMs, server -> dirty.add(server.service()));
                }
            }
            case LvsdEvent.Undrain wanted -> {
                if (stopping) {
                    clients.refuse(wanted.client(), "lvsd stops");
                } else {
                    clients.undrain(wanted, plan, server -> dirty.add(server.service()));
                }
            }
            case LvsdEvent.Refresh(long client) -> {
                clients.looks(client);
                looks.wanted();
            }
            case LvsdEvent.Stop() -> stop(nowMs);
            case LvsdEvent.Tick() -> {}
        }
    }

    private void start(LvsConfig config, Holdings holdings, long wallOffset, long nowMs) {
        started = true;
        startedMs = nowMs;
        wallOffsetMs = wallOffset;
        notes.found(holdings);
        owned.addAll(holdings.owned());
        drains.restore(holdings);
        journal.add(new LvsdEffect.SetSysctls());
        configure(config, nowMs);
        looks.begin(nowMs);
    }

    private void want(@Nullable LvsConfig wanted) {
        config = wanted;
        plan = wanted == null ? NOTHING : Plan.of(wanted);
        wantedTimeouts = wanted == null
                ? LEFT
                : new Timeouts(wanted.tcpTimeoutS(), wanted.tcpFinTimeoutS(), wanted.udpTimeoutS());
    }

    private void configure(LvsConfig wanted, long nowMs) {
        want(wanted);
        plan.clashes().forEach(clash -> journal.log(Level.WARN, clash));
        heed(health.configure(plan.rules(), nowMs));
        drains.keepOnly(plan);
        owned.addAll(plan.services().keySet());
        dirty.addAll(owned);
        changes.retry();
        journal.forgetAll();
    }

    private void reload(LvsConfig config, long nowMs) {
        tally.reloads++;
        var before = plan;
        drains.endByHand(view)
                .forEach(server -> journal.log(Level.INFO, server + ": drain set by hand ends with the reload"));
        configure(config, nowMs);
        view.adopt(health, before, plan, drains, nowMs);
        journal.log(Level.INFO, "reload: " + Summary.of(before, plan));
    }

    private void tableRead(long print, List<ServiceEntry> table, Timeouts now, long nowMs) {
        boolean first = !view.seen();
        var byHand =
                stopping ? new TreeMap<RealServer, LvsdEffect.Log>() : drains.look(plan, table, nowMs + wallOffsetMs);
        var strange = view.read(table, owned::contains);
        for (Setup.Difference each : strange) {
            boolean drained = byHand.keySet().stream()
                    .anyMatch(server -> server.toString().equals(each.place()));
            if (!changes.uncertain() && !stopping && !drained) {
                tally.drift++;
                journal.once(
                        "drift " + each.kind() + each.place(),
                        Level.WARN,
                        each.place() + ": " + each.kind().words + " by somebody else: put right");
            }
        }
        if (!strange.isEmpty()) {
            changes.retry();
        }
        byHand.values().forEach(journal::add);
        if (first) {
            view.adopt(health, NOTHING, plan, drains, nowMs);
            journal.log(Level.INFO, Summary.found(view, plan, owned));
        }
        changes.seen(now);
        looks.whole(print, nowMs);
        dirty.addAll(owned);
        drains.zeros().removeIf(server -> weightOf(view.destination(server)) != 0);
        drains.progress(view, nowMs + wallOffsetMs).forEach(journal::add);
        clients.looked();
    }

    private static int weightOf(@Nullable Destination present) {
        return present == null ? -1 : present.weight();
    }

    private void heed(List<HealthEffect> told) {
        for (HealthEffect effect : told) {
            switch (effect) {
                case HealthEffect.StartCheck(Target target, long ticket, var check, long timeoutMs) ->
                    journal.add(new LvsdEffect.StartCheck(target, ticket, check, timeoutMs));
                case HealthEffect.Changed changed -> {
                    journal.log(
                            changed.up() ? Level.INFO : Level.WARN,
                            plan.name(changed.target()) + ": " + changed.line());
                    plan.service(changed.target()).ifPresent(dirty::add);
                }
                case HealthEffect.Weighed(Target target, int weight, String reason) -> {
                    journal.log(Level.DEBUG, plan.name(target) + ": weight " + weight + ": " + reason);
                    plan.service(target).ifPresent(dirty::add);
                }
            }
        }
    }

    private void stop(long nowMs) {
        if (stopping) {
            return;
        }
        stopping = true;
        stopByMs = nowMs + STOP_MS;
        want(null);
        heed(health.configure(plan.rules(), nowMs));
        drains.endByHand(view);
        dirty.addAll(owned);
        changes.retry();
        looks.retry();
    }

    /// Whatever is to be done next, if nothing is under way.
    private void proceed(long nowMs) {
        if (!started) {
            return;
        }
        if (looks.tried()) {
            heed(health.tick(nowMs));
        }
        if (view.seen() && nowMs + wallOffsetMs >= drains.nextDeadlineMs()) {
            drains.progress(view, nowMs + wallOffsetMs).forEach(journal::add);
            dirty.addAll(owned);
        }
        if (stopping && nowMs >= stopByMs) {
            journal.log(Level.ERROR, "not everything of ours could be removed from the table");
            end(false);
            return;
        }
        if (!underway.nothing()) {
            return;
        }
        boolean may = view.seen() && looks.fresh(nowMs) && changes.over(nowMs);
        // Thousands of checks a minute change nothing: they mustn't cost more than asking whether they
        // do.
        boolean reason = !dirty.isEmpty() || !ready || stopping || notes.failing();
        if ((may && reason || clients.waiting()) && reconcile(may, nowMs)) {
            return;
        }
        looks.take(owned, nowMs);
    }

    /// @param may whether the table may be changed; otherwise only the holdings are written, for those
    ///     who wait
    /// @return whether something is under way now
    private boolean reconcile(boolean may, long nowMs) {
        List<IpvsOp> wanted = may ? Desired.operations(dirty, plan, view, verdicts, drains) : List.of();
        Timeouts unset = Words.missing(wantedTimeouts, changes.timeouts());
        if (may && !unset.equals(LEFT)) {
            wanted.add(new IpvsOp.SetTimeouts(unset));
        }
        wanted.forEach(drains::willApply);
        // After an apply without an answer a service may be there that was never seen.
        if (may && !changes.uncertain() && owned.size() > plan.services().size()) {
            owned.removeIf(id -> !plan.services().containsKey(id) && view.get(id) == null);
        }
        boolean durable = notes.durable(owned, drains);
        if (durable) {
            notes.well();
        } else if (notes.write(owned, drains, nowMs)) {
            return true;
        }
        clients.answer(durable);
        if (!may) {
            return false;
        }
        if (!wanted.isEmpty()) {
            changes.launch(wanted, nowMs);
            return true;
        }
        if (stopping) {
            // Nothing of ours was seen, but something may have been put there since: one more look.
            if (!changes.uncertain()) {
                end(true);
            }
            return stopped;
        }
        if (!ready) {
            ready = true;
            journal.add(new LvsdEffect.Ready());
        }
        return false;
    }

    private void end(boolean clean) {
        stopped = true;
        clients.answer(true);
        clients.lookFailed("lvsd stops");
        journal.add(new LvsdEffect.RestoreSysctls());
        journal.add(new LvsdEffect.Stopped(clean));
    }

    /// How things stand, by the last look at the table. Thread: the owner's.
    public LvsdStatus status(long nowMs) {
        int foreign = 0;
        for (ServiceId id : view.services().keySet()) {
            foreign += owned.contains(id) ? 0 : 1;
        }
        var virtuals = new ArrayList<LvsdStatus.Virtual>();
        for (Plan.Service service : plan.services().values()) {
            virtuals.add(StatusOf.virtual(service, health, verdicts, drains, view, wallOffsetMs));
        }
        return new LvsdStatus(
                nowMs + wallOffsetMs,
                startedMs + wallOffsetMs,
                ready,
                looks.problem(),
                foreign,
                tally.counters(),
                virtuals);
    }
}
