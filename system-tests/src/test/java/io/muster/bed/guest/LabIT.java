package io.muster.bed.guest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The lab's own promises: statuses, streaming, what remains.
@Tag("lab")
class LabIT {
    private static final int LIMIT_MS = 30_000;

    @TempDir
    Path shared;

    @BeforeAll
    static void thereIsALab() {
        Lab.absence().ifPresent(reason -> assumeTrue(false, "no lab: " + reason));
    }

    @Test
    void outputComesWhileTheGuestRunsAndTheStatusIsPassedOn() throws IOException {
        Path go = shared.resolve("go");
        LabRun run = Lab.usual()
                .sharing(shared)
                .start(
                        LIMIT_MS,
                        line -> {
                            if (line.equals("first")) {
                                create(go);
                            }
                        },
                        "bash",
                        "-c",
                        "echo first; until [ -e '" + go + "' ]; do sleep 0.05; done; echo second >&2;"
                                + " touch /var/tmp/lab-trace '" + shared + "/trace'; exit 7");
        LabResult result = run.result();
        assertEquals("first\nsecond\n", result.out(), result::complaint);
        assertEquals(7, result.status(), result::complaint);
        assertTrue(Files.exists(shared.resolve("trace")), "a shared directory is written to");
        assertFalse(Files.exists(Path.of("/var/tmp/lab-trace")), "what isn't shared is not");
    }

    @Test
    void aCommandThatIsNotDoneInTimeEndsWith124() {
        LabResult result =
                Lab.usual().startWithin(5_000, line -> {}, "sleep", "600").result();
        assertEquals(Lab.TIME_OVER, result.status(), result.toString());
    }

    @Test
    void aResetEndsWith125() {
        LabResult result =
                Lab.usual().run(LIMIT_MS, "sh", "-c", "echo resetting; echo b >/proc/sysrq-trigger; sleep 600");
        assertEquals(Lab.RESET, result.status(), result.toString());
        assertEquals("resetting\n", result.out());
    }

    @Test
    void aPanicEndsWith125() {
        LabResult result = Lab.usual().run(LIMIT_MS, "sh", "-c", "echo c >/proc/sysrq-trigger; sleep 600");
        assertEquals(Lab.RESET, result.status(), result.toString());
    }

    @Test
    void aGuestEndsWithWhoeverStartedItAndLeavesNoProcess() throws Exception {
        CompletableFuture<String> job = new CompletableFuture<>();
        Lab lab = Lab.usual();
        LabRun run = lab.start(LIMIT_MS, job::complete, "sh", "-c", "cat /proc/cmdline; while :; do :; done");
        String directory =
                job.get(lab.patience(2 * LIMIT_MS), TimeUnit.MILLISECONDS).replaceFirst(".*lab_job=(\\S+).*", "$1");
        assertNotEquals(0, processesNaming(directory), "the guest runs");
        run.close();
        assertEquals(0, processesNaming(directory), "the guest has ended");
        assertFalse(Files.exists(Path.of(directory)), "its directory is gone");
    }

    /// User-mode Linux saves the floating point registers through the host's tracing interface; on some processors it
    /// can't without help.
    @Test
    void registersSurviveInManyThreads() throws Exception {
        long seed = Long.getLong("seed", System.nanoTime() % 1_000_000);
        Path classes = Path.of(Arithmetic.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        Path jvm = Path.of(System.getProperty("java.home"), "bin/java");
        Path bulk = Path.of(System.getProperty("java.home"), "lib/modules");
        String sums = "for i in 1 2 3 4; do head -c 16000000 '" + bulk + "' | md5sum & done; wait";
        LabResult result = Lab.usual()
                .run(
                        2 * LIMIT_MS,
                        "bash",
                        "-c",
                        sums + "; '" + jvm + "' -cp '" + classes + "' " + Arithmetic.class.getName() + " " + seed);
        Process host = new ProcessBuilder("bash", "-c", sums).start();
        String expected = new String(host.getInputStream().readAllBytes(), StandardCharsets.UTF_8) + "digest "
                + Arithmetic.digest(seed) + "\n";
        assertEquals(expected, result.out(), () -> "-Dseed=" + seed + " " + result.complaint());
    }

    private static long processesNaming(String word) {
        return ProcessHandle.allProcesses()
                .filter(p -> p.info().commandLine().orElse("").contains(word))
                .count();
    }

    private static void create(Path file) {
        try {
            Files.createFile(file);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
