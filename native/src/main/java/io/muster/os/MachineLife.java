package io.muster.os;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Which life of this machine it is: the kernel's `boot_id`, and when process 1 was started, since all that runs in a
/// container or in namespaces of a test ends with its own process 1.
final class MachineLife {
    private static final Path BOOT = Path.of("/proc/sys/kernel/random/boot_id");
    private static final int FIRST = 1;

    private MachineLife() {}

    /// Thread: any.
    ///
    /// @throws IllegalStateException where there is no /proc
    static String name() {
        try {
            return Files.readString(BOOT).strip() + "-"
                    + ProcessStat.of(FIRST).map(ProcessStat::startTicks).orElse(0L);
        } catch (IOException e) {
            throw new IllegalStateException("which life of this machine it is can't be read", e);
        }
    }
}
