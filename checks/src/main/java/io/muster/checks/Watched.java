package io.muster.checks;

import io.muster.checks.HealthEffect.Changed;
import io.muster.checks.HealthEffect.StartCheck;
import io.muster.checks.HealthEffect.Weighed;
import io.muster.checks.TargetHealth.Force;
import java.util.List;

/// One target of a [Health]: what is known of it, and what a result, a word or time makes of that.
///
/// Thread: the core's.
final class Watched extends Deadlines.Entry {
    final Target target;
    private Rules rules;
    private boolean up;
    private Force force = Force.AUTO;
    private int weight;
    private long sinceMs;

    /// 0 while no check runs.
    private long ticket;

    private long nextStartMs;
    private long rampMs = Long.MAX_VALUE;

    /// From when on a check asks for the load again, where a program of its own tells it.
    private long loadMs;

    /// Whether no check has ended yet.
    private boolean fresh = true;

    private long good;

    /// Failed in a row.
    private long bad;

    private boolean lastGood;
    private long checks;
    private long failures;
    private double load = Double.NaN;
    private String detail = "";

    Watched(long number, Target target, Rules rules, long now) {
        super(number);
        this.target = target;
        this.rules = rules;
        good = rules.threshold();
        sinceMs = now;
    }

    Watched(Health.Image.Checked image, Rules rules) {
        this(image.number(), image.target(), rules, image.sinceMs());
        up = image.up();
        force = image.force();
        weight = image.weight();
        ticket = image.ticket();
        nextStartMs = image.nextStartMs();
        rampMs = image.rampMs();
        loadMs = image.loadMs();
        fresh = image.fresh();
        good = image.good();
        bad = image.bad();
        lastGood = image.lastGood();
        checks = image.checks();
        failures = image.failures();
        load = image.load();
        detail = image.detail();
    }

    Health.Image.Checked image() {
        return new Health.Image.Checked(
                number,
                target,
                up,
                force,
                weight,
                sinceMs,
                ticket,
                nextStartMs,
                rampMs,
                loadMs,
                fresh,
                good,
                bad,
                lastGood,
                checks,
                failures,
                load,
                detail);
    }

    /// When time alone changes something.
    long nextMs() {
        return Math.min(ticket == 0 ? nextStartMs : Long.MAX_VALUE, rampMs);
    }

    Rules rules() {
        return rules;
    }

    boolean up() {
        return up;
    }

    int weight() {
        return weight;
    }

    /// Whether anything is known of it: a check has ended, it was adopted, or it is forced.
    boolean known() {
        return !fresh || up || force != Force.AUTO;
    }

    TargetHealth view() {
        return new TargetHealth(
                target, up, weight, sinceMs, !fresh, force, good, rules.threshold(), failures, checks, detail);
    }

    /// The first check of one that is new.
    void startAt(long firstMs) {
        nextStartMs = firstMs;
    }

    void change(Rules now, long nowMs, List<HealthEffect> effects) {
        Rules old = rules;
        if (old.equals(now)) {
            return;
        }
        rules = now;
        if (!old.check().equals(now.check())) {
            // What the old check would still say is no news of the new one.
            ticket = 0;
            nextStartMs = nowMs;
        }
        nextStartMs = Math.min(nextStartMs, nowMs + now.intervalMs());
        if (fresh) {
            good = now.threshold();
        }
        if (up && old.weight() != now.weight()) {
            boolean ramping = weight < old.weight();
            int next = ramping ? Math.min(Math.max(1, weight), now.weight()) : now.weight();
            weigh(next, "configured weight " + now.weight(), effects);
            rampMs = rampAfter(nowMs);
        } else if (up && old.loadScale() != now.loadScale()) {
            if (now.loadScale() == 0 && weight > now.weight()) {
                weigh(now.weight(), "load isn't heeded any more", effects);
            }
            rampMs = rampAfter(nowMs);
        }
    }

    void adopt(int present, long nowMs) {
        if (up || !fresh || force != Force.AUTO) {
            return;
        }
        up = true;
        weight = Weights.adopted(rules, present);
        sinceMs = nowMs;
        rampMs = rampAfter(nowMs);
    }

    /// Does what is due.
    void tick(Starts starts, long nowMs, List<HealthEffect> effects) {
        if (rampMs <= nowMs) {
            ramp(nowMs, effects);
        }
        if (ticket == 0 && nextStartMs <= nowMs) {
            begin(starts, nowMs, effects);
        }
    }

    private void begin(Starts starts, long nowMs, List<HealthEffect> effects) {
        long interval = rules.intervalMs();
        long late = nowMs - nextStartMs;
        if (late >= interval && checks > 0) {
            // We stood still. Each keeps its own time within the interval, or all would go off together
            // from now on.
            nextStartMs += late / interval * interval + interval;
            if (nextStartMs > nowMs) {
                return;
            }
        }
        ticket = starts.ticket();
        nextStartMs = checks == 0 ? nowMs + 1 + starts.below(interval) : nextStartMs + interval;
        effects.add(new StartCheck(target, ticket, check(nowMs), interval));
    }

    /// Now and then with a question for the load.
    private Check check(long nowMs) {
        if (rules.source().isEmpty() || !up || ramping() || nowMs < loadMs) {
            return rules.check();
        }
        loadMs = nowMs + Health.RAMP_MS;
        return new Check.WithLoad(rules.check(), rules.source().get());
    }

    /// Whether a result with this ticket is waited for.
    boolean awaits(long given) {
        return ticket == given && given != 0;
    }

    void checked(CheckResult result, Starts starts, long nowMs, List<HealthEffect> effects) {
        ticket = 0;
        if (result.outcome() == CheckResult.Outcome.UNTOLD) {
            nextStartMs = Math.max(nextStartMs, nowMs + 1);
            return;
        }
        fresh = false;
        checks++;
        lastGood = result.good();
        detail = result.detail();
        if (result.good()) {
            good++;
            bad = 0;
            if (rules.source().isEmpty() || !Double.isNaN(result.load())) {
                load = result.load();
            }
        } else {
            failures++;
            good = 0;
            bad++;
            load = Double.NaN;
        }
        judge(nowMs, effects);
        if (nextStartMs <= nowMs) {
            begin(starts, nowMs, effects);
        }
    }

    void force(Force word, long nowMs, List<HealthEffect> effects) {
        if (force == word) {
            return;
        }
        force = word;
        switch (word) {
            case UP -> bringUp(nowMs, "forced up", effects);
            case DOWN -> takeDown(nowMs, "forced down", effects);
            case AUTO -> {
                if (!fresh) {
                    judge(nowMs, effects);
                }
            }
        }
    }

    private void judge(long nowMs, List<HealthEffect> effects) {
        if (force != Force.AUTO) {
            return;
        }
        if (!lastGood) {
            if (bad > rules.retries()) {
                takeDown(nowMs, bad == 1 ? detail : detail + ", " + bad + " times in a row", effects);
            }
        } else if (good >= rules.threshold()) {
            bringUp(nowMs, detail, effects);
        }
    }

    private void bringUp(long nowMs, String reason, List<HealthEffect> effects) {
        if (up) {
            return;
        }
        up = true;
        sinceMs = nowMs;
        weight = Weights.first(rules);
        rampMs = rampAfter(nowMs);
        effects.add(new Changed(target, true, weight, reason));
    }

    private void takeDown(long nowMs, String reason, List<HealthEffect> effects) {
        if (!up) {
            return;
        }
        up = false;
        sinceMs = nowMs;
        weight = 0;
        rampMs = Long.MAX_VALUE;
        effects.add(new Changed(target, false, 0, reason));
    }

    /// Slow start first, then load.
    private void ramp(long nowMs, List<HealthEffect> effects) {
        if (ramping()) {
            weigh(Weights.next(rules, weight), "slow start", effects);
        } else if (rules.loadScale() > 0 && !Double.isNaN(load)) {
            int next = Weights.byLoad(rules, weight, load);
            if (Weights.differs(rules, weight, next)) {
                weigh(next, "load " + load, effects);
            }
            if (rules.source().isPresent()) {
                // It counts once: the next is asked for.
                load = Double.NaN;
            }
        }
        rampMs = rampAfter(nowMs);
    }

    private boolean ramping() {
        return up && weight < rules.weight();
    }

    private long rampAfter(long nowMs) {
        return ramping() || up && rules.loadScale() > 0 ? nowMs + Health.RAMP_MS : Long.MAX_VALUE;
    }

    private void weigh(int next, String reason, List<HealthEffect> effects) {
        if (next != weight) {
            weight = next;
            effects.add(new Weighed(target, next, reason));
        }
    }
}
