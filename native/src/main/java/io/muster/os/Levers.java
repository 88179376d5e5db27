package io.muster.os;

import java.io.IOException;
import java.util.List;

/// What ends a machine. Tests have one that writes down what was pulled; the real one is [RealLevers],
/// which no test may name (a house test looks).
public interface Levers {
    /// Into the kernel's log, which a console or what survives the reset may keep.
    void say(String line) throws IOException;

    /// reboot(2) with `LINUX_REBOOT_CMD_RESTART`: no process is asked, nothing is written back. Doesn't
    /// return, or with an errno. It may hang, because the kernel has drivers shut their devices down.
    int reboot();

    /// `b` to the magic SysRq: reset at once, no driver asked. Doesn't return, or fails.
    void sysrq() throws IOException;

    /// Runs a plug's command.
    ///
    /// @return its status
    int pull(List<String> command, long limitMs);
}
