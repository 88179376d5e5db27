package io.muster.pulse;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.lvscf.LvsConfig.Heartbeat;
import io.muster.lvscf.LvsConfig.Heartbeat.Format;
import io.muster.simulator.ImageTwins;
import io.muster.simulator.LeftOut;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// An image is all of a director: one made from it in the middle of trouble lives on as the director
/// does.
///
/// `-Dseed=N` runs one seed, `-Dseeds=N` that many.
class PulseImageTest {
    @Test
    void aDirectorMadeFromItsImageLivesOnAsTheDirectorDoes() {
        Long one = Long.getLong("seed");
        long first = one != null ? one : 1;
        long seeds = one != null ? 1 : Long.getLong("seeds", 20);
        for (long seed = first; seed < first + seeds; seed++) {
            story(seed, 40, null);
        }
    }

    @Test
    void whatIsLeftOutOfAnImageShows() {
        var beat = new Heartbeat(539, 200, 500, Format.MUSTER, true, 3_000);
        var settings = new PulseSettings(
                true, true, beat, Set.of(TwoDirectors.address(false, 0)), false, true, true, List.of());
        var leftOut = new LeftOut(new Pulse(settings, new Random(1)).image());
        long seeds = Long.getLong("seeds", 2);
        for (long seed = 1_000; seed < 1_000 + seeds; seed++) {
            story(seed, 15, leftOut);
        }
        System.out.println("pulse: " + leftOut);
        assertTrue(leftOut.mostShow(), leftOut::toString);
    }

    private static void story(long seed, int everySteps, @Nullable LeftOut leftOut) {
        PulseSimulationTest.run(
                seed,
                seed % 5 == 0 ? Format.ORIGINAL : Format.MUSTER,
                seed % 2 == 0 && seed % 5 != 0,
                seed % 5 != 0,
                pulse -> new ImageTwins<>(
                        pulse,
                        it -> ((Pulse) it).image(),
                        it -> shows((Pulse) it),
                        new PulseReplay(),
                        everySteps,
                        seed,
                        leftOut));
    }

    private static Object shows(Pulse pulse) {
        return List.of(
                pulse.activity(),
                pulse.sinceMs(),
                pulse.reason(),
                pulse.inhibitors(),
                pulse.addresses(),
                pulse.rejections(),
                pulse.self(),
                pulse.met(),
                pulse.partnerStatus(0),
                pulse.connections(),
                pulse.syncPermille());
    }
}
