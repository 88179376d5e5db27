package io.muster.bed;

import io.muster.cli.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Quantiles of a few measurements, and the file they are written to.
public final class Figures {
    private Figures() {}

    public static void write(Path file, Map<String, ?> figures) throws IOException {
        Files.writeString(file, Json.text(figures) + "\n", StandardCharsets.UTF_8);
    }

    /// The smallest value that at least this share of the values doesn't exceed; NaN of none.
    public static double quantile(List<Double> values, double share) {
        double[] sorted = values.stream()
                .mapToDouble(Double::doubleValue)
                .filter(Double::isFinite)
                .toArray();
        if (sorted.length == 0) {
            return Double.NaN;
        }
        Arrays.sort(sorted);
        int index = (int) Math.ceil(share * sorted.length) - 1;
        return sorted[Math.clamp(index, 0, sorted.length - 1)];
    }

    public static Map<String, Object> summary(List<Double> values) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("p50", quantile(values, 0.5));
        all.put("p99", quantile(values, 0.99));
        all.put("min", quantile(values, 0.0));
        all.put("max", quantile(values, 1.0));
        return all;
    }
}
