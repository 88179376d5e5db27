package io.muster.bed.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.bed.Await;
import io.muster.bed.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// A node's disk for what runs has no octet left.
@Tag("netns")
class FullDiskIT {
    @RegisterExtension
    static final RealCluster real = new RealCluster(3, 1, f -> f);

    @Test
    void aServiceIsStoppedAndNotStartedThereAndRgmanagerCanBeRestarted() throws IOException {
        TestNode node = real.owner();
        Path notes = node.root.resolve("run/muster/rgmanager-agents");
        // A small disk of its own for the notes, below an rgmanager that knows no other.
        node.signal("rgmanager", "TERM");
        assertTrue(Await.until(30_000, () -> node.process("rgmanager") == null));
        Files.createDirectories(notes);
        node.run(20_000, "mount", "-t", "tmpfs", "-o", "size=32k", "tmpfs", notes.toString())
                .expectOk("mount");
        start(node);
        move(node);
        fill(notes, node);

        Instant then = Instant.now();
        Shell.Result stopped = real.cluster().ask(node, "clusvcadm", "-d", "web");
        assertEquals(0, stopped.status(), () -> stopped + real.report());
        assertFalse(node.has(Testbed.SERVICE_ADDRESS), "disabled, and still there");
        Shell.Result started = real.cluster().ask(node, "clusvcadm", "-e", "web", "-m", node.name());
        assertNotNull(real.client().await(System.nanoTime(), 60_000), () -> "nowhere else: " + started + real.report());
        assertNotEquals(node, real.owner(), () -> started + real.report());
        LogWatch.Line refused = real.awaitLog(then, 5_000, "rgmanager", "not started: the note that it runs");
        assertEquals(node, refused.node());

        // And whoever comes after it bars what it may have left, and stops what runs.
        node.signal("rgmanager", "KILL");
        assertTrue(Await.until(5_000, () -> node.process("rgmanager") == null));
        start(node);
        node.run(20_000, "rm", notes.resolve("fill").toString()).expectOk("space");
        move(node);
    }

    private static void start(TestNode node) throws IOException {
        real.cluster().startDaemon(node, "rgmanager");
        assertTrue(
                Await.until(
                        30_000,
                        250,
                        () -> real.cluster().ask(node, "clustat").out().contains("service:web")),
                real::report);
    }

    private static void move(TestNode to) {
        assertTrue(
                Await.until(40_000, 500, () -> {
                    if (to.has(Testbed.SERVICE_ADDRESS)) {
                        return true;
                    }
                    real.cluster().ask(to, "clusvcadm", "-r", "web", "-m", to.name());
                    return to.has(Testbed.SERVICE_ADDRESS);
                }),
                () -> "not on " + to.name() + real.report());
    }

    private static void fill(Path directory, TestNode node) {
        node.run(20_000, "sh", "-c", "cat /dev/zero >" + directory.resolve("fill"));
        Shell.Result full = node.run(20_000, "sh", "-c", "echo 1 >" + directory.resolve("probe"));
        assertFalse(full.ok(), "there is still space");
    }
}
