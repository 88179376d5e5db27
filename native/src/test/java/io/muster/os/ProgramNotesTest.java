package io.muster.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.driver.Patience;
import io.muster.machine.Program;
import io.muster.machine.Programs;
import io.muster.machine.Programs.Bond;
import io.muster.machine.Programs.TakeOver;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What becomes of a daemon's programs where none can be noted.
class ProgramNotesTest {
    @TempDir
    Path here;

    private static <T> T told(AtomicReference<T> what, Patience end) {
        assertTrue(end.await(30_000), "no end");
        return what.get();
    }

    private static Programs takeOver(RealMachine machine, Path notes) {
        var taken = new AtomicReference<TakeOver>();
        var end = new Patience();
        machine.programs().takeOver(notes, 1_000, outcome -> {
            taken.set(outcome);
            end.end();
        });
        return ((TakeOver.Taken) told(taken, end)).programs();
    }

    private static Program.Result run(Programs programs, Bond bond, String... command) {
        var result = new AtomicReference<Program.Result>();
        var end = new Patience();
        programs.start(new Program(List.of(command), Map.of("PATH", "/usr/bin:/bin"), "", 10_000, 4096), bond, r -> {
            result.set(r);
            end.end();
        });
        return told(result, end);
    }

    @Test
    void whatMustBeFoundIsNotStartedAndEverythingElseIs() throws Exception {
        Path notes = here.resolve("notes");
        Files.createDirectories(notes.resolve(".run.new/in-the-way"));
        try (RealMachine machine = RealMachine.of("notes")) {
            Programs programs = takeOver(machine, notes);
            Path acted = here.resolve("acted");
            Program.Result refused = run(programs, Bond.NOTED, "/bin/touch", acted.toString());
            assertEquals(Program.NOT_STARTED, refused.status());
            assertTrue(
                    refused.output().startsWith("not started: the note that it runs can't be written"),
                    refused.output());
            assertFalse(Files.exists(acted));
            assertEquals(
                    "stopped", run(programs, Bond.FREE, "/bin/echo", "stopped").output());
        }
    }
}
