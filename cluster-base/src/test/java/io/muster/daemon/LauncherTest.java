package io.muster.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LauncherTest {
    @TempDir
    Path bin;

    @Test
    void theLauncherBesideOnesOwnStartsTheSibling() throws IOException {
        Path cman = launcher("cman", "rwxr-xr-x");
        assertEquals(List.of(cman.toString(), "-f"), of(bin.toString()).command("-f"));
    }

    @Test
    void withoutALauncherThisJavaRunsTheMainClass() throws IOException {
        assertPlain(Launcher.of(Layout.from(Map.of()), "cman", "a.Main"));
        assertPlain(of(""));
        assertPlain(of(bin.toString()));
        launcher("cman", "rw-r--r--");
        assertPlain(of(bin.toString()));
        Files.delete(bin.resolve("cman"));
        Files.createDirectory(bin.resolve("cman"));
        assertPlain(of(bin.toString()));
    }

    @Test
    void aPlaceThatDependsOnTheWorkingDirectoryIsNone() throws IOException {
        launcher("cman", "rwxr-xr-x");
        Path here = Path.of("").toAbsolutePath();
        assertPlain(of(here.relativize(bin.toAbsolutePath()).toString()));
    }

    @Test
    void aNamedProgramIsTakenAsItIs() {
        assertEquals(List.of("my-lvsd", "--guard"), Launcher.named("my-lvsd").command("--guard"));
    }

    @Test
    void whatWasMeantForThisProgramIsNotHandedOn() {
        var environment = new HashMap<>(
                Map.of("MUSTER_BIN", "/old/bin", "MUSTER_AOT", "-XX:AOTCacheOutput=x", "MUSTER_ROOT", "/n1"));
        Launcher.forgetOwn(environment);
        assertEquals(Map.of("MUSTER_ROOT", "/n1"), environment);
    }

    private static Launcher of(String directory) {
        return Launcher.of(Layout.from(Map.of("MUSTER_BIN", directory)), "cman", "a.Main");
    }

    private static void assertPlain(Launcher launcher) {
        List<String> words = launcher.command("-f");
        assertEquals(Path.of(System.getProperty("java.home"), "bin", "java").toString(), words.getFirst());
        assertEquals(List.of("a.Main", "-f"), words.subList(words.size() - 2, words.size()));
    }

    private Path launcher(String name, String mode) throws IOException {
        Path file = Files.writeString(bin.resolve(name), "#!/bin/sh\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
        return file;
    }
}
