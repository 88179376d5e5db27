package io.muster.lvs.daemon;

import io.muster.lvs.Holdings;
import io.muster.lvs.HoldingsText;
import io.muster.os.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/// The file `owned`, replaced as a whole. Thread: one that may block.
final class HoldingsFile {
    private HoldingsFile() {}

    /// @return nothing at all if there is no file
    static HoldingsText.Reading read(Path file) throws IOException {
        try {
            return HoldingsText.read(Files.readString(file));
        } catch (NoSuchFileException e) {
            return new HoldingsText.Reading(Holdings.NONE, List.of());
        }
    }

    static void write(Path file, Holdings holdings) throws IOException {
        AtomicFile.publish(file, HoldingsText.write(holdings));
    }
}
