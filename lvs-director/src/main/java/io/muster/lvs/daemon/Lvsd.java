package io.muster.lvs.daemon;

import io.muster.cli.Getopt;
import io.muster.daemon.Daemon;
import io.muster.daemon.Layout;
import io.muster.daemon.Logs;
import io.muster.daemon.Signals;
import io.muster.ipvs.daemon.BulkSync;
import io.muster.ipvs.daemon.KernelIpvs;
import io.muster.ipvs.daemon.LastWord;
import io.muster.lvscf.LvsConfig;
import io.muster.lvscf.daemon.LvsFile;
import io.muster.os.KernelSettings;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// `lvsd`: keeps the kernel's IPVS table as lvs.cf, the checks and the operator's drains ask for.
///
/// SIGHUP reads lvs.cf again; SIGTERM removes what is ours from the table; a kill, or the death of the pulse that
/// started it with `--guard`, leaves the table working. Source: lvsd of Piranha 0.8.
public final class Lvsd {
    private static final Duration TABLE_LIMIT = Duration.ofSeconds(2);
    /// About as long as a partner with a short deadtime still listens.
    private static final Duration LAST_WORD = Duration.ofMillis(400);

    private static final Logger LOG = LoggerFactory.getLogger("lvsd");
    private static final Duration STOP_LIMIT = Duration.ofSeconds(15);

    private Lvsd() {}

    public static void main(String[] args) {
        LvsdOptions asked = read(args);
        if (asked.testStart) {
            System.exit(print(asked));
        }
        var options = new LvsdOptions();
        Daemon.named("lvsd")
                .options(LvsdOptions.LETTERS, LvsdOptions.USAGE, options::take)
                .longOptions(LvsdOptions.longOptions())
                .stopsWithin(STOP_LIMIT)
                .main(args, context -> start(options, context));
    }

    /// The options before a daemon is made of them: all but those that are wrong, which it complains of itself.
    private static LvsdOptions read(String[] args) {
        var options = new LvsdOptions();
        var silent = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        var found = new Getopt("lvsd", args, LvsdOptions.LETTERS, silent, LvsdOptions.longOptions());
        boolean good = true;
        for (int c = found.next(); c != Getopt.END; c = found.next()) {
            good &= c != '?' && options.take(c, found.hasArgument() ? found.argument() : null);
        }
        return good ? options : new LvsdOptions();
    }

    private static int print(LvsdOptions options) {
        try {
            TestStart.print(LvsdDaemon.configuration(options.config(Layout.fromEnvironment())), System.out);
            return 0;
        } catch (IOException e) {
            System.err.println("lvsd: " + e.getMessage());
            return 1;
        }
    }

    private static AutoCloseable start(LvsdOptions options, Daemon.Context context) throws IOException {
        if (options.verbose) {
            Logs.level("", "DEBUG");
        }
        Layout layout = context.layout();
        LvsdDaemon lvsd = LvsdDaemon.start(
                new LvsdDaemon.Setting(
                        options.config(layout),
                        layout,
                        options.sysctls,
                        options.metrics(layout),
                        () -> KernelIpvs.open(TABLE_LIMIT),
                        KernelSettings.MACHINE),
                context);
        Signals.on("HUP", () -> Thread.ofVirtual().start(lvsd::reload));
        if (options.guard) {
            AddressGuard.start(System.in, System.out, new AddressGuard.Listener() {
                @Override
                public void ended(boolean orphaned) {
                    if (orphaned) {
                        // The partner takes over a deadtime from now: until then it listens.
                        lastWord(options.config(layout));
                        lvsd.abandon();
                    }
                }

                @Override
                public void asked(Runnable answer) {
                    lvsd.ifWorks(answer);
                }
            });
        }
        return lvsd;
    }

    private static void lastWord(Path file) {
        LvsFile.read(file)
                .config()
                .filter(LvsConfig::syncDaemon)
                .ifPresent(config ->
                        LastWord.send(BulkSync.Target.of(config.syncInterface(), config.syncId()), LAST_WORD, LOG));
    }
}
