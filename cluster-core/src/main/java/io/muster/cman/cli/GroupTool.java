package io.muster.cman.cli;

import io.muster.cli.Command;
import io.muster.cli.Getopt;
import io.muster.cli.Nearest;
import io.muster.cman.client.CmanFrames;
import io.muster.cman.client.StatusCodec;
import io.muster.control.Answer;
import io.muster.control.CommandClient;
import io.muster.control.NotRunningException;
import io.muster.control.RefusedException;
import io.muster.core.MalformedMessage;
import io.muster.daemon.Daemon;
import io.muster.daemon.Layout;
import io.muster.member.daemon.AskFencing;
import io.muster.wire.Output;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// `group_tool [-v] [ls [LEVEL NAME] | dump [fence | log] | log TEXT]`.
///
/// Exit status: 0; 1 when cman isn't there, or the group asked for isn't one this node is in, or it is refused.
public final class GroupTool implements Command {
    private static final String USAGE = """
            Usage:

            group_tool [options] [ls | dump [fence | log] | log TEXT]

            Options:
              -v                Verbose output
              -g, -n            Taken for the sake of old scripts, without effect
              -h                Print this help, then exit
              -V                Print program version information, then exit

            Displays the groups this node is in.
            ls LEVEL NAME       Exit status 1 if the node isn't in that group
            dump                All that cman knows of nodes and groups
            dump fence          What fenced has done and knows
            dump log            The end of cman's log
            log TEXT            Put a line into cman's log
            """;

    private static final List<String> OPERATIONS = List.of("ls", "dump", "log");
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int LOG_BYTES = 64 << 10;

    private final Layout layout;

    public GroupTool(Layout layout) {
        this.layout = layout;
    }

    @Override
    public int run(String[] args, PrintStream out, PrintStream err) {
        Getopt options = new Getopt("group_tool", args, "vhVng:", err);
        boolean verbose = false;
        for (int c = options.next(); c != Getopt.END; c = options.next()) {
            switch (c) {
                case 'v' -> verbose = true;
                case 'n', 'g' -> {}
                case 'h' -> {
                    out.print(USAGE);
                    return 0;
                }
                case 'V' -> {
                    out.println("group_tool " + Daemon.version());
                    return 0;
                }
                default -> {
                    err.print(USAGE);
                    return 1;
                }
            }
        }
        List<String> words = options.operands();
        String operation = words.isEmpty() ? "ls" : words.getFirst();
        try {
            return switch (operation) {
                case "ls", "list" -> list(words, verbose, out);
                case "dump" -> dump(words.size() > 1 ? words.get(1) : "", out, err);
                case "log" -> log(words, err);
                default -> {
                    err.println("group_tool: unknown operation \"" + operation + "\""
                            + Nearest.hint(operation, OPERATIONS));
                    err.print(USAGE);
                    yield 1;
                }
            };
        } catch (RefusedException e) {
            err.println("group_tool: " + e.getMessage());
            return 1;
        } catch (IOException | MalformedMessage e) {
            err.println("Unable to connect to groupd.  Is it running?");
            return 1;
        }
    }

    private int list(List<String> words, boolean verbose, PrintStream out) throws IOException, MalformedMessage {
        List<GroupsText.Row> rows = GroupsText.rows(StatusCodec.decode(
                CommandClient.askOnce(layout.socket("cman"), CommandClient.QUICK, CmanFrames.ASK_STATUS)));
        if (words.size() >= 3) {
            rows = rows.stream()
                    .filter(r -> Integer.toString(r.level()).equals(words.get(1))
                            && r.name().equals(words.get(2)))
                    .toList();
            if (rows.isEmpty()) {
                return 1;
            }
        }
        out.print(GroupsText.table(rows, verbose));
        return 0;
    }

    private int dump(String what, PrintStream out, PrintStream err) throws IOException {
        switch (what) {
            case "" -> out.print(text(cman(CmanFrames.DUMP, new Output())));
            case "fence" -> {
                try {
                    out.print(text(CommandClient.askOnce(layout.socket("fenced"), PATIENCE, AskFencing.DUMP)
                            .orRefuse()));
                } catch (NotRunningException e) {
                    err.println("group_tool: fenced isn't running");
                    return 1;
                }
            }
            case "log" -> {
                return logged(out, err);
            }
            default -> {
                err.println("group_tool: there is no dump of \"" + what + "\": only of fence and log");
                return 1;
            }
        }
        return 0;
    }

    private int logged(PrintStream out, PrintStream err) {
        Path file = layout.log().resolve("cman.log");
        try (var channel = FileChannel.open(file)) {
            channel.position(Math.max(0, channel.size() - LOG_BYTES));
            byte[] octets = Channels.newInputStream(channel).readNBytes(LOG_BYTES);
            out.write(octets, 0, octets.length);
            out.flush();
            return 0;
        } catch (NoSuchFileException e) {
            err.println("group_tool: cman has no log file: it may log to syslog only, see cluster.conf(5), logging");
        } catch (AccessDeniedException e) {
            err.println("group_tool: cman's log may be read by root and members of group cluster only");
        } catch (IOException e) {
            err.println("group_tool: can't read cman's log: " + e.getMessage());
        }
        return 1;
    }

    private int log(List<String> words, PrintStream err) throws IOException {
        if (words.size() < 2) {
            err.println("group_tool: log: which text?");
            return 1;
        }
        cman(CmanFrames.LOG, new Output().string(String.join(" ", words.subList(1, words.size()))));
        return 0;
    }

    private Answer cman(int type, Output request) throws IOException {
        return CommandClient.askOnce(layout.socket("cman"), CommandClient.QUICK, type, request)
                .orRefuse();
    }

    private static String text(Answer answer) {
        return new String(answer.body(), StandardCharsets.UTF_8);
    }

    public static void main(String[] args) {
        Command.main(new GroupTool(Layout.fromEnvironment()), args);
    }
}
