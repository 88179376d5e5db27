package io.muster.demo;

import io.muster.bed.Options;
import io.muster.bed.Options.Kind;
import io.muster.bed.Options.Option;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What `./muster demo` was asked for.
public record DemoOptions(Options.Given given) {
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

    private static final Options OPTIONS = new Options(
            "demo",
            "demo",
            Map.of("", USAGE, LVS, LVS_USAGE),
            Map.of("", "cokdnsb", LVS, ""),
            new Option("cut", 'c', false, Kind.FLAG),
            new Option("one-process", 'o', false, Kind.FLAG),
            new Option("keep", 'k', false, Kind.FLAG),
            new Option("down", 'd', false, Kind.FLAG),
            new Option("nofailback", 'n', false, Kind.FLAG),
            new Option("shell", 's', false, Kind.TEXT),
            new Option("in-background", 'b', false, Kind.FLAG));

    /// @return empty when the options are wrong or only asked for help; `status[0]` is the exit status then
    public static Optional<DemoOptions> parse(String[] args, PrintStream out, PrintStream err, int[] status) {
        return OPTIONS.parse(args, out, err, status).map(DemoOptions::new);
    }

    /// The director's demo; of the other options it takes `--json` only.
    public boolean lvs() {
        return given.word().equals(LVS);
    }

    /// Partition the network instead of killing.
    public boolean cut() {
        return given.has('c');
    }

    /// Each node's daemons in one clusterd.
    public boolean oneProcess() {
        return given.has('o');
    }

    /// Leave the cluster running.
    public boolean keep() {
        return given.has('k');
    }

    /// End one that was left running.
    public boolean down() {
        return given.has('d');
    }

    /// The service stays where it is when its preferred node comes back.
    public boolean noFailback() {
        return given.has('n');
    }

    /// The node to enter, or null.
    public @Nullable String shell() {
        return given.text('s');
    }

    /// This process is the one that holds a kept cluster.
    boolean inBackground() {
        return given.has('b');
    }

    public @Nullable Path json() {
        return given.json();
    }
}
