package io.muster.finding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WhyTest {
    @Test
    void noMessageIsABarePath(@TempDir Path dir) throws IOException {
        Path absent = dir.resolve("absent");
        IOException missing = assertThrows(IOException.class, () -> Files.readString(absent));
        assertEquals(absent + ": no such file or directory", Why.of(missing));
        assertEquals("no such file or directory", Why.reason(missing));
        Files.createFile(absent);
        IOException there = assertThrows(IOException.class, () -> Files.createFile(absent));
        assertEquals(absent + ": it exists already", Why.of(there));
        IOException odd = assertThrows(IOException.class, () -> Files.readString(absent.resolve("below")));
        assertEquals(absent.resolve("below") + ": Not a directory", Why.of(odd));
    }

    @Test
    void everythingElseKeepsItsWords() {
        assertEquals("no answer in time", Why.of(new IOException("no answer in time")));
        assertEquals(
                "/a to /b: Invalid cross-device link",
                Why.of(new FileSystemException("/a", "/b", "Invalid cross-device link")));
        assertEquals("IOException", Why.of(new IOException()));
    }
}
