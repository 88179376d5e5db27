package io.muster.rehearsal.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import io.muster.cli.Said;
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
        assertEquals(new Said(0, "seed 1 holds\n", ""), Said.by(Simulate::run, "--seed", "1"));
    }

    @Test
    void wrongWordsExitWithTwo() {
        assertEquals(2, Said.by(Simulate::run, "--seed", "x").status());
        assertEquals(2, Said.by(Simulate::run).status());
    }
}
