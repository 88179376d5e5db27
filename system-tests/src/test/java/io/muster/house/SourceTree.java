package io.muster.house;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/// The checkout the tests were built from.
final class SourceTree {
    private static final Set<String> NOT_SOURCES = Set.of("target", "build", ".git", ".idea");

    private SourceTree() {}

    static Path root() {
        String home = System.getProperty("muster.home");
        for (Path dir = Path.of(home == null ? "" : home).toAbsolutePath(); dir != null; dir = dir.getParent()) {
            if (Files.exists(dir.resolve("distribution/pom.xml"))) {
                return dir;
            }
        }
        throw new IllegalStateException("no checkout at or above " + home);
    }

    /// All text files of the checkout that are (or may soon be) committed, sorted.
    static List<Path> files() {
        return walk(root()).sorted().toList();
    }

    static List<String> modules() {
        return files().stream()
                .filter(f -> f.endsWith("pom.xml") && !f.equals(root().resolve("pom.xml")))
                .map(f -> root().relativize(f).toString().replace("/pom.xml", ""))
                .toList();
    }

    /// The commands of the suite, each with its main class.
    static SortedMap<String, String> commands() {
        SortedMap<String, String> found = new TreeMap<>();
        read(root().resolve("distribution/commands"))
                .lines()
                .filter(line -> !line.startsWith("#") && !line.isBlank())
                .map(line -> line.split("\\s+"))
                .forEach(words -> found.put(words[0], words[1]));
        return found;
    }

    static String read(Path file) {
        try {
            // Octets that aren't UTF-8 (a test's damaged input) must not stop a scan for words.
            return new String(Files.readAllBytes(file), java.nio.charset.StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<Path> walk(Path dir) {
        try (Stream<Path> children = Files.list(dir)) {
            return children.filter(c -> !NOT_SOURCES.contains(c.getFileName().toString())).toList().stream()
                    .flatMap(c -> Files.isDirectory(c) ? walk(c) : Stream.of(c));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
