package io.muster.lvs;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.driver.Dice;
import io.muster.simulator.ImageTwins;
import io.muster.simulator.LeftOut;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// An image is all of lvsd's core: one made from it in the middle of a chaotic life lives on as the
/// core does.
///
/// `-Dseed=N` runs one seed, `-Dseeds=N` that many.
class LvsdImageTest {
    @Test
    void anLvsdMadeFromItsImageLivesOnAsTheLvsdDoes() {
        Long one = Long.getLong("seed");
        long first = one != null ? one : 1;
        long seeds = one != null ? 1 : Long.getLong("seeds", 8);
        for (long seed = first; seed < first + seeds; seed++) {
            story(seed, 40, null);
        }
    }

    @Test
    void whatIsLeftOutOfAnImageShows() {
        var leftOut = new LeftOut(new Reconciler(new Dice(1)).image());
        long seeds = Long.getLong("seeds", 2);
        for (long seed = 1_000; seed < 1_000 + seeds; seed++) {
            story(seed, 15, leftOut);
        }
        System.out.println("lvsd: " + leftOut);
        assertTrue(leftOut.mostShow(), leftOut::toString);
    }

    private static void story(long seed, int everySteps, @Nullable LeftOut leftOut) {
        var world = new LvsdWorld(seed);
        world.driven = lvsd -> new ImageTwins<>(
                lvsd,
                it -> ((Reconciler) it).image(),
                it -> ((Reconciler) it).status(world.nowMs),
                new LvsdReplay(),
                everySteps,
                seed,
                leftOut);
        try {
            ReconcilerSimulationTest.live(world);
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError("-Dseed=" + seed + ": " + e.getMessage(), e);
        }
    }
}
