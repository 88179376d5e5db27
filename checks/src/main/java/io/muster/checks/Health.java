package io.muster.checks;

import io.muster.checks.TargetHealth.Force;
import io.muster.core.Core;
import io.muster.driver.Dice;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// Which real servers are up, and with what weight: decides when each is checked and what a result
/// means.
///
/// - A check starts every interval, which is also its time limit; never two at once for one target.
///   First checks are spread by the dice, a millisecond for each new target (at most an interval), and
///   then at random over the interval.
/// - One failed check takes a server out, or as many in a row as its rules ask for beyond it. What lets one in again is
/// `reentry / interval` good checks in
///   a row. A new target's count begins full, so that its first good check lets it in; a failed check
///   empties it.
/// - A server let in begins with `max(1, weight / 32)` and doubles about every 20 s until it has its
///   weight (slow start). With loads heeded, the weight follows them from then on: a load L of the
///   1-minute average below 1 adds `weight / 2 * cbrt(1 - L)` (at most `loadScale * weight`), above 1
///   takes `weight / 2 * cbrt(L - 1)` (at least `weight`); differences below a quarter of the weight
///   aren't applied.
/// - A target that was up in the table when we came ([HealthEvent.Adopted]) is up until a check fails.
/// - An operator's word ([HealthEvent.Forced]) stands above the checks, which go on.
///
/// Quiescing, draining and the sorry server are lvsd's. Deterministic: time and dice are given, nothing
/// is looked up. Every event but a [HealthEvent.Configured] costs a logarithm of the number of targets
/// and what it returns; nothing else looks at all targets.
///
/// A part of whoever acts on it, and recorded with that: lvsd, nanny.
///
/// Source of the rules: nanny of Piranha 0.8. Ours: the spread starts, and reentry below an interval
/// counts as one check.
///
/// Thread: the owner's. Time is monotonic milliseconds and never goes back.
public final class Health implements Core<HealthEvent, HealthEffect> {
    /// Between two steps of the slow start, and between two looks at the load.
    public static final long RAMP_MS = 20_000;

    /// Deadlines are rounded up to this, so that thousands of targets start a few at a time and not one
    /// for each wake-up: half of what a check costs is waking.
    private static final long GRID_MS = 50;

    private final Starts starts;
    private final Map<Target, Watched> byTarget = new HashMap<>();
    private final Deadlines deadlines = new Deadlines();
    private SortedMap<Target, Watched> sorted = new TreeMap<>();
    private long numbers;

    /// @param dice for the spread of the checks
    public Health(Dice dice) {
        this(new Starts(dice, 0));
    }

    private Health(Starts starts) {
        this.starts = starts;
    }

    /// All of it, but for the rules.
    public record Image(long dice, long numbers, long tickets, List<Checked> targets) {
        /// A target. When it is due follows from the rest.
        record Checked(
                long number,
                Target target,
                boolean up,
                Force force,
                int weight,
                long sinceMs,
                long ticket,
                long nextStartMs,
                long rampMs,
                long loadMs,
                boolean fresh,
                long good,
                long bad,
                boolean lastGood,
                long checks,
                long failures,
                double load,
                String detail) {}
    }

    /// For a flight record.
    public Image image() {
        return new Image(
                starts.dice(),
                numbers,
                starts.tickets(),
                sorted.values().stream().map(Watched::image).toList());
    }

    /// The same from there on.
    ///
    /// @param rules as last configured
    public static Health restored(Image image, SortedMap<Target, Rules> rules) {
        var it = new Health(new Starts(new Dice(image.dice()), image.tickets()));
        it.numbers = image.numbers();
        for (Image.Checked each : image.targets()) {
            it.add(new Watched(each, Objects.requireNonNull(rules.get(each.target()))));
        }
        return it;
    }

    private void add(Watched watched) {
        byTarget.put(watched.target, watched);
        sorted.put(watched.target, watched);
        schedule(watched);
    }

    @Override
    public List<HealthEffect> on(HealthEvent event, long nowMs) {
        return switch (event) {
            case HealthEvent.Tick() -> tick(nowMs);
            case HealthEvent.Checked(Target target, long ticket, CheckResult result) ->
                checked(target, ticket, result, nowMs);
            case HealthEvent.Configured(SortedMap<Target, Rules> wanted) -> configure(wanted, nowMs);
            case HealthEvent.Adopted(Target target, int weight) -> {
                Watched watched = byTarget.get(target);
                if (watched != null) {
                    watched.adopt(weight, nowMs);
                    schedule(watched);
                }
                yield List.of();
            }
            case HealthEvent.Forced(Target target, Force force) -> {
                var effects = new ArrayList<HealthEffect>(1);
                Watched watched = byTarget.get(target);
                if (watched != null) {
                    watched.force(force, nowMs, effects);
                    schedule(watched);
                }
                yield effects;
            }
        };
    }

    private List<HealthEffect> tick(long nowMs) {
        if (deadlines.firstDueMs() > nowMs) {
            return List.of();
        }
        var effects = new ArrayList<HealthEffect>();
        while (deadlines.firstDueMs() <= nowMs && deadlines.first() instanceof Watched watched) {
            watched.tick(starts, nowMs, effects);
            schedule(watched);
        }
        return effects;
    }

    private List<HealthEffect> checked(Target target, long ticket, CheckResult result, long nowMs) {
        Watched watched = byTarget.get(target);
        if (watched == null || !watched.awaits(ticket)) {
            return List.of();
        }
        var effects = new ArrayList<HealthEffect>(2);
        watched.checked(result, starts, nowMs, effects);
        schedule(watched);
        return effects;
    }

    private List<HealthEffect> configure(SortedMap<Target, Rules> wanted, long nowMs) {
        var effects = new ArrayList<HealthEffect>();
        SortedMap<Target, Watched> before = sorted;
        var added = new ArrayList<Watched>();
        sorted = new TreeMap<>();
        wanted.forEach((target, rules) -> {
            Watched known = byTarget.get(target);
            if (known == null) {
                added.add(new Watched(++numbers, target, rules, nowMs));
            } else {
                known.change(rules, nowMs, effects);
                schedule(known);
                sorted.put(target, known);
            }
        });
        for (Watched watched : before.values()) {
            if (!sorted.containsKey(watched.target)) {
                byTarget.remove(watched.target);
                deadlines.set(watched, Long.MAX_VALUE);
            }
        }
        for (Watched watched : added) {
            watched.startAt(nowMs + starts.below(Math.min(watched.rules().intervalMs(), added.size())));
            add(watched);
        }
        return effects;
    }

    private void schedule(Watched watched) {
        deadlines.set(watched, watched.nextMs());
    }

    /// At most 20 times a second.
    @Override
    public long nextDeadlineMs() {
        long due = deadlines.firstDueMs();
        return due == Long.MAX_VALUE ? due : Math.ceilDiv(due, GRID_MS) * GRID_MS;
    }

    /// Whether it should take connections; false for an unknown target.
    public boolean up(Target target) {
        Watched watched = byTarget.get(target);
        return watched != null && watched.up();
    }

    /// The weight it should have now; 0 while it is down.
    public int weight(Target target) {
        Watched watched = byTarget.get(target);
        return watched == null ? 0 : watched.weight();
    }

    /// Whether anything is known of it: a check has ended, it was adopted, or it is forced.
    public boolean known(Target target) {
        Watched watched = byTarget.get(target);
        return watched != null && watched.known();
    }

    /// One target's state; empty if it isn't configured.
    public Optional<TargetHealth> health(Target target) {
        return Optional.ofNullable(byTarget.get(target)).map(Watched::view);
    }
}
