package io.muster.lvs;

import io.muster.core.Core;
import io.muster.ipvs.Destination;
import io.muster.ipvs.IpvsError;
import io.muster.ipvs.IpvsOp;
import io.muster.ipvs.ServiceEntry;
import io.muster.ipvs.ServiceId;
import io.muster.ipvs.Timeouts;
import io.muster.lvs.LvsdEffect.Level;
import io.muster.lvs.Underway.What;
import io.muster.nanny.CheckResult;
import io.muster.nanny.Health;
import io.muster.nanny.HealthEffect;
import io.muster.nanny.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Brings the table to what lvs.cf, the checks and the operator's drains ask for, and keeps it there, whoever else
/// writes to it and whenever lvsd dies.
///
/// Level-triggered: what is wanted is computed from what is known now ([Desired]), compared with the table as it was
/// last seen ([TableView]), and the difference becomes operations. Nothing depends on having seen a change happen.
///
/// - **Ours** are the services of lvs.cf with all their destinations, and those in [Holdings], which are written
///   before a service is made. Everything else is foreign and never touched.
/// - **Looking**: every [#LOOK_MS] the whole table if it is small ([#SMALL]) or something drains, else its fingerprint,
/// and the
///   whole only if that changed or [#FULL_MS] have passed. Somebody else's change is so undone within a second.
/// - **One thing at a time** is asked of the outside: a read, a list of operations, or a write of the holdings.
/// - **A weight of 0 set by hand** is kept, as a drain. Which zeros are our own stands in the holdings.
/// - **After a restart** a server that is in the table counts as up until a check of it fails.
///
/// Source of the rules: lvsd and nanny of Piranha 0.8, which do all this by edge; what differs is said in
/// `docs/decisions/0115`.
public final class Reconciler implements Core<LvsdEvent, LvsdEffect> {
    /// From look to look.
    public static final long LOOK_MS = 900;
    /// From one look at everything to the next.
    public static final long FULL_MS = 30_000;
    /// Up to this many services with so many real servers in all the table is small.
    public static final int SMALL = 64;

    public static final int SMALL_SERVERS = 512;

    private static final Timeouts LEFT = new Timeouts(0, 0, 0);
    private static final Plan NOTHING = new Plan(new TreeMap<>(), List.of());
    private static final long STOP_MS = 5_000;
    /// Refusals in a row that are put down to somebody faster.
    private static final int MOST_RACES = 5;

    private final Health health;
    private final TableView view = new TableView();
    private final Drains drains = new Drains();
    private final TreeSet<ServiceId> owned = new TreeSet<>();
    private final TreeSet<ServiceId> dirty = new TreeSet<>();
    private final Journal journal = new Journal();
    private final Clients clients = new Clients(journal, drains, view);
    private final Underway underway = new Underway();
    private final Tally tally = new Tally();
    private final Backoff reading = new Backoff();
    private final Backoff applying = new Backoff();
    private final Backoff writing = new Backoff();
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

    private Plan plan = NOTHING;
    private Timeouts wantedTimeouts = LEFT;
    private Timeouts timeouts = LEFT;
    private Holdings durable = Holdings.NONE;
    private Holdings written = Holdings.NONE;
    private List<IpvsOp> operations = List.of();
    private long wallOffsetMs;
    private long fingerprint;
    private long nextLookMs;
    private long nextFullMs;
    private int races;
    private boolean lookNow;
    private boolean uncertain;
    private boolean started;
    private boolean ready;
    private boolean stopping;
    private boolean stopped;
    private String problem = "";
    private long startedMs;
    private long stopByMs = Long.MAX_VALUE;

    /// @param dice for the spread of the checks
    public Reconciler(RandomGenerator dice) {
        health = new Health(dice);
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
        long next = stopping ? stopByMs : looked() ? health.nextDeadlineMs() : Long.MAX_VALUE;
        long drained = drains.nextDeadlineMs();
        if (drained != Long.MAX_VALUE && view.seen()) {
            next = Math.min(next, drained - wallOffsetMs);
        }
        if (underway.nothing()) {
            next = Math.min(next, Math.max(lookNow ? 0 : nextLookMs, reading.notBeforeMs()));
            if (!dirty.isEmpty() && view.seen()) {
                next = Math.min(next, applying.notBeforeMs());
            }
            if (writing.failing() && view.seen()) {
                next = Math.min(next, Math.max(writing.notBeforeMs(), applying.notBeforeMs()));
            }
        }
        return next;
    }

    /// Whether the table was looked at: before, a good check would start slowly what is at work already.
    private boolean looked() {
        return view.seen() || reading.failing();
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
            case LvsdEvent.FingerprintRead(long number, long print) -> {
                if (underway.landed(number, What.CHEAP_READ)) {
                    readWell();
                    tally.cheapReads++;
                    lookNow |= print != fingerprint;
                    nextLookMs = nowMs + LOOK_MS;
                }
            }
            case LvsdEvent.ReadFailed(long number, String reason) -> {
                if (underway.landed(number, What.READ) || underway.landed(number, What.CHEAP_READ)) {
                    readFailed(reason, nowMs);
                }
            }
            case LvsdEvent.Applied(long number, List<IpvsError> results) -> {
                if (underway.landed(number, What.APPLY)) {
                    applied(results, nowMs);
                }
            }
            case LvsdEvent.ApplyFailed(long number, String reason) -> {
                if (underway.landed(number, What.APPLY)) {
                    uncertain = true;
                    applying.failed(nowMs);
                    lookNow = true;
                    journal.once("apply", Level.WARN, "the table can't be changed: " + reason + ": tried again");
                }
            }
            case LvsdEvent.HoldingsWritten(long number) -> {
                if (underway.landed(number, What.WRITE)) {
                    durable = written;
                    writing.reset();
                    journal.over("write", "the list of what is ours can be written again");
                }
            }
            case LvsdEvent.HoldingsFailed(long number, String reason) -> {
                if (underway.landed(number, What.WRITE)) {
                    writing.failed(nowMs);
                    journal.once(
                            "write",
                            Level.ERROR,
                            "the list of what is ours can't be written: " + reason
                                    + ": goes on, but a restart may take a drain for undone");
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
                lookNow = true;
            }
            case LvsdEvent.Stop() -> stop(nowMs);
            case LvsdEvent.Tick() -> {}
        }
    }

    private void start(LvsConfig config, Holdings holdings, long wallOffset, long nowMs) {
        started = true;
        startedMs = nowMs;
        wallOffsetMs = wallOffset;
        durable = holdings;
        owned.addAll(holdings.owned());
        drains.restore(holdings);
        journal.add(new LvsdEffect.SetSysctls());
        configure(config, nowMs);
        nextLookMs = nowMs;
        nextFullMs = nowMs;
        lookNow = true;
    }

    private void configure(LvsConfig config, long nowMs) {
        plan = Plan.of(config);
        wantedTimeouts = new Timeouts(config.tcpTimeoutS(), config.tcpFinTimeoutS(), config.udpTimeoutS());
        plan.clashes().forEach(clash -> journal.log(Level.WARN, clash));
        heed(health.configure(plan.rules(), nowMs));
        drains.keepOnly(plan);
        owned.addAll(plan.services().keySet());
        dirty.addAll(owned);
        applying.reset();
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
        readWell();
        tally.reads++;
        boolean first = !view.seen();
        var byHand =
                stopping ? new TreeMap<RealServer, LvsdEffect.Log>() : drains.look(plan, table, nowMs + wallOffsetMs);
        var strange = view.read(table, owned::contains);
        for (Setup.Difference each : strange) {
            boolean drained = byHand.keySet().stream()
                    .anyMatch(server -> server.toString().equals(each.place()));
            if (!uncertain && !stopping && !drained) {
                tally.drift++;
                journal.once(
                        "drift " + each.kind() + each.place(),
                        Level.WARN,
                        each.place() + ": " + each.kind().words + " by somebody else: put right");
            }
        }
        if (!strange.isEmpty()) {
            applying.reset();
        }
        byHand.values().forEach(journal::add);
        if (first) {
            view.adopt(health, NOTHING, plan, drains, nowMs);
            journal.log(Level.INFO, Summary.found(view, plan, owned));
        }
        uncertain = false;
        timeouts = now;
        fingerprint = print;
        dirty.addAll(owned);
        drains.zeros().removeIf(server -> weightOf(view.destination(server)) != 0);
        drains.progress(view, nowMs + wallOffsetMs).forEach(journal::add);
        lookNow = false;
        nextLookMs = nowMs + LOOK_MS;
        nextFullMs = nowMs + FULL_MS;
        clients.looked();
    }

    private static int weightOf(@Nullable Destination present) {
        return present == null ? -1 : present.weight();
    }

    private void readWell() {
        problem = "";
        reading.reset();
        journal.over("read", "the table can be read again");
    }

    private void readFailed(String reason, long nowMs) {
        tally.readFailures++;
        problem = reason;
        reading.failed(nowMs);
        lookNow = true;
        journal.once("read", Level.WARN, "the table can't be read: " + reason + ": tried again");
        clients.lookFailed(reason);
    }

    private void applied(List<IpvsError> results, long nowMs) {
        tally.lastApplyMs = nowMs - underway.sinceMs();
        tally.applyMs += tally.lastApplyMs;
        boolean refused = false;
        boolean raced = false;
        for (int i = 0; i < operations.size(); i++) {
            IpvsOp operation = operations.get(i);
            IpvsError result = i < results.size() ? results.get(i) : IpvsError.OTHER;
            if (result.ok()) {
                view.applied(operation);
                if (operation instanceof IpvsOp.SetTimeouts(Timeouts set)) {
                    timeouts = Words.merged(timeouts, set);
                }
                drains.applied(operation);
                journal.forget("op " + operation);
            } else {
                tally.refused++;
                if (Words.stale(operation, result)) {
                    raced = true;
                } else {
                    refused = true;
                    journal.once(
                            "op " + operation,
                            Level.ERROR,
                            Words.of(operation) + ": the table refuses: " + result.words() + ": tried again");
                }
            }
        }
        operations = List.of();
        journal.over("apply", "the table can be changed again");
        races = raced && !refused ? races + 1 : 0;
        lookNow |= raced || refused;
        if (!refused && races <= MOST_RACES) {
            applying.reset();
        }
        if (raced || refused) {
            applying.failed(nowMs);
        }
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
                    dirty.add(changed.target().service());
                }
                case HealthEffect.Weighed(Target target, int weight, String reason) -> {
                    journal.log(Level.DEBUG, plan.name(target) + ": weight " + weight + ": " + reason);
                    dirty.add(target.service());
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
        plan = NOTHING;
        wantedTimeouts = LEFT;
        heed(health.configure(plan.rules(), nowMs));
        drains.endByHand(view);
        dirty.addAll(owned);
        applying.reset();
        reading.reset();
    }

    /// Whatever is to be done next, if nothing is under way.
    private void proceed(long nowMs) {
        if (!started) {
            return;
        }
        if (looked()) {
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
        boolean fresh = !lookNow || !reading.over(nowMs);
        boolean may = view.seen() && fresh && applying.over(nowMs);
        // Thousands of checks a minute change nothing: they mustn't cost more than asking whether they do.
        boolean reason = !dirty.isEmpty() || !ready || stopping || writing.failing();
        if ((may && reason || clients.waiting()) && reconcile(may, nowMs)) {
            return;
        }
        if (reading.over(nowMs) && (lookNow || nowMs >= nextLookMs)) {
            boolean whole = lookNow
                    || !view.seen()
                    || view.small(SMALL, SMALL_SERVERS)
                    || drains.waiting()
                    || nowMs >= nextFullMs;
            long request = underway.launch(whole ? What.READ : What.CHEAP_READ, nowMs);
            journal.add(whole ? new LvsdEffect.ReadTable(request) : new LvsdEffect.CheapRead(request));
        }
    }

    /// @param may whether the table may be changed; otherwise only the holdings are written, for those who wait
    /// @return whether something is under way now
    private boolean reconcile(boolean may, long nowMs) {
        List<IpvsOp> wanted = may ? Desired.operations(dirty, plan, view, verdicts, drains) : List.of();
        Timeouts unset = Words.missing(wantedTimeouts, timeouts);
        if (may && !unset.equals(LEFT)) {
            wanted.add(new IpvsOp.SetTimeouts(unset));
        }
        wanted.forEach(drains::willApply);
        // After an apply without an answer a service may be there that was never seen.
        if (may && !uncertain) {
            owned.removeIf(id -> !plan.services().containsKey(id) && view.get(id) == null);
        }
        var holdings = new Holdings(owned, drains.zeros(), drains.all());
        if (!holdings.equals(durable) && writing.over(nowMs)) {
            written = holdings;
            journal.add(new LvsdEffect.WriteHoldings(underway.launch(What.WRITE, nowMs), holdings));
            return true;
        }
        if (holdings.equals(durable)) {
            writing.reset();
        }
        clients.answer(holdings.equals(durable));
        if (!may) {
            return false;
        }
        if (!wanted.isEmpty()) {
            operations = wanted;
            tally.applies++;
            tally.operations += wanted.size();
            journal.add(new LvsdEffect.Apply(underway.launch(What.APPLY, nowMs), wanted));
            return true;
        }
        if (stopping) {
            end(true);
            return true;
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

    /// What the record of a step is made from; to be looked at only between steps, as are the next four.
    TableView view() {
        return view;
    }

    Drains drains() {
        return drains;
    }

    long fingerprint() {
        return fingerprint;
    }

    Timeouts timeouts() {
        return timeouts;
    }

    /// The request whose answer is awaited.
    long awaited() {
        return underway.request();
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
                nowMs + wallOffsetMs, startedMs + wallOffsetMs, ready, problem, foreign, tally.counters(), virtuals);
    }
}
