package io.muster.checks.daemon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// What this process may (`/proc/self/status`, see proc(5) and capabilities(7)).
final class Privileges {
    private static final int SETGID = 6;
    private static final int SETUID = 7;

    private Privileges() {}

    /// Options of setpriv(1) that make a child unprivileged.
    ///
    /// @throws IOException where that can't be done
    static List<String> dropped(int nobody) throws IOException {
        long effective = 0;
        int uid = -1;
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            String[] words = line.split("\\s+");
            if (line.startsWith("Uid:")) {
                uid = Integer.parseInt(words[2]);
            } else if (line.startsWith("CapEff:")) {
                effective = Long.parseUnsignedLong(words[1], 16);
            }
        }
        boolean mayChange = (effective >> SETUID & 1) == 1 && (effective >> SETGID & 1) == 1;
        if (mayChange) {
            return List.of("--reuid=" + nobody, "--regid=" + nobody, "--clear-groups");
        }
        if (uid == 0) {
            throw new IOException("root without CAP_SETUID and CAP_SETGID can't run programs as another user");
        }
        return List.of();
    }
}
