package io.muster.lvsctl.cli;

import io.muster.cli.Command;
import io.muster.cli.Getopt;
import io.muster.cli.LongOption;
import io.muster.control.CommandClient;
import io.muster.core.MalformedMessage;
import io.muster.daemon.Layout;
import io.muster.lvs.LvsdStatus;
import io.muster.pulse.PulseStatus;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Optional;

/// `lvsctl status [--json]`: how every virtual server stands.
///
/// Exit status: 0 shown; 1 lvsd isn't there; 2 wrong usage.
final class StatusCommand implements Command {
    private static final String USAGE = "Usage: lvsctl status [-j|--json]\n";

    private static final Duration PULSE = Duration.ofSeconds(1);

    private final Layout layout;

    StatusCommand(Layout layout) {
        this.layout = layout;
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
            LvsdStatus status = Lvsctl.status(layout);
            Optional<PulseStatus> pulse = pulse();
            out.print(json ? StatusJson.of(status, pulse) : StatusText.of(status, pulse));
            return 0;
        } catch (IOException e) {
            err.println("lvsctl: " + e.getMessage());
            return 1;
        }
    }

    /// Empty when there is no pulse, or it doesn't say.
    private Optional<PulseStatus> pulse() {
        try {
            return Optional.of(
                    PulseStatus.decode(CommandClient.askOnce(layout.socket("pulse"), PULSE, PulseStatus.TYPE)));
        } catch (IOException | MalformedMessage e) {
            return Optional.empty();
        }
    }
}
