package io.muster.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import io.netty.util.concurrent.DefaultEventExecutor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileOutletTest {
    @TempDir
    Path directory;

    private final List<String> complaints = new CopyOnWriteArrayList<>();
    private Path file;
    private FileOutlet outlet;

    @BeforeEach
    void open() {
        file = directory.resolve("cman.log");
        outlet = new FileOutlet(file, new DefaultEventExecutor(), (what, why) -> complaints.add(what + ": " + why));
    }

    private void say(String text, long timeMs) {
        outlet.put("cman", Lines.of("cman", Level.INFO, text, timeMs));
    }

    /// What stands in a file, without times and process ids.
    private static List<String> texts(Path file) throws IOException {
        return Files.readAllLines(file).stream()
                .map(line -> line.replaceFirst("^\\S+Z cman\\[\\d+] ", ""))
                .toList();
    }

    private void settle() throws InterruptedException {
        outlet.thread().submit(() -> {}).sync();
    }

    @Test
    void aFullDiskCostsLinesWhichAreCountedAndSaidOnceWhenThereIsRoomAgain() throws Exception {
        Files.createSymbolicLink(file, Path.of("/dev/full"));
        for (int i = 0; i < 7; i++) {
            say("lost " + i, 1_000 + 300 * i);
        }
        settle();
        assertEquals(List.of("log file " + file + ": No space left on device"), complaints);
        Files.delete(file);
        say("there is room", 9_000);
        say("and still", 9_001);
        settle();
        assertEquals(List.of("WARN 7 lines of this log are lost", "INFO there is room", "INFO and still"), texts(file));
        assertEquals(1, complaints.size(), complaints.toString());
    }

    /// Opening a pipe that nobody reads hangs, as a file on a dead NFS server does.
    @Test
    void aDiskThatHangsHoldsNobodyUp() throws Exception {
        assertEquals(0, new ProcessBuilder("mkfifo", file.toString()).start().waitFor());
        int many = 2 * Outlet.ROOM;
        long began = System.nanoTime();
        for (int i = 0; i < many; i++) {
            say("line " + i, 1_000);
        }
        long tookMs = (System.nanoTime() - began) / 1_000_000;
        assertTrue(tookMs < 5_000, "put took " + tookMs + " ms");
        try (var reader = Files.newBufferedReader(file)) {
            int lines = 0;
            int owed = 0;
            while (lines + owed < many) {
                String line = reader.readLine();
                if (line.contains(" lines of this log are lost")) {
                    owed += Integer.parseInt(line.replaceFirst(".* WARN (\\d+) lines.*", "$1"));
                } else {
                    lines++;
                }
            }
            assertEquals(many, lines + owed);
            assertTrue(lines >= Outlet.ROOM && owed > 0, lines + " lines, " + owed + " owed");
        }
    }

    @Test
    void afterAHangUpTheFileIsTheOneOfTheName() throws Exception {
        say("before", 1_000);
        settle();
        Path renamed = directory.resolve("cman.log.1");
        Files.move(file, renamed);
        Files.createFile(file);
        say("still the old one", 1_001);
        outlet.reopen();
        say("the new one", 1_002);
        settle();
        assertEquals(List.of("INFO before", "INFO still the old one"), texts(renamed));
        assertEquals(List.of("INFO the new one"), texts(file));
    }

    @Test
    void aFileWhoseNameIsGoneIsMadeAnewWithoutAHangUp() throws Exception {
        say("before", 1_000);
        settle();
        Files.move(file, directory.resolve("cman.log.1"));
        say("after", 1_001);
        settle();
        assertEquals(List.of("INFO after"), texts(file));
    }

    @Test
    void whatIsQueuedAtTheEndIsWritten() throws Exception {
        for (int i = 0; i < 1000; i++) {
            say("line " + i, 1_000);
        }
        outlet.end();
        outlet.ended(5_000);
        assertEquals(1000, texts(file).size());
    }
}
