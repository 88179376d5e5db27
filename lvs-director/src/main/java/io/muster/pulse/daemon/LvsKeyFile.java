package io.muster.pulse.daemon;

import io.muster.pulse.HeartbeatKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/// The file with the directors' key: octets, the same on both, for its owner only. Thread: any that may block.
final class LvsKeyFile {
    private static final long MAX_BYTES = 4096;
    private static final Set<PosixFilePermission> OTHERS = PosixFilePermissions.fromString("---rwxrwx");

    private LvsKeyFile() {}

    /// @throws IOException with a message for the operator: what is wrong and what to do
    static HeartbeatKey read(Path file) throws IOException {
        try {
            Set<PosixFilePermission> mode = Files.getPosixFilePermissions(file);
            if (mode.stream().anyMatch(OTHERS::contains)) {
                throw new IOException(file + ": mode " + PosixFilePermissions.toString(mode)
                        + ": others than its owner may use it: chmod 0400 " + file
                        + " (and make a new key if somebody has read it)");
            }
            long size = Files.size(file);
            if (size < HeartbeatKey.KEY_BYTES || size > MAX_BYTES) {
                throw new IOException(file + ": " + size + " octets: a key has " + HeartbeatKey.KEY_BYTES + " to "
                        + MAX_BYTES + ": make one with \"muster keygen " + file + "\"");
            }
            return new HeartbeatKey(Files.readAllBytes(file));
        } catch (NoSuchFileException e) {
            throw new IOException(
                    file + ": no such file: make a key with \"muster keygen " + file
                            + "\" on one director and copy it to the other (or set heartbeat_format = original)",
                    e);
        }
    }
}
