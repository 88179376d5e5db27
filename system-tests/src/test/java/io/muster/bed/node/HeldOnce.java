package io.muster.bed.node;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A service of which all nodes see each other's traces: a daemon that takes the one token and writes a line every
/// 50 ms. Says whether it ever ran twice, and whether it runs.
///
/// Thread: any one at a time.
final class HeldOnce {
    /// A service called `held` for [ClusterFile].
    ///
    /// @param dir see [#in]
    static String service(Path dir) {
        return "<service name=\"held\" autostart=\"1\" recovery=\"relocate\"><script name=\"holder\" file=\""
                + dir.resolve("holder-init") + "\"/></service>";
    }

    /// One life of the daemon, by its lines.
    private record Life(String node, String run, double from, double to) {}

    private final Path dir;

    private HeldOnce(Path dir) {
        this.dir = dir;
    }

    /// @param dir a directory that all nodes see
    static HeldOnce in(Path dir) throws IOException {
        Files.createDirectories(dir);
        for (String name : List.of("holder-init", "holder.pl")) {
            Path file = dir.resolve(name);
            try (InputStream text = HeldOnce.class.getResourceAsStream(name)) {
                if (text == null) {
                    throw new IllegalStateException(name + " is missing");
                }
                Files.write(file, text.readAllBytes());
            }
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        return new HeldOnce(dir);
    }

    private List<String> lines(String file) {
        try {
            Path path = dir.resolve(file);
            return Files.exists(path) ? Files.readAllLines(path) : List.of();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    int count() {
        return lines("history").size();
    }

    /// Who wrote the last line; empty before the first.
    String last() {
        List<String> lines = lines("history");
        return lines.isEmpty() ? "" : lines.getLast().split(" ", -1)[0];
    }

    /// What was seen that must not be.
    List<String> violations() {
        var found = new ArrayList<>(lines("violations"));
        Map<String, Life> lives = new LinkedHashMap<>();
        for (String line : lines("history")) {
            String[] words = line.split(" ", -1);
            if (words.length == 4) {
                double at = Double.parseDouble(words[3]);
                lives.merge(
                        words[1],
                        new Life(words[0], words[1], at, at),
                        (known, now) -> new Life(known.node, known.run, known.from, now.to));
            }
        }
        Life before = null;
        for (Life life : lives.values()) {
            if (before != null && life.from < before.to) {
                found.add("two at once: " + before + " and " + life);
            }
            before = life;
        }
        return found;
    }

    int lives() {
        return (int) lines("history").stream()
                .map(line -> line.split(" ", -1)[1])
                .distinct()
                .count();
    }
}
