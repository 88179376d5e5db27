package io.muster.testbed;

import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// How long a status command takes on a node of a running cluster: the whole process, JVM start included.
final class BenchCommands {
    private BenchCommands() {}

    static Map<String, Object> run(int trials, PrintStream out) throws IOException {
        Map<String, Object> figures = new LinkedHashMap<>();
        try (BenchCluster bench = BenchCluster.open(false, 10)) {
            bench.client.close();
            TestNode node = bench.testbed.nodes().getLast();
            double floor = Figures.quantile(times(node, trials, List.of("true")), 0.5);
            out.printf(Locale.ROOT, "%-20s %6.1f ms p50 (entering the node; taken off below)%n", "true", floor);
            for (List<String> command : List.of(
                    List.of("cman_tool", "status"),
                    List.of("cman_tool", "nodes"),
                    List.of("clustat"),
                    List.of("fence_tool", "ls"),
                    List.of("group_tool"))) {
                List<Double> net = times(node, trials, command).stream()
                        .map(ms -> ms - floor)
                        .toList();
                out.printf(
                        Locale.ROOT,
                        "%-20s %6.1f ms p50 %7.1f ms p99%n",
                        String.join(" ", command),
                        Figures.quantile(net, 0.5),
                        Figures.quantile(net, 0.99));
                figures.put(String.join(" ", command), Figures.summary(net));
            }
        }
        return figures;
    }

    private static List<Double> times(TestNode node, int trials, List<String> command) {
        List<Double> times = new ArrayList<>();
        // The first ones read files that the others find in memory.
        for (int i = -3; i < trials; i++) {
            long before = System.nanoTime();
            Shell.Result said = node.run(10_000, command.toArray(String[]::new));
            if (!said.ok()) {
                throw new IllegalStateException(String.join(" ", command) + ": " + said.err() + said.out());
            }
            if (i >= 0) {
                times.add((System.nanoTime() - before) / 1e6);
            }
        }
        return times;
    }
}
