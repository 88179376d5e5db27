package io.muster.ccs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/// What ccsd does, one story a file, for readers who know a cluster's configuration and not this code.
class ConfigStoriesTest {
    private static final String HOW_TO_READ = """


            Milliseconds, place in the group's log or node, what it says or does. A version is a number and the
            beginning of a hash. Lines of a choice have what it was, what it is, and why.""";

    private static World world(Story story, long seed) {
        World world = new World(3, seed, story);
        for (int i = 1; i <= 3; i++) {
            world.disks[i].put(Texts.document(3, 4, "old"));
        }
        return world;
    }

    @Test
    void theFirstElection() {
        var story = new Story("the-first-election", """
                Three nodes start at once; node 2 has a newer cluster.conf than the others.

                Nothing is in force until a quorum has it on disk. Each says what it has; when all have, the highest
                number is elected, the first node that has it sends it, everybody stages it, and when two of three
                have it, it is in force: installed on every disk, and handed to cman by the lowest node.""" + HOW_TO_READ);
        World world = world(story, 1);
        world.disks[2].put(Texts.document(3, 7, "newer"));
        world.start(1, 2, 3);
        world.calm(10_000);
        story.check();
    }

    @Test
    void anUpdateAndAJoinerWithAFileOfItsOwn() {
        var story = new Story("an-update-and-a-joiner", """
                An update while node 3 is down, which then comes with a number higher than the cluster's.

                The proposal counts from its place in the log. The operator hears "done" when two of three have it
                on disk. Node 3 takes the state from the others; its own file is kept aside, whatever its number.""" + HOW_TO_READ);
        World world = world(story, 1);
        world.start(1, 2);
        world.calm(10_000);
        world.update(2, Texts.document(3, 5, "new"), 0);
        world.calm(5_000);
        world.disks[3].put(Texts.document(3, 9, "edited by hand"));
        story.note("node 3 starts");
        world.start(3);
        world.calm(5_000);
        story.check();
    }

    @Test
    void anUpdateThatNoQuorumCanWrite() {
        var story = new Story("an-update-that-no-quorum-can-write", """
                The disks of node 1 and 2 are full; an update gets no further than the disk of node 3.

                After 30 s the lowest node proposes to give it up. What node 3 has staged is removed.""" + HOW_TO_READ);
        World world = world(story, 1);
        world.start(1, 2, 3);
        world.calm(10_000);
        story.note("the disks of node 1 and 2 are full");
        world.disks[1].full = true;
        world.disks[2].full = true;
        world.update(3, Texts.document(3, 5, "new"), 0);
        world.calm(35_000);
        story.check();
    }

    @Test
    void anUpdateSurvivesThatWasCommittedJustBeforeTheLightsWentOut() {
        var story = new Story("the-lights-go-out", """
                An update is in force, node 3 has only staged it, and all nodes lose their power. Node 1 stays down.

                Node 2 and 3 elect: what is staged under a later attempt than any file counts like a file, since a
                quorum may have committed it. So it does: the nodes have gone by it already.""" + HOW_TO_READ);
        World world = world(story, 2);
        world.start(1, 2, 3);
        world.calm(10_000);
        world.disks[2].full = true;
        Document next = Texts.document(3, 5, "new");
        world.update(3, next, 0);
        while (!next.equals(world.chosen(3))) {
            world.step();
        }
        story.note("the lights go out; node 2 and 3 come back");
        world.disks[2].full = false;
        world.crash(1, 2, 3);
        assertEquals(Texts.document(3, 4, "old"), world.disks[3].file(), "it is staged there and no more");
        world.start(2, 3);
        world.calm(10_000);
        story.check();
    }

    @Test
    void aProbationThatNobodyConfirms() {
        var story = new Story("a-probation-that-nobody-confirms", """
                An update on probation for 60 s, and nobody confirms it.

                The former content comes back under the next number, as any update does.""" + HOW_TO_READ);
        World world = world(story, 1);
        world.start(1, 2, 3);
        world.calm(10_000);
        world.update(1, Texts.document(3, 5, "risky"), 60);
        world.calm(80_000);
        story.check();
    }
}
