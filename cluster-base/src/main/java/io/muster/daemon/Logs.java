package io.muster.daemon;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import ch.qos.logback.core.spi.ContextAwareBase;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/// Sets Logback up without a line of XML. As a [Configurator] it is found by Logback itself and gives every
/// program of ours, tests too, warnings on stderr; a daemon then calls [#begin].
///
/// Writing happens on a thread of its own and what doesn't fit into its queue is dropped: no event loop waits for
/// a disk or a terminal.
public final class Logs extends ContextAwareBase implements Configurator {
    private static final int QUEUE = 8192;

    /// For Logback's ServiceLoader.
    public Logs() {}

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        attach(context, new HouseFormat(System.getProperty("muster.program", "muster")), null);
        root(context).setLevel(level(System.getProperty("muster.log.level", "WARN")));
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    /// A daemon's: stderr and, if it can be written, `<log>/NAME.log`. Level INFO unless `MUSTER_LOG_LEVEL` says
    /// otherwise.
    public static void begin(String daemon, Layout layout) {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        LogFile file = null;
        IOException failure = null;
        Path path = layout.log().resolve(daemon + ".log");
        try {
            file = new LogFile(path);
        } catch (IOException e) {
            failure = e;
        }
        context.reset();
        attach(context, new HouseFormat(daemon), file);
        root(context).setLevel(level(layout.variable("MUSTER_LOG_LEVEL").orElse("INFO")));
        if (failure != null) {
            LoggerFactory.getLogger(daemon).warn("{}: no log file: {}", path, failure.toString());
        }
    }

    /// Changes the level of everything below a logger's name; the empty name is the root.
    public static void level(String logger, String level) {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.getLogger(logger.isEmpty() ? org.slf4j.Logger.ROOT_LOGGER_NAME : logger)
                .setLevel(level(level));
    }

    /// Writes out what is queued, for at most a second: before the process ends.
    public static void end() {
        ((LoggerContext) LoggerFactory.getILoggerFactory()).stop();
    }

    private static Logger root(LoggerContext context) {
        return context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    }

    private static Level level(String name) {
        return Level.toLevel(name.toUpperCase(Locale.ROOT), Level.INFO);
    }

    private static void attach(LoggerContext context, HouseFormat format, @Nullable LogFile file) {
        // Netty tells at DEBUG how it was built, in hundreds of lines: never what anybody turned DEBUG on for.
        context.getLogger("io.netty").setLevel(Level.INFO);
        var writer = new Writer(format, file, System.err, System.getenv("JOURNAL_STREAM") != null);
        writer.setContext(context);
        writer.start();
        var queue = new AsyncAppender();
        queue.setContext(context);
        queue.setName("queue");
        queue.setQueueSize(QUEUE);
        queue.setNeverBlock(true);
        queue.setDiscardingThreshold(QUEUE / 8);
        queue.setMaxFlushTime(1_000);
        queue.addAppender(writer);
        queue.start();
        root(context).addAppender(queue);
    }

    private static final class Writer extends AppenderBase<ILoggingEvent> {
        private final HouseFormat format;
        private final @Nullable LogFile file;
        private final PrintStream err;
        private final boolean journal;
        private boolean told;

        Writer(HouseFormat format, @Nullable LogFile file, PrintStream err, boolean journal) {
            this.format = format;
            this.file = file;
            this.err = err;
            this.journal = journal;
        }

        @Override
        protected void append(ILoggingEvent event) {
            String line = format.line(event);
            err.print(journal ? format.journalLine(event) : line);
            if (file != null) {
                try {
                    file.write(line);
                    told = false;
                } catch (IOException e) {
                    if (!told) {
                        told = true;
                        err.println("log file: " + e);
                    }
                }
            }
        }
    }
}
