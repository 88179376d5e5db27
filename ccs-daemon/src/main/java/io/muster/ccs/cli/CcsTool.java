package io.muster.ccs.cli;

import io.muster.cli.Command;
import io.muster.cli.Getopt;
import io.muster.cli.Nearest;
import io.muster.config.ConfigReader;
import io.muster.config.Element;
import io.muster.config.Errno;
import io.muster.config.client.CcsFrames;
import io.muster.control.Answer;
import io.muster.control.CommandClient;
import io.muster.control.NotRunningException;
import io.muster.core.MalformedMessage;
import io.muster.daemon.Layout;
import io.muster.finding.ConfigInvalid;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// `ccs_tool`: shows and changes cluster.conf, and hands a changed one to the cluster.
///
/// Source of commands, options, outputs and exit statuses: ccs_tool of RHEL 5 and 6.
public final class CcsTool implements Command {
    private static final String USAGE = """
            Usage: ccs_tool [options] <command>

            Options:
              -verbose          taken for the sake of old scripts, without effect
              -h                this help
              -V                the version

            Commands:
              help              this help
              update FILE       make FILE the configuration of the cluster
                -t, --confirm SEC  it goes back by itself unless confirmed within SEC seconds
              confirm           keep what is on probation
              query XPATH       print a value of the running configuration
              lsnode [-v]       list the nodes
              lsfence [-v]      list the fence devices
              create [-2] NAME  write a new file for cluster NAME; -2 for two nodes
              addnode -n ID [-v VOTES] [-a ALTNAME] -f FENCE NAME [key=value...]
              delnode NAME
              addfence NAME AGENT [key=value...]
              delfence NAME
              addnodeids [-n START] [-m MULTICAST] [-v]

            Of commands that show or change a file:
              -c FILE           instead of the cluster's own file
              -o FILE           write the result there; - is standard output
              -C                don't update the cluster afterwards
              -F                update the cluster even with -o
            """;

    private static final List<String> COMMANDS = List.of(
            "help",
            "update",
            "upgrade",
            "confirm",
            "query",
            "lsnode",
            "lsfence",
            "create",
            "addnode",
            "delnode",
            "addfence",
            "delfence",
            "addnodeids");

    private final Layout layout;

    /// @param layout says where the file and ccsd's socket are
    public CcsTool(Layout layout) {
        this.layout = layout;
    }

    public static void main(String[] args) {
        Command.main(new CcsTool(Layout.fromEnvironment()), args);
    }

    @Override
    public int run(String[] args, PrintStream out, PrintStream err) {
        int first = 0;
        while (first < args.length && args[first].startsWith("-")) {
            switch (args[first]) {
                case "-verbose", "--verbose" -> {}
                case "-h", "--help" -> {
                    out.print(USAGE);
                    return 0;
                }
                case "-V", "--version" -> {
                    out.println("ccs_tool (Muster)");
                    return 0;
                }
                default -> {
                    err.println("ccs_tool: invalid option -- '" + args[first].substring(1) + "'");
                    err.print(USAGE);
                    return 1;
                }
            }
            first++;
        }
        if (first == args.length) {
            err.print(USAGE);
            return 1;
        }
        String command = args[first];
        String[] rest = Arrays.copyOfRange(args, first + 1, args.length);
        return switch (command) {
            case "help" -> {
                out.print(USAGE);
                yield 0;
            }
            case "update" -> update(rest, out, err);
            case "confirm" -> new Update(layout, out, err).confirm();
            case "query" -> query(rest, out, err);
            case "lsnode", "lsfence" -> list(command, rest, out, err);
            case "create", "addnode", "delnode", "addfence", "delfence", "addnodeids" ->
                new FileCommands(layout, out, err).run(command, rest);
            case "upgrade" -> {
                err.println("ccs_tool: archives of GFS 6.0 can't be upgraded here");
                yield 1;
            }
            default -> {
                err.println("Unknown command, " + command + "."
                        + Nearest.hint(command, COMMANDS).replaceFirst("; d", " D"));
                err.println("Try 'ccs_tool help' for help.");
                yield 1;
            }
        };
    }

    private int update(String[] args, PrintStream out, PrintStream err) {
        int probation = 0;
        var options = new Getopt(
                "ccs_tool",
                args,
                "t:h",
                err,
                new io.muster.cli.LongOption("confirm", io.muster.cli.LongOption.Argument.REQUIRED, 't'));
        for (int c = options.next(); c != Getopt.END; c = options.next()) {
            switch (c) {
                case 't' -> {
                    Optional<Integer> seconds = FileCommands.number(options.argument(), 1, 86_400);
                    if (seconds.isEmpty()) {
                        err.println("ccs_tool: --confirm " + options.argument() + ": must be 1 to 86400 seconds");
                        return 1;
                    }
                    probation = seconds.get();
                }
                default -> {
                    err.println("Usage: ccs_tool update [-t|--confirm SEC] FILE");
                    return c == 'h' ? 0 : 1;
                }
            }
        }
        if (options.operands().size() != 1) {
            err.println("Usage: ccs_tool update [-t|--confirm SEC] FILE");
            return 1;
        }
        return new Update(layout, out, err).run(Path.of(options.operands().getFirst()), probation);
    }

    private int query(String[] args, PrintStream out, PrintStream err) {
        if (args.length != 1) {
            err.println("Usage: ccs_tool query XPATH");
            return 1;
        }
        try (CommandClient ccsd = CommandClient.connect(layout.socket("ccsd"), CommandClient.QUICK)) {
            Answer connected = ccsd.ask(CcsFrames.CONNECT, CcsFrames.connect(true, false, ""));
            if (!connected.done()) {
                err.println("Unable to connect to ccsd: " + Errno.text(connected.code()));
                return 1;
            }
            int descriptor = CcsFrames.opened(connected);
            Answer answer = ccsd.ask(CcsFrames.GET, CcsFrames.query(descriptor, args[0]));
            Optional<String> value = CcsFrames.value(answer);
            ccsd.ask(CcsFrames.DISCONNECT, CcsFrames.descriptor(descriptor));
            if (!answer.done() || value.isEmpty()) {
                err.println("Query failed: " + Errno.text(answer.code()));
                return 1;
            }
            out.println(value.get());
            return 0;
        } catch (NotRunningException e) {
            err.println("Unable to connect to ccsd: it isn't running");
        } catch (IOException | MalformedMessage e) {
            err.println("ccsd: " + e.getMessage());
        }
        return 1;
    }

    private int list(String command, String[] args, PrintStream out, PrintStream err) {
        Path file = layout.clusterConf();
        boolean verbose = false;
        var options = new Getopt("ccs_tool", args, "c:vh", err);
        for (int c = options.next(); c != Getopt.END; c = options.next()) {
            switch (c) {
                case 'c' -> file = Path.of(options.argument());
                case 'v' -> verbose = true;
                default -> {
                    err.println("Usage: ccs_tool " + command + " [-v] [-c FILE]");
                    return c == 'h' ? 0 : 1;
                }
            }
        }
        try {
            Element cluster = ConfigReader.parseTree(Files.readAllBytes(file), String.valueOf(file.getFileName()));
            out.print(
                    command.equals("lsnode")
                            ? Listing.nodes(cluster, verbose)
                            : Listing.fenceDevices(cluster, verbose));
            return 0;
        } catch (ConfigInvalid e) {
            err.println(e.getMessage());
        } catch (IOException e) {
            err.println("Unable to open " + file + ": no such file, or not readable");
        }
        return 1;
    }
}
