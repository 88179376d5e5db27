package io.muster.bench;

import io.muster.bed.Figures;
import io.muster.bed.Shell;
import io.muster.bed.node.TestNode;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// How long a status command takes on a node of a running cluster: the whole process, JVM start included. And what it
/// takes of the processor, which on a machine that has other work is the figure to compare.
final class BenchCommands {
    private BenchCommands() {}

    static Map<String, Object> run(int trials, PrintStream out) throws IOException {
        Map<String, Object> figures = new LinkedHashMap<>();
        try (BenchCluster bench = BenchCluster.open(false, 10)) {
            bench.client.close();
            TestNode node = bench.testbed.nodes().getLast();
            double floor = Figures.quantile(times(node, trials, List.of("true")).wallMs(), 0.5);
            out.printf(Locale.ROOT, "%-20s %6.1f ms p50 (entering the node; taken off below)%n", "true", floor);
            for (List<String> command : List.of(
                    List.of("cman_tool", "status"),
                    List.of("cman_tool", "nodes"),
                    List.of("clustat"),
                    List.of("fence_tool", "ls"),
                    List.of("group_tool"))) {
                Times times = times(node, trials, command);
                List<Double> net = times.wallMs().stream().map(ms -> ms - floor).toList();
                out.printf(
                        Locale.ROOT,
                        "%-20s %6.1f ms p50 %7.1f ms p99 %7.1f ms of processor time p50%n",
                        String.join(" ", command),
                        Figures.quantile(net, 0.5),
                        Figures.quantile(net, 0.99),
                        Figures.quantile(times.cpuMs(), 0.5));
                Map<String, Object> figure = new LinkedHashMap<>(Figures.summary(net));
                figure.put("cpu_ms", Figures.summary(times.cpuMs()));
                figures.put(String.join(" ", command), figure);
            }
        }
        return figures;
    }

    private record Times(List<Double> wallMs, List<Double> cpuMs) {}

    private static Times times(TestNode node, int trials, List<String> command) {
        List<String> timed = new ArrayList<>(List.of("bash", "-c", "TIMEFORMAT='%U %S'; time \"$@\"", "bash"));
        timed.addAll(command);
        Times times = new Times(new ArrayList<>(), new ArrayList<>());
        // The first ones read files that the others find in memory.
        for (int i = -3; i < trials; i++) {
            long before = System.nanoTime();
            Shell.Result said = node.run(10_000, timed.toArray(String[]::new));
            if (!said.ok()) {
                throw new IllegalStateException(String.join(" ", command) + ": " + said.err() + said.out());
            }
            if (i >= 0) {
                times.wallMs().add((System.nanoTime() - before) / 1e6);
                times.cpuMs().add(cpuMs(said.err()));
            }
        }
        return times;
    }

    /// From the seconds in user and system mode, the last line that bash writes.
    private static double cpuMs(String err) {
        String[] seconds =
                err.strip().substring(err.strip().lastIndexOf('\n') + 1).split(" ", 2);
        return (Double.parseDouble(seconds[0]) + Double.parseDouble(seconds[1])) * 1000;
    }
}
