package io.muster.lvsctl.cli;

import io.muster.cli.Command;
import io.muster.cli.Nearest;
import io.muster.control.Answer;
import io.muster.control.CommandClient;
import io.muster.control.NotRunningException;
import io.muster.core.MalformedMessage;
import io.muster.daemon.Daemon;
import io.muster.daemon.Layout;
import io.muster.lvs.LvsdStatus;
import io.muster.lvs.LvsdStatusCodec;
import io.muster.wire.Output;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.AccessDeniedException;
import java.util.Arrays;
import java.util.List;

/// `lvsctl`: what an operator of a director asks and tells.
///
/// Exit status: 0 good; 1 refused, or something is wrong; 2 wrong usage.
public final class Lvsctl implements Command {
    private static final List<String> WORDS = List.of("status", "drain", "undrain", "doctor", "realserver", "metrics");
    private static final String USAGE = """
            Usage: lvsctl status [--json]          every virtual and real server
                   lvsctl drain RS [--deadline S]  no new connections for a real server
                   lvsctl undrain RS               connections for it again
                   lvsctl doctor                   what is wrong with this director's network
                   lvsctl realserver up|down VIP   this machine as a real server
                   lvsctl metrics                  OpenMetrics text, as lvsd serves it
                   lvsctl WORD --help              more of each
            """;

    private final Layout layout;

    public Lvsctl(Layout layout) {
        this.layout = layout;
    }

    public static void main(String[] args) {
        Command.main(new Lvsctl(Layout.fromEnvironment()), args);
    }

    @Override
    public int run(String[] args, PrintStream out, PrintStream err) {
        String word = args.length == 0 ? "" : args[0];
        String[] rest = args.length == 0 ? args : Arrays.copyOfRange(args, 1, args.length);
        return switch (word) {
            case "status" -> new StatusCommand(layout).run(rest, out, err);
            case "drain" -> new DrainCommand(layout, true).run(rest, out, err);
            case "undrain" -> new DrainCommand(layout, false).run(rest, out, err);
            case "doctor" -> new DoctorCommand(layout).run(rest, out, err);
            case "realserver" -> new RealServerCommand(layout).run(rest, out, err);
            case "metrics" -> new MetricsCommand(layout).run(rest, out, err);
            case "-h", "--help", "help" -> {
                out.print(USAGE);
                yield 0;
            }
            case "-V", "--version" -> {
                out.println("lvsctl (Muster) " + Daemon.version());
                yield 0;
            }
            default -> {
                if (!word.isEmpty()) {
                    err.println("lvsctl: unknown word \"" + word + "\"" + Nearest.hint(word, WORDS));
                }
                err.print(USAGE);
                yield 2;
            }
        };
    }

    /// One question to lvsd.
    ///
    /// @throws IOException in words for the operator
    static Answer ask(Layout layout, int type, Output request) throws IOException {
        try {
            return CommandClient.askOnce(layout.socket("lvsd"), CommandClient.QUICK, type, request);
        } catch (NotRunningException e) {
            throw new IOException("lvsd isn't running", e);
        } catch (AccessDeniedException e) {
            throw new IOException("lvsd's socket isn't yours to use: be root or in group cluster", e);
        }
    }

    static LvsdStatus status(Layout layout) throws IOException {
        try {
            return LvsdStatusCodec.status(ask(layout, LvsdStatusCodec.STATUS, new Output()));
        } catch (MalformedMessage e) {
            throw nonsense(e);
        }
    }

    static IOException nonsense(MalformedMessage what) {
        return new IOException("lvsd answers nonsense: " + what.getMessage(), what);
    }
}
