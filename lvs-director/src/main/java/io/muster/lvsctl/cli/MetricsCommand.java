package io.muster.lvsctl.cli;

import io.muster.cli.Command;
import io.muster.daemon.Layout;
import io.muster.lvs.LvsdStatusCodec;
import io.muster.wire.Output;
import java.io.IOException;
import java.io.PrintStream;

/// `lvsctl metrics`: what lvsd serves over HTTP, for those without an HTTP client.
///
/// Exit status: 0 shown; 1 lvsd isn't there; 2 wrong usage.
final class MetricsCommand implements Command {
    private static final String USAGE = "Usage: lvsctl metrics\n";

    private final Layout layout;

    MetricsCommand(Layout layout) {
        this.layout = layout;
    }

    @Override
    public int run(String[] args, PrintStream out, PrintStream err) {
        if (args.length > 0) {
            boolean help = args[0].equals("-h") || args[0].equals("--help");
            (help ? out : err).print(USAGE);
            return help ? 0 : 2;
        }
        try {
            out.print(LvsdStatusCodec.metrics(Lvsctl.ask(layout, LvsdStatusCodec.METRICS, new Output())));
            return 0;
        } catch (IOException e) {
            err.println("lvsctl: " + e.getMessage());
            return 1;
        }
    }
}
