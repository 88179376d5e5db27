package io.muster.demo;

import io.muster.cli.Getopt;
import io.muster.cli.LongOption;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// What `./muster demo` was asked for.
///
/// @param lvs the director's demo; of the other options it takes `--json` only
/// @param cut partition the network instead of killing
/// @param oneProcess each node's daemons in one clusterd
/// @param keep leave the cluster running
/// @param down end one that was left running
/// @param noFailback the service stays where it is when its preferred node comes back
/// @param shell the node to enter, or null
/// @param json where to write the figures, or null
/// @param inBackground this process is the one that holds a kept cluster
public record DemoOptions(
        boolean lvs,
        boolean cut,
        boolean oneProcess,
        boolean keep,
        boolean down,
        boolean noFailback,
        @Nullable String shell,
        @Nullable Path json,
        boolean inBackground) {

    private static final String LVS = "lvs";

    private static final String USAGE = """
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

    private static final String LVS_USAGE = """
            Usage: ./muster demo lvs [options]

            A client, two directors and three real servers in one guest with a kernel of its own (it boots in seconds,
            and nothing of it remains). A real server dies, then the active director: watch what the client notices.

              --json FILE      write the figures to FILE
              -h, --help       this text
            """;

    /// @return null when the options are wrong or only asked for help; `status[0]` is the exit status then
    public static @Nullable DemoOptions parse(String[] args, PrintStream out, PrintStream err, int[] status) {
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
        var given = new TreeSet<Character>();
        String shell = null;
        Path json = null;
        for (int c = options.next(); c != Getopt.END; c = options.next()) {
            switch (c) {
                case 's' -> shell = options.argument();
                case 'j' -> json = Path.of(options.argument()).toAbsolutePath();
                case '?' -> {
                    err.print(usage(args));
                    status[0] = 1;
                    return null;
                }
                default -> given.add((char) c);
            }
        }
        List<String> words = options.operands();
        boolean lvs = words.equals(List.of(LVS));
        if (given.contains('h')) {
            out.print(lvs ? LVS_USAGE : USAGE);
            return null;
        }
        if (!words.isEmpty() && !lvs) {
            err.println("demo: what is \"" + (words.getFirst().equals(LVS) ? words.get(1) : words.getFirst()) + "\"?");
            err.print(USAGE);
            status[0] = 1;
            return null;
        }
        if (lvs && (!given.isEmpty() || shell != null)) {
            err.print(LVS_USAGE);
            status[0] = 1;
            return null;
        }
        return new DemoOptions(
                lvs,
                given.contains('c'),
                given.contains('o'),
                given.contains('k'),
                given.contains('d'),
                given.contains('n'),
                shell,
                json,
                given.contains('b'));
    }

    private static String usage(String[] args) {
        return List.of(args).contains(LVS) ? LVS_USAGE : USAGE;
    }
}
