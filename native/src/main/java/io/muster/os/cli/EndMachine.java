package io.muster.os.cli;

import io.muster.cli.Command;
import io.muster.cli.Getopt;
import io.muster.daemon.Layout;
import io.muster.end.Ending;
import io.muster.os.EndDoor;
import java.io.PrintStream;
import java.util.List;

/// `end_machine REASON`: ends this machine now, for resource agents whose stop failed and whose service
/// must not run on. Not among the administrator's commands: reboot(8) is the one for people.
///
/// Exit status: none; 1 when it couldn't, with the reason on stderr, and then the stop has failed; 2
/// wrong usage. With `-n` 0 when it could.
public final class EndMachine implements Command {
    private static final String USAGE = """
            Usage: end_machine [-n] REASON...

            Resets this machine at once, nothing is written back; of a test bed's node it pulls the plug. Refuses where
            neither was declared.

              -n  only say what it would do
              -h  this help
            """;

    private final EndDoor door;

    public EndMachine(EndDoor door) {
        this.door = door;
    }

    public static void main(String[] args) {
        Command.main(new EndMachine(EndDoor.open(Layout.fromEnvironment())), args);
    }

    @Override
    public int run(String[] args, PrintStream out, PrintStream err) {
        boolean asks = false;
        Getopt options = new Getopt("end_machine", args, "+hn", err);
        for (int c = options.next(); c != Getopt.END; c = options.next()) {
            switch (c) {
                case 'n' -> asks = true;
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
        if (asks) {
            return tell(out, err);
        }
        if (options.operands().isEmpty()) {
            err.println("end_machine: no reason given");
            err.print(USAGE);
            return 2;
        }
        err.println("end_machine: not ended: " + door.end(String.join(" ", options.operands())));
        return 1;
    }

    private int tell(PrintStream out, PrintStream err) {
        return switch (door.ending()) {
            case Ending.Reset() -> {
                out.println("would reset this machine");
                yield 0;
            }
            case Ending.Pull(List<String> command) -> {
                out.println("would pull the plug: " + String.join(" ", command));
                yield 0;
            }
            case Ending.Refused(List<String> reasons) -> {
                reasons.forEach(reason -> err.println("end_machine: would not: " + reason));
                yield 1;
            }
        };
    }
}
