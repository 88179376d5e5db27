package io.muster.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.muster.machine.Program;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ProgramTest {
    /// More writers than one reader can keep up with.
    private static final String FLOOD = "for i in 1 2 3 4 5 6; do cat /dev/zero & done; ";

    private static Program shell(String script, String input, long timeoutMs) {
        return new Program(List.of("/bin/sh", "-c", script), Map.of("PATH", "/usr/bin:/bin"), input, timeoutMs, 4096);
    }

    @Test
    void inputOutputAndStatusPassThrough() {
        var result = ProgramRun.run(shell("read line; echo got $line; echo bad >&2; exit 3", "port=7\n", 10_000));
        assertEquals(3, result.status());
        assertEquals("got port=7\nbad", result.output());
    }

    @Test
    void theEnvironmentIsExactlyTheOneGiven() {
        var result = ProgramRun.run(
                new Program(List.of("/usr/bin/env"), Map.of("OCF_RESKEY_name", "web"), "", 10_000, 4096));
        assertEquals("OCF_RESKEY_name=web", result.output());
    }

    @Test
    void atTheTimeLimitTheWholeFamilyIsKilled() throws Exception {
        var result = ProgramRun.run(shell("sleep 300 & echo $!; wait", "", 300));
        assertTrue(result.timedOut());
        long child = Long.parseLong(result.output());
        long giveUp = System.nanoTime() + 5_000_000_000L;
        while (ProcessHandle.of(child).map(ProcessHandle::isAlive).orElse(false) && System.nanoTime() < giveUp) {
            Thread.onSpinWait();
        }
        assertFalse(ProcessHandle.of(child).map(ProcessHandle::isAlive).orElse(false), "the child outlived its limit");
    }

    @Test
    void oneWhoseParentHasEndedIsKilledToo() {
        var result = ProgramRun.run(shell("(sleep 300 & echo $!); sleep 300", "", 300));
        assertTrue(result.timedOut());
        long orphan = Long.parseLong(result.output());
        assertFalse(ProcessStat.of(orphan).filter(ProcessStat::alive).isPresent(), "the orphan outlived the limit");
    }

    @Test
    void aTiedOneIsThePlainOneToItsUser() {
        var result = ProgramRun.run(
                ProgramRun.tied(shell("read line; echo got $line; echo bad >&2; exit 3", "port=7\n", 10_000)));
        assertEquals(3, result.status());
        assertEquals("got port=7\nbad", result.output());
        assertEquals(
                "OCF_RESKEY_name=web",
                ProgramRun.run(ProgramRun.tied(new Program(
                                List.of("/usr/bin/env"), Map.of("OCF_RESKEY_name", "web"), "", 10_000, 4096)))
                        .output());
        assertEquals(
                137,
                ProgramRun.run(ProgramRun.tied(shell("kill -KILL $$", "", 10_000)))
                        .status());
        var missing = new Program(List.of("/nowhere/agent"), Map.of(), "", 10_000, 4096);
        assertEquals(
                Program.NOT_STARTED, ProgramRun.run(ProgramRun.tied(missing)).status());
        assertEquals(
                "/nowhere/agent: not an executable program",
                ProgramRun.run(ProgramRun.tied(missing)).output());
    }

    /// The daemon's death is the end of all its threads; what the kernel looks at is the one that started the program.
    @Test
    void aTiedOneEndsWithItsThreadAndTakesItsChildrenAlong() throws Exception {
        Program program = ProgramRun.tied(shell("sleep 300 & echo $!; (sleep 300 & echo $!); sleep 300", "", 0));
        var command = new java.util.ArrayList<>(List.of("/usr/bin/setsid"));
        command.addAll(program.command());
        var children = new CompletableFuture<List<Long>>();
        Thread thread = Thread.ofPlatform().start(() -> {
            try {
                Process process = new ProcessBuilder(command).start();
                var reader = process.inputReader();
                children.complete(
                        List.of(process.pid(), Long.parseLong(reader.readLine()), Long.parseLong(reader.readLine())));
            } catch (IOException | RuntimeException e) {
                children.completeExceptionally(e);
            }
        });
        List<Long> family = children.get(10, TimeUnit.SECONDS);
        thread.join();
        for (long pid : family) {
            long giveUp = System.nanoTime() + 5_000_000_000L;
            while (ProcessStat.of(pid).filter(ProcessStat::alive).isPresent() && System.nanoTime() < giveUp) {
                Thread.onSpinWait();
            }
            assertFalse(ProcessStat.of(pid).filter(ProcessStat::alive).isPresent(), pid + " outlived its daemon");
        }
    }

    @Test
    void aProcessIsKnownByItsPidAndStart() {
        var me = ProcessStat.of(ProcessHandle.current().pid()).orElseThrow();
        assertTrue(me.stillRuns());
        assertFalse(new ProcessStat(me.pid(), 'S', me.parent(), me.session(), me.startTicks() - 1).stillRuns());
        assertEquals(
                new ProcessStat(7, 'S', 1, 5, 99),
                ProcessStat.parse("7 (a) b (c) S 1 4 5 0 -1 0 0 0 0 0 0 0 0 0 0 0 1 0 99 0 0\n")
                        .orElseThrow());
        assertTrue(ProcessStat.parse("7 (a) S 1 4").isEmpty());
    }

    @Test
    void aProgramLeavingADaemonBehindDoesNotHoldUs() {
        var result = ProgramRun.run(shell("sleep 5 & exit 0", "", 60_000));
        assertEquals(0, result.status());
        assertTrue(result.tookMs() < 4_000, "waited for the daemon's pipe: " + result.tookMs() + " ms");
    }

    @Test
    void aProgramThatNeverStopsWritingIsStillEndedAtItsLimit() {
        var result = ended(shell(FLOOD + "wait", "", 300));
        assertTrue(result.timedOut(), "status " + result.status());
        assertTrue(result.output().length() <= 4096, "kept " + result.output().length());
    }

    @Test
    void aDaemonLeftBehindThatNeverStopsWritingDoesNotHoldUs() {
        var result = ended(shell(FLOOD + "exit 4", "", 60_000));
        assertEquals(4, result.status());
        assertTrue(result.output().length() <= 4096, "kept " + result.output().length());
    }

    @Test
    void aProgramThatNeverReadsItsInputIsStillEndedAtItsLimit() {
        var result = ended(new Program(List.of("/bin/sleep", "300"), Map.of(), "x".repeat(1 << 20), 300, 4096));
        assertTrue(result.timedOut(), "status " + result.status());
    }

    @Test
    void aProgramMayAnswerBeforeItHasReadAllItsInput() {
        var result = ended(new Program(List.of("/bin/cat"), Map.of(), "x".repeat(1 << 20), 60_000, 1 << 20));
        assertEquals(0, result.status());
        assertEquals(1 << 20, result.output().length());
    }

    /// Fails where waiting for it has no end, instead of waiting.
    private static Program.Result ended(Program program) {
        var result = new CompletableFuture<Program.Result>();
        var thread = Thread.ofPlatform().daemon().start(() -> result.complete(ProgramRun.run(program)));
        try {
            return result.get(30, TimeUnit.SECONDS);
        } catch (Exception e) {
            thread.interrupt();
            return fail(program.command() + " holds its user", e);
        }
    }

    @Test
    void itHasASessionOfItsOwn() {
        var own = ProgramRun.run(shell("cut -d' ' -f6 /proc/$$/stat", "", 10_000));
        var ours = ProgramRun.run(new Program(
                List.of(
                        "/bin/sh",
                        "-c",
                        "cut -d' ' -f6 /proc/" + ProcessHandle.current().pid() + "/stat"),
                Map.of("PATH", "/usr/bin:/bin"),
                "",
                10_000,
                4096));
        assertNotEquals(ours.output(), own.output());
    }

    private static Program.Result asNobody(String script) {
        return ProgramRun.run(new Program(
                List.of("/bin/sh", "-c", script),
                Map.of("PATH", "/usr/bin:/bin"),
                "",
                10_000,
                4096,
                Program.Kept.OUTPUT,
                Program.Rights.NOBODY));
    }

    @Test
    void standardOutputAloneIsKeptAsItWasWritten() {
        assertEquals(" a \n", asNobody("echo ' a '; echo b >&2").output());
    }

    @Test
    void whoMayNothingIsNobodyWithoutCapabilitiesInTheRootDirectory() {
        assertEquals(
                "CapEff:\t0000000000000000\n/\n",
                asNobody("grep CapEff /proc/self/status; pwd").output());
        boolean root = ProcessHandle.current().info().user().orElse("").equals("root");
        assertEquals(
                root ? "65534 65534 65534\n" : "",
                root ? asNobody("echo $(id -u) $(id -g) $(id -G)").output() : "");
    }

    @Test
    void aRootThatCannotBecomeAnotherUserRunsNothingAsNobody() throws Exception {
        List<String> nobody = List.of("--reuid=65534", "--regid=65534", "--clear-groups");
        assertEquals(nobody, Unprivileged.user(List.of("Uid:\t0\t0\t0\t0", "CapEff:\t00000000000000c0")));
        assertEquals(nobody, Unprivileged.user(List.of("Uid:\t7\t7\t7\t7", "CapEff:\t00000000000000c0")));
        assertEquals(List.of(), Unprivileged.user(List.of("Uid:\t7\t7\t7\t7", "CapEff:\t0000000000000040")));
        assertThrows(
                IOException.class, () -> Unprivileged.user(List.of("Uid:\t0\t0\t0\t0", "CapEff:\t0000000000000080")));
    }

    @Test
    void aProgramThatIsNotThereIsAFailureAndNoException() {
        var result = ProgramRun.run(new Program(List.of("/nonexistent/agent"), Map.of(), "", 1000, 4096));
        assertEquals(Program.NOT_STARTED, result.status());
    }

    @Test
    void bootClockNeverGoesBack() {
        long first = BootClock.nowMs();
        assertTrue(BootClock.nowMs() >= first);
    }
}
