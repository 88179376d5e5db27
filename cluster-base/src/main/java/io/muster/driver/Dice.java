package io.muster.driver;

import java.util.random.RandomGenerator;

/// A core's dice: SplitMix64 from a seed, its whole state one number, so that it goes into an image
/// with the core. For timing and tie-breaking, never for keys. Thread: the core's.
public final class Dice implements RandomGenerator {
    private long state;

    /// @param seed or a [#state]
    public Dice(long seed) {
        state = seed;
    }

    /// For an image: dice made from it roll on as these would.
    public long state() {
        return state;
    }

    @Override
    public long nextLong() {
        state += 0x9e37_79b9_7f4a_7c15L;
        long z = state;
        z = (z ^ z >>> 30) * 0xbf58_476d_1ce4_e5b9L;
        z = (z ^ z >>> 27) * 0x94d0_49bb_1331_11ebL;
        return z ^ z >>> 31;
    }
}
