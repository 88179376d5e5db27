package io.muster.fence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// Safety under chaos, then everything done in calm. `-Dseed=N` runs one seed, `-Dfence.seeds=N` more of them.
class FenceChaosTest {
    private static final int SEEDS = Integer.getInteger("fence.seeds", 400);

    @Test
    void nobodyIsFencedWronglyAndInCalmEverybodyIsProven() {
        Long only = Long.getLong("seed");
        int agents = 0;
        int fenced = 0;
        for (long seed = 1; seed <= SEEDS; seed++) {
            World world = story(only == null ? seed : only);
            agents += world.agentsStarted;
            fenced += world.fenced;
            if (only != null) {
                return;
            }
        }
        assertTrue(
                agents > SEEDS && fenced > SEEDS, "too little happens: " + agents + " agents, " + fenced + " fenced");
    }

    @Test
    void theSameSeedTellsTheSameStory() {
        assertEquals(story(7).agentsStarted, story(7).agentsStarted);
    }

    private static World story(long seed) {
        var dice = new SplittableRandom(seed);
        int size = 2 + dice.nextInt(5);
        Settings settings = Settings.nodes(size).postFailMs(dice.nextInt(3) * 1000L);
        if (dice.nextInt(3) == 0) {
            settings.methods(1, Settings.method(0, "power", "apc", "wti"), Settings.method(1, "san", "brocade"));
        }
        var world = new World(dice, size, settings.made());
        try {
            play(world, dice);
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError("-Dseed=" + seed + " with " + size + " nodes: " + e.getMessage(), e);
        }
        return world;
    }

    static void play(World world, SplittableRandom dice) {
        for (World.Machine machine : world.machines.values()) {
            if (dice.nextInt(6) > 0) {
                world.boot(machine);
            }
        }
        world.run(world.now + dice.nextInt(15_000));
        for (int step = 0; step < 25; step++) {
            World.Machine machine = world.machines.get(1 + dice.nextInt(world.size));
            if (machine != null) {
                misfortune(world, machine, dice.nextInt(12));
            }
            world.run(world.now + dice.nextInt(4_000));
        }
        world.calm();
        List<String> open = List.of();
        // Every machine is switched on, again and again as agents from before still hit.
        for (int round = 0; round < 60; round++) {
            world.machines.values().forEach(world::boot);
            world.run(world.now + 20_000);
            open = world.unfinished();
            if (open.isEmpty()) {
                return;
            }
        }
        throw new AssertionError("not finished in calm: " + open);
    }

    private static void misfortune(World world, World.Machine machine, int which) {
        switch (which) {
            case 0, 1, 2 -> world.crash(machine);
            case 3, 4 -> world.cut(machine);
            case 5, 6 -> world.killFenced(machine);
            case 7, 8, 9 -> world.boot(machine);
            case 10 -> world.acknowledge(machine);
            default -> {}
        }
    }
}
