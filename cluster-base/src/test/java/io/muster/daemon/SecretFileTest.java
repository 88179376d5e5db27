package io.muster.daemon;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretFileTest {
    private static final String SHARING = "on one and copy it to the other";

    @TempDir
    Path directory;

    @Test
    void aKeyOfItsOwnerIsTaken() throws IOException {
        for (int octets : List.of(32, 100, 4096)) {
            for (String mode : List.of("r--------", "rw-------")) {
                byte[] key = new byte[octets];
                key[octets - 1] = 7;
                assertArrayEquals(key, SecretFile.read(file(key, mode), SHARING));
            }
        }
    }

    @Test
    void aKeyThatOthersMayUseIsRefusedWithTheRemedy() throws IOException {
        for (String mode : List.of("r--r-----", "r-----r--", "rw--w----", "r-------x")) {
            Path file = file(new byte[32], mode);
            assertEquals(
                    file + ": mode " + mode + ": others than its owner may use it: chmod 0400 " + file
                            + " (and make a new key if somebody has read it)",
                    refusal(file));
        }
    }

    @Test
    void aKeyOfTheWrongSizeIsRefusedWithTheRemedy() throws IOException {
        for (int octets : List.of(0, 31, 4097, 10_000)) {
            Path file = file(new byte[octets], "r--------");
            assertEquals(
                    file + ": " + octets + " octets: a key has 32 to 4096: make a new one with \"muster keygen -f "
                            + file + "\" " + SHARING,
                    refusal(file));
        }
    }

    @Test
    void aMissingKeyIsToldWithTheRemedy() {
        Path file = directory.resolve("no/key");
        assertEquals(file + ": no such file: make a key with \"muster keygen " + file + "\" " + SHARING, refusal(file));
    }

    @Test
    void aDirectoryIsNoKey() throws IOException {
        Path made = Files.createDirectory(
                directory.resolve("d"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        assertEquals(made + ": not a file: a key is one, made with \"muster keygen\"", refusal(made));
    }

    private Path file(byte[] octets, String mode) throws IOException {
        Path file = directory.resolve("key");
        Files.deleteIfExists(file);
        Files.write(file, octets);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    }

    private static String refusal(Path file) {
        return String.valueOf(assertThrows(IOException.class, () -> SecretFile.read(file, SHARING))
                .getMessage());
    }
}
