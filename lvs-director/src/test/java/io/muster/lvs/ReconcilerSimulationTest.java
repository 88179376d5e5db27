package io.muster.lvs;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// Many directors' lives: hands in the table, deaths of lvsd, servers that come and go, reloads, drains, a table and
/// a disk that refuse. A slice runs in every build; `-Dseeds=10000` runs that many, `-Dseed=N` one.
class ReconcilerSimulationTest {
    /// From the last disturbance to the table as wanted.
    private static final long CONVERGED_MS = 1_000;

    private static final long LIMIT_NS = TimeUnit.SECONDS.toNanos(12);

    @Test
    void whateverHappensTheTableIsAsWantedWithinASecondAndForeignServicesAreUntouched() {
        Long one = Long.getLong("seed");
        Long seeds = Long.getLong("seeds");
        long first = one != null ? one : 1;
        long last = one != null ? one : seeds != null ? seeds : 1_000;
        long begin = System.nanoTime();
        long lived = 0;
        for (long seed = first; seed <= last; seed++) {
            try {
                live(seed);
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("-Dseed=" + seed + ": " + e.getMessage(), e);
            }
            lived++;
            if (seeds == null && one == null && System.nanoTime() - begin > LIMIT_NS) {
                break;
            }
        }
        System.out.println("reconciler: " + lived + " seeds in " + (System.nanoTime() - begin) / 1_000_000 + " ms");
    }

    private static void live(long seed) {
        live(new LvsdWorld(seed));
    }

    /// Two rounds of trouble and calm.
    static void live(LvsdWorld world) {
        world.boot();
        for (int round = 0; round < 2; round++) {
            int troubles = 5 + world.dice.nextInt(25);
            for (int i = 0; i < troubles; i++) {
                world.run(world.nowMs + world.dice.nextInt(700));
                trouble(world);
                new Wanted(world).foreignUntouched();
            }
            world.tableBadUntilMs = Math.min(world.tableBadUntilMs, world.nowMs);
            world.diskBadUntilMs = Math.min(world.diskBadUntilMs, world.nowMs);
            world.crashIn = -1;
            calm(world);
        }
    }

    /// Looks at every step of the calm: whenever a second has passed since anything happened, all is well.
    private static void calm(LvsdWorld world) {
        long end = world.nowMs + 8_000;
        boolean seen = false;
        while (world.nowMs < end) {
            world.run(world.nowMs + 100);
            new Wanted(world).foreignUntouched();
            if (world.lvsd == null) {
                world.disturb();
            }
            if (world.nowMs - world.disturbedMs >= CONVERGED_MS) {
                new Wanted(world).converged();
                seen = true;
            }
        }
        world.check(seen, "never a second without a change");
    }

    private static void trouble(LvsdWorld world) {
        switch (world.dice.nextInt(20)) {
            case 0, 1, 2, 3, 4, 5 -> new Hands(world).hand();
            case 6, 7 -> new Hands(world).foreignHand();
            case 8, 9, 10 -> world.serverFlips();
            case 11 -> world.crash();
            case 12, 13 -> world.crashIn = world.dice.nextInt(12);
            case 14, 15 -> world.reload();
            case 16, 17 -> world.drain(world.dice.nextInt(3) == 0);
            case 18 -> {
                world.disturb();
                if (world.dice.nextInt(4) == 0) {
                    world.diskBadUntilMs = world.nowMs + world.dice.nextInt(2_000);
                } else {
                    world.tableBadUntilMs = world.nowMs + world.dice.nextInt(2_000);
                }
            }
            default -> {
                if (world.dice.nextInt(3) == 0) {
                    world.disturb();
                    world.stopping();
                }
            }
        }
    }
}
