package io.muster.daemon;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/// A file with a key: octets as `muster keygen` makes them, the same on all machines that share it, and for its owner
/// only, which is checked whenever it is read.
///
/// Thread: any that may block on the disk, so never an event loop.
public final class SecretFile {
    /// Octets of a key that `muster keygen` makes: the least that is taken.
    public static final int KEY_BYTES = 32;

    private static final int MAX_BYTES = 4096;
    private static final Set<PosixFilePermission> OTHERS = PosixFilePermissions.fromString("---rwxrwx");

    private SecretFile() {}

    /// @param sharing who is to have it, as the end of a sentence: `on one node and copy it to the others`
    /// @throws IOException with a message for the operator: what is wrong and what to do
    public static byte[] read(Path file, String sharing) throws IOException {
        try {
            var attributes = Files.readAttributes(file, PosixFileAttributes.class);
            if (!attributes.isRegularFile()) {
                throw new IOException(file + ": not a file: a key is one, made with \"muster keygen\"");
            }
            Set<PosixFilePermission> mode = attributes.permissions();
            if (mode.stream().anyMatch(OTHERS::contains)) {
                throw new IOException(file + ": mode " + PosixFilePermissions.toString(mode)
                        + ": others than its owner may use it: chmod 0400 " + file
                        + " (and make a new key if somebody has read it)");
            }
            byte[] octets;
            try (var in = Files.newInputStream(file)) {
                octets = in.readNBytes(MAX_BYTES + 1);
            }
            if (octets.length < KEY_BYTES || octets.length > MAX_BYTES) {
                throw new IOException(file + ": " + (octets.length > MAX_BYTES ? attributes.size() : octets.length)
                        + " octets: a key has " + KEY_BYTES + " to " + MAX_BYTES
                        + ": make a new one with \"muster keygen -f " + file + "\" " + sharing);
            }
            return octets;
        } catch (NoSuchFileException e) {
            throw new IOException(
                    file + ": no such file: make a key with \"muster keygen " + file + "\" " + sharing, e);
        } catch (AccessDeniedException e) {
            throw new IOException(file + ": can't be read by this user: run as the owner of the key", e);
        }
    }
}
