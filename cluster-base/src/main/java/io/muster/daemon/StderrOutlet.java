package io.muster.daemon;

import ch.qos.logback.classic.spi.ILoggingEvent;
import io.netty.util.concurrent.EventExecutor;
import java.io.PrintStream;

/// Stderr: a terminal's, a test's, or the journal's, which takes the level from a prefix.
final class StderrOutlet extends Outlet {
    private final PrintStream err;
    private final boolean journal;

    StderrOutlet(PrintStream err, boolean journal, EventExecutor thread) {
        super("stderr", thread, (what, why) -> {});
        this.err = err;
        this.journal = journal;
    }

    @Override
    void write(String daemon, ILoggingEvent event) {
        long owed = owed();
        if (owed > 0) {
            err.print(
                    journal
                            ? "<4>WARN " + owedText(owed) + "\n"
                            : HouseFormat.line(daemon, event.getTimeStamp(), "WARN", owedText(owed)));
            admitted(owed);
        }
        err.print(journal ? HouseFormat.journalLine(event) : HouseFormat.line(daemon, event));
        written();
    }

    @Override
    void shut() {
        err.flush();
    }
}
