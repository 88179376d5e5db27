package io.muster.testbed;

import io.muster.cli.Getopt;
import io.muster.cli.LongOption;
import java.io.PrintStream;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// What `./muster demo` was asked for.
///
/// @param cut partition the network instead of killing
/// @param oneProcess each node's daemons in one clusterd
/// @param keep leave the cluster running
/// @param down end one that was left running
/// @param noFailback the service stays where it is when its preferred node comes back
/// @param shell the node to enter, or null
/// @param json where to write the figures, or null
/// @param inBackground this process is the one that holds a kept cluster
record DemoOptions(
        boolean cut,
        boolean oneProcess,
        boolean keep,
        boolean down,
        boolean noFailback,
        @Nullable String shell,
        @Nullable Path json,
        boolean inBackground) {

    static final String USAGE = """
            Usage: ./muster demo [options]
                   ./muster demo lvs [--json FILE]      the same for a director, in a guest with a kernel of its own

            Three nodes on this machine, one service, one death: shows what happens.

              --cut            cut the owner off from the others instead of killing it
              --one-process    run each node's daemons in one process
              --nofailback     the service stays where it is when its first node comes back
              --keep           leave the cluster running afterwards
              --shell NODE     enter a node of the cluster that was left running
              --down           end the cluster that was left running
              --json FILE      write the figures to FILE
              -h, --help       this text
            """;

    /// @return null when the options are wrong or only asked for help; `status[0]` is the exit status then
    static @Nullable DemoOptions parse(String[] args, PrintStream out, PrintStream err, int[] status) {
        Getopt options = new Getopt(
                "demo",
                args,
                "h",
                err,
                new LongOption("cut", LongOption.Argument.NONE, 'c'),
                new LongOption("one-process", LongOption.Argument.NONE, 'o'),
                new LongOption("keep", LongOption.Argument.NONE, 'k'),
                new LongOption("down", LongOption.Argument.NONE, 'd'),
                new LongOption("nofailback", LongOption.Argument.NONE, 'n'),
                new LongOption("shell", LongOption.Argument.REQUIRED, 's'),
                new LongOption("json", LongOption.Argument.REQUIRED, 'j'),
                new LongOption("in-background", LongOption.Argument.NONE, 'b'),
                new LongOption("help", LongOption.Argument.NONE, 'h'));
        boolean cut = false;
        boolean oneProcess = false;
        boolean keep = false;
        boolean down = false;
        boolean noFailback = false;
        boolean inBackground = false;
        String shell = null;
        Path json = null;
        for (int c = options.next(); c != Getopt.END; c = options.next()) {
            switch (c) {
                case 'c' -> cut = true;
                case 'o' -> oneProcess = true;
                case 'k' -> keep = true;
                case 'd' -> down = true;
                case 'n' -> noFailback = true;
                case 'b' -> inBackground = true;
                case 's' -> shell = options.argument();
                case 'j' -> json = Path.of(options.argument()).toAbsolutePath();
                case 'h' -> {
                    out.print(USAGE);
                    return null;
                }
                default -> {
                    err.print(USAGE);
                    status[0] = 1;
                    return null;
                }
            }
        }
        if (!options.operands().isEmpty()) {
            err.println("demo: what is \"" + options.operands().getFirst() + "\"?");
            err.print(USAGE);
            status[0] = 1;
            return null;
        }
        return new DemoOptions(cut, oneProcess, keep, down, noFailback, shell, json, inBackground);
    }
}
