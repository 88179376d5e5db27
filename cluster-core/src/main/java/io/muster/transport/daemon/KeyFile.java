package io.muster.transport.daemon;

import io.muster.daemon.SecretFile;
import io.muster.transport.ClusterKey;
import java.io.IOException;
import java.nio.file.Path;

/// The file with the cluster key: octets, the same on all nodes, readable by its owner only.
///
/// Thread: any; blocks on the disk, so never an event loop.
public final class KeyFile {
    /// Name of the file in `etc/cluster` unless `<cman keyfile=>` names another.
    public static final String NAME = "cluster.key";

    private KeyFile() {}

    /// @throws IOException with a message for the operator: what is wrong and what to do
    public static ClusterKey read(Path file) throws IOException {
        return new ClusterKey(SecretFile.read(file, "on one node and copy it to the others"));
    }
}
