package io.muster.membership;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.cman.daemon.CmanReplay;
import io.muster.core.Incarnation;
import io.muster.core.Node;
import io.muster.driver.Dice;
import io.muster.simulator.ImageTwins;
import io.muster.simulator.LeftOut;
import io.muster.totem.Ring;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// An image is all of a node: one made from it in the middle of a chaotic life lives on as the node does.
///
/// `-Dseed=N` runs one seed, `-Dseeds=N` that many.
class CmanImageTest {
    @Test
    void aNodeMadeFromItsImageLivesOnAsTheNodeDoes() {
        Long one = Long.getLong("seed");
        long first = one != null ? one : 0;
        long seeds = one != null ? 1 : Long.getLong("seeds", 8);
        for (long seed = first; seed < first + seeds; seed++) {
            story(seed, 60, null);
        }
    }

    @Test
    void whatIsLeftOutOfAnImageShows() {
        var cluster = new CmanCluster(1, 3, rules -> rules);
        var self = new Node(1, new Incarnation(1, 2));
        var fresh = new CmanNode(
                new Ring(self, cluster.ringConfig, new Dice(1)),
                new Cman(self, cluster.settings, new byte[0], document -> Optional.empty()));
        var leftOut = new LeftOut(fresh.image());
        long seeds = Long.getLong("seeds", 2);
        for (long seed = 100; seed < 100 + seeds; seed++) {
            story(seed, 20, leftOut);
        }
        System.out.println("cman: " + leftOut);
        assertTrue(leftOut.mostShow(), leftOut::toString);
    }

    private static void story(long seed, int everySteps, @Nullable LeftOut leftOut) {
        CmanChaosTest.story(
                seed,
                core -> new ImageTwins<>(
                        core,
                        it -> ((CmanNode) it).image(),
                        it -> ((CmanNode) it).cman().status() + ((CmanNode) it).ringPhase(),
                        new CmanReplay(),
                        everySteps,
                        seed,
                        leftOut));
    }
}
