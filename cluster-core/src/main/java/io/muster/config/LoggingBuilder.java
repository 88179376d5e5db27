package io.muster.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Merges what `<logging>`, its `<logging_daemon>`s and, for rgmanager, the older `<rm>` say. Source: RHEL 6's
/// libccs: a daemon's word counts more than the common one, `debug="on"` more than `logfile_priority`, and a
/// daemon's `debug="off"` more than the common `on`.
final class LoggingBuilder {
    private static final LoggingConfig.Settings BUILT_IN =
            new LoggingConfig.Settings(true, true, "local4", "info", "info", Optional.empty());

    private static final List<String> PRIORITIES =
            List.of("emerg", "alert", "crit", "err", "warning", "notice", "info", "debug");

    private final Element logging;

    private LoggingBuilder(Element logging) {
        this.logging = logging;
    }

    static LoggingConfig build(Element logging, Element rm) {
        var builder = new LoggingBuilder(logging);
        var daemons = new ArrayList<LoggingConfig.DaemonSettings>();
        for (Element daemon : logging.children("logging_daemon")) {
            String name = daemon.attribute("name", "");
            LoggingConfig.Settings base = name.equals("rgmanager") ? old(rm) : BUILT_IN;
            daemons.add(new LoggingConfig.DaemonSettings(
                    name, Values.text(daemon, "subsys"), builder.settings(daemon, base)));
        }
        daemons.add(new LoggingConfig.DaemonSettings("rgmanager", Optional.empty(), builder.settings(null, old(rm))));
        Optional<Boolean> stderr =
                Values.text(logging, "to_stderr").map(word -> Values.flag(logging, "to_stderr", false));
        return new LoggingConfig(stderr, builder.settings(null, BUILT_IN), daemons);
    }

    /// rgmanager's of RHEL 5: one level for everything.
    private static LoggingConfig.Settings old(Element rm) {
        int level = Values.number(rm, "log_level", -1);
        String priority = level < 0 || level >= PRIORITIES.size() ? "info" : PRIORITIES.get(level);
        String facility = rm.attribute("log_facility", BUILT_IN.syslogFacility());
        return new LoggingConfig.Settings(true, true, facility, priority, priority, Optional.empty());
    }

    private LoggingConfig.Settings settings(@Nullable Element daemon, LoggingConfig.Settings base) {
        boolean debug = flag(daemon, "debug", false);
        return new LoggingConfig.Settings(
                flag(daemon, "to_syslog", base.toSyslog()),
                flag(daemon, "to_logfile", base.toLogfile()),
                text(daemon, "syslog_facility").orElse(base.syslogFacility()),
                text(daemon, "syslog_priority").orElse(base.syslogPriority()),
                debug ? "debug" : text(daemon, "logfile_priority").orElse(base.logfilePriority()),
                text(daemon, "logfile"));
    }

    private boolean flag(@Nullable Element daemon, String name, boolean fallback) {
        boolean common = Values.flag(logging, name, fallback);
        return daemon == null ? common : Values.flag(daemon, name, common);
    }

    private Optional<String> text(@Nullable Element daemon, String name) {
        Optional<String> own = daemon == null ? Optional.empty() : Values.text(daemon, name);
        return own.or(() -> Values.text(logging, name));
    }
}
