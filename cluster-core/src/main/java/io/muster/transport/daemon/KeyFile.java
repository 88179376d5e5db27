package io.muster.transport.daemon;

import io.muster.transport.ClusterKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/// The file with the cluster key: octets, the same on all nodes, readable by its owner only.
///
/// Thread: any; blocks on the disk, so never an event loop.
public final class KeyFile {
    /// Name of the file in `etc/cluster` unless `<cman keyfile=>` names another.
    public static final String NAME = "cluster.key";

    private static final long MAX_BYTES = 4096;
    private static final Set<PosixFilePermission> OTHERS = PosixFilePermissions.fromString("---rwxrwx");

    private KeyFile() {}

    /// @throws IOException with a message for the operator: what is wrong and what to do
    public static ClusterKey read(Path file) throws IOException {
        try {
            Set<PosixFilePermission> mode = Files.getPosixFilePermissions(file);
            if (mode.stream().anyMatch(OTHERS::contains)) {
                throw new IOException(file + ": mode " + PosixFilePermissions.toString(mode)
                        + ": others than its owner may use it: chmod 0400 " + file
                        + " (and make a new key if somebody has read it)");
            }
            long size = Files.size(file);
            if (size < ClusterKey.KEY_BYTES || size > MAX_BYTES) {
                throw new IOException(file + ": " + size + " octets: a key has " + ClusterKey.KEY_BYTES + " to "
                        + MAX_BYTES + ": make one with \"muster keygen\"");
            }
            return new ClusterKey(Files.readAllBytes(file));
        } catch (NoSuchFileException e) {
            throw new IOException(
                    file + ": no such file: make a key with \"muster keygen\" on one node and copy it to the others",
                    e);
        }
    }
}
