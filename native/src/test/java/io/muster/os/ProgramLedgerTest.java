package io.muster.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.machine.Program;
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
        List<String> late =
                before.begin().wrap(List.of("/bin/touch", here.resolve("acted").toString()));
        takeOver();
        var result = ProgramRun.run(new Program(late, Map.of("PATH", "/usr/bin:/bin"), "", 10_000, 4096));
        assertEquals(1, result.status(), result.output());
        assertFalse(Files.exists(here.resolve("acted")));
    }

    @Test
    void aProgramSeesItsArgumentsAndNoVariableMore() throws Exception {
        ProgramLedger.Entry entry = takeOver().begin();
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
}
