package io.muster.os;

import io.muster.finding.Why;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;

/// Text files the suite keeps for itself, read whatever they hold: a daemon goes on with what it can know.
///
/// Blocks on the disk. Thread: any, one at a time for one file.
public final class OwnText {
    private OwnText() {}

    /// Its lines; empty when there is no file. Octets that are no UTF-8 come as U+FFFD, so that only the line they are
    /// in makes no sense.
    public static Optional<List<String>> lines(Path file) throws IOException {
        try {
            return Optional.of(new String(Files.readAllBytes(file), StandardCharsets.UTF_8)
                    .lines()
                    .toList());
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /// Puts what made no sense out of the way, beside where it was, for whoever wants to know.
    ///
    /// @return a sentence that says where it is now, or why it still is where it was
    public static String setAside(Path file) {
        Path aside = file.resolveSibling(file.getFileName() + ".damaged");
        try {
            Files.move(file, aside, StandardCopyOption.REPLACE_EXISTING);
            return "set aside as " + aside;
        } catch (IOException e) {
            return "can't be set aside: " + Why.of(e);
        }
    }
}
