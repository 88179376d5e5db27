package io.muster.lvscf.cli;

import io.muster.cli.Command;
import io.muster.cli.Getopt;
import io.muster.daemon.Daemon;
import io.muster.daemon.Layout;
import io.muster.finding.Counted;
import io.muster.finding.Reading;
import io.muster.lvscf.LvsConfig;
import io.muster.lvscf.daemon.KernelLimits;
import io.muster.lvscf.daemon.LoadPrograms;
import io.muster.lvscf.daemon.LvsFile;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;

/// `lvs_config_validate`: checks an lvs.cf and says everything that is wrong with it at once.
///
/// Exit status: 0 good, whatever the warnings; 1 not, or not yet for Muster; 2 wrong options.
public final class LvsConfigValidate implements Command {
    private static final String USAGE = """
            Usage: lvs_config_validate [options]

            Options:
              -f FILE   check FILE instead of the director's own file
              -q        only the exit status, no text
              -h        this help
              -V        the version
            """;

    private final Layout layout;

    /// @param layout says which file is the director's own
    public LvsConfigValidate(Layout layout) {
        this.layout = layout;
    }

    public static void main(String[] args) {
        Command.main(new LvsConfigValidate(Layout.fromEnvironment()), args);
    }

    @Override
    public int run(String[] args, PrintStream out, PrintStream err) {
        Path file = layout.lvsConf();
        boolean quiet = false;
        var options = new Getopt("lvs_config_validate", args, "f:qhV", err);
        for (int c = options.next(); c != Getopt.END; c = options.next()) {
            switch (c) {
                case 'f' -> file = Path.of(options.argument());
                case 'q' -> quiet = true;
                case 'h' -> {
                    out.print(USAGE);
                    return 0;
                }
                case 'V' -> {
                    out.println("lvs_config_validate (Muster) " + Daemon.version());
                    return 0;
                }
                default -> {
                    err.print(USAGE);
                    return 2;
                }
            }
        }
        if (!options.operands().isEmpty()) {
            err.println("lvs_config_validate: unexpected argument \""
                    + options.operands().getFirst() + "\": give the file with -f");
            err.print(USAGE);
            return 2;
        }
        Reading<LvsConfig> reading = LvsFile.read(file);
        List<String> refusals = reading.config().map(LvsConfig::refusals).orElse(List.of());
        boolean good = reading.config().isPresent() && refusals.isEmpty();
        if (!quiet) {
            reading.problems().forEach(problem -> err.println(problem.withSeverity()));
            refusals.forEach(refusal -> err.println(refusal));
            reading.config().map(KernelLimits::of).orElse(List.of()).forEach(line -> err.println("warning: " + line));
            reading.config()
                    .map(LoadPrograms::missing)
                    .orElse(List.of())
                    .forEach(line -> err.println("warning: " + line));
            out.println(good ? summary(reading.config().get()) : "Configuration fails to validate");
        }
        return good ? 0 : 1;
    }

    private static String summary(LvsConfig config) {
        long active =
                config.virtuals().stream().filter(LvsConfig.Virtual::active).count();
        long servers = config.virtuals().stream()
                .filter(LvsConfig.Virtual::active)
                .flatMap(virtual -> virtual.servers().stream())
                .filter(LvsConfig.Server::active)
                .count();
        return "Configuration validates: " + Counted.of(active, "active virtual server") + ", "
                + Counted.of(servers, "active real server");
    }
}
