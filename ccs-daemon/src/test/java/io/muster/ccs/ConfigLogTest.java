package io.muster.ccs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.config.ConfigVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ConfigLogTest {
    private static World world(int size, int version) {
        World world = new World(size, Long.getLong("seed", 1));
        for (int i = 1; i <= size; i++) {
            world.disks[i].file = Texts.document(size, version, "old");
        }
        return world;
    }

    private static void everybodyHas(World world, Document document) {
        for (int i = 1; i <= world.size; i++) {
            assertEquals(document, world.disks[i].file, "node " + i + world.seed);
            assertEquals(document, world.chosen(i), "node " + i + world.seed);
        }
    }

    @Test
    void beforeTheFirstQuorumTheHighestNumberWins() {
        World world = world(3, 4);
        Document newer = Texts.document(3, 7, "newer");
        world.disks[2].file = newer;
        world.start(1, 2, 3);
        world.calm(10_000);
        everybodyHas(world, newer);
        assertEquals(List.of(), world.disks[1].aside);
    }

    @Test
    void ofOneNumberTheMajorityWinsAndTheOtherIsKeptAside() {
        World world = world(3, 4);
        Document other = Texts.document(3, 4, "edited by hand");
        world.disks[1].file = other;
        world.start(1, 2, 3);
        world.calm(10_000);
        everybodyHas(world, Texts.document(3, 4, "old"));
        assertEquals(List.of(other), world.disks[1].aside);
    }

    @Test
    void aQuorateClusterWinsOverAJoinersNewerFile() {
        World world = world(3, 4);
        Document newer = Texts.document(3, 9, "newer");
        world.disks[3].file = newer;
        world.start(1, 2);
        world.calm(10_000);
        world.start(3);
        world.calm(10_000);
        everybodyHas(world, Texts.document(3, 4, "old"));
        assertEquals(List.of(newer), world.disks[3].aside);
    }

    @Test
    void aJoinerWithoutAFileGetsOne() {
        World world = world(3, 4);
        world.disks[3].file = null;
        world.start(1, 2, 3);
        world.calm(10_000);
        everybodyHas(world, Texts.document(3, 4, "old"));
    }

    @Test
    void withoutQuorumNothingIsInForce() {
        World world = world(3, 4);
        world.start(1);
        world.calm(60_000);
        assertEquals(Texts.document(3, 4, "old"), world.disks[1].file);
        world.update(1, Texts.document(3, 5, "new"), 0);
        world.calm(1000);
        assertEquals(List.of("Cluster is not quorate"), world.refused);
    }

    @Test
    void anUpdateReachesEverybodyAlsoThoseThatWereDown() {
        World world = world(3, 4);
        world.start(1, 2);
        world.calm(10_000);
        Document next = Texts.document(3, 5, "new");
        world.update(2, next, 0);
        world.calm(5_000);
        assertEquals(List.of(next.version()), world.acknowledged);
        world.start(3);
        world.calm(5_000);
        everybodyHas(world, next);
        assertEquals(List.of(), world.disks[3].aside);
    }

    @Test
    void whatIsntNewerOrIsntOursIsRefused() {
        World world = world(3, 4);
        world.start(1, 2, 3);
        world.calm(10_000);
        world.update(1, Texts.document(3, 4, "same"), 0);
        world.update(1, Texts.document(3, 3, "older"), 0);
        world.calm(5_000);
        assertEquals(
                List.of(
                        "Proposed config_version 4 isn't greater than the current config_version 4",
                        "Proposed config_version 3 isn't greater than the current config_version 4"),
                world.refused);
        assertEquals(List.of(), world.acknowledged);
    }

    @Test
    void ofTwoUpdatesAtOnceOneIsRefused() {
        World world = world(3, 4);
        world.start(1, 2, 3);
        world.calm(10_000);
        world.update(1, Texts.document(3, 5, "one"), 0);
        world.update(3, Texts.document(3, 5, "other"), 0);
        world.calm(10_000);
        assertEquals(1, world.acknowledged.size());
        assertEquals(1, world.refused.size());
    }

    @Test
    void withoutConfirmationTheFormerContentComesBackUnderANewNumber() {
        World world = world(3, 4);
        world.start(1, 2, 3);
        world.calm(10_000);
        world.update(1, Texts.document(3, 5, "risky"), 120);
        world.calm(60_000);
        everybodyHas(world, Texts.document(3, 5, "risky"));
        world.calm(90_000);
        everybodyHas(world, Texts.document(3, 6, "old"));
    }

    @Test
    void whatIsConfirmedStays() {
        World world = world(3, 4);
        world.start(1, 2, 3);
        world.calm(10_000);
        world.update(1, Texts.document(3, 5, "risky"), 120);
        world.calm(60_000);
        world.confirm(2);
        world.calm(200_000);
        everybodyHas(world, Texts.document(3, 5, "risky"));
    }

    @Test
    void anUpdateIsNotAnsweredWithWhatAFormerLifeOfCcsdHasAsked() {
        World world = world(3, 4);
        world.start(1, 2, 3);
        world.calm(10_000);
        world.update(1, Texts.document(3, 5, "of the former life"), 0);
        world.calm(10_000);
        world.endCcsd(1);
        world.calm(1_000);
        world.startCcsd(1);
        world.calm(1_000);
        Document next = Texts.document(3, 6, "of the new life");
        world.update(1, next, 0);
        assertEquals(1, world.acknowledged.size());
        world.calm(10_000);
        assertEquals(next.version(), world.acknowledged.getLast());
        everybodyHas(world, next);
    }

    @Test
    void crashesAtAnyStepLoseNothingThatWasAcknowledged() {
        long first = Long.getLong("seed", 1000);
        int seeds = Integer.getInteger("seeds", Long.getLong("seed") == null ? 200 : 1);
        for (long seed = first; seed < first + seeds; seed++) {
            chaos(seed);
        }
    }

    private static void chaos(long seed) {
        int size = new int[] {2, 3, 3, 4, 5}[new Random(seed).nextInt(5)];
        World world = new World(size, seed);
        for (int i = 1; i <= size; i++) {
            world.disks[i].file = Texts.document(size, 4, "old");
        }
        List<Integer> all = new ArrayList<>();
        for (int i = 1; i <= size; i++) {
            all.add(i);
        }
        world.start(all.stream().mapToInt(Integer::intValue).toArray());
        int version = 4;
        for (int i = 0; i < 1500; i++) {
            int nodeid = 1 + world.dice.nextInt(size);
            switch (world.dice.nextInt(120)) {
                case 0 -> {
                    if (world.inCluster(nodeid)) {
                        world.crash(nodeid);
                    }
                }
                case 1 -> {
                    if (world.dice.nextInt(3) == 0) {
                        world.crash(all.stream()
                                .filter(world::inCluster)
                                .mapToInt(Integer::intValue)
                                .toArray());
                    }
                }
                case 2, 3, 4 -> {
                    if (!world.inCluster(nodeid)) {
                        world.start(nodeid);
                    } else if (!world.up(nodeid)) {
                        world.startCcsd(nodeid);
                    }
                }
                case 5, 6, 7 -> {
                    if (world.up(nodeid)) {
                        version += world.dice.nextInt(2);
                        world.update(nodeid, Texts.document(size, version + 1, "of step " + i), 0);
                    }
                }
                case 8 -> world.now += 40_000;
                case 9 -> {
                    if (world.up(nodeid)) {
                        world.endCcsd(nodeid);
                    }
                }
                default -> world.step();
            }
        }
        for (int nodeid : all) {
            if (!world.inCluster(nodeid)) {
                world.start(nodeid);
            } else if (!world.up(nodeid)) {
                world.startCcsd(nodeid);
            }
        }
        world.calm(120_000);
        Document end = world.chosen(1);
        for (int nodeid : all) {
            assertEquals(end, world.disks[nodeid].file, "node " + nodeid + world.seed);
            assertEquals(end, world.chosen(nodeid), "node " + nodeid + world.seed);
        }
        for (ConfigVersion version1 : world.acknowledged) {
            assertTrue(
                    version1.number() < end.version().number() || version1.equals(end.version()),
                    version1 + " was acknowledged, the end is " + end + world.seed);
        }
    }
}
