package io.muster.ccs;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.ccs.daemon.CcsReplay;
import io.muster.core.Incarnation;
import io.muster.core.Node;
import io.muster.group.Replica;
import io.muster.simulator.ImageTwins;
import io.muster.simulator.LeftOut;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// An image is all of ccsd's core: one made from it in the middle of a chaotic life lives on as the
/// core does.
///
/// `-Dseed=N` runs one seed, `-Dseeds=N` that many.
class CcsImageTest {
    @Test
    void aCoreMadeFromItsImageLivesOnAsTheCoreDoes() {
        Long one = Long.getLong("seed");
        long first = one != null ? one : 1;
        long seeds = Long.getLong("seeds", one != null ? 1 : 25);
        for (long seed = first; seed < first + seeds; seed++) {
            story(seed, 40, null);
        }
    }

    @Test
    void whatIsLeftOutOfAnImageShows() {
        var self = new Node(1, Incarnation.UNKNOWN);
        var leftOut = new LeftOut(new Replica<>(self, new ConfigLog(self)).image());
        long seeds = Long.getLong("seeds", 6);
        for (long seed = 100; seed < 100 + seeds; seed++) {
            story(seed, 10, leftOut);
        }
        System.out.println("ccsd: " + leftOut);
        assertTrue(leftOut.mostShow(), leftOut::toString);
    }

    private static void story(long seed, int everySteps, @Nullable LeftOut leftOut) {
        try {
            ConfigChaosTest.chaos(
                    seed,
                    replica -> new ImageTwins<>(
                            replica,
                            it -> replica(it).image(),
                            it -> replica(it).position() + " " + replica(it).synced(),
                            new CcsReplay(),
                            everySteps,
                            seed,
                            leftOut));
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError("-Dseed=" + seed + ": " + e.getMessage(), e);
        }
    }

    private static Replica<?, ?> replica(Object core) {
        return (Replica<?, ?>) core;
    }
}
