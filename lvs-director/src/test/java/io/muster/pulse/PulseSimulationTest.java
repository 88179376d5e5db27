package io.muster.pulse;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.core.Core;
import io.muster.lvscf.LvsConfig.Heartbeat.Format;
import io.muster.pulse.TwoDirectors.Director;
import io.muster.simulator.NetworkOptions;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/// Two directors in trouble, then in calm. `-Dseed=N` runs one seed, `-Dseeds=N` that many.
class PulseSimulationTest {
    private static final int SEEDS = Integer.getInteger("seeds", 1000);
    private static final long TROUBLE_MS = 20_000;
    private static final int MAX_DELAY_MICROS = 8_000;
    private static final int CLOGGED = 10;

    @Test
    void atMostOneIsActiveInTroubleAndExactlyOneInCalm() {
        Long only = Long.getLong("seed");
        for (long seed = only == null ? 1 : only; seed <= (only == null ? SEEDS : only); seed++) {
            run(seed, Format.MUSTER, seed % 2 == 0, true, core -> core);
        }
    }

    @Test
    void twoOriginalsKeepThePromiseWhereTheirFormatCan() {
        Long only = Long.getLong("seed");
        for (long seed = only == null ? 1 : only; seed <= (only == null ? SEEDS / 5 : only); seed++) {
            run(seed, Format.ORIGINAL, false, false, core -> core);
        }
    }

    @Test
    void aBackupThatNeverGivesWayIsFound() {
        assertFound(core -> without(core, e -> false, f -> f instanceof PulseEffect.DropAddresses));
    }

    @Test
    void aDirectorThatIgnoresItsOwnStallsIsFound() {
        assertFound(core -> new Core<>() {
            private long now;
            private long last;

            @Override
            public List<PulseEffect> on(PulseEvent event, long nowMs) {
                if (event instanceof PulseEvent.Stalled) {
                    return List.of();
                }
                // Its clock stands still with it.
                now += Math.min(nowMs - last, 50);
                last = nowMs;
                return core.on(event, now);
            }

            @Override
            public long nextDeadlineMs() {
                long next = core.nextDeadlineMs();
                return next == Long.MAX_VALUE ? next : last + Math.max(0, next - now);
            }
        });
    }

    /// What the attacker of the simulation does is enough, where nothing is proven.
    @Test
    void theOriginalFormatFallsToReplays() {
        assertThrows(AssertionError.class, () -> {
            for (long seed = 1; seed <= 100; seed++) {
                run(seed, Format.ORIGINAL, false, true, core -> core);
            }
        });
    }

    @Test
    void aDirectorThatLetsItsLvsdHangIsFound() {
        assertFound(core -> without(core, e -> false, f -> f instanceof PulseEffect.EndLvsd));
    }

    @Test
    void aDirectorThatHearsNobodyIsFound() {
        assertFound(core -> without(core, e -> e instanceof PulseEvent.Received, f -> false));
    }

    private static void assertFound(java.util.function.UnaryOperator<Core<PulseEvent, PulseEffect>> tamper) {
        AssertionError found = assertThrows(AssertionError.class, () -> {
            for (long seed = 1; seed <= 100; seed++) {
                run(seed, Format.MUSTER, false, true, tamper);
            }
        });
        assertTrue(String.valueOf(found.getMessage()).contains("-Dseed="), found.getMessage());
    }

    private static Core<PulseEvent, PulseEffect> without(
            Core<PulseEvent, PulseEffect> core, Predicate<PulseEvent> deaf, Predicate<PulseEffect> lame) {
        return new Core<>() {
            @Override
            public List<PulseEffect> on(PulseEvent event, long nowMs) {
                return deaf.test(event)
                        ? List.of()
                        : core.on(event, nowMs).stream().filter(lame.negate()).toList();
            }

            @Override
            public long nextDeadlineMs() {
                return core.nextDeadlineMs();
            }
        };
    }

    static void run(
            long seed,
            Format format,
            boolean preempt,
            boolean attacked,
            java.util.function.UnaryOperator<Core<PulseEvent, PulseEffect>> tamper) {
        long[][] timings = {{200, 500}, {1000, 3000}, {300, 1000}};
        long[] timing = timings[(int) (seed % timings.length)];
        var directors = new TwoDirectors(seed, format, preempt, timing[0], timing[1]);
        directors.tamper = tamper;
        long worstDelayMs = MAX_DELAY_MICROS * CLOGGED / 1000 + 1;
        var promises = new Promises(directors, worstDelayMs);
        directors.simulation.invariant(promises::check);
        var trouble = new Trouble(directors, attacked);
        directors.network.options(new NetworkOptions(10, 5, 200, MAX_DELAY_MICROS, 2));
        directors.both().forEach(Director::start);
        trouble.schedule(TROUBLE_MS);
        directors.simulation.runForMs(TROUBLE_MS);
        calm(directors, trouble);
    }

    private static void calm(TwoDirectors directors, Trouble trouble) {
        directors.simulation.trace().add(directors.simulation.nowMicros(), "calm");
        trouble.end();
        directors.network.heal();
        directors.network.options(new NetworkOptions(0, 1, 200, 2_000, 0));
        boolean sick = directors.both().stream()
                .anyMatch(d -> d.pulse != null && d.pulse.inhibitors().contains(Inhibitor.CHILDFAIL));
        long settleMs = directors.deadtimeMs * 4 + 4_000 + (sick ? 75_000 : 0);
        directors.simulation.runForMs(settleMs);
        exactlyOne(directors);
        int changes = directors.primary.changes + directors.backup.changes;
        directors.simulation.invariant(() -> exactlyOne(directors));
        directors.simulation.runForMs(directors.deadtimeMs * 2 + 500);
        if (directors.primary.changes + directors.backup.changes != changes) {
            throw directors.simulation.failure("the role moved in calm");
        }
        if (directors.preempt && !directors.primary.active()) {
            throw directors.simulation.failure("the primary didn't take its role back");
        }
    }

    private static void exactlyOne(TwoDirectors directors) {
        long active = directors.both().stream().filter(Director::active).count();
        long holding = directors.both().stream().filter(Director::holds).count();
        if (active != 1 || holding != 1 || directors.primary.active() != directors.primary.holds()) {
            throw directors.simulation.failure(active + " active, " + holding + " holding in calm; they have met: "
                    + directors.met() + "; " + directors.primary.counts() + ", " + directors.backup.counts());
        }
        Director holder = directors.primary.holds() ? directors.primary : directors.backup;
        if (directors.believed != holder) {
            throw directors.simulation.failure("clients send to the "
                    + (directors.believed == null ? "?" : directors.believed.name()) + ", and the " + holder.name()
                    + " holds the address");
        }
    }
}
