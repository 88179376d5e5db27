package io.muster.lvsctl.cli;

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
final class StatusCommand extends Word {
    private static final String USAGE = "Usage: lvsctl status [-j|--json]\n";

    private static final Duration PULSE = Duration.ofSeconds(1);

    private final Layout layout;

    StatusCommand(Layout layout) {
        super(USAGE, new LongOption("json", LongOption.Argument.NONE, 'j'));
        this.layout = layout;
    }

    @Override
    int act(Given given, PrintStream out, PrintStream err) throws IOException, Misused {
        noOperands(given);
        LvsdStatus status = Lvsctl.status(layout);
        Optional<PulseStatus> pulse = pulse();
        out.print(given.has('j') ? StatusJson.of(status, pulse) : StatusText.of(status, pulse));
        return 0;
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
