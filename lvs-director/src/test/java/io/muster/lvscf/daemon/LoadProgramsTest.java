package io.muster.lvscf.daemon;

import static io.muster.lvscf.Sample.good;
import static io.muster.lvscf.Sample.read;
import static io.muster.lvscf.Sample.virtual;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoadProgramsTest {
    @Test
    void aProgramThatIsMissingIsNamed(@TempDir Path dir) throws IOException {
        var config = good(read(virtual("load_monitor = rup")));
        String path = "/nowhere:" + dir;
        assertEquals(
                List.of("virtual v: load_monitor: there is no program rup in " + path + ": weights stay as they are"),
                LoadPrograms.missing(config, path));
        Path rup = Files.writeString(dir.resolve("rup"), "#!/bin/sh\n");
        assertTrue(rup.toFile().setExecutable(true));
        assertEquals(List.of(), LoadPrograms.missing(config, path));
        assertEquals(List.of(), LoadPrograms.missing(good(read(virtual("load_monitor = uptime"))), "/nowhere"));
    }
}
