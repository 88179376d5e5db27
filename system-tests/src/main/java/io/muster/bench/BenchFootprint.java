package io.muster.bench;

import io.muster.bed.node.Cluster;
import io.muster.bed.node.TestNode;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/// What an idle node costs: resident and proportional memory of each daemon, and processor time over half a minute.
final class BenchFootprint {
    private static final int SETTLE_SEC = 45;
    private static final int WATCH_SEC = 30;

    private BenchFootprint() {}

    static Map<String, Object> run(boolean oneProcess, PrintStream out) throws IOException {
        List<String> daemons = oneProcess ? List.of("clusterd") : Cluster.DAEMONS;
        // No client: a cluster that has nothing to do.
        try (BenchCluster bench = BenchCluster.open(oneProcess, 10)) {
            bench.client.close();
            LockSupport.parkNanos(SETTLE_SEC * 1_000_000_000L);
            // The last node owns no service: what an idle node of a quiet cluster takes.
            TestNode node = bench.testbed.nodes().getLast();
            Map<String, Long> before = new LinkedHashMap<>();
            for (String daemon : daemons) {
                before.put(daemon, ticks(pid(node, daemon)));
            }
            LockSupport.parkNanos(WATCH_SEC * 1_000_000_000L);
            Map<String, Object> figures = new LinkedHashMap<>();
            double rss = 0;
            double pss = 0;
            double cpu = 0;
            out.println("daemon       RSS MB  PSS MB   CPU %");
            for (String daemon : daemons) {
                long pid = pid(node, daemon);
                double percent = (ticks(pid) - before.getOrDefault(daemon, 0L)) * 100.0 / (100.0 * WATCH_SEC);
                double rssMb = rollup(pid, "Rss:") / 1024.0;
                double pssMb = rollup(pid, "Pss:") / 1024.0;
                out.printf(Locale.ROOT, "%-12s %6.1f  %6.1f  %6.2f%n", daemon, rssMb, pssMb, percent);
                Map<String, Object> one = new LinkedHashMap<>();
                one.put("rss_mb", rssMb);
                one.put("pss_mb", pssMb);
                one.put("cpu_percent", Math.round(percent * 100) / 100.0);
                figures.put(daemon, one);
                rss += rssMb;
                pss += pssMb;
                cpu += percent;
            }
            out.printf(Locale.ROOT, "%-12s %6.1f  %6.1f  %6.2f%n", "together", rss, pss, cpu);
            figures.put("rss_mb", rss);
            figures.put("pss_mb", pss);
            figures.put("cpu_percent", cpu);
            return figures;
        }
    }

    private static long pid(TestNode node, String daemon) {
        ProcessHandle process = node.process(daemon);
        if (process == null) {
            throw new IllegalStateException(daemon + " doesn't run on " + node.name());
        }
        return process.pid();
    }

    private static long ticks(long pid) throws IOException {
        String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
    }

    private static long rollup(long pid, String key) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + pid + "/smaps_rollup")).stream()
                .filter(line -> line.startsWith(key))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                .sum();
    }
}
