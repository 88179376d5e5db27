package io.muster.daemon;

import java.nio.file.Path;
import java.util.Optional;

/// Where and how much one daemon logs. Priorities are syslog's: 3 for errors, 4 for warnings, 6 for what is worth
/// knowing, 7 for all; a line goes where the limit is its own number or a higher one. Source: cluster.conf's
/// `<logging>` as RHEL 6 has it, see [io.muster.syslog.SyslogNames] for the words.
///
/// @param toStderr empty: unless stderr is the journal, which is reached better by syslog
/// @param file empty for none
/// @param filePriority limit of the file, and of stderr
/// @param facility syslog's number, `local4` is 20
/// @param syslogPriority limit of syslog
public record LogSettings(
        Optional<Boolean> toStderr,
        Optional<Path> file,
        int filePriority,
        boolean toSyslog,
        int facility,
        int syslogPriority) {
    /// The facility of cluster daemons.
    public static final int LOCAL4 = 20;

    /// The priority `info`.
    public static final int INFO = 6;

    /// Before a configuration is known: the daemon's file and stderr.
    public static LogSettings untold(Path file) {
        return new LogSettings(Optional.of(true), Optional.of(file), INFO, false, LOCAL4, INFO);
    }
}
