package io.muster.config.cli;

import io.muster.cli.Command;
import io.muster.cli.Getopt;
import io.muster.config.ClusterConfig;
import io.muster.config.ConfigReader;
import io.muster.daemon.Daemon;
import io.muster.daemon.Layout;
import io.muster.finding.Problem;
import io.muster.finding.Reading;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;
import java.util.TreeSet;

/// `ccs_config_validate`: checks a cluster.conf and says everything that is wrong with it at once.
///
/// Exit status: 0 valid, whatever the warnings; 1 otherwise.
public final class ConfigValidate implements Command {
    private static final String USAGE = """
            Usage: ccs_config_validate [options]

            Options:
              -f FILE   check FILE instead of the cluster's own file
              -q        only the exit status, no text
              -v        remarks too, and what was found
              -h        this help
              -V        the version
            """;

    private final Layout layout;

    /// @param layout says which file is the cluster's own
    public ConfigValidate(Layout layout) {
        this.layout = layout;
    }

    public static void main(String[] args) {
        Command.main(new ConfigValidate(Layout.fromEnvironment()), args);
    }

    @Override
    public int run(String[] args, PrintStream out, PrintStream err) {
        Path file = layout.clusterConf();
        boolean quiet = false;
        boolean verbose = false;
        var options = new Getopt("ccs_config_validate", args, "f:qvhV", err);
        for (int c = options.next(); c != Getopt.END; c = options.next()) {
            switch (c) {
                case 'f' -> file = Path.of(options.argument());
                case 'q' -> quiet = true;
                case 'v' -> verbose = true;
                case 'h' -> {
                    out.print(USAGE);
                    return 0;
                }
                case 'V' -> {
                    out.println("ccs_config_validate (Muster) " + Daemon.version());
                    return 0;
                }
                default -> {
                    err.print(USAGE);
                    return 1;
                }
            }
        }
        if (!options.operands().isEmpty()) {
            err.println("ccs_config_validate: unexpected argument \""
                    + options.operands().getFirst() + "\": give the file with -f");
            err.print(USAGE);
            return 1;
        }
        Reading<ClusterConfig> reading = ConfigReader.read(file);
        if (!quiet) {
            print(checked(reading, file), verbose, out, err);
        }
        return reading.config().isPresent() ? 0 : 1;
    }

    /// With what others say of it. Where the reader has a word on the same place already, that is enough.
    private Reading<ClusterConfig> checked(Reading<ClusterConfig> reading, Path file) {
        if (reading.config().isEmpty()) {
            return reading;
        }
        var places = new TreeSet<String>();
        reading.warnings().forEach(problem -> places.add(place(problem)));
        var all = new ArrayList<>(reading.problems());
        for (ConfigCheck check : ServiceLoader.load(ConfigCheck.class)) {
            check.check(reading.config().get(), String.valueOf(file.getFileName()), layout).stream()
                    .filter(problem -> problem.line() == 0 || !places.contains(place(problem)))
                    .forEach(all::add);
        }
        all.sort(Comparator.comparingInt(Problem::line).thenComparingInt(Problem::column));
        return new Reading<>(reading.config(), all);
    }

    private static String place(Problem problem) {
        return problem.line() + ":" + problem.column();
    }

    private static void print(Reading<ClusterConfig> reading, boolean verbose, PrintStream out, PrintStream err) {
        print("", reading.errors(), err);
        print("warning: ", reading.warnings(), err);
        if (verbose) {
            print("note: ", reading.notes(), err);
        }
        if (reading.config().isEmpty()) {
            out.println("Configuration fails to validate");
            return;
        }
        if (verbose) {
            var config = reading.config().get();
            out.println("Cluster name: " + config.name() + ", config_version: " + config.version() + ", nodes: "
                    + config.nodes().size() + ", services: "
                    + config.rm().services().size());
        }
        out.println("Configuration validates");
    }

    private static void print(String prefix, List<Problem> problems, PrintStream err) {
        problems.forEach(problem -> err.println(prefix + problem));
    }
}
