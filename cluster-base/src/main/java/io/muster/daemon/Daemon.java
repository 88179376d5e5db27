package io.muster.daemon;

import io.muster.cli.Getopt;
import io.muster.cli.LongOption;
import io.muster.driver.DaemonLog;
import io.muster.driver.Loops;
import io.muster.driver.Patience;
import io.muster.finding.Why;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The process around a daemon: options, logging, pid file, readiness, and its two ends. SIGTERM (or
/// SIGINT) is a clean stop with status 0; [Context#fatal] is the other end, at once and with status 1, and
/// closes nothing: a node that broke must look broken to the others. SIGHUP opens the log files again, and does
/// what the daemon asked [Signals] for.
///
/// ```java
/// public static void main(String[] args) {
///     Daemon.named("cman").main(args, context -> CmanDaemon.start(context.layout(), context::fatal));
/// }
/// ```
public final class Daemon {
    private static final Duration STOP = Duration.ofSeconds(20);
    private static final int HELP = 1 << 16;
    private static final int VERSION = HELP + 1;

    /// Starts the daemon's work and returns what stops it.
    @FunctionalInterface
    public interface Starter {
        /// @throws Exception when it can't: logged in one line, and the process ends with status 1
        AutoCloseable start(Context context) throws Exception;
    }

    /// Takes an option of the daemon's own.
    @FunctionalInterface
    public interface OptionHandler {
        /// @param argument null if the option takes none
        /// @return false if the argument is wrong, which the handler has told on stderr
        boolean option(int letter, @Nullable String argument);
    }

    /// What a daemon gets from its process. Thread: any.
    public interface Context {
        Layout layout();

        /// For a daemon that said [Daemon#readyLater]: it has come as far as its unit's start promises.
        void ready();

        /// Ends the process now. For drivers' `fatal` hooks.
        void fatal(Throwable reason);

        /// A line for `systemctl status`.
        void status(String line);

        /// Lets systemd's watchdog, if the unit has one, see that this loop turns.
        void watchdog(EventLoop loop);
    }

    private final String name;
    private final Logger log;
    private String spec = "";
    private String usage = "";
    private Duration stopLimit = STOP;
    private boolean readyLater;
    private OptionHandler handler = (letter, argument) -> false;
    private List<LongOption> longOptions = List.of();

    /// Held as long as the process lives.
    private @Nullable FileChannel lock;

    private Daemon(String name) {
        this.name = name;
        this.log = LoggerFactory.getLogger(name);
    }

    public static Daemon named(String name) {
        return new Daemon(name);
    }

    /// Options besides `-f` (foreground, what it always is), `-h` and `-V`.
    ///
    /// @param spec as for getopt(3); a letter of those three in it means what the daemon says
    /// @param usage lines for `-h`
    public Daemon options(String spec, String usage, OptionHandler handler) {
        this.spec = spec;
        this.usage = usage;
        this.handler = handler;
        return this;
    }

    /// Long options, which come to the handler of [#options] as the value they name. With any of them,
    /// `--help` and `--version` are there too; a daemon without knows none at all, as its original.
    public Daemon longOptions(LongOption... options) {
        var all = new ArrayList<>(List.of(options));
        all.add(new LongOption("help", LongOption.Argument.NONE, HELP));
        all.add(new LongOption("version", LongOption.Argument.NONE, VERSION));
        longOptions = List.copyOf(all);
        return this;
    }

    /// The daemon says itself when it is ready ([Context#ready]); else it is once it has started.
    public Daemon readyLater() {
        readyLater = true;
        return this;
    }

    /// How long a clean stop may take before the process ends all the same; 20 s if nothing is said.
    /// The unit's `TimeoutStopSec` has to be longer.
    public Daemon stopsWithin(Duration limit) {
        this.stopLimit = limit;
        return this;
    }

    /// The whole of a daemon's `main`: returns never.
    public void main(String[] args, Starter starter) {
        int status = parse(args, System.out, System.err);
        if (status < 0) {
            status = run(Layout.fromEnvironment(), starter);
        }
        System.out.flush();
        System.err.flush();
        System.exit(status);
    }

    /// @return -1 to go on, else the exit status
    int parse(String[] args, PrintStream out, PrintStream err) {
        var usual = new StringBuilder();
        "fhV".chars().filter(letter -> spec.indexOf(letter) < 0).forEach(letter -> usual.append((char) letter));
        var options = new Getopt(name, args, usual + spec, err, longOptions.toArray(LongOption[]::new));
        for (int c = options.next(); c != Getopt.END; c = options.next()) {
            boolean ours = c >= HELP || usual.indexOf(String.valueOf((char) c)) >= 0;
            switch (ours ? c : 0) {
                case 'f' -> {}
                case 'h', HELP -> {
                    out.print(usageText());
                    return 0;
                }
                case 'V', VERSION -> {
                    out.println(name + " " + version());
                    return 0;
                }
                default -> {
                    String argument = options.hasArgument() ? options.argument() : null;
                    if (c == '?' || !handler.option(c, argument)) {
                        err.print(usageText());
                        return 1;
                    }
                }
            }
        }
        if (!options.operands().isEmpty()) {
            err.println(name + ": unexpected argument \"" + options.operands().getFirst() + "\"");
            err.print(usageText());
            return 1;
        }
        return -1;
    }

    /// The version of this build, which stands in the pom and comes here by the jar's manifest. Classes
    /// that were never packed have none.
    public static String version() {
        String found = Daemon.class.getPackage().getImplementationVersion();
        return found == null ? "unpacked" : found;
    }

    private String usageText() {
        var text = new StringBuilder("Usage: " + name + " [options]\n").append(usage);
        if (!usage.isEmpty() && !usage.endsWith("\n")) {
            text.append('\n');
        }
        if (spec.indexOf('f') < 0) {
            text.append("  -f       stay in the foreground (it always does)\n");
        }
        if (spec.indexOf('h') < 0) {
            text.append("  -h       print this help, then exit\n");
        }
        if (spec.indexOf('V') < 0) {
            text.append("  -V       print program version information, then exit\n");
        }
        return text.toString();
    }

    private int run(Layout layout, Starter starter) {
        try {
            layout.makeDirectories();
        } catch (IOException e) {
            System.err.println(name + ": can't make directories below " + layout + ": " + e);
            return 1;
        }
        if (!alone(layout)) {
            return 1;
        }
        DaemonLog.name(name);
        Logs.begin(name, layout);
        Signals.on("HUP", Logs::reopen);
        EventLoop side = layout.variable("NOTIFY_SOCKET").isPresent() ? Loops.start(name + "-notify", name) : null;
        SdNotify notify = side == null ? null : SdNotify.open(layout, side);
        var context = new ProcessContext(name, layout, notify);
        AutoCloseable running;
        try {
            log.info("{} {} starts, root {}", name, version(), layout);
            running = starter.start(context);
            notePid(layout);
        } catch (Exception e) {
            log.error(
                    "can't start: {}",
                    e instanceof IOException io ? Why.of(io) : e.getMessage() == null ? e : e.getMessage());
            log.debug("can't start", e);
            Logs.end();
            return 1;
        }
        var stopping = new AtomicBoolean();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(context, running, stopping), name + "-stop"));
        if (!readyLater) {
            context.ready();
        }
        new Patience().await();
        return 0;
    }

    /// Whether no other of this name runs below the root: what a second one does first (remove what "a former life"
    /// left) would hurt the first. The kernel lets the lock go with the process, however that ends.
    private boolean alone(Layout layout) {
        Path file = layout.run().resolve(name + ".lock");
        try {
            lock = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (lock.tryLock() != null) {
                return true;
            }
            lock.close();
        } catch (OverlappingFileLockException e) {
            log.debug("held in this process", e);
        } catch (IOException e) {
            // A disk in trouble is no reason to be no daemon; the socket is still there to be found taken.
            System.err.println(name + ": goes on without a lock: " + e);
            return true;
        }
        System.err.println(name + ": another " + name + " runs here" + pid(layout) + ": this one ends");
        return false;
    }

    private String pid(Layout layout) {
        try {
            return " (pid " + Files.readString(layout.pidFile(name)).strip() + ")";
        } catch (IOException e) {
            return "";
        }
    }

    /// For scripts only. A disk that is full is no reason to be no daemon: this one may have something to stop.
    private void notePid(Layout layout) {
        try {
            Files.writeString(layout.pidFile(name), ProcessHandle.current().pid() + "\n");
        } catch (IOException e) {
            log.warn("no pid file: {}", e.toString());
        }
    }

    private void stop(ProcessContext context, AutoCloseable running, AtomicBoolean stopping) {
        if (!stopping.compareAndSet(false, true)) {
            return;
        }
        log.info("stops");
        int status = 0;
        if (context.notify != null) {
            context.notify.stopping();
        }
        var done = new Patience();
        Thread.ofVirtual().start(() -> {
            try {
                running.close();
            } catch (Exception e) {
                log.error("stop failed", e);
            }
            done.end();
        });
        try {
            if (!done.await(stopLimit.toMillis())) {
                log.error("not stopped after {} ms, ends anyway", stopLimit.toMillis());
                status = 1;
            }
            Files.deleteIfExists(context.layout.pidFile(name));
        } catch (IOException e) {
            log.warn("stop: {}", e.toString());
        }
        if (context.notify != null) {
            context.notify.close();
        }
        Logs.end();
        // A JVM that ends by SIGTERM reports 143; a clean stop is a success.
        Runtime.getRuntime().halt(status);
    }

    private static final class ProcessContext implements Context {
        private final String name;
        private final Layout layout;
        private final @Nullable SdNotify notify;

        ProcessContext(String name, Layout layout, @Nullable SdNotify notify) {
            this.name = name;
            this.layout = layout;
            this.notify = notify;
        }

        @Override
        public Layout layout() {
            return layout;
        }

        @Override
        public void ready() {
            if (notify != null) {
                notify.ready("running");
            }
        }

        @Override
        public void fatal(Throwable reason) {
            // What the world did is said in words; only our own mistakes carry the name of their kind.
            boolean ours = reason instanceof RuntimeException || reason.getMessage() == null;
            LoggerFactory.getLogger(name).error("{} ends: {}", name, ours ? reason.toString() : reason.getMessage());
            Logs.end();
            Runtime.getRuntime().halt(1);
        }

        @Override
        public void status(String line) {
            if (notify != null) {
                notify.status(line);
            }
        }

        @Override
        public void watchdog(EventLoop loop) {
            if (notify != null) {
                notify.watch(loop);
            }
        }
    }
}
