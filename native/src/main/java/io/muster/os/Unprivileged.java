package io.muster.os;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// How a program is started that may nothing (`/proc/self/status`, see proc(5) and capabilities(7)).
///
/// A daemon that is root becomes `nobody` for it, with setpriv(1); one that is not runs it as what it is,
/// without the capabilities it holds. A root that may not change its user runs none: that wouldn't be
/// unprivileged.
final class Unprivileged {
    private static final Path SETPRIV = Path.of("/usr/bin/setpriv");
    private static final int NOBODY = 65534;
    private static final int SETGID = 6;
    private static final int SETUID = 7;

    private Unprivileged() {}

    /// What stands before the program's own command.
    ///
    /// @throws IOException where that can't be done, in words
    static List<String> command() throws IOException {
        if (!Files.isExecutable(SETPRIV)) {
            throw new IOException("an unprivileged program needs setpriv (package util-linux)");
        }
        var command = new ArrayList<String>();
        command.add(SETPRIV.toString());
        command.addAll(user(Files.readAllLines(Path.of("/proc/self/status"))));
        command.addAll(List.of("--no-new-privs", "--inh-caps=-all", "--ambient-caps=-all", "--"));
        return command;
    }

    /// Options for the user, by what this process may.
    static List<String> user(List<String> status) throws IOException {
        long effective = 0;
        int uid = -1;
        for (String line : status) {
            String[] words = line.split("\\s+");
            if (line.startsWith("Uid:")) {
                uid = Integer.parseInt(words[2]);
            } else if (line.startsWith("CapEff:")) {
                effective = Long.parseUnsignedLong(words[1], 16);
            }
        }
        boolean mayChange = (effective >> SETUID & 1) == 1 && (effective >> SETGID & 1) == 1;
        if (mayChange) {
            return List.of("--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups");
        }
        if (uid == 0) {
            throw new IOException("root without CAP_SETUID and CAP_SETGID can't run programs as another user");
        }
        return List.of();
    }
}
