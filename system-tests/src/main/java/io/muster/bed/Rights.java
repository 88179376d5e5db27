package io.muster.bed;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// What the test bed takes away from whatever it starts: the right to end the machine it runs on. No test needs it, and
/// one that goes wrong must not have it.
public final class Rights {
    /// CAP_SYS_BOOT, include/uapi/linux/capability.h.
    private static final int SYS_BOOT = 22;

    private Rights() {}

    /// The words that run what follows them without the right to reboot, for good.
    public static List<String> withoutReboot() {
        return List.of("setpriv", "--bounding-set=-sys_boot");
    }

    /// Whether the text of a /proc/PID/status grants that right, now or after any exec.
    public static boolean mayReboot(String status) {
        return status.lines()
                .filter(line -> line.matches("Cap(Prm|Eff|Bnd|Amb):.*"))
                .anyMatch(line -> (Long.parseUnsignedLong(
                                                line.substring(line.indexOf(':') + 1)
                                                        .strip(),
                                                16)
                                        >> SYS_BOOT
                                & 1)
                        == 1);
    }

    /// The same of this process.
    public static boolean mayReboot() throws IOException {
        return mayReboot(Files.readString(Path.of("/proc/self/status")));
    }
}
