package io.muster.totem;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.core.Core;
import io.muster.core.Incarnation;
import io.muster.core.MalformedMessage;
import io.muster.core.Node;
import io.muster.driver.Dice;
import io.muster.driver.RecordCodec;
import io.muster.driver.ReplayFactory;
import io.muster.simulator.ImageTwins;
import io.muster.simulator.LeftOut;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// An image is all of a ring: one made from it in the middle of a chaotic life lives on as the ring does.
///
/// `-Dseed=N` runs one seed, `-Dseeds=N` that many.
class RingImageTest {
    private static final ReplayFactory FACTORY = new ReplayFactory() {
        private final RecordCodec codec = new RecordCodec(RingEvent.class, RingEffect.class, Ring.Image.class);

        @Override
        public String name() {
            return "ring";
        }

        @Override
        public Core<?, ?> restore(Record image) throws MalformedMessage {
            return Ring.restored((Ring.Image) image);
        }

        @Override
        public RecordCodec codec() {
            return codec;
        }
    };

    @Test
    void aRingMadeFromItsImageLivesOnAsTheRingDoes() {
        Long one = Long.getLong("seed");
        long first = one != null ? one : 1;
        long seeds = one != null ? 1 : Long.getLong("seeds", 20);
        for (long seed = first; seed < first + seeds; seed++) {
            story(seed, 60, null);
        }
    }

    @Test
    void whatIsLeftOutOfAnImageShows() {
        var config = RingConfig.of(List.of(1, 2, 3), List.of(1, 1, 1), 1000, 1400);
        var leftOut = new LeftOut(new Ring(new Node(1, new Incarnation(1, 2)), config, new Dice(1)).image());
        long seeds = Long.getLong("seeds", 2);
        for (long seed = 100; seed < 100 + seeds; seed++) {
            story(seed, 20, leftOut);
        }
        System.out.println("ring: " + leftOut);
        assertTrue(leftOut.mostShow(), leftOut::toString);
    }

    private static void story(long seed, int everySteps, @Nullable LeftOut leftOut) {
        RingSimulationTest.chaosThenCalm(
                seed,
                false,
                core -> new ImageTwins<>(
                        core, it -> ((Ring) it).image(), it -> shows((Ring) it), FACTORY, everySteps, seed, leftOut));
    }

    private static Object shows(Ring ring) {
        return List.of(
                ring.phase(),
                ring.ring(),
                ring.members(),
                ring.queued(),
                ring.counters().image());
    }
}
