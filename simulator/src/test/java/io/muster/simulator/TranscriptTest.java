package io.muster.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

@ResourceLock(Resources.SYSTEM_PROPERTIES)
class TranscriptTest {
    private static final String WRITE = "transcripts.write";

    @TempDir
    private Path directory;

    private String before = "";

    @BeforeEach
    void compareOnly() {
        before = System.getProperty(WRITE, "");
        System.clearProperty(WRITE);
    }

    @AfterEach
    void asItWas() {
        System.setProperty(WRITE, before);
    }

    @Test
    void aStoryThatWentAsKeptPasses() throws IOException {
        Path file = directory.resolve("story.txt");
        Files.writeString(file, "# two nodes\n# and a token\n      5  node 1   gather\n");
        var story = new Transcript(file);
        story.note("two nodes\nand a token");
        story.add(5, "node 1", "gather");
        story.check();
    }

    @Test
    void aStoryThatWentAnotherWayShowsWhere() throws IOException {
        Path file = directory.resolve("story.txt");
        Files.write(file, List.of("a", "b", "c", "d", "e", "f", "g", "h", "i"));
        var story = new Transcript(file);
        List.of("a", "b", "c", "d", "E", "e2", "f", "g", "h", "i").forEach(story::add);
        String said = assertThrows(AssertionError.class, story::check).getMessage();
        assertEquals(
                List.of(
                        "     ...",
                        "   2   b",
                        "   3   c",
                        "   4   d",
                        "   5 - e",
                        "     + E",
                        "     + e2",
                        "   6   f",
                        "   7   g",
                        "   8   h"),
                said.lines().skip(1).toList());
        assertTrue(said.startsWith(file + ": "), said);
        assertTrue(said.contains("-Dtranscripts.write=true"), said);
    }

    @Test
    void aMissingLineAtTheEndFailsToo() throws IOException {
        Path file = directory.resolve("story.txt");
        Files.write(file, List.of("a", "b"));
        var story = new Transcript(file);
        story.add("a");
        assertThrows(AssertionError.class, story::check);
    }

    @Test
    void aStoryWithoutAFileFailsAndSaysHowToKeepIt() {
        var story = new Transcript(directory.resolve("none.txt"));
        story.add("once upon a time");
        String said = assertThrows(AssertionError.class, story::check).getMessage();
        assertTrue(said.contains("-Dtranscripts.write=true") && said.contains("once upon a time"), said);
        assertFalse(Files.exists(directory.resolve("none.txt")));
    }

    @Test
    void toldToWriteItKeepsTheStoryAsTold() throws IOException {
        Path file = directory.resolve("new/story.txt");
        var story = new Transcript(file);
        story.add(1200, "node 2", "token lost ");
        System.setProperty(WRITE, "true");
        story.check();
        assertEquals("   1200  node 2   token lost\n", Files.readString(file));
        System.clearProperty(WRITE);
        story.check();
    }
}
