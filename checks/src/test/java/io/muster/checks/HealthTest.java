package io.muster.checks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.checks.HealthEffect.Changed;
import io.muster.checks.HealthEffect.StartCheck;
import io.muster.checks.HealthEffect.Weighed;
import io.muster.checks.TargetHealth.Force;
import io.muster.driver.Dice;
import io.muster.net.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class HealthTest {
    private static final String WEB = "TCP 192.168.26.10:80";
    private static final Target ONE = target(1);
    private static final Target TWO = target(2);

    private final Health health = new Health(new Dice(1));
    private final List<HealthEffect> effects = new ArrayList<>();
    private long now = 1_000_000;

    static Target target(int number) {
        return new Target(WEB, new IpAddress(false, 0, 0x0a0b0c00L + number), 80);
    }

    static Rules rules(long intervalMs, long reentryMs, int weight) {
        return new Rules(new Check.Connect(ONE.address(), 80, false), intervalMs, reentryMs, weight, 0);
    }

    private void configure(SortedMap<Target, Rules> wanted) {
        effects.addAll(health.on(new HealthEvent.Configured(wanted), now));
    }

    private void configure(Target target, Rules rules) {
        configure(new TreeMap<>(java.util.Map.of(target, rules)));
    }

    /// Runs until the next check starts.
    private StartCheck nextCheck() {
        for (int i = 0; i < 10_000; i++) {
            for (HealthEffect effect : health.on(new HealthEvent.Tick(), now)) {
                effects.add(effect);
            }
            for (int j = 0; j < effects.size(); j++) {
                if (effects.get(j) instanceof StartCheck start) {
                    effects.remove(j);
                    return start;
                }
            }
            now = Math.max(now + 1, health.nextDeadlineMs());
        }
        throw new AssertionError("no check starts");
    }

    private void check(boolean good) {
        check(good, Double.NaN);
    }

    private void check(boolean good, double load) {
        StartCheck start = nextCheck();
        now += 3;
        var outcome = good ? CheckResult.Outcome.GOOD : CheckResult.Outcome.FAILED;
        effects.addAll(health.on(
                new HealthEvent.Checked(
                        start.target(), start.ticket(), new CheckResult(outcome, good ? "fine" : "refused", 3, load)),
                now));
    }

    private List<HealthEffect> taken() {
        var copy = List.copyOf(effects);
        effects.clear();
        return copy;
    }

    private void passMs(long ms) {
        long end = now + ms;
        while (health.nextDeadlineMs() <= end) {
            now = Math.max(now, health.nextDeadlineMs());
            for (HealthEffect effect : health.on(new HealthEvent.Tick(), now)) {
                if (effect instanceof StartCheck start) {
                    effects.addAll(health.on(
                            new HealthEvent.Checked(start.target(), start.ticket(), new CheckResult(true, "fine", 0)),
                            now));
                } else {
                    effects.add(effect);
                }
            }
        }
        now = end;
    }

    @Test
    void asManyFailuresAreForgivenAsThereAreRetries() {
        configure(ONE, new Rules(rules(5_000, 1, 16).check(), 5_000, 15_000, 2, 16, 0, Optional.empty()));
        check(true);
        check(false);
        check(false);
        assertTrue(health.up(ONE));
        check(true);
        check(false);
        check(false);
        assertTrue(health.up(ONE), "a good one begins the count anew");
        check(false);
        assertFalse(health.up(ONE));
    }

    @Test
    void theVeryFirstSuccessLetsAServerIn() {
        configure(ONE, rules(10_000, 180_000, 1));
        assertFalse(health.up(ONE));
        assertFalse(health.known(ONE));
        check(true);
        assertEquals(List.of(new Changed(ONE, true, 1, "fine")), taken());
        assertTrue(health.up(ONE) && health.known(ONE));
    }

    @Test
    void oneFailureTakesAServerOutAndReentryNeedsAsManySuccessesInARow() {
        configure(ONE, rules(10_000, 30_000, 1));
        check(true);
        taken();
        check(false);
        assertEquals(List.of(new Changed(ONE, false, 0, "refused")), taken());
        check(true);
        check(true);
        check(false);
        check(true);
        check(true);
        assertEquals(List.of(), taken());
        check(true);
        assertEquals(List.of(new Changed(ONE, true, 1, "fine")), taken());
    }

    @Test
    void aServerThatFailsItsFirstCheckHasToEarnItsPlace() {
        configure(ONE, rules(10_000, 20_000, 1));
        check(false);
        check(true);
        assertEquals(List.of(), taken());
        check(true);
        assertTrue(health.up(ONE));
    }

    @Test
    void reentryBelowAnIntervalCountsAsOneCheck() {
        configure(ONE, rules(10_000, 0, 1));
        check(false);
        check(true);
        assertTrue(health.up(ONE));
    }

    @Test
    void theLogLinesAreTheOriginals() {
        assertEquals(
                "[ active ] making 10.11.12.1:80 available: connected", new Changed(ONE, true, 1, "connected").line());
        assertEquals(
                "[inactive] shutting down 10.11.12.1:80 due to connection failure: refused",
                new Changed(ONE, false, 0, "refused").line());
    }

    @Test
    void weightDoublesEveryTwentySecondsFromAThirtySecond() {
        configure(ONE, rules(5_000, 15_000, 100));
        check(true);
        var weights = new ArrayList<Integer>();
        taken().forEach(e -> weights.add(((Changed) e).weight()));
        passMs(140_000);
        taken().forEach(e -> weights.add(((Weighed) e).weight()));
        assertEquals(List.of(3, 6, 12, 24, 48, 96, 100), weights);
    }

    @Test
    void aWeightOfOneNeedsNoSlowStartAndZeroStaysZero() {
        SortedMap<Target, Rules> both = new TreeMap<>();
        both.put(ONE, rules(5_000, 15_000, 1));
        both.put(TWO, rules(5_000, 15_000, 0));
        configure(both);
        check(true);
        check(true);
        taken();
        passMs(60_000);
        assertEquals(List.of(), taken());
        assertEquals(1, health.weight(ONE));
        assertEquals(0, health.weight(TWO));
        assertTrue(health.up(TWO));
    }

    @Test
    void loadMovesTheWeightByTheCubeRootAndOnlyInStepsOfAQuarter() {
        Rules rules = new Rules(rules(5_000, 1, 16).check(), 5_000, 15_000, 16, 10);
        assertEquals(16 + 8, Weights.byLoad(rules, 16, 0));
        assertEquals(16 + 4, Weights.byLoad(rules, 16, 0.875));
        assertEquals(160, Weights.byLoad(rules, 159, 0));
        assertEquals(40 - 8, Weights.byLoad(rules, 40, 2));
        assertEquals(16, Weights.byLoad(rules, 18, 9));
        configure(ONE, rules);
        health.on(new HealthEvent.Adopted(ONE, 16), now);
        check(true, 0.0);
        while (taken().isEmpty()) {
            check(true, 0.0);
        }
        assertEquals(24, health.weight(ONE));
        // 0.999: a step of 8 * 0.1, below a quarter of 16.
        for (int i = 0; i < 10; i++) {
            check(true, 0.999);
        }
        assertEquals(24, health.weight(ONE));
    }

    @Test
    void aLoadThatAProgramTellsIsAskedForNowAndThenAndCountsOnce() {
        var source = LoadSource.of("rup", ONE.address(), "");
        Check check = rules(5_000, 1, 16).check();
        configure(ONE, new Rules(check, 5_000, 15_000, 0, 16, 10, Optional.of(source)));
        health.on(new HealthEvent.Adopted(ONE, 16), now);
        var asked = new ArrayList<Long>();
        for (int i = 0; i < 40; i++) {
            StartCheck start = nextCheck();
            boolean asks = start.check().equals(new Check.WithLoad(check, source));
            assertTrue(asks || start.check().equals(check));
            // The first answer brings a load, the others none.
            double load = asks && asked.isEmpty() ? 0.0 : Double.NaN;
            if (asks) {
                asked.add(now);
            }
            effects.addAll(health.on(
                    new HealthEvent.Checked(
                            ONE, start.ticket(), new CheckResult(CheckResult.Outcome.GOOD, "fine", 1, load)),
                    now));
        }
        assertTrue(asked.size() >= 8 && asked.size() <= 11, asked::toString);
        assertEquals(24, health.weight(ONE), "once half of 16 more");
    }

    @Test
    void aServerThatIsDownIsNotAskedForItsLoad() {
        Check check = rules(5_000, 1, 16).check();
        configure(
                ONE, new Rules(check, 5_000, 15_000, 0, 16, 10, Optional.of(LoadSource.of("rup", ONE.address(), ""))));
        for (int i = 0; i < 20; i++) {
            StartCheck start = nextCheck();
            assertEquals(check, start.check());
            effects.addAll(
                    health.on(new HealthEvent.Checked(ONE, start.ticket(), new CheckResult(false, "refused", 1)), now));
        }
    }

    @Test
    void anAdoptedServerIsUpUntilItsFirstFailure() {
        configure(ONE, rules(10_000, 30_000, 5));
        health.on(new HealthEvent.Adopted(ONE, 5), now);
        assertTrue(health.up(ONE));
        assertEquals(5, health.weight(ONE));
        check(true);
        assertEquals(List.of(), taken());
        check(false);
        assertEquals(List.of(new Changed(ONE, false, 0, "refused")), taken());
        health.on(new HealthEvent.Adopted(ONE, 5), now);
        assertFalse(health.up(ONE));
    }

    @Test
    void forcedDownStaysDownAndAutomaticGoesByTheLastChecks() {
        configure(ONE, rules(10_000, 10_000, 1));
        check(true);
        taken();
        effects.addAll(health.on(new HealthEvent.Forced(ONE, Force.DOWN), now));
        assertEquals(List.of(new Changed(ONE, false, 0, "forced down")), taken());
        check(true);
        check(true);
        assertEquals(List.of(), taken());
        effects.addAll(health.on(new HealthEvent.Forced(ONE, Force.AUTO), now));
        assertEquals(List.of(new Changed(ONE, true, 1, "fine")), taken());
        effects.addAll(health.on(new HealthEvent.Forced(ONE, Force.UP), now));
        check(false);
        assertEquals(List.of(), taken());
        assertTrue(health.up(ONE));
        effects.addAll(health.on(new HealthEvent.Forced(ONE, Force.AUTO), now));
        assertEquals(List.of(new Changed(ONE, false, 0, "refused")), taken());
    }

    @Test
    void aChangedWeightAppliesAtOnceAndAKeptTargetKeepsItsState() {
        configure(ONE, rules(10_000, 10_000, 1));
        check(true);
        taken();
        configure(ONE, rules(10_000, 10_000, 7));
        assertEquals(List.of(new Weighed(ONE, 7, "configured weight 7")), taken());
        assertTrue(health.up(ONE));
    }

    @Test
    void theResultOfAForgottenTargetOrAReplacedCheckIsIgnored() {
        configure(ONE, rules(10_000, 10_000, 1));
        StartCheck old = nextCheck();
        configure(new TreeMap<>());
        configure(ONE, rules(10_000, 10_000, 1));
        assertEquals(
                List.of(),
                health.on(new HealthEvent.Checked(ONE, old.ticket(), new CheckResult(true, "late", 1)), now));
        StartCheck running = nextCheck();
        configure(ONE, new Rules(new Check.Ping(ONE.address()), 10_000, 10_000, 1, 0));
        assertEquals(
                List.of(),
                health.on(new HealthEvent.Checked(ONE, running.ticket(), new CheckResult(true, "late", 1)), now));
        assertEquals(new Check.Ping(ONE.address()), nextCheck().check());
        assertFalse(health.up(ONE));
    }

    @Test
    void whatCouldNotBeCheckedChangesNothing() {
        configure(ONE, rules(10_000, 10_000, 1));
        check(true);
        taken();
        StartCheck start = nextCheck();
        var untold = new CheckResult(CheckResult.Outcome.UNTOLD, "no descriptor", 0, Double.NaN);
        assertEquals(List.of(), health.on(new HealthEvent.Checked(ONE, start.ticket(), untold), now));
        assertTrue(health.up(ONE));
        long before = now;
        nextCheck();
        assertTrue(now - before <= 10_050, "the next check comes as always");
    }

    @Test
    void afterAStandstillTheChecksKeepTheirSpread() {
        SortedMap<Target, Rules> many = new TreeMap<>();
        for (int i = 1; i <= 1_000; i++) {
            many.put(target(i), rules(5_000, 15_000, 1));
        }
        configure(many);
        passMs(20_000);
        taken();
        now += 60_000;
        int most = 0;
        for (int i = 0; i < 250; i++) {
            List<HealthEffect> started = health.on(new HealthEvent.Tick(), now);
            most = Math.max(most, started.size());
            for (HealthEffect effect : started) {
                var start = (StartCheck) effect;
                health.on(
                        new HealthEvent.Checked(start.target(), start.ticket(), new CheckResult(true, "fine", 0)), now);
            }
            now += 20;
        }
        int worst = most;
        assertTrue(worst < 40, () -> worst + " of 1000 checks within 20 ms of 5 s");
    }

    @Test
    void aNewTargetsCountIsFullAlsoAfterItsRulesHaveChanged() {
        configure(ONE, rules(10_000, 10_000, 1));
        configure(ONE, rules(10_000, 50_000, 1));
        check(true);
        assertTrue(health.up(ONE));
    }

    @Test
    void oneThatIsInTheTableWithWeightZeroIsAdoptedWithItsFullWeight() {
        configure(ONE, rules(10_000, 30_000, 5));
        health.on(new HealthEvent.Adopted(ONE, 0), now);
        assertTrue(health.up(ONE));
        assertEquals(5, health.weight(ONE));
    }

    @Test
    void aLoadThatAsksForLessThanAQuarterMoreChangesNothing() {
        configure(ONE, new Rules(rules(5_000, 1, 16).check(), 5_000, 15_000, 16, 10));
        health.on(new HealthEvent.Adopted(ONE, 16), now);
        // Asks for 18.
        for (int i = 0; i < 10; i++) {
            check(true, 0.95);
        }
        assertEquals(List.of(), taken());
        assertEquals(16, health.weight(ONE));
    }
}
