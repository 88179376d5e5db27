package io.muster.pulse.daemon;

import io.muster.daemon.SecretFile;
import io.muster.pulse.HeartbeatKey;
import java.io.IOException;
import java.nio.file.Path;

/// The file with the directors' key: octets, the same on both, for its owner only. Thread: any that may block.
final class LvsKeyFile {
    private LvsKeyFile() {}

    /// @throws IOException with a message for the operator: what is wrong and what to do
    static HeartbeatKey read(Path file) throws IOException {
        return new HeartbeatKey(
                SecretFile.read(file, "on one director and copy it to the other (or set heartbeat_format = original)"));
    }
}
