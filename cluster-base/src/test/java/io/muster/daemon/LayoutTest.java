package io.muster.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LayoutTest {
    @TempDir
    Path directory;

    @Test
    void everythingLiesBelowTheRoot() {
        assertEquals(Path.of("/run/muster/cman.sock"), Layout.from(Map.of()).socket("cman"));
        Layout moved = Layout.from(Map.of("MUSTER_ROOT", "/n1"));
        assertEquals(Path.of("/n1/etc/cluster/cluster.conf"), moved.clusterConf());
        assertEquals(Path.of("/n1/run/muster/cman.pid"), moved.pidFile("cman"));
        assertEquals(Path.of("/n1/var/lib/muster/record/cman"), moved.record("cman"));
        assertEquals(Path.of("/n1/var/log/cluster"), moved.log());
        assertEquals(
                Path.of("/etc/cluster"), Layout.from(Map.of("MUSTER_ROOT", "")).etc());
    }

    @Test
    void namedAgentsComeBeforeOwnOnesAndThoseBeforeTheSystems() throws IOException {
        assertEquals(Path.of("/usr/share/cluster"), Layout.under(directory).agents());
        Path own = Files.createDirectories(directory.resolve("usr/share/cluster"));
        assertEquals(own, Layout.under(directory).agents());
        assertEquals(
                Path.of("/a"),
                Layout.from(Map.of("MUSTER_ROOT", directory.toString(), "MUSTER_AGENTS", "/a"))
                        .agents());
    }

    @Test
    void aFenceAgentIsFoundOnItsOwnPathFirst() throws IOException {
        Path first = agent("first");
        Path second = agent("second");
        Layout layout = Layout.from(Map.of("MUSTER_FENCE_PATH", first.toString(), "PATH", second + ":relative"));
        assertEquals(
                first.resolve("fence_test"), layout.fenceAgent("fence_test").orElseThrow());
        assertEquals(
                second.resolve("fence_test"),
                layout.fenceAgent(second.resolve("fence_test").toString()).orElseThrow());
        assertTrue(layout.fenceAgent("fence_nowhere").isEmpty());
        assertTrue(layout.fencePath().stream().allMatch(Path::isAbsolute));
    }

    private Path agent(String name) throws IOException {
        Path bin = Files.createDirectories(directory.resolve(name));
        Path file = Files.createFile(bin.resolve("fence_test"));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        return bin;
    }

    @Test
    void whatIsStartedHasTheSameRoot() {
        assertEquals(Map.of(), Layout.from(Map.of()).inherited());
        Layout moved = Layout.from(Map.of("MUSTER_ROOT", "/tmp/../n1", "PATH", "/bin"));
        assertEquals(Map.of("MUSTER_ROOT", "/n1"), moved.inherited());
        assertEquals(moved.root(), Layout.from(moved.inherited()).root());
    }
}
