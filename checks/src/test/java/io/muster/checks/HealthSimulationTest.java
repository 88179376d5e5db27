package io.muster.checks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.checks.HealthEffect.Changed;
import io.muster.checks.HealthEffect.StartCheck;
import io.muster.checks.HealthEffect.Weighed;
import io.muster.checks.TargetHealth.Force;
import io.muster.driver.Dice;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Random targets, results, reloads and operators' words, judged against a naive twin that recounts each target's whole
/// history.
class HealthSimulationTest {
    private static long[] seeds() {
        Long one = Long.getLong("seed");
        if (one != null) {
            return new long[] {one};
        }
        return java.util.stream.LongStream.rangeClosed(1, Integer.getInteger("seeds", 300))
                .toArray();
    }

    /// What one target went through.
    private static final class History {
        final List<Boolean> results = new ArrayList<>();
        long ticket;
        long startedMs = -1;
        Force force = Force.AUTO;
        boolean up;
        int weight;
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void everyTargetStandsWhereItsHistoryPutsIt(long seed) {
        String where = "-Dseed=" + seed;
        var dice = new Dice(seed);
        var health = new Health(new Dice(seed + 1));
        Map<Target, History> twins = new HashMap<>();
        SortedMap<Target, Rules> wanted = new TreeMap<>();
        List<StartCheck> running = new ArrayList<>();
        long now = 1 + dice.nextLong(1_000_000);
        for (int step = 0; step < 2_000; step++) {
            List<HealthEffect> effects = new ArrayList<>();
            int what = dice.nextInt(100);
            if (step == 0 || what < 2) {
                SortedMap<Target, Rules> before = wanted;
                wanted = reload(dice, before);
                SortedMap<Target, Rules> kept = wanted;
                twins.keySet().removeIf(t -> !kept.containsKey(t));
                for (Map.Entry<Target, Rules> one : wanted.entrySet()) {
                    History twin = twins.computeIfAbsent(one.getKey(), t -> new History());
                    Rules old = before.get(one.getKey());
                    if (old != null && !old.check().equals(one.getValue().check())) {
                        // The check is another: what the old one would say isn't awaited.
                        twin.ticket = 0;
                    }
                }
                effects.addAll(health.on(new HealthEvent.Configured(wanted), now));
            } else if (what < 4 && !wanted.isEmpty()) {
                Target target = List.copyOf(wanted.keySet()).get(dice.nextInt(wanted.size()));
                Force force = Force.values()[dice.nextInt(3)];
                twin(twins, target).force = force;
                effects.addAll(health.on(new HealthEvent.Forced(target, force), now));
            } else if (what < 50 && !running.isEmpty()) {
                StartCheck start = running.remove(dice.nextInt(running.size()));
                boolean good = dice.nextInt(10) > 1;
                History twin = twins.get(start.target());
                if (twin != null && twin.ticket == start.ticket()) {
                    twin.results.add(good);
                    twin.ticket = 0;
                }
                effects.addAll(health.on(
                        new HealthEvent.Checked(start.target(), start.ticket(), new CheckResult(good, "result", 1)),
                        now));
            } else {
                long next = health.nextDeadlineMs();
                now = dice.nextInt(3) == 0 || next == Long.MAX_VALUE ? now + dice.nextInt(500) : Math.max(now, next);
                effects.addAll(health.on(new HealthEvent.Tick(), now));
                assertTrue(health.nextDeadlineMs() > now, where + ": ticked at " + now + " and due again");
            }
            for (HealthEffect effect : effects) {
                History twin = twin(twins, effect.target());
                switch (effect) {
                    case StartCheck start -> {
                        assertEquals(0, twin.ticket, where + ": two checks at once for " + start.target());
                        twin.ticket = start.ticket();
                        twin.startedMs = now;
                        running.add(start);
                    }
                    case Changed changed -> {
                        assertFalse(twin.up == changed.up(), where + ": told twice " + changed);
                        twin.up = changed.up();
                        twin.weight = changed.weight();
                    }
                    case Weighed weighed -> {
                        assertTrue(twin.up, where + ": weighed while down " + weighed);
                        twin.weight = weighed.weight();
                    }
                }
            }
            for (Map.Entry<Target, Rules> one : wanted.entrySet()) {
                judge(where + " step " + step, health, one.getKey(), one.getValue(), twin(twins, one.getKey()));
            }
        }
    }

    private static History twin(Map<Target, History> twins, Target target) {
        History twin = twins.get(target);
        if (twin == null) {
            throw new AssertionError("an effect for " + target + ", which isn't configured");
        }
        return twin;
    }

    private static void judge(String where, Health health, Target target, Rules rules, History twin) {
        assertEquals(twin.up, health.up(target), where);
        assertEquals(twin.weight, health.weight(target), where);
        if (twin.up) {
            assertTrue(twin.weight <= rules.weight() && twin.weight >= Math.min(1, rules.weight()), where);
        }
        switch (twin.force) {
            case UP -> assertTrue(twin.up, where + ": forced up");
            case DOWN -> assertFalse(twin.up, where + ": forced down");
            case AUTO -> {
                int size = twin.results.size();
                if (size > 0 && !twin.results.getLast()) {
                    assertFalse(twin.up, where + ": up after a failure");
                }
                if (size > 0 && !twin.results.contains(false)) {
                    assertTrue(twin.up, where + ": down without a failure");
                }
                int row = 0;
                while (row < size && twin.results.get(size - 1 - row)) {
                    row++;
                }
                if (row >= rules.threshold()) {
                    assertTrue(twin.up, where + ": down after " + row + " good checks");
                }
            }
        }
    }

    private static SortedMap<Target, Rules> reload(Dice dice, SortedMap<Target, Rules> old) {
        SortedMap<Target, Rules> wanted = new TreeMap<>();
        for (int i = 0; i < 12; i++) {
            Target target = HealthTest.target(i);
            Rules before = old.get(target);
            if (dice.nextInt(3) == 0) {
                continue;
            }
            // Interval and re-entry stay, so that the twin can count; weights and checks change.
            long interval = 100 * (1 + i % 5);
            Check check = before != null && dice.nextInt(4) > 0
                    ? before.check()
                    : new Check.Connect(target.address(), 1 + dice.nextInt(2), false);
            wanted.put(target, new Rules(check, interval, interval * (i % 4), dice.nextInt(200), 0));
        }
        return wanted;
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void theSameSeedGivesTheSameEffects(long seed) {
        if (seed > 20) {
            return;
        }
        assertEquals(record(seed), record(seed), "-Dseed=" + seed);
    }

    private static List<HealthEffect> record(long seed) {
        var health = new Health(new Dice(seed));
        SortedMap<Target, Rules> wanted = new TreeMap<>();
        for (int i = 0; i < 50; i++) {
            wanted.put(HealthTest.target(i), HealthTest.rules(1_000, 3_000, 64));
        }
        var all = new ArrayList<HealthEffect>(health.on(new HealthEvent.Configured(wanted), 0));
        var dice = new Dice(seed);
        for (long now = 0; now < 60_000; now = Math.max(now + 1, health.nextDeadlineMs())) {
            for (HealthEffect effect : health.on(new HealthEvent.Tick(), now)) {
                all.add(effect);
                if (effect instanceof StartCheck start) {
                    all.addAll(health.on(
                            new HealthEvent.Checked(
                                    start.target(), start.ticket(), new CheckResult(dice.nextInt(10) > 0, "result", 0)),
                            now));
                }
            }
        }
        return all;
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void checksOfAnIdleTargetComeEveryIntervalFromTheSecondOn(long seed) {
        var health = new Health(new Dice(seed));
        SortedMap<Target, Rules> wanted = new TreeMap<>();
        for (int i = 0; i < 20; i++) {
            wanted.put(HealthTest.target(i), HealthTest.rules(1_000, 3_000, 1));
        }
        health.on(new HealthEvent.Configured(wanted), 0);
        Map<Target, List<Long>> starts = new HashMap<>();
        for (long now = 0; now < 10_000; now = Math.max(now + 1, health.nextDeadlineMs())) {
            for (HealthEffect effect : health.on(new HealthEvent.Tick(), now)) {
                if (effect instanceof StartCheck start) {
                    starts.computeIfAbsent(start.target(), t -> new ArrayList<>())
                            .add(now);
                    health.on(
                            new HealthEvent.Checked(start.target(), start.ticket(), new CheckResult(true, "fine", 0)),
                            now);
                }
            }
        }
        assertEquals(20, starts.size());
        for (List<Long> times : starts.values()) {
            assertTrue(times.getFirst() <= 70, () -> "-Dseed=" + seed + ": first check at " + times.getFirst());
            for (int i = 2; i < times.size(); i++) {
                long gap = times.get(i) - times.get(i - 1);
                assertTrue(gap >= 950 && gap <= 1_050, () -> "-Dseed=" + seed + ": " + times);
            }
        }
    }
}
