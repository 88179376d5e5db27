package io.muster.daemon;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/// One line per event: `2026-11-20T21:04:05.123Z cman[812] INFO node=1 ring=1/8 GATHER -> COMMIT: …`; a stack
/// trace follows when there is one, each line indented.
///
/// Thread: any.
final class HouseFormat {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    private final String identity;

    HouseFormat(String daemon) {
        identity = daemon + "[" + ProcessHandle.current().pid() + "]";
    }

    String line(ILoggingEvent event) {
        return TIME.format(Instant.ofEpochMilli(event.getTimeStamp())) + " " + identity + " " + body(event);
    }

    /// For the journal, which knows time and identity by itself and takes the level from a prefix, see
    /// sd-daemon(3).
    String journalLine(ILoggingEvent event) {
        int level = event.getLevel().toInt();
        String priority = level >= 40_000 ? "<3>" : level >= 30_000 ? "<4>" : level >= 20_000 ? "<6>" : "<7>";
        return priority + body(event);
    }

    private static String body(ILoggingEvent event) {
        // A message from the world must not look like two lines of ours.
        String message = event.getFormattedMessage().replace("\n", "\n    ");
        IThrowableProxy thrown = event.getThrowableProxy();
        String trace = thrown == null
                ? ""
                : "\n    " + ThrowableProxyUtil.asString(thrown).strip().replace("\n", "\n    ");
        return event.getLevel() + " " + message + trace + "\n";
    }
}
