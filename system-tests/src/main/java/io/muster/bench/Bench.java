package io.muster.bench;

import io.muster.bed.Figures;
import java.io.IOException;
import java.io.PrintStream;
import java.util.Map;

/// `./muster bench`: the figures, measured on real daemons in namespaces, or in a guest.
public final class Bench {
    private Bench() {}

    public static void main(String[] args) {
        int[] status = {0};
        BenchOptions.parse(args, System.out, System.err, status)
                .ifPresent(options -> status[0] = run(options, System.out, System.err));
        System.out.flush();
        System.exit(status[0]);
    }

    private static int run(BenchOptions options, PrintStream out, PrintStream err) {
        try {
            return switch (options.what()) {
                case "failover" -> write(options, BenchFailover.run(options.trials(20), options.oneProcess(), out));
                case "footprint" -> write(options, BenchFootprint.run(options.oneProcess(), out));
                case "commands" -> write(options, BenchCommands.run(options.trials(25), out));
                case "checks" -> write(options, BenchChecks.run(out));
                case "order" -> BenchOrder.run(options, out);
                case "director" -> BenchDirector.run(options, out, err);
                case "table" -> {
                    // Its figures come from a guest, as they are to be written.
                    TableFigures.measure(options.trials(9), options.json(), out);
                    yield 0;
                }
                default -> throw new IllegalStateException("no benchmark \"" + options.what() + "\"");
            };
        } catch (IOException | IllegalStateException e) {
            err.println("bench: " + e.getMessage());
            return 1;
        }
    }

    private static int write(BenchOptions options, Map<String, Object> figures) throws IOException {
        if (options.json() != null) {
            Figures.write(options.json(), figures);
        }
        return 0;
    }
}
