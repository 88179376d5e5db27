package io.muster.bench;

import io.muster.bed.Figures;
import io.muster.bed.node.Failover;
import io.muster.cli.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// The owner dies, again and again: how long until a survivor has the new membership, until the dead node is fenced,
/// until the client is served again.
final class BenchFailover {
    private BenchFailover() {}

    static Map<String, Object> run(int trials, boolean oneProcess, PrintStream out) throws IOException {
        List<Failover.Result> results = new ArrayList<>();
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        try (BenchCluster bench = BenchCluster.open(oneProcess, 10)) {
            out.println("trial  owner -> owner    detect   fence   start (ledger)  outage  ms");
            for (int trial = 1; trial <= trials; trial++) {
                Failover.Result result =
                        new Failover(bench.cluster, bench.logs, bench.client).run(Failover.Kind.PLUG, 40_000, nowhere);
                results.add(result);
                out.printf(
                        Locale.ROOT,
                        "%5d  %s -> %s  %7.0f %7.0f %7.0f %8.1f %7.0f%n",
                        trial,
                        result.ownerBefore(),
                        result.ownerAfter(),
                        result.detectMs(),
                        result.fenceMs(),
                        result.startMs(),
                        result.ledgerMs(),
                        result.outageMs());
                out.flush();
                bench.cluster.boot(bench.testbed.node(result.ownerBefore()));
                bench.awaitWhole();
            }
        }
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("trials", trials);
        figures.put("one_process", oneProcess);
        figures.put("detect_ms", Figures.summary(all(results, Failover.Result::detectMs)));
        figures.put("fence_ms", Figures.summary(all(results, Failover.Result::fenceMs)));
        figures.put("start_ms", Figures.summary(all(results, Failover.Result::startMs)));
        figures.put("ledger_ms", Figures.summary(all(results, Failover.Result::ledgerMs)));
        figures.put("outage_ms", Figures.summary(all(results, Failover.Result::outageMs)));
        for (String key : List.of("detect_ms", "fence_ms", "start_ms", "ledger_ms", "outage_ms")) {
            out.println(key + " " + Json.text(java.util.Objects.requireNonNull(figures.get(key))));
        }
        return figures;
    }

    private static List<Double> all(
            List<Failover.Result> results, java.util.function.Function<Failover.Result, Double> of) {
        return results.stream().map(of).toList();
    }
}
