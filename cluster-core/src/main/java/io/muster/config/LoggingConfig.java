package io.muster.config;

import java.util.List;
import java.util.Optional;

/// `<logging>` and its `<logging_daemon>`s.
///
/// @param toStderr empty if nothing is said
/// @param defaults for every daemon that has no entry of its own
public record LoggingConfig(Optional<Boolean> toStderr, Settings defaults, List<DaemonSettings> daemons) {
    /// Where and how much one daemon logs.
    ///
    /// @param syslogPriority a name as syslog.conf has them: `info`, `debug`…
    /// @param logfile `/var/log/cluster/DAEMON.log` if empty
    public record Settings(
            boolean toSyslog,
            boolean toLogfile,
            String syslogFacility,
            String syslogPriority,
            String logfilePriority,
            Optional<String> logfile) {}

    /// One daemon's, already merged with the defaults.
    ///
    /// @param subsys a part of corosync; empty for all of it
    public record DaemonSettings(String name, Optional<String> subsys, Settings settings) {}

    public LoggingConfig {
        daemons = List.copyOf(daemons);
    }

    /// What holds for a daemon as a whole. corosync's is cman's, which is in its place.
    public Settings of(String daemon) {
        return daemons.stream()
                .filter(entry -> (entry.name().equals("corosync") ? "cman" : entry.name()).equals(daemon)
                        && entry.subsys().isEmpty())
                .map(DaemonSettings::settings)
                .findFirst()
                .orElse(defaults);
    }
}
