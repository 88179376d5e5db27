package io.muster.config.cli;

import io.muster.config.ClusterConfig;
import io.muster.daemon.Layout;
import io.muster.finding.Problem;
import io.muster.finding.Reading;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.ServiceLoader;
import java.util.TreeSet;

/// What every [ConfigCheck] on this machine says of a file, beside what its reader says.
final class ConfigChecks {
    private ConfigChecks() {}

    /// In the order of the file. Where the reader has a word on the same place already, that is enough.
    ///
    /// @param name of the file, for messages
    static Reading<ClusterConfig> and(Reading<ClusterConfig> reading, String name, Layout layout) {
        if (reading.config().isEmpty()) {
            return reading;
        }
        var places = new TreeSet<String>();
        reading.warnings().forEach(problem -> places.add(place(problem)));
        var all = new ArrayList<>(reading.problems());
        for (ConfigCheck check : ServiceLoader.load(ConfigCheck.class)) {
            check.check(reading.config().get(), name, layout).stream()
                    .filter(problem -> problem.line() == 0 || !places.contains(place(problem)))
                    .forEach(all::add);
        }
        all.sort(Comparator.comparingInt(Problem::line).thenComparingInt(Problem::column));
        return new Reading<>(reading.config(), all);
    }

    private static String place(Problem problem) {
        return problem.line() + ":" + problem.column();
    }
}
