package io.muster.lvs;

import io.muster.core.CauseId;
import io.muster.driver.Recorder;
import io.muster.ipvs.Destination;
import io.muster.ipvs.DestinationEntry;
import io.muster.ipvs.ServiceEntry;
import io.muster.ipvs.ServiceId;
import io.muster.ipvs.Stats;
import io.muster.ipvs.Timeouts;
import io.muster.wire.Output;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Makes [LvsdStep]s of the reconciler's steps. Steps whose effects are routine - a check started, a look taken - are
/// gathered until one comes that isn't, or they are many, or old: thousands of checks a minute that change nothing cost
/// some octets each. Of a table only what the reconciler hadn't seen is kept, and of counts of connections only those
/// that decide something.
///
/// Thread: the loop.
public final class LvsdRecorder implements Recorder<LvsdEvent, LvsdEffect> {
    private static final int MOST_OCTETS = 4_096;
    /// Ten seconds of quiet are lost with a process that is killed.
    private static final long LONGEST_MS = 10_000;

    private final Reconciler core;
    private final QuietSteps quiet;
    private final Recorder<LvsdStep, Object> to;
    private final Consumer<RuntimeException> failed;
    private boolean broken;

    private Output gathered = new Output();
    private long firstMs;
    private long lastMs;
    private CauseId firstId = CauseId.NONE;
    private CauseId firstParent = CauseId.NONE;
    private final Routines routines = new Routines();

    /// As before the step.
    private Map<ServiceId, Setup> table = Map.of();

    private long fingerprint;
    private List<ServiceId> asked = List.of();
    private Timeouts timeouts = new Timeouts(0, 0, 0);
    private long awaited;

    LvsdRecorder(Reconciler core, QuietSteps quiet, Recorder<LvsdStep, Object> to, Consumer<RuntimeException> failed) {
        this.core = core;
        this.quiet = quiet;
        this.to = to;
        this.failed = failed;
    }

    @Override
    public void before(long nowMs) {
        if (gathered.size() >= MOST_OCTETS || gathered.size() > 0 && nowMs - firstMs >= LONGEST_MS) {
            flush();
        }
        if (gathered.size() == 0) {
            to.before(nowMs);
        }
        table = core.view().services();
        fingerprint = core.looks().fingerprint();
        asked = core.looks().asked();
        timeouts = core.timeouts();
        awaited = core.awaited();
    }

    @Override
    public void after(long nowMs, CauseId id, CauseId parent, LvsdEvent event, List<LvsdEffect> effects) {
        if (broken) {
            return;
        }
        try {
            LvsdStep.@Nullable Look look = event instanceof LvsdEvent.TableRead read ? look(read) : null;
            if (Routines.all(effects) && gather(event, look, nowMs, id, parent)) {
                effects.forEach(routines::add);
                return;
            }
            flush();
            if (event instanceof LvsdEvent.Drain) {
                to.after(nowMs, id, parent, new LvsdStep.Counts(counts(Set.of())), List.of());
            }
            to.after(
                    nowMs, id, parent, look != null ? look : new LvsdStep.Event(bare(event)), new ArrayList<>(effects));
        } catch (RuntimeException e) {
            // A recorder may fail; the daemon it records may not fail with it.
            broken = true;
            failed.accept(e);
        }
    }

    /// @return false if it isn't one of the quiet kinds
    private boolean gather(LvsdEvent event, LvsdStep.@Nullable Look look, long nowMs, CauseId id, CauseId parent) {
        boolean first = gathered.size() == 0;
        long since = first ? 0 : nowMs - lastMs;
        switch (event) {
            case LvsdEvent.Tick() -> quiet.tick(gathered, since);
            case LvsdEvent.Checked checked -> quiet.checked(gathered, since, checked);
            case LvsdEvent.FingerprintRead(long request, long print, var part)
            when print == fingerprint && asBefore(part) ->
                quiet.number(gathered, QuietSteps.Kind.FINGERPRINT, since, request);
            case LvsdEvent.TableRead read
            when asBefore(read, look) -> quiet.number(gathered, QuietSteps.Kind.TABLE, since, read.request());
            case LvsdEvent.Refresh(long client) -> quiet.number(gathered, QuietSteps.Kind.REFRESH, since, client);
            default -> {
                return false;
            }
        }
        lastMs = nowMs;
        if (first) {
            firstMs = nowMs;
            firstId = id;
            firstParent = parent;
        }
        return true;
    }

    private boolean asBefore(List<ServiceEntry> part) {
        if (part.size() != asked.size()) {
            return false;
        }
        for (ServiceEntry entry : part) {
            Setup before = table.get(entry.service().id());
            if (before == null || !same(before, entry)) {
                return false;
            }
        }
        return true;
    }

    private boolean asBefore(LvsdEvent.TableRead read, LvsdStep.@Nullable Look look) {
        return look != null
                && read.fingerprint() == fingerprint
                && read.timeouts().equals(timeouts)
                && look.changed().isEmpty()
                && look.gone().isEmpty()
                && look.counts().isEmpty();
    }

    /// Hands on what is gathered: before the flight recorder is closed.
    public void flush() {
        if (gathered.size() > 0) {
            byte[] steps = gathered.toBytes();
            gathered = new Output();
            to.after(firstMs, firstId, firstParent, new LvsdStep.Quiet(steps), List.of(routines.sum()));
        }
    }

    private LvsdStep.Look look(LvsdEvent.TableRead read) {
        var changed = new ArrayList<ServiceEntry>();
        var gone = new ArrayList<ServiceId>();
        // Nobody waits for this answer: what is in it doesn't matter.
        if (read.request() == awaited) {
            var present = new TreeSet<ServiceId>();
            for (ServiceEntry entry : read.table()) {
                present.add(entry.service().id());
                Setup before = table.get(entry.service().id());
                if (before == null || !same(before, entry)) {
                    changed.add(bare(entry));
                }
            }
            for (ServiceId id : table.keySet()) {
                if (!present.contains(id)) {
                    gone.add(id);
                }
            }
        }
        var told = new TreeSet<ServiceId>();
        changed.forEach(entry -> told.add(entry.service().id()));
        return new LvsdStep.Look(read.request(), read.fingerprint(), read.timeouts(), changed, gone, counts(told));
    }

    /// In the same order too.
    private static boolean same(Setup before, ServiceEntry entry) {
        if (!before.service().equals(entry.service())
                || before.destinations().size() != entry.destinations().size()) {
            return false;
        }
        Iterator<Destination> known = before.destinations().values().iterator();
        for (DestinationEntry each : entry.destinations()) {
            if (!known.next().equals(each.destination())) {
                return false;
            }
        }
        return true;
    }

    private static LvsdEvent bare(LvsdEvent event) {
        return event instanceof LvsdEvent.FingerprintRead(long request, long print, List<ServiceEntry> part)
                ? new LvsdEvent.FingerprintRead(
                        request, print, part.stream().map(LvsdRecorder::bare).toList())
                : event;
    }

    /// Without the statistics, which nobody asks for.
    private static ServiceEntry bare(ServiceEntry entry) {
        List<DestinationEntry> servers = entry.destinations().stream()
                .map(each -> new DestinationEntry(
                        each.destination(), each.active(), each.inactive(), each.persistent(), Stats.ZERO))
                .toList();
        return new ServiceEntry(entry.service(), Stats.ZERO, servers);
    }

    /// Of those that drain, after the step.
    private List<LvsdStep.Count> counts(Set<ServiceId> but) {
        var found = new ArrayList<LvsdStep.Count>();
        for (RealServer server : core.drains().all().keySet()) {
            TableView.Counts counts = core.view().counts(server);
            if (!counts.equals(TableView.Counts.NONE) && !but.contains(server.service())) {
                found.add(new LvsdStep.Count(server, counts.active(), counts.inactive(), counts.persistent()));
            }
        }
        return found;
    }
}
