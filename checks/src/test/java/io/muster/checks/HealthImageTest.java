package io.muster.checks;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.checks.HealthEffect.StartCheck;
import io.muster.checks.TargetHealth.Force;
import io.muster.core.Core;
import io.muster.core.MalformedMessage;
import io.muster.driver.Dice;
import io.muster.driver.RecordCodec;
import io.muster.driver.ReplayFactory;
import io.muster.simulator.ImageTwins;
import io.muster.simulator.LeftOut;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// An image is all of the checks' core but for the rules: one made from it lives on as the core does, and a
/// record of it would replay.
///
/// `-Dseed=N` runs one seed, `-Dseeds=N` that many.
class HealthImageTest {
    private static final int STEPS = 1_000;
    private static final int TARGETS = 12;

    /// @param rules as whoever drives the core keeps them
    record Whole(SortedMap<Target, Rules> rules, Health.Image image) {}

    /// As lvsd's and nanny's make it from theirs.
    private static final class Factory implements ReplayFactory {
        private final RecordCodec codec =
                PatternOctets.in(new RecordCodec(HealthEvent.class, HealthEffect.class, Whole.class));

        @Override
        public String name() {
            return "health";
        }

        @Override
        public Core<?, ?> restore(Record image) throws MalformedMessage {
            if (image instanceof Whole(SortedMap<Target, Rules> rules, Health.Image of)) {
                return Health.restored(of, rules);
            }
            throw new MalformedMessage("not an image of health");
        }

        @Override
        public RecordCodec codec() {
            return codec;
        }
    }

    @Test
    void oneMadeFromAnImageLivesOnAsTheOther() {
        Long one = Long.getLong("seed");
        long first = one != null ? one : 1;
        long seeds = one != null ? 1 : Long.getLong("seeds", 20);
        for (long seed = first; seed < first + seeds; seed++) {
            story(seed, 40, null);
        }
    }

    @Test
    void whatIsLeftOutOfAnImageShows() {
        var leftOut = new LeftOut(new Whole(new TreeMap<>(), new Health(new Dice(1)).image()));
        long seeds = Long.getLong("seeds", 5);
        for (long seed = 1_000; seed < 1_000 + seeds; seed++) {
            story(seed, 15, leftOut);
        }
        System.out.println("health: " + leftOut);
        assertTrue(leftOut.mostShow(), leftOut::toString);
    }

    private static void story(long seed, int everySteps, @Nullable LeftOut leftOut) {
        try {
            new Story(seed, everySteps, leftOut).tell();
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError("-Dseed=" + seed + ": " + e.getMessage(), e);
        }
    }

    /// Any event at any time.
    private static final class Story {
        private final Dice dice;
        private final Core<HealthEvent, HealthEffect> health;
        private final List<StartCheck> running = new ArrayList<>();
        private SortedMap<Target, Rules> wanted = new TreeMap<>();
        private long nowMs = 1_000;

        Story(long seed, int everySteps, @Nullable LeftOut leftOut) {
            dice = new Dice(seed);
            health = new ImageTwins<>(
                    new Health(new Dice(seed + 1)),
                    it -> new Whole(new TreeMap<>(wanted), ((Health) it).image()),
                    it -> shown((Health) it),
                    new Factory(),
                    everySteps,
                    seed,
                    leftOut);
        }

        private static List<Optional<TargetHealth>> shown(Health health) {
            return IntStream.range(0, TARGETS)
                    .mapToObj(i -> health.health(HealthTest.target(i)))
                    .toList();
        }

        void tell() {
            for (int step = 0; step < STEPS; step++) {
                HealthEvent event = step == 0 ? configured() : next(dice.nextInt(100));
                for (HealthEffect effect : health.on(event, nowMs)) {
                    if (effect instanceof StartCheck start) {
                        running.add(start);
                    }
                }
                if (event instanceof HealthEvent.Configured configured) {
                    wanted = configured.wanted();
                }
            }
        }

        private HealthEvent next(int what) {
            if (what < 3) {
                return configured();
            } else if (what < 6) {
                return new HealthEvent.Forced(target(), Force.values()[dice.nextInt(3)]);
            } else if (what < 10) {
                return new HealthEvent.Adopted(target(), dice.nextInt(200));
            } else if (what < 55 && !running.isEmpty()) {
                StartCheck start = running.remove(dice.nextInt(running.size()));
                return new HealthEvent.Checked(start.target(), start.ticket(), result());
            }
            long due = health.nextDeadlineMs();
            nowMs = dice.nextInt(4) == 0 || due == Long.MAX_VALUE
                    ? nowMs + dice.nextInt(dice.nextInt(10) == 0 ? 30_000 : 500)
                    : Math.max(nowMs, due);
            return new HealthEvent.Tick();
        }

        private Target target() {
            return HealthTest.target(dice.nextInt(TARGETS));
        }

        private CheckResult result() {
            var outcome = dice.nextInt(10) > 1
                    ? CheckResult.Outcome.GOOD
                    : CheckResult.Outcome.values()[dice.nextInt(CheckResult.Outcome.values().length)];
            double load = dice.nextInt(2) == 0 ? Double.NaN : dice.nextInt(300) / 100.0;
            return new CheckResult(outcome, "seen " + dice.nextInt(3), 1, load);
        }

        private HealthEvent configured() {
            var rules = new TreeMap<Target, Rules>();
            for (int i = 0; i < TARGETS; i++) {
                Target target = HealthTest.target(i);
                Rules before = wanted.get(target);
                if (dice.nextInt(3) > 0) {
                    rules.put(target, before != null && dice.nextInt(3) == 0 ? before : rules(target));
                }
            }
            return new HealthEvent.Configured(rules);
        }

        private Rules rules(Target target) {
            Check check = dice.nextInt(2) == 0
                    ? new Check.Connect(target.address(), 1 + dice.nextInt(2), false)
                    : new Check.Talk(target.address(), 80, false, Check.GET, Expect.of("^HTTP", true, false));
            int weight = dice.nextInt(4) == 0 ? dice.nextInt(3) : dice.nextInt(200);
            return new Rules(
                    check,
                    50L * (1 + dice.nextInt(8)),
                    dice.nextInt(1_500),
                    dice.nextInt(3),
                    weight,
                    dice.nextInt(3) == 0 ? Rules.LOAD_SCALE : 0,
                    dice.nextInt(2) == 0 ? Optional.of(LoadSource.of("rup", target.address(), "")) : Optional.empty());
        }
    }
}
