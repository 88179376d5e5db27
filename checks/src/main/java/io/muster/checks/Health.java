package io.muster.checks;

import io.muster.checks.HealthEffect.Changed;
import io.muster.checks.HealthEffect.StartCheck;
import io.muster.checks.HealthEffect.Weighed;
import io.muster.checks.TargetHealth.Force;
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
/// - One failed check takes a server out. What lets one in again is `reentry / interval` good checks in
///   a row. A new target's count begins full, so that its first good check lets it in; a failed check
///   empties it.
/// - A server let in begins with `max(1, weight / 32)` and doubles about every 20 s until it has its
///   weight (slow start). With loads heeded, the weight follows them from then on: a load L of the
///   1-minute average below 1 adds `weight / 2 * cbrt(1 - L)` (at most `loadScale * weight`), above 1
///   takes `weight / 2 * cbrt(L - 1)` (at least `weight`); differences below a quarter of the weight
///   aren't applied.
/// - A target that was up in the table when we came ([#adopt]) is up until a check fails.
/// - An operator's word ([#force]) stands above the checks, which go on.
///
/// Quiescing, draining and the sorry server are lvsd's. Deterministic: time and dice are given, nothing
/// is looked up. Every call costs a logarithm of the number of targets and what it returns; nothing
/// looks at all targets.
///
/// Source of the rules: nanny of Piranha 0.8. Ours: the spread starts, and reentry below an interval
/// counts as one check.
///
/// Thread: the owner's. Time is monotonic milliseconds and never goes back.
public final class Health {
    /// Between two steps of the slow start, and between two looks at the load.
    public static final long RAMP_MS = 20_000;

    /// Deadlines are rounded up to this, so that thousands of targets start a few at a time and not one
    /// for each wake-up: half of what a check costs is waking.
    private static final long GRID_MS = 50;

    private static final int FIRST_SHARE = 32;

    private final Dice dice;
    private final Map<Target, Entry> byTarget = new HashMap<>();
    private final Deadlines deadlines = new Deadlines();
    private SortedMap<Target, Entry> sorted = new TreeMap<>();
    private long numbers;
    private long tickets;

    /// @param dice for the spread of the checks
    public Health(Dice dice) {
        this.dice = dice;
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
                boolean fresh,
                long good,
                boolean lastGood,
                long checks,
                long failures,
                double load,
                String detail) {}
    }

    /// For a flight record.
    public Image image() {
        return new Image(
                dice.state(),
                numbers,
                tickets,
                sorted.values().stream().map(Entry::image).toList());
    }

    /// The same from there on.
    ///
    /// @param rules as last configured
    public static Health restored(Image image, SortedMap<Target, Rules> rules) {
        var it = new Health(new Dice(image.dice()));
        it.numbers = image.numbers();
        it.tickets = image.tickets();
        for (Image.Checked each : image.targets()) {
            var entry = new Entry(each, Objects.requireNonNull(rules.get(each.target())));
            it.byTarget.put(entry.target, entry);
            it.sorted.put(entry.target, entry);
            it.schedule(entry);
        }
        return it;
    }

    private static final class Entry extends Deadlines.Entry {
        final Target target;
        Rules rules;
        boolean up;
        Force force = Force.AUTO;
        int weight;
        long sinceMs;
        /// 0 while no check runs.
        long ticket;
        long nextStartMs;
        long rampMs = Long.MAX_VALUE;
        boolean fresh = true;
        long good;
        boolean lastGood;
        long checks;
        long failures;
        double load = Double.NaN;
        String detail = "";

        Entry(long number, Target target, Rules rules, long now) {
            super(number);
            this.target = target;
            this.rules = rules;
            good = rules.threshold();
            sinceMs = now;
        }

        Entry(Image.Checked image, Rules rules) {
            this(image.number(), image.target(), rules, image.sinceMs());
            up = image.up();
            force = image.force();
            weight = image.weight();
            ticket = image.ticket();
            nextStartMs = image.nextStartMs();
            rampMs = image.rampMs();
            fresh = image.fresh();
            good = image.good();
            lastGood = image.lastGood();
            checks = image.checks();
            failures = image.failures();
            load = image.load();
            detail = image.detail();
        }

        Image.Checked image() {
            return new Image.Checked(
                    number,
                    target,
                    up,
                    force,
                    weight,
                    sinceMs,
                    ticket,
                    nextStartMs,
                    rampMs,
                    fresh,
                    good,
                    lastGood,
                    checks,
                    failures,
                    load,
                    detail);
        }

        boolean ramping() {
            return up && weight < rules.weight();
        }
    }

    /// Sets what is to be checked. A kept target keeps its state, and its running check too if that
    /// stayed the same; a changed weight applies at once. A target that is gone is forgotten, and the
    /// result of its check ignored.
    public List<HealthEffect> configure(SortedMap<Target, Rules> wanted, long now) {
        var effects = new ArrayList<HealthEffect>();
        var next = new TreeMap<Target, Entry>();
        List<Entry> added = new ArrayList<>();
        for (Map.Entry<Target, Rules> want : wanted.entrySet()) {
            Entry entry = byTarget.get(want.getKey());
            if (entry == null) {
                entry = new Entry(++numbers, want.getKey(), want.getValue(), now);
                added.add(entry);
            } else {
                change(entry, want.getValue(), now, effects);
            }
            next.put(want.getKey(), entry);
        }
        for (Entry entry : sorted.values()) {
            if (!next.containsKey(entry.target)) {
                byTarget.remove(entry.target);
                deadlines.set(entry, Long.MAX_VALUE);
            }
        }
        sorted = next;
        for (Entry entry : added) {
            byTarget.put(entry.target, entry);
            entry.nextStartMs = now + below(Math.min(entry.rules.intervalMs(), added.size()));
            schedule(entry);
        }
        return effects;
    }

    private void change(Entry entry, Rules rules, long now, List<HealthEffect> effects) {
        Rules old = entry.rules;
        if (old.equals(rules)) {
            return;
        }
        entry.rules = rules;
        if (!old.check().equals(rules.check())) {
            // What the old check would still say is no news of the new one.
            entry.ticket = 0;
            entry.nextStartMs = now;
        }
        entry.nextStartMs = Math.min(entry.nextStartMs, now + rules.intervalMs());
        if (entry.fresh) {
            entry.good = rules.threshold();
        }
        if (entry.up && old.weight() != rules.weight()) {
            boolean ramping = entry.weight < old.weight();
            int weight = ramping ? Math.min(Math.max(1, entry.weight), rules.weight()) : rules.weight();
            weigh(entry, weight, "configured weight " + rules.weight(), effects);
            entry.rampMs = rampAfter(entry, now);
        } else if (entry.up && old.loadScale() != rules.loadScale()) {
            if (rules.loadScale() == 0 && entry.weight > rules.weight()) {
                weigh(entry, rules.weight(), "load isn't heeded any more", effects);
            }
            entry.rampMs = rampAfter(entry, now);
        }
        schedule(entry);
    }

    /// Says that a target was up in the table already: it counts as up until a check fails. To be called
    /// after [#configure] has brought it and before its first result; later it does nothing.
    ///
    /// @param weight it has; a slow start goes on from there, and 0 (drained by hand) counts as its full
    ///     weight
    public void adopt(Target target, int weight, long now) {
        Entry entry = byTarget.get(target);
        if (entry == null || entry.up || !entry.fresh || entry.force != Force.AUTO) {
            return;
        }
        entry.up = true;
        int most = entry.rules.loadScale() > 0 ? scaled(entry.rules) : entry.rules.weight();
        entry.weight = weight <= 0 ? entry.rules.weight() : Math.min(weight, most);
        entry.sinceMs = now;
        entry.rampMs = rampAfter(entry, now);
        schedule(entry);
    }

    /// Starts what is due.
    public List<HealthEffect> tick(long now) {
        if (deadlines.firstDueMs() > now) {
            return List.of();
        }
        var effects = new ArrayList<HealthEffect>();
        while (deadlines.firstDueMs() <= now && deadlines.first() instanceof Entry entry) {
            if (entry.rampMs <= now) {
                ramp(entry, now, effects);
            }
            if (entry.ticket == 0 && entry.nextStartMs <= now) {
                begin(entry, now, effects);
            }
            schedule(entry);
        }
        return effects;
    }

    private void begin(Entry entry, long now, List<HealthEffect> effects) {
        long interval = entry.rules.intervalMs();
        long late = now - entry.nextStartMs;
        if (late >= interval && entry.checks > 0) {
            // We stood still. Each keeps its own time within the interval, or all would go off together
            // from now on.
            entry.nextStartMs += late / interval * interval + interval;
            if (entry.nextStartMs > now) {
                return;
            }
        }
        entry.ticket = ++tickets;
        entry.nextStartMs = entry.checks == 0 ? now + 1 + below(interval) : entry.nextStartMs + interval;
        effects.add(new StartCheck(entry.target, entry.ticket, entry.rules.check(), interval));
    }

    /// Takes what came of a check. One that isn't awaited any more is ignored.
    ///
    /// @param ticket of the [StartCheck]
    public List<HealthEffect> result(Target target, long ticket, CheckResult result, long now) {
        Entry entry = byTarget.get(target);
        if (entry == null || entry.ticket != ticket || ticket == 0) {
            return List.of();
        }
        entry.ticket = 0;
        if (result.outcome() == CheckResult.Outcome.UNTOLD) {
            entry.nextStartMs = Math.max(entry.nextStartMs, now + 1);
            schedule(entry);
            return List.of();
        }
        entry.fresh = false;
        entry.checks++;
        entry.lastGood = result.good();
        entry.detail = result.detail();
        var effects = new ArrayList<HealthEffect>(2);
        if (result.good()) {
            entry.good++;
            entry.load = result.load();
        } else {
            entry.failures++;
            entry.good = 0;
            entry.load = Double.NaN;
        }
        judge(entry, now, effects);
        if (entry.nextStartMs <= now) {
            begin(entry, now, effects);
        }
        schedule(entry);
        return effects;
    }

    /// An operator's word. Back at AUTO the checks so far decide at once; without any the state stays.
    ///
    /// @return empty too for an unknown target
    public List<HealthEffect> force(Target target, Force force, long now) {
        Entry entry = byTarget.get(target);
        if (entry == null || entry.force == force) {
            return List.of();
        }
        entry.force = force;
        var effects = new ArrayList<HealthEffect>(1);
        switch (force) {
            case UP -> bringUp(entry, now, "forced up", effects);
            case DOWN -> takeDown(entry, now, "forced down", effects);
            case AUTO -> {
                if (!entry.fresh) {
                    judge(entry, now, effects);
                }
            }
        }
        schedule(entry);
        return effects;
    }

    private void judge(Entry entry, long now, List<HealthEffect> effects) {
        if (entry.force != Force.AUTO) {
            return;
        }
        if (!entry.lastGood) {
            takeDown(entry, now, entry.detail, effects);
        } else if (entry.good >= entry.rules.threshold()) {
            bringUp(entry, now, entry.detail, effects);
        }
    }

    private void bringUp(Entry entry, long now, String reason, List<HealthEffect> effects) {
        if (entry.up) {
            return;
        }
        entry.up = true;
        entry.sinceMs = now;
        int full = entry.rules.weight();
        entry.weight = Math.min(full, Math.max(1, full / FIRST_SHARE));
        entry.rampMs = rampAfter(entry, now);
        effects.add(new Changed(entry.target, true, entry.weight, reason));
    }

    private void takeDown(Entry entry, long now, String reason, List<HealthEffect> effects) {
        if (!entry.up) {
            return;
        }
        entry.up = false;
        entry.sinceMs = now;
        entry.weight = 0;
        entry.rampMs = Long.MAX_VALUE;
        effects.add(new Changed(entry.target, false, 0, reason));
    }

    /// Slow start first, then load.
    private void ramp(Entry entry, long now, List<HealthEffect> effects) {
        if (entry.ramping()) {
            int weight = (int) Math.min(entry.rules.weight(), 2L * Math.max(1, entry.weight));
            weigh(entry, weight, "slow start", effects);
        } else if (entry.rules.loadScale() > 0 && !Double.isNaN(entry.load)) {
            int weight = byLoad(entry.rules, entry.weight, entry.load);
            if (Math.abs((long) weight - entry.weight) * 4 >= entry.rules.weight()) {
                weigh(entry, weight, "load " + entry.load, effects);
            }
        }
        entry.rampMs = rampAfter(entry, now);
    }

    /// The weight that a load asks for; never below the configured one.
    static int byLoad(Rules rules, int last, double load) {
        double step = rules.weight() / 2.0 * Math.cbrt(Math.abs(1 - load));
        double wanted = load < 1 ? last + step : last - step;
        return (int) Math.clamp(wanted, rules.weight(), scaled(rules));
    }

    private static int scaled(Rules rules) {
        return (int) Math.min(Integer.MAX_VALUE, (long) Math.max(1, rules.loadScale()) * rules.weight());
    }

    private static long rampAfter(Entry entry, long now) {
        return entry.ramping() || entry.up && entry.rules.loadScale() > 0 ? now + RAMP_MS : Long.MAX_VALUE;
    }

    private static void weigh(Entry entry, int weight, String reason, List<HealthEffect> effects) {
        if (weight != entry.weight) {
            entry.weight = weight;
            effects.add(new Weighed(entry.target, weight, reason));
        }
    }

    private void schedule(Entry entry) {
        deadlines.set(entry, Math.min(entry.ticket == 0 ? entry.nextStartMs : Long.MAX_VALUE, entry.rampMs));
    }

    private long below(long bound) {
        return bound <= 1 ? 0 : dice.nextLong(bound);
    }

    /// When to call [#tick] next, at most 20 times a second; [Long#MAX_VALUE] for never.
    public long nextDeadlineMs() {
        long due = deadlines.firstDueMs();
        return due == Long.MAX_VALUE ? due : Math.ceilDiv(due, GRID_MS) * GRID_MS;
    }

    /// Whether it should take connections; false for an unknown target.
    public boolean up(Target target) {
        Entry entry = byTarget.get(target);
        return entry != null && entry.up;
    }

    /// The weight it should have now; 0 while it is down.
    public int weight(Target target) {
        Entry entry = byTarget.get(target);
        return entry == null ? 0 : entry.weight;
    }

    /// Whether anything is known of it: a check has ended, it was adopted, or it is forced.
    public boolean known(Target target) {
        Entry entry = byTarget.get(target);
        return entry != null && (!entry.fresh || entry.up || entry.force != Force.AUTO);
    }

    /// One target's state; empty if it isn't configured.
    public Optional<TargetHealth> health(Target target) {
        return Optional.ofNullable(byTarget.get(target)).map(Health::view);
    }

    private static TargetHealth view(Entry entry) {
        return new TargetHealth(
                entry.target,
                entry.up,
                entry.weight,
                entry.sinceMs,
                !entry.fresh,
                entry.force,
                entry.good,
                entry.rules.threshold(),
                entry.failures,
                entry.checks,
                entry.detail);
    }
}
