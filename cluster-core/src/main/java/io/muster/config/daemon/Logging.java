package io.muster.config.daemon;

import io.muster.config.ClusterConfig;
import io.muster.config.ConfigReader;
import io.muster.config.LoggingConfig;
import io.muster.daemon.Layout;
import io.muster.daemon.LogSettings;
import io.muster.daemon.Logs;
import io.muster.syslog.SyslogNames;
import java.nio.file.Path;
import java.util.Optional;

/// Has a daemon log as `<logging>` says, at once; in a process that isn't a daemon's (a simulation, a test) it does
/// nothing. Thread: any; it waits for no disk.
public final class Logging {
    private Logging() {}

    /// A configuration is known.
    public static void apply(String daemon, ClusterConfig config, Layout layout) {
        Optional<String> process = Logs.process();
        if (process.isPresent()) {
            Logs.configure(daemon, settings(daemon, config.logging(), layout, Logs.defaultFile()));
            if (!process.get().equals(daemon)) {
                Logs.configure(process.get(), settings(process.get(), config.logging(), layout, Logs.defaultFile()));
            }
        }
    }

    /// A new version has come into force.
    ///
    /// @param document its octets; nothing changes when they can't be used
    public static void apply(String daemon, byte[] document, Layout layout) {
        if (Logs.process().isPresent()) {
            ConfigReader.parse(document, "cluster.conf").config().ifPresent(config -> apply(daemon, config, layout));
        }
    }

    /// What a configuration says of one daemon.
    ///
    /// @param usual the file when none is named, or none that can be one
    public static LogSettings settings(String daemon, LoggingConfig logging, Layout layout, Path usual) {
        LoggingConfig.Settings said = logging.of(daemon);
        Path file = said.logfile()
                .filter(name -> name.startsWith("/"))
                .map(name -> layout.root().resolve(name.substring(1)))
                .orElse(usual);
        return new LogSettings(
                logging.toStderr(),
                said.toLogfile() ? Optional.of(file) : Optional.empty(),
                SyslogNames.priority(said.logfilePriority()).orElse(LogSettings.INFO),
                said.toSyslog(),
                SyslogNames.facility(said.syslogFacility()).orElse(LogSettings.LOCAL4),
                SyslogNames.priority(said.syslogPriority()).orElse(LogSettings.INFO));
    }
}
