package io.muster.bed.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.bed.Directories;
import io.muster.bed.Home;
import io.muster.bed.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// `cman_tool join` as an operator types it: the cman that then runs.
@Tag("netns")
class JoinIT {
    private static @Nullable Testbed testbed;
    private static @Nullable Cluster cluster;

    @BeforeAll
    static void open() throws IOException {
        // Unix sockets have short paths only.
        Path dir = Files.createTempDirectory("muster-join-");
        Testbed opened;
        try {
            opened = Testbed.open(dir, List.of("node1"), 1);
        } catch (IOException e) {
            Directories.delete(dir);
            Assumptions.abort("no namespaces here: " + e.getMessage());
            return;
        }
        testbed = opened;
        cluster = new Cluster(opened, false);
        cluster.configure(ClusterFile.of(opened));
    }

    @AfterAll
    static void close() {
        if (testbed != null) {
            testbed.close();
            Directories.delete(testbed.dir);
        }
    }

    @Test
    void joinStartsCmanByTheLauncherBesideItWhateverTheEnvironmentSays() throws IOException {
        TestNode node = java.util.Objects.requireNonNull(testbed).node("node1");
        Path bin = Home.dir().resolve("bin").toAbsolutePath();
        Path stale = Files.createDirectories(node.root.resolve("stale"));
        Path impostor = Files.writeString(stale.resolve("cman"), "#!/bin/sh\n: >" + stale.resolve("ran") + "\n");
        Files.setPosixFilePermissions(impostor, PosixFilePermissions.fromString("rwxr-xr-x"));

        node.run(60_000, "env", "MUSTER_BIN=" + stale, bin.resolve("cman_tool").toString(), "join", "-w")
                .expectOk("cman_tool join");

        assertFalse(Files.exists(stale.resolve("ran")), "the environment's cman was started");
        String pid = Files.readString(node.root.resolve("run/muster/cman.pid")).strip();
        List<String> words = ofProcess(node, pid, "cmdline");
        Path cache = Home.dir().toAbsolutePath().resolve("cache/cman.aot");
        assertTrue(words.contains("-XX:AOTCache=" + cache), () -> "cman runs without its launcher's options: " + words);
        assertTrue(words.contains("-Xmx64m"), () -> "cman runs without its launcher's options: " + words);
        assertEquals(
                List.of("MUSTER_BIN=" + bin),
                ofProcess(node, pid, "environ").stream()
                        .filter(variable -> variable.startsWith("MUSTER_BIN="))
                        .toList());
        node.run(30_000, bin.resolve("cman_tool").toString(), "leave").expectOk("cman_tool leave");
    }

    private static List<String> ofProcess(TestNode node, String pid, String file) {
        Shell.Result said = node.run(20_000, "cat", "/proc/" + pid + "/" + file);
        return List.of(said.expectOk("/proc/" + pid + "/" + file).split("\0"));
    }
}
