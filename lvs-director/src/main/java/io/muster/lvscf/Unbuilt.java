package io.muster.lvscf;

import io.muster.finding.Findings;
import io.muster.finding.Shown;
import java.util.List;

/// Keys that are read for the sake of old files and do nothing here.
final class Unbuilt {
    private Unbuilt() {}

    static void warnFile(Block file, Findings findings) {
        program(file, "ipvsadm", "ipvsadm", "the table is written without a program", findings);
        boolean loads = file.blocks(Block.Kind.VIRTUAL).stream()
                .anyMatch(virtual -> !virtual.text("load_monitor", "none").equals("none"));
        if (file.names("rsh_command") && loads) {
            noEffect(
                    file,
                    "rsh_command",
                    "nobody logs in to ask for a load: load_monitor = uptime reads it from send_program",
                    findings);
        }
        if (!file.flag("hard_shutdown", true)) {
            noEffect(file, "hard_shutdown", "checks run inside lvsd, there is no nanny that could die", findings);
        }
        if (!file.text("debug_level", "NONE").equalsIgnoreCase("NONE")) {
            noEffect(file, "debug_level", "pulse -v says more", findings);
        }
    }

    /// A value that is what happens anyhow asks for nothing, and isn't told.
    private static void noEffect(Block block, String key, String why, Findings findings) {
        findings.warn(block.place(key), key + " has no effect here: " + why);
    }

    static void warn(Block virtual, Findings findings) {
        program(
                virtual,
                "client_monitor",
                "nanny",
                "checks run inside lvsd; a program of yours goes into send_program",
                findings);
        for (String key : List.of("start_cmd", "stop_cmd")) {
            if (!virtual.text(key, "").isEmpty()) {
                noEffect(virtual, key, "only failover blocks have it, and they aren't run", findings);
            }
        }
    }

    /// Naming the usual program is what the original's files do; naming another one meant something.
    private static void program(Block block, String key, String usual, String instead, Findings findings) {
        String path = block.text(key, usual);
        if (!path.substring(path.lastIndexOf('/') + 1).equals(usual)) {
            findings.warn(block.place(key), key + ": " + Shown.quoted(path) + " won't be run: " + instead);
        }
    }
}
