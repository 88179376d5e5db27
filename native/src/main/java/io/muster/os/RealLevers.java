package io.muster.os;

import com.sun.jna.Native;
import io.muster.machine.Program;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/// The levers of the machine this runs on. Reached through [EndDoor] alone, which asks first whether it
/// may be ended.
final class RealLevers implements Levers {
    static final RealLevers INSTANCE = new RealLevers();

    /// `LINUX_REBOOT_CMD_RESTART` (reboot(2)).
    private static final int RESTART = 0x01234567;

    private RealLevers() {}

    @Override
    public void say(String line) throws IOException {
        // Priority 1, alert.
        write("/dev/kmsg", "<1>" + line + "\n");
    }

    @Override
    public int reboot() {
        return LibC.reboot(RESTART) == 0 ? 0 : Native.getLastError();
    }

    @Override
    public void sysrq() throws IOException {
        write("/proc/sysrq-trigger", "b");
    }

    @Override
    public int pull(List<String> command, long limitMs) {
        return ProgramRun.run(new Program(command, Map.of("PATH", "/usr/sbin:/usr/bin:/sbin:/bin"), "", limitMs, 0))
                .status();
    }

    private static void write(String file, String text) throws IOException {
        try (var out = new FileOutputStream(file)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
    }
}
