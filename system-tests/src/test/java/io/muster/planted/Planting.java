package io.muster.planted;

import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/// Plants one bug: compiles the one file with it, and runs the tests of its module and simulated clusters with
/// those classes before the others.
///
/// Thread: any; blocks.
final class Planting {
    private static final int CONTROL_S = 900;
    private static final int TESTS_S = 600;
    private static final int SEEDS_S = 300;
    private static final String SIMULATE = "io.muster.rehearsal.cli.Simulate";

    /// How it went.
    ///
    /// @param caught by whom; empty when nobody did
    record Outcome(PlantedBug bug, String caught, long tookMs) {}

    private final Path home;
    private final Path scratch;
    private final String classPath = System.getProperty("java.class.path");

    /// Where the test classes of this module are: those of the others are beside it.
    private final Path here;

    Planting(Path home, Path scratch) {
        this.home = home;
        this.scratch = scratch;
        try {
            here = Path.of(Planting.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /// @throws IllegalArgumentException when it can't be planted, or nothing is there to find it
    Outcome plant(PlantedBug bug) throws IOException, InterruptedException {
        long began = System.nanoTime();
        Path source = home.resolve(bug.file());
        String text = bug.plantedIn(Files.readString(source));
        Path dir = Files.createTempDirectory(scratch, "bug-");
        compile(bug, source, text, dir.resolve("classes"));
        String by = tests(bug.module(), bug.first(), dir, TESTS_S);
        if (by.isEmpty() && !bug.by().isEmpty()) {
            by = tests(bug.module(), bug.tests(), dir, TESTS_S);
        }
        if (by.isEmpty()) {
            by = seeds(bug, dir);
        }
        return new Outcome(bug, by, (System.nanoTime() - began) / 1_000_000);
    }

    /// Tests of a module as it is.
    ///
    /// @return which fails; empty when all hold
    String unplanted(String module, String tests) throws IOException, InterruptedException {
        Path dir = Files.createTempDirectory(scratch, "control-");
        Files.createDirectories(dir.resolve("classes"));
        return tests(module, tests, dir, CONTROL_S);
    }

    private void compile(PlantedBug bug, Path source, String text, Path classes) throws IOException {
        Files.createDirectories(classes);
        Path copy = Files.createDirectories(classes.resolveSibling("source")).resolve(source.getFileName());
        Files.writeString(copy, text);
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        if (compiler == null) {
            throw new IllegalStateException("no compiler: this runs on a JDK");
        }
        var said = new StringWriter();
        try (var files = compiler.getStandardFileManager(null, null, null)) {
            var options = List.of(
                    "-proc:none",
                    "-nowarn",
                    "-parameters",
                    "-g",
                    "-d",
                    classes.toString(),
                    "-cp",
                    String.join(File.pathSeparator, path(bug.module())));
            boolean done = compiler.getTask(said, files, null, options, null, files.getJavaFileObjects(copy))
                    .call();
            if (!done) {
                throw new IllegalArgumentException(bug.name() + " doesn't compile: " + said);
            }
        }
    }

    /// Its test classes first, then all else.
    private List<String> path(String module) throws IOException {
        var path = new ArrayList<>(List.of(testsOf(module).toString(), classPath));
        try (Stream<Path> all = Files.list(home)) {
            for (Path other : all.sorted().toList()) {
                Path tests = testsOf(other.getFileName().toString());
                if (Files.isDirectory(tests)) {
                    path.add(tests.toString());
                }
            }
        }
        return path;
    }

    private Path testsOf(String module) {
        for (int i = here.getNameCount() - 1; i > 0; i--) {
            if (here.getName(i).toString().equals("system-tests")) {
                return here.getRoot()
                        .resolve(here.subpath(0, i))
                        .resolve(module)
                        .resolve(here.subpath(i + 1, here.getNameCount()));
            }
        }
        throw new IllegalStateException(here + " isn't of system-tests");
    }

    private String tests(String module, String tests, Path dir, int limitS) throws IOException, InterruptedException {
        Path classes = testsOf(module);
        if (!Files.isDirectory(classes)) {
            throw new IllegalArgumentException(module + " has no compiled tests: " + classes);
        }
        Run run = run(module, dir, limitS, ModuleTests.class.getName(), List.of(classes.toString(), tests));
        return switch (run.status) {
            case 0 -> "";
            case 1 -> run.last();
            case Run.TOO_LONG -> "no end of the tests within " + limitS + " s";
            default -> throw new IllegalArgumentException("the tests of " + module + " don't run: " + run);
        };
    }

    private String seeds(PlantedBug bug, Path dir) throws IOException, InterruptedException {
        if (bug.lastSeed() < bug.firstSeed()) {
            return "";
        }
        Run run =
                run(bug.module(), dir, SEEDS_S, SIMULATE, List.of("--seeds", bug.firstSeed() + ".." + bug.lastSeed()));
        return switch (run.status) {
            case 0 -> "";
            case 1 -> run.lines.getFirst();
            case Run.TOO_LONG -> "no end of the seeds within " + SEEDS_S + " s";
            default -> throw new IllegalArgumentException("the simulation doesn't run: " + run);
        };
    }

    private record Run(int status, List<String> lines) {
        static final int TOO_LONG = -1;

        String last() {
            return lines.isEmpty() ? "" : lines.getLast();
        }
    }

    private Run run(String module, Path dir, int limitS, String main, List<String> arguments)
            throws IOException, InterruptedException {
        var path = new ArrayList<>(List.of(dir.resolve("classes").toString()));
        path.addAll(path(module));
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx1g",
                "-Xshare:auto",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-XX:+EnableDynamicAgentLoading",
                "-Djava.util.concurrent.ForkJoinPool.common.parallelism=1",
                "-Dmuster.home=" + home,
                "-cp",
                String.join(File.pathSeparator, path),
                main));
        command.addAll(arguments);
        Path said = dir.resolve(main.replaceFirst(".*\\.", "") + ".out");
        Process process = new ProcessBuilder(command)
                .directory(home.resolve(module).toFile())
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        try {
            process.getOutputStream().close();
            boolean ended = process.waitFor(limitS, TimeUnit.SECONDS);
            return new Run(
                    ended ? process.exitValue() : Run.TOO_LONG,
                    Files.readAllLines(said, java.nio.charset.StandardCharsets.ISO_8859_1));
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }
}
