package io.muster.lvs.cli;

import io.muster.cli.Command;
import io.muster.daemon.Layout;
import java.io.IOException;
import java.io.PrintStream;

/// `lvsctl metrics`: what lvsd serves over HTTP, for those without an HTTP client.
///
/// Exit status: 0 shown; 1 lvsd isn't there; 2 wrong usage.
final class MetricsCommand implements Command {
    private static final String USAGE = "Usage: lvsctl metrics\n";

    private final LvsdClient lvsd;

    MetricsCommand(Layout layout) {
        lvsd = new LvsdClient(layout);
    }

    @Override
    public int run(String[] args, PrintStream out, PrintStream err) {
        if (args.length > 0) {
            boolean help = args[0].equals("-h") || args[0].equals("--help");
            (help ? out : err).print(USAGE);
            return help ? 0 : 2;
        }
        try {
            out.print(lvsd.metrics());
            return 0;
        } catch (IOException e) {
            err.println("lvsctl: " + e.getMessage());
            return 1;
        }
    }
}
