package io.muster.lvs;

import io.muster.core.Core;
import io.muster.ipvs.Destination;
import io.muster.ipvs.IpvsError;
import io.muster.ipvs.IpvsOp;
import io.muster.ipvs.ServiceEntry;
import io.muster.ipvs.ServiceId;
import io.muster.ipvs.Timeouts;
import io.muster.lvs.LvsdEffect.Level;
import io.muster.nanny.CheckResult;
import io.muster.nanny.Health;
import io.muster.nanny.HealthEffect;
import io.muster.nanny.Target;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import java.util.Set;
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
/// - **Looking**: every [#LOOK_MS] the whole table if it is small or something drains, else its fingerprint, and the
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
    /// Up to this many services the table is small.
    public static final int SMALL = 64;

    private static final long STOP_MS = 5_000;
    /// Refusals in a row that are put down to somebody faster.
    private static final int MOST_RACES = 5;

    private static final int MOST_SAID = 10_000;

    private enum Flight {
        NONE,
        READ,
        CHEAP,
        APPLY,
        WRITE
    }

    private record Waiting(long client, List<String> lines) {}

    private final Health health;
    private final TableView view = new TableView();
    private final Drains drains = new Drains();
    private final TreeSet<ServiceId> owned = new TreeSet<>();
    private final TreeSet<ServiceId> dirty = new TreeSet<>();
    private final Set<String> said = new HashSet<>();
    private final SequencedSet<Long> refreshes = new LinkedHashSet<>();
    private final List<Waiting> waiting = new ArrayList<>();
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

    private List<LvsdEffect> effects = new ArrayList<>();
    private Plan plan = new Plan(new TreeMap<>(), List.of());
    private Timeouts wantedTimeouts = new Timeouts(0, 0, 0);
    private Timeouts timeouts = new Timeouts(0, 0, 0);
    private Holdings durable = Holdings.NONE;
    private Holdings underway = Holdings.NONE;
    private List<IpvsOp> operations = List.of();
    private Flight flight = Flight.NONE;
    private long request;
    private long sentMs;
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
        effects = new ArrayList<>();
        if (!stopped) {
            take(event, nowMs);
            proceed(nowMs);
        }
        return effects;
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
        if (flight == Flight.NONE) {
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
                if (landed(number, Flight.READ)) {
                    tableRead(print, table, now, nowMs);
                }
            }
            case LvsdEvent.FingerprintRead(long number, long print) -> {
                if (landed(number, Flight.CHEAP)) {
                    readWell();
                    tally.cheapReads++;
                    lookNow |= print != fingerprint;
                    nextLookMs = nowMs + LOOK_MS;
                }
            }
            case LvsdEvent.ReadFailed(long number, String reason) -> {
                if (landed(number, Flight.READ) || landed(number, Flight.CHEAP)) {
                    readFailed(reason, nowMs);
                }
            }
            case LvsdEvent.Applied(long number, List<IpvsError> results) -> {
                if (landed(number, Flight.APPLY)) {
                    applied(results, nowMs);
                }
            }
            case LvsdEvent.ApplyFailed(long number, String reason) -> {
                if (landed(number, Flight.APPLY)) {
                    uncertain = true;
                    applying.failed(nowMs);
                    lookNow = true;
                    once("apply", Level.WARN, "the table can't be changed: " + reason + ": tried again");
                }
            }
            case LvsdEvent.HoldingsWritten(long number) -> {
                if (landed(number, Flight.WRITE)) {
                    durable = underway;
                    writing.reset();
                    over("write", "the list of what is ours can be written again");
                }
            }
            case LvsdEvent.HoldingsFailed(long number, String reason) -> {
                if (landed(number, Flight.WRITE)) {
                    writing.failed(nowMs);
                    once(
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
                    reply(wanted.client(), "lvsd stops");
                } else {
                    drain(wanted, nowMs);
                }
            }
            case LvsdEvent.Undrain wanted -> {
                if (stopping) {
                    reply(wanted.client(), "lvsd stops");
                } else {
                    undrain(wanted);
                }
            }
            case LvsdEvent.Refresh(long client) -> {
                refreshes.add(client);
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
        effects.add(new LvsdEffect.SetSysctls());
        configure(config, nowMs);
        nextLookMs = nowMs;
        nextFullMs = nowMs;
        lookNow = true;
    }

    private void configure(LvsConfig config, long nowMs) {
        plan = Plan.of(config);
        wantedTimeouts = new Timeouts(config.tcpTimeoutS(), config.tcpFinTimeoutS(), config.udpTimeoutS());
        plan.clashes().forEach(clash -> log(Level.WARN, clash));
        heed(health.configure(plan.rules(), nowMs));
        for (RealServer server : List.copyOf(drains.all().keySet())) {
            Plan.Service service = plan.services().get(server.service());
            if (service == null || !service.servers().containsKey(server)) {
                drains.forget(server);
            }
        }
        owned.addAll(plan.services().keySet());
        dirty.addAll(owned);
        applying.reset();
        said.clear();
    }

    private void reload(LvsConfig config, long nowMs) {
        tally.reloads++;
        var before = plan;
        for (Map.Entry<RealServer, Drain> each : Map.copyOf(drains.all()).entrySet()) {
            if (each.getValue().by() == Drain.By.HAND) {
                drains.end(each.getKey(), view.destination(each.getKey()));
                log(Level.INFO, each.getKey() + ": drain set by hand ends with the reload");
            }
        }
        configure(config, nowMs);
        adopt(before, nowMs);
        log(Level.INFO, "reload: " + Summary.of(before, plan));
    }

    /// A server that is in the table already is up until it fails.
    private void adopt(Plan before, long nowMs) {
        for (Map.Entry<ServiceId, Plan.Service> each : plan.services().entrySet()) {
            Plan.Service known = before.services().get(each.getKey());
            each.getValue().servers().forEach((place, server) -> {
                Destination present = view.destination(place);
                boolean new_ = known == null || !known.servers().containsKey(place);
                boolean outByUs = present != null
                        && present.weight() == 0
                        && drains.zeros().contains(place)
                        && drains.get(place) == null
                        && server.destination().weight() > 0;
                if (new_ && present != null && !outByUs) {
                    health.adopt(server.target(), present.weight(), nowMs);
                }
            });
        }
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
                once(
                        "drift " + each.kind() + each.place(),
                        Level.WARN,
                        each.place() + ": " + each.kind().words + " by somebody else: put right");
            }
        }
        if (!strange.isEmpty()) {
            applying.reset();
        }
        effects.addAll(byHand.values());
        if (first) {
            adopt(new Plan(new TreeMap<>(), List.of()), nowMs);
            log(Level.INFO, Summary.found(view, plan, owned));
        }
        uncertain = false;
        timeouts = now;
        fingerprint = print;
        dirty.addAll(owned);
        drains.zeros().removeIf(server -> weightOf(view.destination(server)) != 0);
        effects.addAll(drains.progress(view, nowMs + wallOffsetMs));
        lookNow = false;
        nextLookMs = nowMs + LOOK_MS;
        nextFullMs = nowMs + FULL_MS;
        refreshes.forEach(client -> effects.add(new LvsdEffect.Reply(client, true, List.of())));
        refreshes.clear();
    }

    private static int weightOf(@Nullable Destination present) {
        return present == null ? -1 : present.weight();
    }

    private void readWell() {
        problem = "";
        reading.reset();
        over("read", "the table can be read again");
    }

    private void readFailed(String reason, long nowMs) {
        tally.readFailures++;
        problem = reason;
        reading.failed(nowMs);
        lookNow = true;
        once("read", Level.WARN, "the table can't be read: " + reason + ": tried again");
        refreshes.forEach(client -> reply(client, reason));
        refreshes.clear();
    }

    private void applied(List<IpvsError> results, long nowMs) {
        tally.lastApplyMs = nowMs - sentMs;
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
                weighed(operation);
                said.remove("op " + operation);
            } else {
                tally.refused++;
                if (Words.stale(operation, result)) {
                    raced = true;
                } else {
                    refused = true;
                    once(
                            "op " + operation,
                            Level.ERROR,
                            Words.of(operation) + ": the table refuses: " + result.words() + ": tried again");
                }
            }
        }
        operations = List.of();
        over("apply", "the table can be changed again");
        races = raced && !refused ? races + 1 : 0;
        lookNow |= raced || refused;
        if (!refused && races <= MOST_RACES) {
            applying.reset();
        }
        if (raced || refused) {
            applying.failed(nowMs);
        }
    }

    private void weighed(IpvsOp operation) {
        switch (operation) {
            case IpvsOp.AddDestination(ServiceId id, Destination to)
            when to.weight() > 0 -> drains.zeros().remove(RealServer.of(id, to));
            case IpvsOp.EditDestination(ServiceId id, Destination to)
            when to.weight() > 0 -> drains.zeros().remove(RealServer.of(id, to));
            case IpvsOp.DeleteDestination(ServiceId id, Destination to) ->
                drains.zeros().remove(RealServer.of(id, to));
            case IpvsOp.DeleteService(ServiceId id) ->
                drains.zeros().removeIf(server -> server.service().equals(id));
            default -> {}
        }
    }

    private void heed(List<HealthEffect> told) {
        for (HealthEffect effect : told) {
            switch (effect) {
                case HealthEffect.StartCheck(Target target, long ticket, var check, long timeoutMs) ->
                    effects.add(new LvsdEffect.StartCheck(target, ticket, check, timeoutMs));
                case HealthEffect.Changed changed -> {
                    log(changed.up() ? Level.INFO : Level.WARN, plan.name(changed.target()) + ": " + changed.line());
                    touch(changed.target().service());
                }
                case HealthEffect.Weighed(Target target, int weight, String reason) -> {
                    log(Level.DEBUG, plan.name(target) + ": weight " + weight + ": " + reason);
                    touch(target.service());
                }
            }
        }
    }

    private void touch(ServiceId id) {
        dirty.add(id);
    }

    private void drain(LvsdEvent.Drain wanted, long nowMs) {
        Names.Found found = Names.find(plan, wanted.server(), wanted.service());
        if (found.servers().isEmpty()) {
            reply(wanted.client(), found.problem());
            return;
        }
        long wallMs = nowMs + wallOffsetMs;
        var lines = new ArrayList<String>();
        for (RealServer server : found.servers()) {
            Drain before = drains.get(server);
            long since = before == null ? wallMs : before.sinceMs();
            long deadline = wanted.deadlineMs() == 0 ? 0 : wallMs + wanted.deadlineMs();
            drains.start(server, new Drain(Drain.By.LVSCTL, since, deadline, -1));
            TableView.Counts counts = view.counts(server);
            lines.add(
                    server + ": drains" + (deadline == 0 ? "" : ", at most " + wanted.deadlineMs() / 1000 + " s") + ": "
                            + counts.active() + " active and " + counts.inactive() + " inactive connections, "
                            + counts.persistent() + " templates");
            log(Level.INFO, lines.getLast());
            touch(server.service());
        }
        waiting.add(new Waiting(wanted.client(), lines));
    }

    private void undrain(LvsdEvent.Undrain wanted) {
        Names.Found found = Names.find(plan, wanted.server(), wanted.service());
        if (found.servers().isEmpty()) {
            reply(wanted.client(), found.problem());
            return;
        }
        var lines = new ArrayList<String>();
        for (RealServer server : found.servers()) {
            if (drains.get(server) != null) {
                drains.end(server, view.destination(server));
                lines.add(server + ": drain ended");
                log(Level.INFO, lines.getLast());
                touch(server.service());
            }
        }
        if (lines.isEmpty()) {
            lines.add(found.servers().getFirst() + ": wasn't draining");
        }
        waiting.add(new Waiting(wanted.client(), lines));
    }

    private void stop(long nowMs) {
        if (stopping) {
            return;
        }
        stopping = true;
        stopByMs = nowMs + STOP_MS;
        plan = new Plan(new TreeMap<>(), List.of());
        wantedTimeouts = new Timeouts(0, 0, 0);
        heed(health.configure(plan.rules(), nowMs));
        for (Map.Entry<RealServer, Drain> each : Map.copyOf(drains.all()).entrySet()) {
            if (each.getValue().by() == Drain.By.HAND) {
                drains.forget(each.getKey());
            }
        }
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
            effects.addAll(drains.progress(view, nowMs + wallOffsetMs));
            dirty.addAll(owned);
        }
        if (stopping && nowMs >= stopByMs) {
            log(Level.ERROR, "not everything of ours could be removed from the table");
            end(false);
            return;
        }
        if (flight != Flight.NONE) {
            return;
        }
        boolean fresh = !lookNow || !reading.over(nowMs);
        boolean may = view.seen() && fresh && applying.over(nowMs);
        if ((may || !waiting.isEmpty()) && reconcile(may, nowMs)) {
            return;
        }
        if (reading.over(nowMs) && (lookNow || nowMs >= nextLookMs)) {
            boolean whole = lookNow || !view.seen() || view.size() <= SMALL || drains.waiting() || nowMs >= nextFullMs;
            launch(whole ? Flight.READ : Flight.CHEAP, nowMs);
            effects.add(whole ? new LvsdEffect.ReadTable(request) : new LvsdEffect.CheapRead(request));
        }
    }

    /// @param may whether the table may be changed; otherwise only the holdings are written, for those who wait
    /// @return whether something is under way now
    private boolean reconcile(boolean may, long nowMs) {
        List<IpvsOp> wanted = may ? wanted() : List.of();
        for (IpvsOp operation : wanted) {
            zero(operation);
        }
        // After an apply without an answer a service may be there that was never seen.
        if (may && !uncertain) {
            owned.removeIf(id -> !plan.services().containsKey(id) && view.get(id) == null);
        }
        var holdings = new Holdings(owned, drains.zeros(), drains.all());
        if (!holdings.equals(durable) && writing.over(nowMs)) {
            underway = holdings;
            launch(Flight.WRITE, nowMs);
            effects.add(new LvsdEffect.WriteHoldings(request, holdings));
            return true;
        }
        if (holdings.equals(durable)) {
            writing.reset();
        }
        answer(holdings.equals(durable));
        if (!may) {
            return false;
        }
        if (!wanted.isEmpty()) {
            operations = wanted;
            tally.applies++;
            tally.operations += wanted.size();
            launch(Flight.APPLY, nowMs);
            effects.add(new LvsdEffect.Apply(request, wanted));
            return true;
        }
        if (stopping) {
            end(true);
            return true;
        }
        if (!ready) {
            ready = true;
            effects.add(new LvsdEffect.Ready());
        }
        return false;
    }

    /// Services and servers come before others go.
    private List<IpvsOp> wanted() {
        var first = new ArrayList<IpvsOp>();
        var last = new ArrayList<IpvsOp>();
        var done = new ArrayList<ServiceId>();
        for (ServiceId id : dirty) {
            Plan.Service service = plan.services().get(id);
            var differences =
                    Setup.differences(view.get(id), service == null ? null : Desired.of(service, verdicts, drains));
            if (differences.isEmpty()) {
                done.add(id);
            }
            for (Setup.Difference each : differences) {
                (each.cure() instanceof IpvsOp.DeleteService ? last : first).add(each.cure());
            }
        }
        done.forEach(dirty::remove);
        first.addAll(last);
        Timeouts set = Words.missing(wantedTimeouts, timeouts);
        if (!set.equals(new Timeouts(0, 0, 0))) {
            first.add(new IpvsOp.SetTimeouts(set));
        }
        return first;
    }

    /// A real server about to get weight 0 from us is noted as such first.
    private void zero(IpvsOp operation) {
        switch (operation) {
            case IpvsOp.AddDestination(ServiceId id, Destination to)
            when to.weight() == 0 -> drains.zeros().add(RealServer.of(id, to));
            case IpvsOp.EditDestination(ServiceId id, Destination to)
            when to.weight() == 0 -> {
                RealServer server = RealServer.of(id, to);
                Drain drain = drains.get(server);
                if (drain == null || drain.by() != Drain.By.HAND) {
                    drains.zeros().add(server);
                }
            }
            default -> {}
        }
    }

    private void answer(boolean durably) {
        for (Waiting each : waiting) {
            var lines = new ArrayList<>(each.lines());
            if (!durably) {
                lines.add("this couldn't be saved: it won't outlive lvsd");
            }
            effects.add(new LvsdEffect.Reply(each.client(), true, lines));
        }
        waiting.clear();
    }

    private void end(boolean clean) {
        stopped = true;
        answer(true);
        refreshes.forEach(client -> reply(client, "lvsd stops"));
        effects.add(new LvsdEffect.RestoreSysctls());
        effects.add(new LvsdEffect.Stopped(clean));
    }

    private void launch(Flight what, long nowMs) {
        flight = what;
        request++;
        sentMs = nowMs;
    }

    private boolean landed(long number, Flight what) {
        if (flight != what || number != request) {
            return false;
        }
        flight = Flight.NONE;
        return true;
    }

    private void reply(long client, String problem) {
        effects.add(new LvsdEffect.Reply(client, false, List.of(problem)));
    }

    private void log(Level level, String line) {
        effects.add(new LvsdEffect.Log(level, line));
    }

    private void once(String key, Level level, String line) {
        if (said.size() < MOST_SAID && said.add(key)) {
            log(level, line);
        }
    }

    private void over(String key, String line) {
        if (said.remove(key)) {
            log(Level.INFO, line);
        }
    }

    /// How things stand, by the last look at the table. Thread: the owner's.
    public LvsdStatus status(long nowMs) {
        int foreign = 0;
        for (ServiceId id : view.ids()) {
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
