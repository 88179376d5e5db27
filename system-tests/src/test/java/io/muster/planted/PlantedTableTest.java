package io.muster.planted;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class PlantedTableTest {
    private static final String TABLE = """
            # words

            == quorum by half
            file cluster-core/src/main/java/A.java
            by quorum\\.AT
            tests quorum\\..*
            seeds 3..9
            -    votes * 2 > expected
            +    votes * 2 >= expected
            == the check is gone, here and there
            file rgmanager/src/main/java/B.java
            seeds none
            -if (bad) {
            -    return;
            -}
            - one
            + two
            """;

    @Test
    void aTableIsRead() {
        List<PlantedBug> bugs = PlantedTable.parse("t", TABLE);
        assertEquals(2, bugs.size());
        assertEquals(
                new PlantedBug(
                        "quorum by half",
                        "cluster-core/src/main/java/A.java",
                        List.of(new PlantedBug.Change("    votes * 2 > expected", "    votes * 2 >= expected")),
                        "quorum\\.AT",
                        "quorum\\..*",
                        3,
                        9),
                bugs.getFirst());
        assertEquals("cluster-core", bugs.getFirst().module());
        assertEquals("quorum\\.AT", bugs.getFirst().first());
        assertEquals(1, bugs.get(1).changes().size(), "lines in a row are one text");
        assertEquals(
                "two(c)",
                bugs.get(1).plantedIn("if (bad) {\n    return;\n}\n one(c)").strip());
    }

    @Test
    void whatStandsBeforeTheFirstBugIsForAll() {
        String table = "tests totem\\..*\nseeds 2..3\n== a\nfile m/x\n-a\n== b\nfile m/x\nseeds none\n-b\n";
        List<PlantedBug> bugs = PlantedTable.parse("t", table);
        assertEquals(
                List.of("totem\\..*", "totem\\..*"),
                bugs.stream().map(PlantedBug::tests).toList());
        assertEquals(3, bugs.getFirst().lastSeed());
        assertEquals(0, bugs.get(1).lastSeed());
    }

    @Test
    void twoChangesOfOneFile() {
        PlantedBug bug = PlantedTable.parse("t", "== b\nfile m/x\n-one\n+two\n-three\n+four\n")
                .getFirst();
        assertEquals("two four", bug.plantedIn("one three"));
    }

    @Test
    void aTextThatIsGoneOrTwiceThereIsNamed() {
        PlantedBug bug = PlantedTable.parse("t", "== b\nfile m/x\n-one\n+two\n").getFirst();
        assertEquals("m/x has changed, this isn't there any more: one", message(bug, "other"));
        assertEquals("m/x has this more than once: one", message(bug, "one one"));
        assertEquals("a two", bug.plantedIn("a one"));
    }

    private static String message(PlantedBug bug, String source) {
        return String.valueOf(assertThrows(IllegalArgumentException.class, () -> bug.plantedIn(source))
                .getMessage());
    }

    @Test
    void whatMakesNoSenseIsNamedByItsLine() {
        for (String wrong : List.of(
                "-text\n",
                "== b\nfile m/x\n+in the place of nothing\n",
                "== b\nfile m/x\nseed 1\n",
                "== b\n-a\n+b\n")) {
            String said =
                    String.valueOf(assertThrows(IllegalArgumentException.class, () -> PlantedTable.parse("t", wrong))
                            .getMessage());
            assertTrue(said.startsWith("t:"), said);
        }
    }

    @Test
    void testsAreChosenByName() {
        assertTrue(PlantedTable.runs("", "io.muster.totem.RingTest"));
        assertFalse(PlantedTable.runs("", "io.muster.fence.daemon.FencedTest"));
        assertTrue(PlantedTable.runs("fence\\..*", "io.muster.fence.daemon.FencedTest"));
        assertTrue(PlantedTable.runs("totem\\..*", "io.muster.totem.RingTest"));
        assertFalse(PlantedTable.runs("fence\\..*", "io.muster.totem.RingTest"));
    }

    /// Whether each bug still can be planted is for the job itself to say, so that nobody has to look here
    /// while the code is on its way.
    @Test
    void theTablesCanBeRead() throws IOException {
        assertTrue(PlantedTable.all().size() > 3);
    }
}
