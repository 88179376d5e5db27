package io.muster.driver;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/// The directory of a flight record: `0000000001.rec` and so on, the oldest dropped first.
final class SegmentFiles {
    private SegmentFiles() {}

    /// Oldest first; empty where there is no such directory.
    static List<Path> list(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(Segment.SUFFIX))
                    .sorted()
                    .toList();
        }
    }

    static Path file(Path directory, long number) {
        return directory.resolve(String.format(Locale.ROOT, "%010d%s", number, Segment.SUFFIX));
    }

    /// The number after the last one there.
    static long next(Path directory) throws IOException {
        List<Path> files = list(directory);
        if (files.isEmpty()) {
            return 1;
        }
        String name = files.getLast().getFileName().toString();
        try {
            return Long.parseLong(name.substring(0, name.length() - Segment.SUFFIX.length())) + 1;
        } catch (NumberFormatException e) {
            throw new IOException(name + ": not a segment's name", e);
        }
    }

    static void keepNewest(Path directory, int count) throws IOException {
        List<Path> files = list(directory);
        for (Path old : files.subList(0, Math.max(0, files.size() - count))) {
            Files.deleteIfExists(old);
        }
    }
}
