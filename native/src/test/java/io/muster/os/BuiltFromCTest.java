package io.muster.os;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.machine.Program;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What C makes: the same twice, with nothing that an older glibc lacks, clean under the sanitisers, laid where the
/// table says.
class BuiltFromCTest {
    private static final Path HOME =
            Path.of(System.getProperty("muster.home", "..")).toAbsolutePath().normalize();
    private static final int NEWEST_GLIBC_MINOR = 34;
    private static final long LIMIT_MS = 120_000;

    /// A line of `objects`.
    private record Line(String object, String place) {}

    @TempDir
    static Path scratch;

    private static Path once;

    @BeforeAll
    static void build() throws IOException {
        once = copy("once");
        assertMade(make(once));
    }

    @Test
    void twoBuildsAreBitEqual() throws IOException {
        Path again = copy("again, in a directory with a longer name");
        assertMade(make(again));
        Map<String, byte[]> first = made(once);
        Map<String, byte[]> second = made(again);
        assertEquals(first.keySet(), second.keySet());
        for (Line line : table()) {
            assertTrue(first.containsKey("sanitised/" + line.object()), line + " isn't made");
            assertEquals(!line.place().equals("-"), first.containsKey("release/" + line.object()), line.toString());
        }
        first.forEach((name, octets) -> assertArrayEquals(octets, second.get(name), name));
    }

    /// The names of the versions stand in an object as text, those that it asks for and no others.
    @Test
    void nothingNewerThanTheOldestGlibcIsAskedFor() throws IOException {
        Pattern version = Pattern.compile("GLIBC_2\\.(\\d+)");
        for (Map.Entry<String, byte[]> object : made(once).entrySet()) {
            if (object.getKey().startsWith("release/")) {
                Matcher found = version.matcher(new String(object.getValue(), StandardCharsets.ISO_8859_1));
                int newest = 0;
                while (found.find()) {
                    newest = Math.max(newest, Integer.parseInt(found.group(1)));
                }
                assertTrue(newest > 0, object.getKey() + " asks for no version of glibc at all");
                assertTrue(newest <= NEWEST_GLIBC_MINOR, object.getKey() + " needs glibc 2." + newest);
            }
        }
    }

    @Test
    void testsInCPassUnderTheSanitisers() throws IOException {
        int ran = 0;
        for (Line line : table()) {
            if (line.place().equals("-")) {
                Program.Result result = runSanitised(once, line.object());
                assertEquals(0, result.status(), line.object() + ": " + result.output());
                ran++;
            }
        }
        assertTrue(ran > 0, "no tests in C");
    }

    @Test
    void aWarningFailsTheBuild() throws IOException {
        Path c = copy("warned");
        add(c, "sloppy - sloppy.c", "sloppy.c", "int main(void) { int unused; return 0; }\n");
        Program.Result result = make(c);
        assertNotEquals(0, result.status());
        assertTrue(result.output().contains("unused variable"), result.output());
    }

    @Test
    void theSanitisersEndWhatIsWrong() throws IOException {
        Path c = copy("wrong");
        add(c, "beyond - beyond.c", "beyond.c", """
                int main(int argc, char **argv) {
                    int places[2] = {0, 0};
                    places[argc] = 1;
                    places[argc + 2] = 2;
                    return argv[0][0] == 0 ? places[1] : 0;
                }
                """);
        add(c, "overflow - overflow.c", "overflow.c", """
                int main(int argc, char **argv) {
                    int large = 0x7fffffff;
                    large += argc;
                    return large > 0 && argv[0][0] == 0;
                }
                """);
        assertMade(make(c));
        for (String program : List.of("beyond", "overflow")) {
            Program.Result result = runSanitised(c, program);
            assertNotEquals(0, result.status(), program);
            assertTrue(
                    result.output().contains("runtime error") || result.output().contains("AddressSanitizer"));
        }
    }

    /// With the functions that lay out `build/` and an installation, which goes without the test bed's.
    @Test
    void objectsLieWhereTheTableSays() throws IOException {
        Path home = scratch.resolve("laid");
        Path release = home.resolve("native/target/c/release");
        copyTree(once.resolveSibling("out").resolve("release"), release);
        copyTree(HOME.resolve("native/src/main/c"), home.resolve("native/src/main/c"));
        Path build = home.resolve("build");
        Path image = home.resolve("image");
        assertMade(layOut(home, build, build));
        assertMade(layOut(home, build, image));
        assertLies(release, build, line -> !line.place().equals("-"));
        assertLies(
                release,
                image,
                line -> !line.place().equals("-") && !line.place().equals("share/lab"));
    }

    private static Program.Result layOut(Path home, Path build, Path target) {
        return run(List.of(
                "bash",
                "-c",
                "set -eu; home=$1 build_dir=$3; source \"$2\"; lay_out_c \"$4\"",
                "bash",
                home.toString(),
                HOME.resolve("distribution/src/main/scripts/launchers.sh").toString(),
                build.toString(),
                target.toString()));
    }

    private static void assertLies(Path release, Path target, Predicate<Line> there) throws IOException {
        var expected = new ArrayList<String>();
        for (Line line : table()) {
            if (there.test(line)) {
                expected.add(line.place() + "/" + line.object());
                assertArrayEquals(
                        Files.readAllBytes(release.resolve(line.object())),
                        Files.readAllBytes(target.resolve(line.place()).resolve(line.object())));
            }
        }
        expected.sort(null);
        assertEquals(expected, Files.exists(target) ? List.copyOf(files(target).keySet()) : List.of());
    }

    private static List<Line> table() throws IOException {
        try (Stream<String> lines = Files.lines(HOME.resolve("native/src/main/c/objects"))) {
            return lines.filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(line -> line.split(" +"))
                    .map(words -> new Line(words[0], words[1]))
                    .toList();
        }
    }

    /// The C of this checkout in a directory of its own, tests beside it as they are here.
    ///
    /// @return where the Makefile is
    private static Path copy(String name) throws IOException {
        Path root = scratch.resolve(name);
        copyTree(HOME.resolve("native/src/test/c"), root.resolve("test/c"));
        copyTree(HOME.resolve("native/src/main/c"), root.resolve("main/c"));
        return root.resolve("main/c");
    }

    private static void add(Path c, String line, String name, String source) throws IOException {
        Files.writeString(c.resolve("objects"), line + "\n", StandardOpenOption.APPEND);
        Files.writeString(c.resolve(name), source);
    }

    private static Program.Result make(Path c) {
        return run(List.of("make", "-C", c.toString(), "OUT=../out", "release", "sanitised"));
    }

    private static void assertMade(Program.Result result) {
        assertEquals(0, result.status(), result.output());
    }

    private static Map<String, byte[]> made(Path c) throws IOException {
        return files(c.resolveSibling("out"));
    }

    private static Program.Result runSanitised(Path c, String program) {
        String path =
                c.resolveSibling("out").resolve("sanitised").resolve(program).toString();
        // Where addresses are very random, AddressSanitizer's own area may be taken.
        return run(List.of("setarch", "--addr-no-randomize", path));
    }

    private static Program.Result run(List<String> command) {
        return ProgramRun.run(
                new Program(command, Map.of("LC_ALL", "C", "PATH", System.getenv("PATH")), "", LIMIT_MS, 1 << 16));
    }

    private static Map<String, byte[]> files(Path root) throws IOException {
        var found = new TreeMap<String, byte[]>();
        try (Stream<Path> walk = Files.walk(root)) {
            for (Path file : walk.filter(Files::isRegularFile).toList()) {
                found.put(root.relativize(file).toString(), Files.readAllBytes(file));
            }
        }
        return found;
    }

    private static void copyTree(Path from, Path to) throws IOException {
        try (Stream<Path> walk = Files.walk(from)) {
            for (Path file : walk.toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                Files.createDirectories(target.getParent());
                if (!Files.isDirectory(file)) {
                    Files.copy(file, target);
                }
            }
        }
    }
}
