package io.muster.daemon;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Objects;
import org.slf4j.event.KeyValuePair;

/// One line per event: `2026-11-20T21:04:05.123Z cman[812] INFO node=1 ring=1/8 GATHER -> COMMIT: …`; a stack
/// trace follows when there is one, each line indented.
///
/// Thread: any.
final class HouseFormat {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    private static final long PID = ProcessHandle.current().pid();

    private HouseFormat() {}

    /// `cman[812]`.
    static String identity(String daemon) {
        return daemon + "[" + PID + "]";
    }

    static String line(String daemon, ILoggingEvent event) {
        return line(daemon, event.getTimeStamp(), event.getLevel().toString(), text(event));
    }

    static String line(String daemon, long timeMs, String level, String text) {
        return TIME.format(Instant.ofEpochMilli(timeMs)) + " " + identity(daemon) + " " + level + " " + text + "\n";
    }

    /// For the journal, which knows time and identity by itself and takes the level from a prefix, see
    /// sd-daemon(3).
    static String journalLine(ILoggingEvent event) {
        return "<" + priority(event) + ">" + event.getLevel() + " " + text(event) + "\n";
    }

    /// Syslog's number of an event: what it says itself under [Logs#PRIORITY], or that of its level.
    static int priority(ILoggingEvent event) {
        for (KeyValuePair pair : Objects.requireNonNullElse(event.getKeyValuePairs(), List.<KeyValuePair>of())) {
            if (pair.key.equals(Logs.PRIORITY) && pair.value instanceof Integer said) {
                return said;
            }
        }
        int level = event.getLevel().toInt();
        return level >= 40_000 ? 3 : level >= 30_000 ? 4 : level >= 20_000 ? 6 : 7;
    }

    /// Message and stack trace.
    static String text(ILoggingEvent event) {
        // A message from the world must not look like two lines of ours.
        String message = event.getFormattedMessage().replace("\n", "\n    ");
        IThrowableProxy thrown = event.getThrowableProxy();
        String trace = thrown == null
                ? ""
                : "\n    " + ThrowableProxyUtil.asString(thrown).strip().replace("\n", "\n    ");
        return message + trace;
    }
}
