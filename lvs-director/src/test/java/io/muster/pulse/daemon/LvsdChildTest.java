package io.muster.pulse.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.daemon.Layout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LvsdChildTest {
    private static final Path FILE = Path.of("/etc/sysconfig/ha/lvs.cf");

    @TempDir
    Path bin;

    @Test
    void lvsdIsTheOneBesidePulsesLauncherUnlessAnotherIsNamed() throws IOException {
        Path lvsd = Files.writeString(bin.resolve("lvsd"), "#!/bin/sh\n");
        Files.setPosixFilePermissions(lvsd, PosixFilePermissions.fromString("rwxr-xr-x"));
        Layout layout = Layout.from(Map.of("MUSTER_BIN", bin.toString()));
        assertEquals(
                List.of(lvsd.toString(), "--nofork", "--guard", "-c", FILE.toString()),
                LvsdChild.command(layout, Optional.empty(), FILE, false));
        assertEquals(
                List.of("/opt/lvsd", "--nofork", "--guard", "-c", FILE.toString(), "-v"),
                LvsdChild.command(layout, Optional.of("/opt/lvsd"), FILE, true));
    }
}
