package io.muster.ccs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.config.ConfigVersion;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ConfigChaosTest {
    @Test
    void crashesAtAnyStepLoseNothingThatWasAcknowledged() {
        long first = Long.getLong("seed", 1000);
        int seeds = Integer.getInteger("seeds", Long.getLong("seed") == null ? 200 : 1);
        for (long seed = first; seed < first + seeds; seed++) {
            chaos(seed, replica -> replica);
        }
    }

    /// One random life of a cluster's ccsds: all is well in the end, or the seed is in the error.
    static void chaos(long seed, World.Wrapping wrapping) {
        int size = new int[] {2, 3, 3, 4, 5}[new Random(seed).nextInt(5)];
        World world = new World(size, seed, wrapping);
        int[] all = IntStream.rangeClosed(1, size).toArray();
        for (int nodeid : all) {
            world.disks[nodeid].put(Texts.document(size, 4, "old"));
        }
        world.start(all);
        int version = 4;
        for (int i = 0; i < 1500; i++) {
            int nodeid = 1 + world.dice.nextInt(size);
            switch (world.dice.nextInt(120)) {
                case 0 -> crash(world, nodeid);
                case 1 -> {
                    if (world.dice.nextInt(3) == 0) {
                        crash(world, all);
                    }
                }
                case 2, 3, 4 -> start(world, nodeid);
                case 5, 6, 7 -> {
                    if (world.up(nodeid)) {
                        version += world.dice.nextInt(2);
                        int probationSec = world.dice.nextInt(4) == 0 ? 60 : 0;
                        world.update(nodeid, Texts.document(size, version + 1, "of step " + i), probationSec);
                    }
                }
                case 8 -> world.now += 40_000;
                case 9 -> {
                    if (world.up(nodeid)) {
                        world.endCcsd(nodeid);
                    }
                }
                case 10 -> {
                    if (world.up(nodeid)) {
                        world.confirm(nodeid);
                    }
                }
                case 11 -> world.disks[nodeid].full = world.dice.nextInt(3) == 0;
                case 12 -> world.disks[nodeid].unreadable = world.dice.nextInt(3) == 0;
                default -> world.step();
            }
        }
        for (int nodeid : all) {
            world.disks[nodeid].full = false;
            world.disks[nodeid].unreadable = false;
            start(world, nodeid);
        }
        world.calm(200_000);
        Document end = world.chosen(1);
        for (int nodeid : all) {
            assertEquals(end, world.disks[nodeid].file(), "node " + nodeid + world.seed);
            assertEquals(end, world.chosen(nodeid), "node " + nodeid + world.seed);
        }
        for (ConfigVersion done : world.acknowledged) {
            assertTrue(
                    done.number() < end.version().number() || done.equals(end.version()),
                    done + " was acknowledged, the end is " + end + world.seed);
        }
    }

    private static void crash(World world, int... nodeids) {
        int[] up = IntStream.of(nodeids).filter(world::inCluster).toArray();
        if (up.length > 0) {
            world.crash(up);
        }
    }

    private static void start(World world, int nodeid) {
        if (!world.inCluster(nodeid)) {
            world.start(nodeid);
        } else if (!world.up(nodeid)) {
            world.startCcsd(nodeid);
        }
    }
}
