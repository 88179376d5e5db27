package io.muster.ccs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class ConfigLogTest {
    private static World world(int size, int version) {
        World world = new World(size, Long.getLong("seed", 1));
        for (int i = 1; i <= size; i++) {
            world.disks[i].put(Texts.document(size, version, "old"));
        }
        return world;
    }

    private static void everybodyHas(World world, Document document) {
        for (int i = 1; i <= world.size; i++) {
            assertEquals(document, world.disks[i].file(), "node " + i + world.seed);
            assertEquals(document, world.chosen(i), "node " + i + world.seed);
        }
    }

    @Test
    void beforeTheFirstQuorumTheHighestNumberWins() {
        World world = world(3, 4);
        Document newer = Texts.document(3, 7, "newer");
        world.disks[2].put(newer);
        world.start(1, 2, 3);
        world.calm(10_000);
        everybodyHas(world, newer);
        assertEquals(List.of(), world.disks[1].aside());
    }

    @Test
    void ofOneNumberTheMajorityWinsAndTheOtherIsKeptAside() {
        World world = world(3, 4);
        Document other = Texts.document(3, 4, "edited by hand");
        world.disks[1].put(other);
        world.start(1, 2, 3);
        world.calm(10_000);
        everybodyHas(world, Texts.document(3, 4, "old"));
        assertEquals(List.of(other), world.disks[1].aside());
    }

    @Test
    void aQuorateClusterWinsOverAJoinersNewerFile() {
        World world = world(3, 4);
        Document newer = Texts.document(3, 9, "newer");
        world.disks[3].put(newer);
        world.start(1, 2);
        world.calm(10_000);
        world.start(3);
        world.calm(10_000);
        everybodyHas(world, Texts.document(3, 4, "old"));
        assertEquals(List.of(newer), world.disks[3].aside());
    }

    @Test
    void aJoinerWithoutAFileGetsOne() {
        World world = world(3, 4);
        world.disks[3].put(null);
        world.start(1, 2, 3);
        world.calm(10_000);
        everybodyHas(world, Texts.document(3, 4, "old"));
    }

    @Test
    void withoutQuorumNothingIsInForce() {
        World world = world(3, 4);
        world.start(1);
        world.calm(60_000);
        assertEquals(Texts.document(3, 4, "old"), world.disks[1].file());
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
        assertEquals(List.of(), world.disks[3].aside());
        String older = "cluster.conf " + Texts.document(3, 4, "old").version()
                + " of this node is older than the cluster's " + next.version() + ": replaced";
        assertEquals(List.of(0L, 0L, 1L), List.of(world.said(1, older), world.said(2, older), world.said(3, older)));
    }

    @Test
    void whatIsntNewerOrIsntOursIsRefused() {
        World world = world(3, 4);
        world.start(1, 2, 3);
        world.calm(10_000);
        world.update(1, Texts.document(3, 4, "another one"), 0);
        world.update(1, Texts.document(3, 3, "older"), 0);
        world.calm(5_000);
        assertEquals(2, world.refused.size());
        String numbers = "Proposed updated config file does not have greater version number.\n"
                + "  Current config_version :: 4\n  Proposed config_version:: ";
        String other = world.refused.getFirst();
        assertTrue(other.startsWith(numbers + "4\nconfig_version isn't raised, and the file in force"), other);
        assertEquals(
                numbers + "3\nconfig_version 3 is lower than the one in force: raise it to 5", world.refused.getLast());
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
    void aConfirmationThatComesTooLateIsRefused() {
        World world = world(3, 4);
        world.start(1, 2, 3);
        world.calm(10_000);
        Document risky = Texts.document(3, 5, "risky");
        world.update(1, risky, 120);
        world.calm(60_000);
        world.now += 100_000;
        world.tick();
        world.confirm(2);
        world.calm(10_000);
        assertEquals(List.of("cluster.conf " + risky.version() + " wasn't confirmed in time"), world.refused);
        everybodyHas(world, Texts.document(3, 6, "old"));
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
    void aFullDiskKeepsAnUpdateBackUntilThereIsRoomAgain() {
        World world = world(3, 4);
        world.start(1, 2, 3);
        world.calm(10_000);
        world.disks[1].full = true;
        world.disks[2].full = true;
        Document next = Texts.document(3, 5, "new");
        world.update(3, next, 0);
        world.calm(12_000);
        assertEquals(Texts.document(3, 4, "old"), world.chosen(3), "one disk is no quorum");
        world.disks[1].full = false;
        world.calm(12_000);
        assertEquals(next, world.chosen(2));
        assertEquals(Texts.document(3, 4, "old"), world.disks[2].file());
        world.disks[2].full = false;
        world.calm(12_000);
        everybodyHas(world, next);
    }

    @Test
    void whoseDiskHasRefusedIsToldToWhoAsked() {
        for (int asked : List.of(1, 2)) {
            World world = world(3, 4);
            world.start(1, 2, 3);
            world.calm(10_000);
            world.disks[2].full = true;
            Document next = Texts.document(3, 5, "new");
            world.update(asked, next, 0);
            world.calm(2_000);
            assertEquals(List.of(next.version()), world.acknowledged);
            assertEquals(
                    List.of("a2: can't write cluster.conf: No space left on device: it goes by the new one and keeps"
                            + " trying"),
                    world.words);
            world.disks[2].full = false;
            world.calm(12_000);
            everybodyHas(world, next);
            world.update(asked, Texts.document(3, 6, "newer"), 0);
            world.calm(2_000);
            assertEquals("", world.words.getLast());
        }
    }

    @Test
    void aMemberWithoutCcsdIsToldToWhoAsked() {
        World world = world(3, 4);
        world.start(1, 2, 3);
        world.calm(10_000);
        world.endCcsd(3);
        world.calm(1_000);
        world.update(1, Texts.document(3, 5, "new"), 0);
        world.calm(1_000);
        assertEquals(List.of("a3: ccsd doesn't run there: the file comes there when it does"), world.words);
    }

    @Test
    void anUpdateThatNoQuorumHasInTimeIsGivenUp() {
        World world = world(3, 4);
        world.start(1, 2, 3);
        world.calm(10_000);
        world.disks[1].full = true;
        world.disks[2].full = true;
        world.update(3, Texts.document(3, 5, "new"), 0);
        world.calm(40_000);
        assertEquals(
                List.of("given up: in 30 s no quorum had it on disk\na1: No space left on device\n"
                        + "a2: No space left on device"),
                world.refused);
        world.disks[1].full = false;
        world.disks[2].full = false;
        world.calm(12_000);
        everybodyHas(world, Texts.document(3, 4, "old"));
    }

    @Test
    void aDiskThatDoesntSayWhatIsOnItIsAskedAgain() {
        World world = world(3, 4);
        world.disks[2].unreadable = true;
        world.start(1, 2, 3);
        world.calm(10_000);
        world.disks[2].unreadable = false;
        Document next = Texts.document(3, 5, "new");
        world.update(1, next, 0);
        world.calm(10_000);
        everybodyHas(world, next);
    }

    @Test
    void eachChangeOfWhatIsInForceIsOneLine() {
        World world = world(3, 4);
        world.start(1, 2, 3);
        world.calm(10_000);
        world.update(1, Texts.document(3, 5, "risky"), 120);
        world.calm(150_000);
        String v4 = Texts.document(3, 4, "old").version().toString();
        String v5 = Texts.document(3, 5, "risky").version().toString();
        String v6 = Texts.document(3, 6, "old").version().toString();
        assertEquals(
                List.of(
                        "unelected -> elected " + v4 + ": all members have said what they have",
                        "elected " + v4 + " -> spreading " + v4 + ": node 1 has sent it",
                        "spreading " + v4 + " -> in force " + v4 + ": a quorum has it on disk",
                        "in force " + v4 + " -> in force " + v4 + ", update to " + v5 + ": proposed at node 1",
                        "in force " + v4 + ", update to " + v5 + " -> in force " + v5
                                + " on probation: a quorum has it on disk",
                        "in force " + v5 + " on probation -> in force " + v5 + ", update to " + v6
                                + ": not confirmed in time",
                        "in force " + v5 + ", update to " + v6 + " -> in force " + v6 + ": a quorum has it on disk"),
                world.changes(2));
    }
}
