package io.muster.daemon;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;

/// Log events as tests make them.
final class Lines {
    private static final LoggerContext CONTEXT = new LoggerContext();

    static {
        CONTEXT.setMDCAdapter(new LogbackMDCAdapter());
    }

    private Lines() {}

    static LoggerContext context() {
        return CONTEXT;
    }

    static LoggingEvent of(String daemon, Level level, String text, long timeMs) {
        var event = new LoggingEvent("here", CONTEXT.getLogger(daemon), level, text, null, null);
        event.setTimeStamp(timeMs);
        return event;
    }
}
