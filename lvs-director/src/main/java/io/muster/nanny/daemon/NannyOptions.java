package io.muster.nanny.daemon;

import io.muster.checks.Check;
import io.muster.checks.Expect;
import io.muster.checks.LoadSource;
import io.muster.checks.Rules;
import io.muster.checks.Target;
import io.muster.cli.Getopt;
import io.muster.cli.LongOption;
import io.muster.cli.LongOption.Argument;
import io.muster.ipvs.Forwarding;
import io.muster.ipvs.ServiceId;
import io.muster.net.IpAddress;
import java.io.PrintStream;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Options of the stand-alone nanny, the original's. What doesn't apply any more is accepted: `-n` and
/// `-c` (it always stays in the foreground and always checks), `-I` (no program is run; it only stands
/// in what `--norun` prints).
///
/// @param service whose server it is
/// @param target the one server
/// @param forwarding `-M m|g|i`
/// @param fos `--fos`: the table isn't touched, and the first failure is the end
/// @param printOnly `--test-start` or `--norun`
record NannyOptions(
        ServiceId service,
        Target target,
        Rules rules,
        Forwarding forwarding,
        boolean quiesce,
        boolean fos,
        boolean printOnly,
        boolean verbose,
        String ipvsadm) {
    static final String USAGE = """
            Usage: nanny --lvs|--fos -h ADDRESS -V ADDRESS [options]
              --lvs              keep the server in the table as long as it is good
              --fos              leave the table alone, end at the first failure
              -h ADDRESS         real server
              -V ADDRESS         virtual address
              -p PORT            virtual port (80)
              -r PORT            port of the real server (the virtual port)
              -t, --timeout SEC  from check to check, and limit of each (10)
              -a SEC             how long a failed server must stay good before it is let in (180)
              -s TEXT            text to send
              -x TEXT            answer to expect; * for any
              --regex            the answer is a regular expression
              -T                 texts are literal, without escapes
              -e PROGRAM         program that checks; %h and %p are server and port
              -U COMMAND         heed the load that -e prints (ssh, rsh, uptime), or that rup or ruptime tells
              -S NUMBER          at most so many times the weight for a server without load (10)
              -f MARK            firewall mark of the virtual service
              -u                 UDP
              -w NUMBER          weight (1)
              -M m|g|i           forwarding method (m)
              -q                 weight 0 instead of removal
              -I PATH            ipvsadm, as it shall stand in what --norun prints
              --test-start, --norun   print what would be done to the table, and don't
              -n, --nodaemon, -c      accepted
              -v, --verbose      tell about every check
              --version, --help  what they say
            """;

    /// What parsing came to: options, or an exit status.
    record Parsed(Optional<NannyOptions> options, int status) {}

    static Parsed parse(String[] args, PrintStream out, PrintStream err) {
        return new Parser(err).parse(args, out);
    }

    private static final class Parser {
        private static final int FOS = 1;
        private static final int LVS = 2;
        private static final int REGEX = 3;
        private static final int NORUN = 4;
        private static final int VERSION = 5;
        private static final int HELP = 6;

        private final PrintStream err;
        private boolean failed;
        private int timeoutS = 10;
        private int reentryS = -1;
        private int port = 80;
        private int realPort = -1;
        private int scale = Rules.LOAD_SCALE;
        private int weight = 1;
        private int mark;
        private @Nullable IpAddress server;
        private @Nullable IpAddress virtual;
        private String program = "";
        private String send = "";
        private String expect = "";
        private boolean regex;
        private boolean literal;
        private boolean quiesce;
        private boolean udp;
        private boolean fos;
        private boolean lvs;
        private boolean printOnly;
        private boolean verbose;
        private String load = "";
        private String ipvsadm = "/sbin/ipvsadm";
        private Forwarding forwarding = Forwarding.MASQ;

        Parser(PrintStream err) {
            this.err = err;
        }

        Parsed parse(String[] args, PrintStream out) {
            var options = new Getopt(
                    "nanny",
                    args,
                    "t:I:U:M:ncp:r:a:S:h:V:e:s:x:Tquf:w:v",
                    err,
                    new LongOption("timeout", Argument.REQUIRED, 't'),
                    new LongOption("nodaemon", Argument.NONE, 'n'),
                    new LongOption("verbose", Argument.NONE, 'v'),
                    new LongOption("regex", Argument.NONE, REGEX),
                    new LongOption("fos", Argument.NONE, FOS),
                    new LongOption("lvs", Argument.NONE, LVS),
                    new LongOption("test-start", Argument.NONE, NORUN),
                    new LongOption("norun", Argument.NONE, NORUN),
                    new LongOption("version", Argument.NONE, VERSION),
                    new LongOption("help", Argument.NONE, HELP));
            for (int c = options.next(); c != Getopt.END; c = options.next()) {
                if (c == VERSION) {
                    out.println("nanny " + io.muster.daemon.Daemon.version() + " (Muster)");
                    return new Parsed(Optional.empty(), 0);
                }
                if (c == HELP) {
                    out.print(USAGE);
                    return new Parsed(Optional.empty(), 0);
                }
                if (c == '?') {
                    return refused("");
                }
                option(c, options.hasArgument() ? options.argument() : "");
            }
            if (!options.operands().isEmpty()) {
                return refused("unexpected argument \"" + options.operands().getFirst() + "\"");
            }
            return failed ? refused("") : build();
        }

        private Parsed refused(String why) {
            if (!why.isEmpty()) {
                err.println("nanny: " + why);
            }
            return new Parsed(Optional.empty(), 1);
        }

        private void option(int c, String argument) {
            switch (c) {
                case 't' -> timeoutS = number(c, argument, 1);
                case 'a' -> reentryS = number(c, argument, 0);
                case 'p' -> port = port(c, argument);
                case 'r' -> realPort = port(c, argument);
                case 'S' -> scale = number(c, argument, 1);
                case 'w' -> weight = number(c, argument, 0);
                case 'f' -> mark = number(c, argument, 0);
                case 'h' -> server = address(c, argument);
                case 'V' -> virtual = address(c, argument);
                case 'e' -> program = argument;
                case 's' -> send = argument;
                case 'x' -> expect = argument;
                case 'U' -> load = argument;
                case 'I' -> ipvsadm = argument;
                case 'M' -> forwarding = forwarding(argument);
                case 'T' -> literal = true;
                case 'q' -> quiesce = true;
                case 'u' -> udp = true;
                case 'v' -> verbose = true;
                case REGEX -> regex = true;
                case FOS -> fos = true;
                case LVS -> lvs = true;
                case NORUN -> printOnly = true;
                default -> {
                    // -n and -c: always so.
                }
            }
        }

        private void wrong(int option, String argument, String what) {
            err.println("nanny: -" + (char) option + " \"" + argument + "\": " + what);
            failed = true;
        }

        /// As C writes numbers: 0x10 and 010 are 16 and 8.
        private int number(int option, String argument, int least) {
            try {
                int value = Integer.decode(argument.strip());
                if (value >= least) {
                    return value;
                }
            } catch (NumberFormatException e) {
                // Told below.
            }
            wrong(option, argument, "a number of at least " + least);
            return least;
        }

        private int port(int option, String argument) {
            int value = number(option, argument, 0);
            if (value > 65_535) {
                wrong(option, argument, "a port is at most 65535");
            }
            return value;
        }

        private @Nullable IpAddress address(int option, String argument) {
            Optional<IpAddress> found = IpAddress.parse(argument);
            if (found.isEmpty()) {
                wrong(option, argument, "an IP address");
            }
            return found.orElse(null);
        }

        private Forwarding forwarding(String argument) {
            return switch (argument) {
                case "m" -> Forwarding.MASQ;
                case "g" -> Forwarding.ROUTE;
                case "i" -> Forwarding.TUNNEL;
                default -> {
                    wrong('M', argument, "m, g or i");
                    yield Forwarding.MASQ;
                }
            };
        }

        private Parsed build() {
            if (fos == lvs) {
                return refused("unknown service type");
            }
            IpAddress real = server;
            IpAddress wanted = virtual == null ? real : virtual;
            if (real == null || wanted == null || lvs && virtual == null && mark == 0) {
                return refused("real server (-h) and virtual address (-V) are needed");
            }
            boolean beside = load.equals("rup") || load.equals("ruptime");
            boolean agent = !load.isEmpty() && !beside;
            if (agent && program.isEmpty()) {
                return refused("-U " + load + ": needs -e with a program that prints the load");
            }
            ServiceId service = mark != 0
                    ? ServiceId.mark(mark, wanted.v6())
                    : new ServiceId(udp ? ServiceId.UDP : ServiceId.TCP, wanted, port, 0);
            int checked = realPort < 0 ? port : realPort;
            long interval = timeoutS * 1000L;
            Check check;
            try {
                check = check(real, checked, agent);
            } catch (IllegalArgumentException e) {
                return refused(String.valueOf(e.getMessage()));
            }
            long reentry = reentryS < 0 ? fos ? interval : 180_000 : reentryS * 1000L;
            return new Parsed(
                    Optional.of(new NannyOptions(
                            service,
                            new Target(service.toString(), real, checked),
                            new Rules(
                                    check,
                                    interval,
                                    reentry,
                                    0,
                                    weight,
                                    load.isEmpty() ? 0 : scale,
                                    beside ? Optional.of(LoadSource.of(load, real, "")) : Optional.empty()),
                            forwarding,
                            quiesce,
                            fos,
                            printOnly,
                            verbose,
                            ipvsadm)),
                    0);
        }

        private Check check(IpAddress real, int checked, boolean agent) {
            if (literal && program.isEmpty() && !(send.isEmpty() && expect.isEmpty())) {
                return new Check.Talk(real, checked, udp, send, Expect.literal(expect, regex, udp));
            }
            if (!program.isEmpty()) {
                return Check.program(program, real, checked, expect, agent);
            }
            return send.isEmpty() && expect.isEmpty()
                    ? Check.plain(real, checked, udp)
                    : Check.talk(real, checked, udp, send, expect, regex);
        }
    }
}
