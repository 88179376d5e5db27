package io.muster.lvs.daemon;

import io.muster.finding.Why;
import io.muster.lvs.Holdings;
import io.muster.lvs.HoldingsText;
import io.muster.os.AtomicFile;
import io.muster.os.OwnText;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// The file `owned`, replaced as a whole. Thread: one that may block.
final class HoldingsFile {
    private HoldingsFile() {}

    /// What can be known of it: nothing at all if there is no file, or one that can't be read. One that makes no sense
    /// somewhere is set aside; its other lines count.
    static HoldingsText.Reading read(Path file) {
        try {
            Optional<List<String>> lines = OwnText.lines(file);
            if (lines.isEmpty()) {
                return new HoldingsText.Reading(Holdings.NONE, List.of());
            }
            HoldingsText.Reading reading = HoldingsText.read(String.join("\n", lines.get()));
            return reading.problems().isEmpty() ? reading : reading.and(OwnText.setAside(file));
        } catch (IOException e) {
            var nothing = new HoldingsText.Reading(Holdings.NONE, List.of("can't be read: " + Why.reason(e)));
            return nothing.and(OwnText.setAside(file));
        }
    }

    static void write(Path file, Holdings holdings) throws IOException {
        AtomicFile.publish(file, HoldingsText.write(holdings));
    }
}
