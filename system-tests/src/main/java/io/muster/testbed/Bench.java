package io.muster.testbed;

import io.muster.cli.Getopt;
import io.muster.cli.LongOption;
import io.muster.lab.TableFigures;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// `./muster bench`: the figures, measured on real daemons in namespaces.
public final class Bench {
    private static final String USAGE = """
            Usage: ./muster bench failover [--trials N] [--one-process] [--json FILE]
                   ./muster bench order [--json FILE] ...
                   ./muster bench footprint [--one-process] [--json FILE]
                   ./muster bench commands [--trials N] [--json FILE]
                   ./muster bench checks [--json FILE]
                   ./muster bench table [--trials N] [--json FILE]
                   ./muster bench director [--trials N] [--lab] [--json FILE]
            """;

    /// @param trials how often; 0 for the benchmark's own number
    private record Options(
            String what,
            int trials,
            boolean oneProcess,
            @Nullable Path json) {}

    private Bench() {}

    public static void main(String[] args) {
        if (args.length > 0 && args[0].equals("order")) {
            // It has options of its own.
            System.exit(BenchOrder.run(Arrays.copyOfRange(args, 1, args.length)));
        }
        if (args.length > 0 && args[0].equals("director")) {
            System.exit(BenchDirector.run(Arrays.copyOfRange(args, 1, args.length), System.out, System.err));
        }
        Options options = parse(args, System.out, System.err);
        if (options == null) {
            System.exit(1);
            return;
        }
        if (options.what().equals("table")) {
            System.exit(table(options));
        }
        int status = 0;
        try {
            Map<String, Object> figures = switch (options.what()) {
                case "failover" ->
                    BenchFailover.run(options.trials() == 0 ? 20 : options.trials(), options.oneProcess(), System.out);
                case "checks" -> BenchChecks.run(System.out);
                case "footprint" -> BenchFootprint.run(options.oneProcess(), System.out);
                default -> BenchCommands.run(options.trials() == 0 ? 25 : options.trials(), System.out);
            };
            if (options.json() != null) {
                Json.write(options.json(), figures);
            }
        } catch (IOException | IllegalStateException e) {
            System.err.println("bench: " + e.getMessage());
            status = 1;
        }
        System.out.flush();
        System.exit(status);
    }

    /// Its figures come from a guest, as they are to be written.
    private static int table(Options options) {
        try {
            TableFigures.measure(options.trials() == 0 ? 9 : options.trials(), options.json(), System.out);
            return 0;
        } catch (IOException | IllegalStateException e) {
            System.err.println("bench: " + e.getMessage());
            return 1;
        }
    }

    private static @Nullable Options parse(String[] args, PrintStream out, PrintStream err) {
        Getopt options = new Getopt(
                "bench",
                args,
                "h",
                err,
                new LongOption("trials", LongOption.Argument.REQUIRED, 't'),
                new LongOption("one-process", LongOption.Argument.NONE, 'o'),
                new LongOption("json", LongOption.Argument.REQUIRED, 'j'),
                new LongOption("help", LongOption.Argument.NONE, 'h'));
        int trials = 0;
        boolean oneProcess = false;
        Path json = null;
        for (int c = options.next(); c != Getopt.END; c = options.next()) {
            switch (c) {
                case 't' -> {
                    try {
                        trials = Integer.parseInt(options.argument());
                    } catch (NumberFormatException e) {
                        trials = -1;
                    }
                    if (trials < 1 || trials > 10_000) {
                        err.println("bench: --trials " + options.argument() + ": a number from 1 to 10000");
                        return null;
                    }
                }
                case 'o' -> oneProcess = true;
                case 'j' -> json = Path.of(options.argument()).toAbsolutePath();
                case 'h' -> {
                    out.print(USAGE);
                    System.exit(0);
                }
                default -> {
                    err.print(USAGE);
                    return null;
                }
            }
        }
        List<String> words = options.operands();
        if (words.size() != 1
                || !List.of("failover", "footprint", "commands", "checks", "table")
                        .contains(words.getFirst())) {
            err.print(USAGE);
            return null;
        }
        return new Options(words.getFirst(), trials, oneProcess, json);
    }
}
