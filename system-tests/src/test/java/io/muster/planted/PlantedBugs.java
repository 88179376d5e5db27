package io.muster.planted;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.muster.bed.Directories;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/// Each planted bug is caught by a test of its module, or by a simulated cluster; one that isn't shows a missing
/// checker. And the tests of each module hold without a bug, or they would prove nothing.
///
/// No part of a build, for it takes longer: `./muster planted` and `./muster test --all` run it. What comes of each is
/// appended to `build/planted.txt`. Property `muster.planted`: parts of the names of those that are wanted.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PlantedBugs {
    private final Path home = Path.of(System.getProperty("muster.home"));
    private final List<String> wanted = Stream.of(
                    System.getProperty("muster.planted", "").split(","))
            .map(String::strip)
            .filter(word -> !word.isEmpty())
            .toList();
    private final Path report = home.resolve("build/planted.txt");
    private final ExecutorService processors =
            Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
    private Path scratch;
    private Planting planting;

    @BeforeAll
    void begin() throws IOException {
        Files.createDirectories(report.getParent());
        Files.writeString(report, "");
        scratch = Files.createTempDirectory("muster-planted-");
        planting = new Planting(home, scratch);
    }

    @AfterAll
    void end() {
        processors.shutdownNow();
        Directories.delete(scratch);
    }

    @TestFactory
    List<DynamicTest> eachIsCaught() throws IOException {
        List<PlantedBug> bugs = PlantedTable.all().stream()
                .filter(bug -> wanted.isEmpty() || wanted.stream().anyMatch(bug.name()::contains))
                .toList();
        assertFalse(bugs.isEmpty(), "no bug is called " + wanted);
        // All are begun before the first is waited for.
        List<DynamicTest> controls = bugs.stream()
                .map(bug -> new Control(bug.module(), bug.first()))
                .distinct()
                .map(control -> {
                    Future<String> held =
                            processors.submit(() -> planting.unplanted(control.module(), control.tests()));
                    return DynamicTest.dynamicTest(
                            control + " without a bug", () -> assertEquals("", get(held), control + " as it is"));
                })
                .toList();
        List<DynamicTest> planted = bugs.stream()
                .map(bug -> {
                    Future<Planting.Outcome> outcome = processors.submit((Callable<Planting.Outcome>) () -> told(bug));
                    return DynamicTest.dynamicTest(
                            bug.name(),
                            () -> assertFalse(get(outcome).caught().isEmpty(), bug.name() + ": nobody has found it"));
                })
                .toList();
        return Stream.concat(controls.stream(), planted.stream()).toList();
    }

    private record Control(String module, String tests) {
        @Override
        public String toString() {
            return module + " " + tests;
        }
    }

    private Planting.Outcome told(PlantedBug bug) throws IOException, InterruptedException {
        try {
            Planting.Outcome outcome = planting.plant(bug);
            say(bug.name(), outcome.caught().isEmpty() ? "SURVIVED" : outcome.caught(), outcome.tookMs());
            return outcome;
        } catch (IllegalArgumentException e) {
            say(
                    bug.name(),
                    "NOT PLANTED: "
                            + String.valueOf(e.getMessage()).lines().findFirst().orElse(""),
                    0);
            throw e;
        }
    }

    private synchronized void say(String bug, String by, long tookMs) throws IOException {
        String line = "%-72s %5d s  %s%n".formatted(bug, tookMs / 1000, by);
        Files.writeString(report, line, StandardCharsets.UTF_8, StandardOpenOption.APPEND);
    }

    private static <T> T get(Future<T> future) throws Throwable {
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw e.getCause() == null ? e : e.getCause();
        }
    }
}
