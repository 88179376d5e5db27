package io.muster.lvs.cli;

import io.muster.cli.Command;
import io.muster.cli.Getopt;
import io.muster.cli.LongOption;
import io.muster.daemon.Layout;
import io.muster.lvs.LvsdStatus;
import io.muster.pulse.PulseStatus;
import java.io.IOException;
import java.io.PrintStream;
import java.util.Optional;

/// `lvsctl status [--json]`: how every virtual server stands.
///
/// Exit status: 0 shown; 1 lvsd isn't there; 2 wrong usage.
final class StatusCommand implements Command {
    private static final String USAGE = "Usage: lvsctl status [--json]\n";

    private final LvsdClient lvsd;

    StatusCommand(Layout layout) {
        lvsd = new LvsdClient(layout);
    }

    @Override
    public int run(String[] args, PrintStream out, PrintStream err) {
        var options = new Getopt(
                "lvsctl",
                args,
                "jh",
                err,
                new LongOption("json", LongOption.Argument.NONE, 'j'),
                new LongOption("help", LongOption.Argument.NONE, 'h'));
        boolean json = false;
        for (int c = options.next(); c != Getopt.END; c = options.next()) {
            switch (c) {
                case 'j' -> json = true;
                case 'h' -> {
                    out.print(USAGE);
                    return 0;
                }
                default -> {
                    err.print(USAGE);
                    return 2;
                }
            }
        }
        if (!options.operands().isEmpty()) {
            err.print(USAGE);
            return 2;
        }
        try {
            LvsdStatus status = lvsd.status();
            Optional<PulseStatus> pulse = lvsd.pulse();
            out.print(json ? StatusJson.of(status, pulse) : StatusText.of(status, pulse));
            return 0;
        } catch (IOException e) {
            err.println("lvsctl: " + e.getMessage());
            return 1;
        }
    }
}
