package io.muster.lvs.daemon;

import io.muster.cli.LongOption;
import io.muster.daemon.Layout;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// lvsd's options: the original's, and Muster's own behind them.
final class LvsdOptions {
    static final String LETTERS = "c:nvt";
    static final String USAGE = """
              -c, --configfile FILE   read FILE instead of /etc/sysconfig/ha/lvs.cf
              -n, --nodaemon          stay in the foreground (it always does)
                  --nofork            the same
              -v, --verbose           log every change of a weight too
              -t, --test-start        print what would be done, do nothing
                  --norun             the same
                  --guard             standard input is a line to pulse: when it ends
                                      without a word, remove the addresses pulse held
                  --no-sysctls        leave net.ipv4.vs.* alone
                  --metrics WHERE     serve OpenMetrics at a socket's path, ADDRESS:PORT
                                      or none (RUN/lvsd-metrics.sock)
                  --version           print program version information, then exit
            """;

    private static final int NO_FORK = 1000;
    private static final int GUARD = 1001;
    private static final int NO_SYSCTLS = 1002;
    private static final int METRICS = 1003;

    boolean verbose;
    boolean testStart;
    boolean guard;
    boolean sysctls = true;
    private Optional<Path> config = Optional.empty();
    private Optional<String> metrics = Optional.empty();

    static LongOption[] longOptions() {
        return new LongOption[] {
            new LongOption("configfile", LongOption.Argument.REQUIRED, 'c'),
            new LongOption("nodaemon", LongOption.Argument.NONE, 'n'),
            new LongOption("nofork", LongOption.Argument.NONE, NO_FORK),
            new LongOption("verbose", LongOption.Argument.NONE, 'v'),
            new LongOption("test-start", LongOption.Argument.NONE, 't'),
            new LongOption("norun", LongOption.Argument.NONE, 't'),
            new LongOption("guard", LongOption.Argument.NONE, GUARD),
            new LongOption("no-sysctls", LongOption.Argument.NONE, NO_SYSCTLS),
            new LongOption("metrics", LongOption.Argument.REQUIRED, METRICS),
        };
    }

    boolean take(int letter, @Nullable String argument) {
        switch (letter) {
            case 'c' -> config = Optional.ofNullable(argument).map(Path::of);
            case 'n', NO_FORK -> {}
            case 'v' -> verbose = true;
            case 't' -> testStart = true;
            case GUARD -> guard = true;
            case NO_SYSCTLS -> sysctls = false;
            case METRICS -> metrics = Optional.ofNullable(argument);
            default -> {
                return false;
            }
        }
        return true;
    }

    Path config(Layout layout) {
        return config.orElse(layout.lvsConf());
    }

    String metrics(Layout layout) {
        return metrics.orElseGet(() -> layout.socket("lvsd-metrics").toString());
    }
}
