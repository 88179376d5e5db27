package io.muster.cman.cli;

import io.muster.cli.Command;
import io.muster.cli.Getopt;
import io.muster.cman.client.CmanFrames;
import io.muster.cman.client.StatusCodec;
import io.muster.control.CommandClient;
import io.muster.core.MalformedMessage;
import io.muster.daemon.Daemon;
import io.muster.daemon.Layout;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;

/// `group_tool [-v] [ls [LEVEL NAME]]`.
///
/// Exit status: 0; 1 when cman isn't there, or the group asked for isn't one this node is in.
public final class GroupTool implements Command {
    private static final String USAGE = """
            Usage:

            group_tool [options] [ls]

            Options:
              -v                Verbose output
              -n                Taken for the sake of old scripts, without effect
              -h                Print this help, then exit
              -V                Print program version information, then exit

            Displays the groups this node is in.
            ls LEVEL NAME       Exit status 1 if the node isn't in that group
            """;

    private final Layout layout;

    public GroupTool(Layout layout) {
        this.layout = layout;
    }

    @Override
    public int run(String[] args, PrintStream out, PrintStream err) {
        Getopt options = new Getopt("group_tool", args, "vhVn", err);
        boolean verbose = false;
        for (int c = options.next(); c != Getopt.END; c = options.next()) {
            switch (c) {
                case 'v' -> verbose = true;
                case 'n' -> {}
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
        if (!words.isEmpty()
                && !words.getFirst().equals("ls")
                && !words.getFirst().equals("list")) {
            err.println("group_tool: unknown operation \"" + words.getFirst() + "\"");
            err.print(USAGE);
            return 1;
        }
        try {
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
        } catch (IOException | MalformedMessage e) {
            err.println("Unable to connect to groupd.  Is it running?");
            return 1;
        }
    }

    public static void main(String[] args) {
        Command.main(new GroupTool(Layout.fromEnvironment()), args);
    }
}
