package io.muster.lvscf;

import io.muster.finding.Findings;
import io.muster.finding.Shown;

/// Keys that are read for the sake of old files and do nothing here.
final class Unbuilt {
    private Unbuilt() {}

    static void warnFile(Block file, Findings findings) {
        program(file, "ipvsadm", "ipvsadm", "the table is written without a program", findings);
    }

    static void warn(Block virtual, Findings findings) {
        program(
                virtual,
                "client_monitor",
                "nanny",
                "checks run inside lvsd; a program of yours goes into send_program",
                findings);
    }

    /// Naming the usual program is what the original's files do; naming another one meant something.
    private static void program(Block block, String key, String usual, String instead, Findings findings) {
        String path = block.text(key, usual);
        if (!path.substring(path.lastIndexOf('/') + 1).equals(usual)) {
            findings.warn(block.place(key), key + ": " + Shown.quoted(path) + " won't be run: " + instead);
        }
    }
}
