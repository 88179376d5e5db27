package io.muster.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.machine.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a killed daemon leaves at work is ended: rgmanager's `TakeOverTest`.
class ProgramLedgerTest {
    @TempDir
    Path here;

    private ProgramLedger takeOver() throws Exception {
        return ProgramLedger.takeOver(here.resolve("ledger"), 1000, new ArrayList<>());
    }

    @Test
    void aProgramThatWasJustBeingStartedFindsItselfTooLate() throws Exception {
        ProgramLedger before = takeOver();
        List<String> late = before.begin(true)
                .wrap(List.of("/bin/touch", here.resolve("acted").toString()));
        takeOver();
        var result = ProgramRun.run(new Program(late, Map.of("PATH", "/usr/bin:/bin"), "", 10_000, 4096));
        assertEquals(1, result.status(), result.output());
        assertFalse(Files.exists(here.resolve("acted")));
    }

    @Test
    void aProgramSeesItsArgumentsAndNoVariableMore() throws Exception {
        ProgramLedger.Entry entry = takeOver().begin(true);
        var script = "echo \"$# $1 $2\"; /usr/bin/env | grep -v '^_='; ls " + here.resolve("ledger") + " | wc -l";
        var result = ProgramRun.run(new Program(
                entry.wrap(List.of("/bin/sh", "-c", script, "x", "a b", "c")), Map.of("OCF_A", "1"), "", 10_000, 4096));
        assertTrue(result.output().startsWith("2 a b c\n"), result.output());
        assertTrue(result.output().endsWith("\n2"), result.output());
        entry.ended();
        try (var files = Files.list(here.resolve("ledger"))) {
            assertEquals(1, files.count());
        }
    }

    private static Program.Result run(ProgramLedger.Entry entry, String... command) {
        return ProgramRun.run(
                new Program(entry.wrap(List.of(command)), Map.of("PATH", "/usr/bin:/bin"), "", 10_000, 4096));
    }

    /// The note of the next program is written to a device that is always full.
    private ProgramLedger.Entry unwritable(ProgramLedger ledger, boolean must) throws Exception {
        ProgramLedger.Entry entry = ledger.begin(must);
        Files.createSymbolicLink(Path.of(entry.wrap(List.of()).get(3)), Path.of("/dev/full"));
        return entry;
    }

    @Test
    void onAFullDiskWhatMayLeaveSomethingRunningIsNotStartedAndSaysWhy() throws Exception {
        String acted = here.resolve("acted").toString();
        var result = run(unwritable(takeOver(), true), "/bin/touch", acted);
        assertEquals(1, result.status());
        assertTrue(
                result.output().startsWith("not started: the note that it runs can't be written: "), result.output());
        assertEquals(1, result.output().lines().count(), result.output());
        assertFalse(Files.exists(here.resolve("acted")));
    }

    @Test
    void onAFullDiskWhatStopsOrLooksRuns() throws Exception {
        var result = run(unwritable(takeOver(), false), "/bin/echo", "stopped");
        assertEquals(0, result.status());
        assertEquals("stopped", result.output());
    }

    @Test
    void whatStopsIsTooLateAfterTheNextTakeOverToo() throws Exception {
        ProgramLedger.Entry late = takeOver().begin(false);
        takeOver();
        assertEquals(
                "not started: its daemon has been restarted",
                run(late, "/bin/echo", "stopped").output());
    }

    /// The name of the new run can't be written: none may act until it can.
    @Test
    void aTakeOverOnAFullDiskBarsTheRunsBeforeAndStartsNothingUntilThereIsSpace() throws Exception {
        ProgramLedger.Entry late = takeOver().begin(true);
        Path inTheWay = Files.createDirectories(here.resolve("ledger/.run.new/full"));
        ProgramLedger next = takeOver();
        String acted = here.resolve("acted").toString();
        assertEquals(
                "not started: its daemon has been restarted",
                run(late, "/bin/touch", acted).output());
        assertThrows(IOException.class, () -> next.begin(true));
        assertEquals("stopped", run(next.begin(false), "/bin/echo", "stopped").output());
        Files.delete(inTheWay);
        assertEquals(0, run(next.begin(true), "/bin/touch", acted).status());
        assertTrue(Files.exists(here.resolve("acted")));
    }

    /// Not even a directory for notes can be made.
    @Test
    void aTakeOverWithoutADirectoryBars() throws Exception {
        Files.createSymbolicLink(here.resolve("ledger"), here.resolve("nowhere/ledger"));
        ProgramLedger next = takeOver();
        assertThrows(IOException.class, () -> next.begin(true));
        assertEquals("stopped", run(next.begin(false), "/bin/echo", "stopped").output());
    }
}
