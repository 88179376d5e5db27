package io.muster.lvsctl.cli;

import io.muster.daemon.Layout;
import io.muster.lvs.LvsdStatusCodec;
import io.muster.wire.Output;
import java.io.IOException;
import java.io.PrintStream;

/// `lvsctl metrics`: what lvsd serves over HTTP, for those without an HTTP client.
///
/// Exit status: 0 shown; 1 lvsd isn't there; 2 wrong usage.
final class MetricsCommand extends Word {
    private final Layout layout;

    MetricsCommand(Layout layout) {
        super("Usage: lvsctl metrics\n");
        this.layout = layout;
    }

    @Override
    int act(Given given, PrintStream out, PrintStream err) throws IOException, Misused {
        noOperands(given);
        out.print(LvsdStatusCodec.metrics(Lvsctl.ask(layout, LvsdStatusCodec.METRICS, new Output())));
        return 0;
    }
}
