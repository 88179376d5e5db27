package io.muster.service.cli;

import io.muster.cli.Command;
import io.muster.cli.Getopt;
import io.muster.config.ConfigReader;
import io.muster.config.daemon.Logging;
import io.muster.daemon.Layout;
import io.muster.daemon.LogSettings;
import io.muster.daemon.Logs;
import io.muster.syslog.SyslogNames;
import java.io.PrintStream;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/// `clulog`: a line for the log of rgmanager, from agents and scripts. It goes where cluster.conf has rgmanager log, at
/// the severity given.
///
/// Exit status: 0, whatever comes of it, as the original's: no agent fails because of its log.
public final class Clulog implements Command {
    private static final String DAEMON = "rgmanager";
    private static final String USAGE = """
            Usage: clulog [-s severity] [-l level] [-m name] [-n program] [-p pid] "message text"

              -s severity  0 to 7, or emerg, alert, crit, err, warning, notice, info, debug
              -l level     with -s: the least grave severity that is logged; alone: the severity
              -m name      says who it is from: [name] message text
              -n program   the same, as older agents have it: program: <severity> message text
              -p pid       with -n: program: [pid]: <severity> message text
              -h           this help
            """;
    private static final List<String> WORDS =
            List.of("emerg", "alert", "crit", "err", "warning", "notice", "info", "debug");
    private static final int INFO = 6;

    private final Layout layout;

    /// @param layout says where cluster.conf and the log are
    public Clulog(Layout layout) {
        this.layout = layout;
    }

    public static void main(String[] args) {
        Command.main(new Clulog(Layout.fromEnvironment()), args);
    }

    /// What the options say.
    ///
    /// @param severity -1 where none is given, as with `level`
    private record Line(int severity, int level, String name, String program, String pid, String text) {
        int priority() {
            return severity >= 0 ? severity : level >= 0 ? level : INFO;
        }

        boolean passes() {
            return severity < 0 || level < 0 || severity <= level;
        }

        String message() {
            if (!name.isEmpty()) {
                return "[" + name + "] " + text;
            }
            if (program.isEmpty() && pid.isEmpty()) {
                return text;
            }
            return (program.isEmpty() ? "" : program + ": ") + (pid.isEmpty() ? "" : "[" + pid + "]: ") + "<"
                    + WORDS.get(priority()) + "> " + text;
        }
    }

    @Override
    public int run(String[] args, PrintStream out, PrintStream err) {
        int severity = -1;
        int level = -1;
        String name = "";
        String program = "";
        String pid = "";
        var options = new Getopt("clulog", args, "s:l:m:n:p:h", err);
        for (int c = options.next(); c != Getopt.END; c = options.next()) {
            switch (c) {
                case 's' -> severity = severity(options.argument(), err);
                case 'l' -> level = severity(options.argument(), err);
                case 'm' -> name = options.argument();
                case 'n' -> program = options.argument();
                case 'p' -> pid = options.argument();
                case 'h' -> {
                    out.print(USAGE);
                    return 0;
                }
                default -> {
                    err.print(USAGE);
                    return 0;
                }
            }
        }
        if (options.operands().isEmpty()) {
            err.println("clulog: no message text");
            err.print(USAGE);
            return 0;
        }
        var line = new Line(severity, level, name, program, pid, String.join(" ", options.operands()));
        if (line.passes()) {
            log(line);
        }
        return 0;
    }

    private static int severity(String text, PrintStream err) {
        OptionalInt named = SyslogNames.priority(text);
        if (named.isPresent()) {
            return named.getAsInt();
        }
        if (text.matches("[0-7]")) {
            return Integer.parseInt(text);
        }
        err.println("clulog: \"" + text + "\" is no severity: info is taken");
        return INFO;
    }

    private void log(Line line) {
        Logs.begin(DAEMON, layout);
        // Its standard error is an agent's, which rgmanager logs by itself.
        LogSettings usual = new LogSettings(
                Optional.of(false), Optional.of(Logs.defaultFile()), INFO, syslog(), LogSettings.LOCAL4, INFO);
        Logs.configure(DAEMON, settings(usual));
        int priority = line.priority();
        Level level =
                priority <= 3 ? Level.ERROR : priority == 4 ? Level.WARN : priority <= 6 ? Level.INFO : Level.DEBUG;
        LoggerFactory.getLogger("rgmanager")
                .atLevel(level)
                .addKeyValue(Logs.PRIORITY, priority)
                .log("{}", line.message());
        Logs.end();
    }

    /// Where nobody listens, as in a container, rgmanager has said so.
    private boolean syslog() {
        return Files.exists(layout.devLog());
    }

    private LogSettings settings(LogSettings usual) {
        if (!Files.isReadable(layout.clusterConf())) {
            return usual;
        }
        return ConfigReader.read(layout.clusterConf())
                .config()
                .map(config -> Logging.settings(DAEMON, config.logging(), layout, Logs.defaultFile()))
                .map(said -> new LogSettings(
                        Optional.of(false),
                        said.file(),
                        said.filePriority(),
                        said.toSyslog() && syslog(),
                        said.facility(),
                        said.syslogPriority()))
                .orElse(usual);
    }
}
