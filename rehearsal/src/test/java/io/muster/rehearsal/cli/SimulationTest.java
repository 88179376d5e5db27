package io.muster.rehearsal.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/// Whole clusters from seeds: `-Dseed=N` runs one, `-Dseeds=N` that many.
class SimulationTest {
    private static final int SEEDS = Integer.getInteger("seeds", 2000);

    @Test
    void everyPromiseHoldsInTroubleAndAllIsWellInCalm() {
        Long seed = Long.getLong("seed");
        long from = seed != null ? seed : 1;
        long to = seed != null ? seed : SEEDS;
        Simulate.firstBroken(from, to).ifPresent(broken -> fail(broken));
    }

    @Test
    void seedThatHoldsExitsWithZero() {
        var out = new ByteArrayOutputStream();
        var print = new PrintStream(out, true, StandardCharsets.UTF_8);
        assertEquals(0, Simulate.run(new String[] {"--seed", "1"}, print, print));
        assertEquals("seed 1 holds\n", out.toString(StandardCharsets.UTF_8));
    }

    @Test
    void wrongWordsExitWithTwo() {
        var out = new ByteArrayOutputStream();
        var print = new PrintStream(out, true, StandardCharsets.UTF_8);
        assertEquals(2, Simulate.run(new String[] {"--seed", "x"}, print, print));
        assertEquals(2, Simulate.run(new String[0], print, print));
    }
}
