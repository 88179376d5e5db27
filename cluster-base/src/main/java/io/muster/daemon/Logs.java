package io.muster.daemon;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import ch.qos.logback.core.spi.ContextAwareBase;
import io.muster.cli.Nearest;
import io.muster.finding.Shown;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/// Sets Logback up without a line of XML. As a [Configurator] it is found by Logback itself and gives every
/// program of ours, tests too, warnings on stderr; a daemon then calls [#begin], and [#configure] when it knows
/// what cluster.conf says of it.
///
/// Each place a daemon logs to has a thread of its own and a bounded queue ([Outlet]): no event loop waits for a
/// disk, a terminal or a syslog daemon.
///
/// Thread: any.
public final class Logs extends ContextAwareBase implements Configurator {
    /// Under this key an event may have syslog's number, 0 to 7, of which there are more than of levels.
    public static final String PRIORITY = "priority";

    private static final List<String> LEVELS = List.of("OFF", "ERROR", "WARN", "INFO", "DEBUG", "TRACE", "ALL");

    /// What a daemon's process has; null in programs that are none.
    private static volatile @Nullable Running running;

    private record Running(String daemon, Layout layout, LogRouter router, Map<String, Level> wishes) {}

    /// For Logback's ServiceLoader.
    public Logs() {}

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        quietNetty(context);
        var plain = new Plain(System.getProperty("muster.program", "muster"));
        plain.setContext(context);
        plain.start();
        root(context).addAppender(plain);
        root(context).setLevel(level(System.getProperty("muster.log.level", "WARN")));
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    /// A daemon's process, before it knows any configuration: stderr and `<log>/NAME.log`, level INFO unless
    /// `MUSTER_LOG_LEVEL` says otherwise.
    public static synchronized void begin(String daemon, Layout layout) {
        LoggerContext context = context();
        var router = new LogRouter(
                daemon,
                layout.devLog(),
                System.getenv("JOURNAL_STREAM") != null,
                (what, why) -> complain(daemon, what, why));
        var wishes = new ConcurrentHashMap<String, Level>();
        layout.variable("MUSTER_LOG_LEVEL").ifPresent(name -> wishes.put("", level(name)));
        context.reset();
        context.start();
        quietNetty(context);
        router.setContext(context);
        router.setName("router");
        router.start();
        var begun = new Running(daemon, layout, router, wishes);
        running = begun;
        apply(begun, daemon, LogSettings.untold(file(layout, daemon)));
        root(context).addAppender(router);
        layout.variable("MUSTER_LOG_LEVEL")
                .map(Logs::strangeLevel)
                .filter(problem -> !problem.isEmpty())
                .ifPresent(problem -> context.getLogger(daemon).warn("MUSTER_LOG_LEVEL={}", problem));
    }

    /// What is wrong with the name of a level, and which is taken; empty when it is one.
    static String strangeLevel(String name) {
        return LEVELS.contains(name.toUpperCase(Locale.ROOT))
                ? ""
                : "\"" + Shown.of(name) + "\": no such level, " + level(name) + " is taken"
                        + Nearest.hint(name.toUpperCase(Locale.ROOT), LEVELS);
    }

    /// The daemon whose process this is; empty in commands, tests and simulations.
    public static Optional<String> process() {
        return Optional.ofNullable(running).map(Running::daemon);
    }

    /// The file a daemon of this process logs to unless told otherwise: the process's.
    ///
    /// @throws IllegalStateException before [#begin]
    public static Path defaultFile() {
        Running now = running;
        if (now == null) {
            throw new IllegalStateException("no daemon's process");
        }
        return file(now.layout(), now.daemon());
    }

    /// What cluster.conf says of a daemon, from the next line on. Does nothing before [#begin].
    public static synchronized void configure(String daemon, LogSettings settings) {
        Running now = running;
        if (now != null) {
            apply(now, daemon, settings);
        }
    }

    /// Opens the log files again by their names: after logrotate has renamed them.
    public static void reopen() {
        Running now = running;
        if (now != null) {
            now.router().reopen();
        }
    }

    /// An option of a command line, or an operator's wish at run time, which is above what is configured.
    ///
    /// @param logger a daemon's name, or empty for all
    /// @param level a name of Logback's; empty takes the wish back
    public static synchronized void level(String logger, String level) {
        Running now = running;
        if (now == null) {
            context()
                    .getLogger(logger.isEmpty() ? org.slf4j.Logger.ROOT_LOGGER_NAME : logger)
                    .setLevel(level(level));
            return;
        }
        if (level.isEmpty()) {
            now.wishes().remove(logger);
        } else {
            now.wishes().put(logger, level(level));
        }
        now.router().settings().forEach((daemon, settings) -> apply(now, daemon, settings));
    }

    /// Writes out what is queued, for at most a second each: before the process ends.
    public static void end() {
        context().stop();
    }

    private static void apply(Running now, String daemon, LogSettings settings) {
        Level wish = now.wishes().getOrDefault(daemon, now.wishes().get(""));
        int loudest = now.router().configure(daemon, settings, wish == null ? settings.filePriority() : priority(wish));
        Level level = levelOf(loudest);
        context().getLogger(daemon).setLevel(level);
        if (daemon.equals(now.daemon())) {
            root(context()).setLevel(level);
        }
    }

    private static Path file(Layout layout, String daemon) {
        return layout.log().resolve(daemon + ".log");
    }

    private static LoggerContext context() {
        return (LoggerContext) LoggerFactory.getILoggerFactory();
    }

    private static void quietNetty(LoggerContext context) {
        // Netty tells at DEBUG how it was built, in hundreds of lines: never what anybody turned DEBUG on for.
        context.getLogger("io.netty").setLevel(Level.INFO);
    }

    private static Logger root(LoggerContext context) {
        return context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    }

    /// No syslog daemon is usual in a container.
    private static void complain(String daemon, String what, String why) {
        var log = LoggerFactory.getLogger(daemon);
        if (what.startsWith("syslog")) {
            log.info("{}: {}", what, why);
        } else {
            log.warn("{}: {}", what, why);
        }
    }

    private static Level level(String name) {
        return Level.toLevel(name.toUpperCase(Locale.ROOT), Level.INFO);
    }

    private static int priority(Level level) {
        return switch (level.toInt()) {
            case Level.OFF_INT -> -1;
            case Level.ERROR_INT -> 3;
            case Level.WARN_INT -> 4;
            case Level.INFO_INT -> LogSettings.INFO;
            default -> 7;
        };
    }

    /// The least grave level of which a priority lets something pass: lines may say a priority of their own.
    private static Level levelOf(int priority) {
        return switch (priority) {
            case 7 -> Level.DEBUG;
            case 6, 5 -> Level.INFO;
            case 4 -> Level.WARN;
            case 3, 2, 1, 0 -> Level.ERROR;
            default -> Level.OFF;
        };
    }

    /// For programs that are no daemon: at once, since they end soon.
    private static final class Plain extends AppenderBase<ILoggingEvent> {
        private final String program;

        Plain(String program) {
            this.program = program;
        }

        @Override
        protected void append(ILoggingEvent event) {
            System.err.print(HouseFormat.line(program, event));
        }
    }
}
