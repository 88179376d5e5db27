package io.muster.ccs.cli;

import io.muster.ccs.Errno;
import io.muster.cli.Command;
import io.muster.control.NotRunningException;
import io.muster.core.MalformedMessage;
import io.muster.daemon.Layout;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// `ccs_test`: asks ccsd the way programs do. Descriptors live in ccsd, from one call of the command to the
/// next.
///
/// Source of the outputs: RHEL 5 ccs_test.
public final class CcsTest implements Command {
    private static final String USAGE = """
            Usage: ccs_test <command> [arguments]

            Commands:
              connect [force] [block] [cluster name]   open a descriptor; without quorum only with force
              disconnect <descriptor>
              get <descriptor> <query>                 repeating the query gives the next match
              get_list <descriptor> <query>            the same, ending once after the last match
              set <descriptor> <path> <value>
              get_state <descriptor>
              set_state <descriptor> <path>
            """;

    private final Layout layout;

    /// @param layout says where ccsd's socket is
    public CcsTest(Layout layout) {
        this.layout = layout;
    }

    public static void main(String[] args) {
        Command.main(new CcsTest(Layout.fromEnvironment()), args);
    }

    @Override
    public int run(String[] args, PrintStream out, PrintStream err) {
        List<String> words = List.of(args);
        if (words.isEmpty() || words.getFirst().equals("-h") || words.getFirst().equals("help")) {
            (words.isEmpty() ? err : out).print(USAGE);
            return words.isEmpty() ? 1 : 0;
        }
        String command = words.getFirst();
        List<String> rest = words.subList(1, words.size());
        Integer arguments = switch (command) {
            case "connect" -> rest.size();
            case "disconnect", "get_state" -> 1;
            case "get", "get_list", "set_state" -> 2;
            case "set" -> 3;
            default -> -1;
        };
        if (arguments < 0) {
            err.println("Unknown command, " + command + ".");
            err.print(USAGE);
            return 1;
        }
        if (rest.size() != arguments) {
            err.println("Wrong number of arguments.");
            return 1;
        }
        try {
            return switch (command) {
                case "connect" -> connect(rest, out, err);
                case "set" -> failed("ccs_set", -Errno.ENOSYS.number(), err);
                default -> onDescriptor(command, rest, out, err);
            };
        } catch (NotRunningException e) {
            return failed("ccs_" + command, -Errno.ECONNREFUSED.number(), err);
        } catch (IOException | MalformedMessage e) {
            err.println("ccs_" + command + " failed: " + e.getMessage());
            return 1;
        }
    }

    private int connect(List<String> words, PrintStream out, PrintStream err) throws IOException, MalformedMessage {
        List<String> rest = new ArrayList<>(words);
        boolean force = rest.remove("force");
        boolean block = rest.remove("block");
        if (rest.size() > 1) {
            err.println("Wrong number of arguments.");
            return 1;
        }
        if (!force && (block || !rest.isEmpty())) {
            err.println(block ? "block needs force." : "A cluster name needs force.");
            return 1;
        }
        if (force) {
            out.println("Force is set.");
        }
        if (block) {
            out.println("Blocking is set.");
        }
        String name = rest.isEmpty() ? "" : rest.getFirst();
        if (!name.isEmpty()) {
            out.println("Setting cluster name to " + name);
        }
        int result;
        try (CcsClient ccsd = CcsClient.patient(layout.socket("ccsd"), block)) {
            result = ccsd.connect(force, block, name);
        }
        if (result < 0) {
            return failed("ccs_connect", result, err);
        }
        out.println("Connect successful.");
        out.println(" Connection descriptor = " + result);
        return 0;
    }

    private int onDescriptor(String command, List<String> rest, PrintStream out, PrintStream err)
            throws IOException, MalformedMessage {
        Optional<Integer> number = number(rest.getFirst());
        if (number.isEmpty()) {
            return failed("ccs_" + command, -Errno.EINVAL.number(), err);
        }
        int descriptor = number.get();
        try (CcsClient ccsd = CcsClient.quick(layout.socket("ccsd"))) {
            return switch (command) {
                case "disconnect" -> {
                    int result = ccsd.disconnect(descriptor);
                    yield result < 0 ? failed("ccs_disconnect", result, err) : done("Disconnect successful.", out);
                }
                case "get", "get_list" -> get(ccsd, descriptor, rest.get(1), command.equals("get_list"), out, err);
                case "set_state" -> {
                    int result = ccsd.setState(descriptor, rest.get(1));
                    yield result < 0 ? failed("ccs_set_state", result, err) : done("Set state successful.", out);
                }
                default -> state(ccsd.state(descriptor), out, err);
            };
        }
    }

    private static int get(CcsClient ccsd, int descriptor, String query, boolean list, PrintStream out, PrintStream err)
            throws IOException, MalformedMessage {
        CcsClient.Answer answer = ccsd.get(descriptor, query, list);
        if (answer.result() < 0) {
            return failed(list ? "ccs_get_list" : "ccs_get", answer.result(), err);
        }
        out.println("Get successful.");
        out.println(" Value = <" + (answer.text() == null ? "(null)" : answer.text()) + ">");
        return 0;
    }

    private static int state(CcsClient.State state, PrintStream out, PrintStream err) {
        if (state.result() < 0) {
            return failed("ccs_get_state", state.result(), err);
        }
        out.println("Get state successful.");
        out.println(" Current working path: " + state.path());
        out.println(" Previous query      : " + state.query());
        return 0;
    }

    private static int done(String text, PrintStream out) {
        out.println(text);
        return 0;
    }

    private static int failed(String call, int result, PrintStream err) {
        err.println(call + " failed: " + Errno.text(result));
        return 1;
    }

    private static Optional<Integer> number(String word) {
        try {
            return Optional.of(Integer.parseInt(word));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }
}
