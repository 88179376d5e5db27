package io.muster.os;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
    @TempDir
    Path directory;

    @Test
    void afterAFailureAtAnyStepTheOldOrTheNewContentIsThere() throws IOException {
        Path file = directory.resolve("f");
        for (String fatal : List.of("create", "write", "sync", "rename", "sync directory")) {
            Files.writeString(file, "old");
            assertThrows(
                    IOException.class,
                    () -> AtomicFile.write(file, "new".getBytes(StandardCharsets.UTF_8), step -> {
                        if (step.equals(fatal)) {
                            throw new IOException("the power is gone");
                        }
                    }));
            assertEquals(fatal.equals("sync directory") ? "new" : "old", Files.readString(file));
            // What is left over doesn't disturb the next one.
            AtomicFile.write(file, "next".getBytes(StandardCharsets.UTF_8));
            assertEquals("next", Files.readString(file));
        }
        assertFalse(Files.exists(directory.resolve(".f.new")));
    }

    @Test
    void aNewFileIsntForEverybodyAndAnOldOneKeepsItsMode() throws IOException {
        Path file = directory.resolve("f");
        AtomicFile.write(file, new byte[] {1});
        assertEquals("rw-r-----", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        AtomicFile.write(file, new byte[] {2});
        assertEquals("rw-r--r--", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    }

    @Test
    void aFileCanBeGivenAMode() throws IOException {
        Path file = directory.resolve("f");
        Files.writeString(file, "old");
        AtomicFile.write(file, new byte[] {1}, PosixFilePermissions.fromString("r--------"));
        assertEquals("r--------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        assertArrayEquals(new byte[] {1}, Files.readAllBytes(file));
    }

    @Test
    void whatIsThereIsNeverTakenForNew() throws Exception {
        Path file = directory.resolve("f");
        var mode = PosixFilePermissions.fromString("r--------");
        AtomicFile.create(file, new byte[] {42}, mode);
        assertThrows(FileAlreadyExistsException.class, () -> AtomicFile.create(file, new byte[] {43}, mode));
        assertArrayEquals(new byte[] {42}, Files.readAllBytes(file));
        Path link = Files.createSymbolicLink(directory.resolve("link"), Path.of("nowhere"));
        assertThrows(FileAlreadyExistsException.class, () -> AtomicFile.create(link, new byte[] {43}, mode));
        assertEquals("r--------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        try (var left = Files.list(directory)) {
            assertEquals(2, left.count(), "nothing temporary is left");
        }
    }

    @Test
    void aSymbolicLinkStaysOne() throws IOException {
        Path real = directory.resolve("real");
        Path link = Files.createSymbolicLink(directory.resolve("link"), real);
        Files.writeString(real, "old");
        AtomicFile.write(link, "new".getBytes(StandardCharsets.UTF_8));
        assertTrue(Files.isSymbolicLink(link));
        assertEquals("new", Files.readString(real));
    }

    /// A real process that writes without end, killed at a random moment, again and again.
    @Test
    void aKilledWriterLeavesOneOfTheTwoVersionsWhole() throws Exception {
        Path file = directory.resolve("f");
        Random dice = new Random(Long.getLong("seed", 11));
        for (int i = 0; i < 4; i++) {
            Process writer = new ProcessBuilder(
                            ProcessHandle.current().info().command().orElseThrow(),
                            "-XX:+UseSerialGC",
                            "-XX:TieredStopAtLevel=1",
                            "-Xmx64m",
                            "-cp",
                            System.getProperty("java.class.path"),
                            Writer.class.getName(),
                            file.toString())
                    .redirectErrorStream(true)
                    .start();
            try {
                assertEquals('r', writer.getInputStream().read());
                assertFalse(writer.waitFor(20 + dice.nextInt(150), TimeUnit.MILLISECONDS));
            } finally {
                writer.destroyForcibly().waitFor();
            }
            byte[] left = Files.readAllBytes(file);
            assertEquals(Writer.SIZE, left.length);
            for (byte octet : left) {
                assertEquals(left[0], octet);
            }
        }
    }

    /// Writes `a`s and `b`s in turn.
    static final class Writer {
        static final int SIZE = 600_000;

        private Writer() {}

        public static void main(String[] args) throws IOException {
            Path file = Path.of(args[0]);
            for (int i = 0; i < 1_000_000; i++) {
                byte[] octets = new byte[SIZE];
                java.util.Arrays.fill(octets, (byte) ('a' + i % 2));
                AtomicFile.write(file, octets);
                if (i == 1) {
                    System.out.print("ready");
                    System.out.flush();
                }
            }
        }
    }
}
