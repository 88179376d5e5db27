package io.muster.transport.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.cli.Said;
import io.muster.daemon.Layout;
import io.muster.transport.daemon.KeyFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeygenTest {
    @TempDir
    private Path root;

    private Said said = new Said(0, "", "");

    @Test
    void makesAKeyThatOnlyItsOwnerCanReadAndTheReaderTakes() throws IOException {
        assertEquals(0, keygen());
        Path file = root.resolve("etc/cluster/cluster.key");
        assertEquals(32, Files.size(file));
        assertEquals("r--------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        KeyFile.read(file);
    }

    @Test
    void makesTheClustersDirectoryAndSaysSo() {
        assertEquals(0, keygen());
        Path directory = root.resolve("etc/cluster");
        assertEquals(
                "Made the directory " + directory + ".\nNew key in " + directory.resolve("cluster.key")
                        + ". Copy it to all nodes of the cluster.\n",
                said.out());
    }

    @Test
    void aFileInADirectoryThatIsntThereIsRefusedWithTheRemedy() {
        Path file = root.resolve("ect/cluster/cluster.key");
        assertEquals(1, keygen(file.toString()));
        assertEquals(
                "keygen: " + file + ": there is no directory " + file.getParent() + ": make it (mkdir -p "
                        + file.getParent() + "), or name another file\n",
                said.err());
        assertFalse(Files.exists(root.resolve("ect")));
    }

    @Test
    void keepsAKeyThatExistsUnlessForced() throws IOException {
        Path file = root.resolve("k");
        assertEquals(0, keygen(file.toString()));
        byte[] first = Files.readAllBytes(file);
        assertEquals(1, keygen(file.toString()));
        assertEquals("keygen: " + file + ": there is a key already: use -f to replace it\n", said.err());
        assertArrayEquals(first, Files.readAllBytes(file));
        assertEquals(0, keygen("-f", file.toString()));
        assertFalse(java.util.Arrays.equals(first, Files.readAllBytes(file)));
    }

    @Test
    void refusesUnknownOptionsAndTooManyFiles() {
        assertEquals(1, keygen("-z"));
        assertTrue(said.err().startsWith("keygen: invalid option -- 'z'\nUsage: muster keygen"));
        assertEquals(1, keygen("a", "b"));
    }

    @Test
    void readerNamesKeygenWhenThereIsNoKeyOrAWrongOne() throws IOException {
        Path file = root.resolve("none");
        assertTrue(refusal(file).contains("muster keygen"));
        Files.write(file, new byte[5]);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--------"));
        assertTrue(refusal(file).contains("5 octets"));
    }

    @Test
    void readerRefusesAKeyThatOthersMayUse() throws IOException {
        Path file = root.resolve("open");
        Files.write(file, new byte[32]);
        for (String mode : List.of("r--r-----", "r-----r--", "rw--w----")) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
            String message = refusal(file);
            assertTrue(message.contains("chmod 0400"), message);
        }
    }

    private static String refusal(Path file) {
        return String.valueOf(
                assertThrows(IOException.class, () -> KeyFile.read(file)).getMessage());
    }

    private int keygen(String... args) {
        said = Said.by(new Keygen(Layout.under(root)), args);
        return said.status();
    }
}
