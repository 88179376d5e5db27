package io.muster.ccs.cli;

import io.muster.cli.Command;
import io.muster.config.Errno;
import io.muster.config.client.CcsFrames;
import io.muster.control.Answer;
import io.muster.control.CommandClient;
import io.muster.control.NotRunningException;
import io.muster.core.MalformedMessage;
import io.muster.daemon.Layout;
import io.muster.wire.Output;
import java.io.IOException;
import java.io.PrintStream;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// `ccs_test`: asks ccsd the way programs do. Descriptors live in ccsd, from one call of the command to
/// the next.
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

    private static final Pattern NUMBER = Pattern.compile("\\s*([-+]?)([0-9]+)");
    private static final Duration CONNECT = Duration.ofSeconds(60);
    private static final Duration BLOCKED = Duration.ofDays(1);

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
                case "set" -> failed("ccs_set", Errno.ENOSYS.number(), err);
                default -> onDescriptor(command, rest, out, err);
            };
        } catch (NotRunningException e) {
            return failed("ccs_" + command, Errno.ECONNREFUSED.number(), err);
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
        Answer answer = CommandClient.askOnce(
                layout.socket("ccsd"),
                block ? BLOCKED : CONNECT,
                CcsFrames.CONNECT,
                CcsFrames.connect(force, block, name));
        if (!answer.done()) {
            return failed("ccs_connect", answer.code(), err);
        }
        int descriptor = CcsFrames.opened(answer);
        out.println("Connect successful.");
        out.println(" Connection descriptor = " + descriptor);
        return 0;
    }

    private int onDescriptor(String command, List<String> rest, PrintStream out, PrintStream err)
            throws IOException, MalformedMessage {
        int descriptor = atoi(rest.getFirst());
        return switch (command) {
            case "disconnect" -> {
                Answer answer = ask(CcsFrames.DISCONNECT, CcsFrames.descriptor(descriptor));
                yield answer.done()
                        ? done("Disconnect successful.", out)
                        : failed("ccs_disconnect", answer.code(), err);
            }
            case "get", "get_list" -> get(descriptor, rest.get(1), command.equals("get_list"), out, err);
            case "set_state" -> {
                Answer answer = ask(CcsFrames.SET_STATE, CcsFrames.setState(descriptor, rest.get(1), true));
                yield answer.done() ? done("Set state successful.", out) : failed("ccs_set_state", answer.code(), err);
            }
            default -> state(ask(CcsFrames.GET_STATE, CcsFrames.descriptor(descriptor)), out, err);
        };
    }

    private Answer ask(int type, Output request) throws IOException {
        return CommandClient.askOnce(layout.socket("ccsd"), CommandClient.QUICK, type, request);
    }

    private int get(int descriptor, String query, boolean list, PrintStream out, PrintStream err)
            throws IOException, MalformedMessage {
        Answer answer = ask(list ? CcsFrames.GET_LIST : CcsFrames.GET, CcsFrames.query(descriptor, query));
        Optional<String> value = CcsFrames.value(answer);
        if (!answer.done()) {
            return failed(list ? "ccs_get_list" : "ccs_get", answer.code(), err);
        }
        out.println("Get successful.");
        out.println(" Value = <" + value.orElse("(null)") + ">");
        return 0;
    }

    private static int state(Answer answer, PrintStream out, PrintStream err) throws MalformedMessage {
        if (!answer.done()) {
            return failed("ccs_get_state", answer.code(), err);
        }
        CcsFrames.State state = CcsFrames.state(answer);
        out.println("Get state successful.");
        out.println(" Current working path: " + state.path());
        out.println(" Previous query      : " + state.query());
        return 0;
    }

    private static int done(String text, PrintStream out) {
        out.println(text);
        return 0;
    }

    private static int failed(String call, int error, PrintStream err) {
        err.println(call + " failed: " + Errno.text(error));
        return 1;
    }

    /// As atoi(3), which the original read descriptors with and scripts rely on: blanks, a sign,
    /// digits, and whatever stands behind them; 0 without digits.
    static int atoi(String word) {
        Matcher number = NUMBER.matcher(word);
        if (!number.lookingAt()) {
            return 0;
        }
        BigInteger value = new BigInteger(number.group(2));
        // What doesn't fit is no descriptor; the original's overflow is nobody's wish.
        return value.bitLength() > 31 ? -1 : Integer.parseInt(number.group(1).replace("+", "") + value);
    }
}
