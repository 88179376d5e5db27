package io.muster.fence;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.core.Incarnation;
import io.muster.core.Node;
import io.muster.group.Replica;
import io.muster.simulator.ImageTwins;
import io.muster.simulator.LeftOut;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// An image is all of fenced's core: one made from it in the middle of a chaotic life lives on as the core does.
///
/// `-Dseed=N` runs one seed, `-Dseeds=N` that many.
class FenceImageTest {
    private static final Settings SETTINGS =
            Settings.nodes(4).postFailMs(2_000).methods(1, Settings.method(0, "power", "apc", "wti"));

    @Test
    void aDomainMadeFromItsImageLivesOnAsTheDomainDoes() {
        Long one = Long.getLong("seed");
        long first = one != null ? one : 1;
        long seeds = one != null ? 1 : Long.getLong("seeds", 40);
        for (long seed = first; seed < first + seeds; seed++) {
            story(seed, 40, null);
        }
    }

    @Test
    void whatIsLeftOutOfAnImageShows() {
        var self = new Node(1, Incarnation.UNKNOWN);
        var fresh = new FenceDomain(self, SETTINGS.made(), FenceSettings.Overrides.NONE);
        var leftOut = new LeftOut(new Replica<>(self, fresh).image());
        long seeds = Long.getLong("seeds", 2);
        for (long seed = 100; seed < 100 + seeds; seed++) {
            story(seed, 10, leftOut);
        }
        System.out.println("fenced: " + leftOut);
        assertTrue(leftOut.mostShow(), leftOut::toString);
    }

    private static void story(long seed, int everySteps, @Nullable LeftOut leftOut) {
        var dice = new SplittableRandom(seed);
        var world = new World(dice, 4, SETTINGS.made());
        world.driven = replica -> new ImageTwins<>(
                replica,
                it -> replica(it).image(),
                it -> replica(it).position() + " " + replica(it).synced(),
                new FenceReplay(),
                everySteps,
                seed,
                leftOut);
        try {
            FenceChaosTest.play(world, dice);
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError("-Dseed=" + seed + ": " + e.getMessage(), e);
        }
    }

    private static Replica<?, ?> replica(Object core) {
        return (Replica<?, ?>) core;
    }
}
