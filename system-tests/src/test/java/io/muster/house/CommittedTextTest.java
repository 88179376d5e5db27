package io.muster.house;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// What must not stand in a committed file.
class CommittedTextTest {
    // Written in pieces, so that this file passes its own test.
    private static final Pattern STUB =
            Pattern.compile("\\b(TO" + "DO|FIX" + "ME|X" + "XX)\\b|not yet implemente" + "d");
    private static final Pattern MACHINE =
            Pattern.compile("/(wor" + "k|roo" + "t|far" + "m)/[a-z.]|bash_" + "jobs|temurin-25-" + "jdk");

    @Test
    void noStubWords() {
        assertNone(STUB, ".java", ".sh", ".c", ".pl", ".xml");
    }

    @Test
    void noPathsOfOneMachine() {
        assertNone(MACHINE, ".java", ".sh", ".md", ".xml", ".conf", ".txt", ".service", ".pl");
    }

    @Test
    void everyPackageSaysNullMarked() {
        List<String> found = new ArrayList<>();
        for (Path file : SourceTree.files()) {
            boolean main = file.toString().contains("/src/main/java/");
            if (main && file.toString().endsWith(".java")) {
                Path info = file.resolveSibling("package-info.java");
                if (!found.contains(name(info))
                        && (!Files.exists(info) || !SourceTree.read(info).contains("@NullMarked"))) {
                    found.add(name(info));
                }
            }
        }
        assertEquals(List.of(), found, "packages without a @NullMarked package-info.java");
    }

    private static void assertNone(Pattern unwanted, String... endings) {
        List<String> found = new ArrayList<>();
        for (Path file : SourceTree.files()) {
            if (!List.of(endings).stream().anyMatch(file.toString()::endsWith)) {
                continue;
            }
            String[] lines = SourceTree.read(file).split("\n");
            for (int i = 0; i < lines.length; i++) {
                Matcher hit = unwanted.matcher(lines[i]);
                if (hit.find()) {
                    found.add(name(file) + ":" + (i + 1) + ": " + hit.group());
                }
            }
        }
        assertEquals(List.of(), found);
    }

    private static String name(Path file) {
        return SourceTree.root().relativize(file).toString();
    }
}
