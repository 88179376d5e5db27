package io.muster.lvs.daemon;

import io.muster.checks.daemon.CheckRunner;
import io.muster.control.CommandClient;
import io.muster.control.ControlServer;
import io.muster.core.CauseId;
import io.muster.core.MalformedMessage;
import io.muster.daemon.Daemon;
import io.muster.daemon.Layout;
import io.muster.daemon.Logs;
import io.muster.driver.Dice;
import io.muster.driver.EventDriver;
import io.muster.driver.FlightRecorder;
import io.muster.driver.Loop;
import io.muster.driver.Loops;
import io.muster.driver.Patience;
import io.muster.driver.Recorder;
import io.muster.finding.Counted;
import io.muster.finding.Reading;
import io.muster.ipvs.IpvsException;
import io.muster.lvs.Holdings;
import io.muster.lvs.HoldingsText;
import io.muster.lvs.LvsdAnswer;
import io.muster.lvs.LvsdEffect;
import io.muster.lvs.LvsdEvent;
import io.muster.lvs.LvsdRecord;
import io.muster.lvs.LvsdStatus;
import io.muster.lvs.Plan;
import io.muster.lvs.Reconciler;
import io.muster.lvscf.LvsConfig;
import io.muster.lvscf.daemon.KernelLimits;
import io.muster.lvscf.daemon.LoadPrograms;
import io.muster.lvscf.daemon.LvsFile;
import io.muster.os.KernelSettings;
import io.muster.os.RealPrograms;
import io.muster.pulse.PulseStatus;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// lvsd at work: the reconciler on its loop, the table and the files on threads of their own.
///
/// Thread: start, reload and close from any but the loop.
final class LvsdDaemon implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("lvsd");
    private static final long STOP_MS = 10_000;
    private static final long RECORD_MS = 2_500;
    private static final long NOTIFIER_MS = 1_500;
    /// What a client waits at most for a fresh look at the table; then it gets the last one.
    private static final long FRESH_MS = 700;

    /// What an lvsd is started with.
    ///
    /// @param metrics where to serve them: a Unix socket's path, `ADDRESS:PORT`, or "none"
    record Setting(
            Path config,
            Layout layout,
            boolean sysctls,
            String metrics,
            TableThread.Opener table,
            KernelSettings kernel) {}

    private final Setting with;
    private final Daemon.Context context;
    private final EventLoop loop = Loops.start("lvsd");
    private final ExecutorService files = Executors.newSingleThreadExecutor(task -> new Thread(task, "lvsd-files"));
    private final CheckRunner checks = new CheckRunner(loop);
    private final Notifier notifier = new Notifier(new RealPrograms(Loop.of(loop)), Notifier.LIMIT_MS);
    private final Patience stopped = new Patience();
    private final Map<Long, Consumer<LvsdEffect.Reply>> clients = new HashMap<>();
    private final Reconciler core = new Reconciler(new Dice(new SplittableRandom().nextLong()));
    private final @Nullable FlightRecorder<LvsdEvent, LvsdEffect> record;
    private final DrainSysctls sysctls;
    private final Path owned;
    private final TableThread table;
    private final EventDriver<LvsdEvent, LvsdEffect> driver;
    private @Nullable ControlServer control;
    private @Nullable MetricsServer metrics;
    private final AtomicBoolean closed = new AtomicBoolean();
    private long lastClient;

    private LvsdDaemon(Setting with, Daemon.Context context) {
        this.with = with;
        this.context = context;
        owned = with.layout().state().resolve("lvs").resolve("owned");
        sysctls = new DrainSysctls(with.layout().state().resolve("lvs").resolve("sysctl"), with.kernel());
        table = new TableThread(with.table(), () -> {});
        record = openRecord(with.layout(), core);
        Recorder<LvsdEvent, LvsdEffect> recorder = record == null ? Recorder.none() : record;
        driver = EventDriver.of("lvsd", core)
                .loop(loop)
                .recorder(recorder)
                .performer(this::perform)
                .tick(new LvsdEvent.Tick())
                .fatal(this::fatal)
                .start();
    }

    /// Without a record lvsd works as well as with one.
    private static @Nullable FlightRecorder<LvsdEvent, LvsdEffect> openRecord(Layout layout, Reconciler core) {
        try {
            return FlightRecorder.open(layout.record(LvsdRecord.NAME), new LvsdRecord(core), LvsdRecord.LIMITS);
        } catch (IOException e) {
            LOG.warn("no flight record: {}", e.toString());
            return null;
        }
    }

    /// Reads the file, opens the table and sets everything going.
    ///
    /// @throws IOException with the reason in words when the file is refused or there is no table
    static LvsdDaemon start(Setting with, Daemon.Context context) throws IOException {
        LvsConfig config = configuration(with.config());
        var daemon = new LvsdDaemon(with, context);
        try {
            daemon.begin(config);
            return daemon;
        } catch (IOException | RuntimeException e) {
            daemon.shut();
            throw e;
        }
    }

    /// The file, if it is good and asks for nothing that isn't built. Its warnings are logged.
    static LvsConfig configuration(Path file) throws IOException {
        Reading<LvsConfig> reading = LvsFile.read(file);
        reading.warnings().forEach(problem -> LOG.warn("{}", problem.withSeverity()));
        reading.errors().forEach(problem -> LOG.error("{}", problem));
        LvsConfig config = reading.config()
                .orElseThrow(() -> new IOException(
                        file + " is refused: " + Counted.of(reading.errors().size(), "error") + ", see above"));
        List<String> refusals = config.refusals();
        if (!refusals.isEmpty()) {
            throw new IOException(file + " is refused: " + String.join("; ", refusals));
        }
        try {
            Plan.of(config);
        } catch (IllegalArgumentException e) {
            throw new IOException(file + " is refused: " + e.getMessage(), e);
        }
        KernelLimits.of(config).forEach(LOG::warn);
        LoadPrograms.missing(config).forEach(LOG::warn);
        return config;
    }

    private void begin(LvsConfig config) throws IOException {
        control = ControlServer.open(
                with.layout().socket("lvsd"),
                loop,
                new LvsdSessions(this::status, this::post, this::client, this::metrics));
        try {
            table.open();
        } catch (IpvsException e) {
            throw new IOException(e.getMessage(), e);
        }
        HoldingsText.Reading before = HoldingsFile.read(owned);
        before.problems().forEach(problem -> LOG.warn("{}: {}", owned, problem));
        if (!with.metrics().equals("none")) {
            metrics = MetricsServer.open(MetricsServer.address(with.metrics()), loop, this::metrics);
        }
        context.watchdog(loop);
        Holdings holdings = before.holdings();
        post(new LvsdEvent.Started(config, holdings, System.currentTimeMillis() - driver.nowMs()));
    }

    /// Reads the file again. Blocks; a refused file changes nothing.
    synchronized void reload() {
        try {
            post(new LvsdEvent.Reloaded(configuration(with.config())));
        } catch (IOException e) {
            LOG.error("reload: {}: goes on with what it had", e.getMessage());
        }
    }

    /// Ends the process and leaves the table as it is: whoever started us is dead, and another lvsd
    /// takes over.
    void abandon() {
        try {
            Files.deleteIfExists(with.layout().pidFile("lvsd"));
        } catch (IOException e) {
            LOG.debug("pid file: {}", e.getMessage());
        }
        LOG.warn("ends, and leaves the table as it is");
        endRecord();
        Logs.end();
        Runtime.getRuntime().halt(0);
    }

    /// Calls back if there is nothing that everything waits for in vain.
    ///
    /// @param then called on a thread that may block
    void ifWorks(Runnable then) {
        loop.execute(() -> {
            if (core.works(driver.nowMs())) {
                Thread.ofVirtual().start(then);
            }
        });
    }

    private void post(LvsdEvent event) {
        driver.post(event);
    }

    /// What came of an effect is an event caused by the one that led to it.
    private void perform(LvsdEffect effect, CauseId cause) {
        Consumer<LvsdEvent> answer = event -> driver.post(event, cause);
        switch (effect) {
            case LvsdEffect.ReadTable(long request) -> table.read(request, answer);
            case LvsdEffect.CheapRead(long request, var also) -> table.cheapRead(request, also, answer);
            case LvsdEffect.Apply(long request, var operations) -> table.apply(request, operations, answer);
            case LvsdEffect.WriteHoldings(long request, Holdings holdings) ->
                files.execute(() -> answer.accept(write(request, holdings)));
            case LvsdEffect.StartCheck(var target, long ticket, var check, long timeoutMs) ->
                checks.start(check, timeoutMs, result -> answer.accept(new LvsdEvent.Checked(target, ticket, result)));
            case LvsdEffect.SetSysctls() -> {
                if (with.sysctls()) {
                    table.run(sysctls::set);
                }
            }
            case LvsdEffect.RestoreSysctls() -> {
                if (with.sysctls()) {
                    table.run(sysctls::restore);
                }
            }
            case LvsdEffect.Notify notify -> notifier.tell(notify);
            case LvsdEffect.Reply reply -> reply(reply);
            case LvsdEffect.Log(LvsdEffect.Level level, String line) -> {
                switch (level) {
                    case DEBUG -> LOG.debug(line);
                    case INFO -> LOG.info(line);
                    case WARN -> LOG.warn(line);
                    case ERROR -> LOG.error(line);
                }
            }
            case LvsdEffect.StateChanged(String from, String to, String reason) ->
                LOG.info("lvsd {} -> {}: {}", from, to, reason);
            case LvsdEffect.Ready() -> context.status("the table is as wanted");
            case LvsdEffect.Stopped(boolean clean) -> table.run(stopped::end);
        }
    }

    private LvsdEvent write(long request, Holdings holdings) {
        try {
            HoldingsFile.write(owned, holdings);
            return new LvsdEvent.HoldingsWritten(request);
        } catch (IOException e) {
            return new LvsdEvent.HoldingsFailed(request, String.valueOf(e.getMessage()));
        }
    }

    private void reply(LvsdEffect.Reply reply) {
        Consumer<LvsdEffect.Reply> client = clients.remove(reply.client());
        if (client != null) {
            client.accept(reply);
        }
    }

    /// The record first: it says what led to this.
    private void fatal(Throwable reason) {
        endRecord();
        context.fatal(reason);
    }

    private void endRecord() {
        if (record == null) {
            return;
        }
        if (loop.inEventLoop()) {
            record.close();
        } else {
            // Between two steps, whoever ends the process.
            loop.submit(record::close).awaitUninterruptibly(RECORD_MS, TimeUnit.MILLISECONDS);
        }
    }

    /// Waits for its programs' last processes, as the checks do for theirs.
    private void endNotifier() {
        var gone = new Patience();
        if (loop.isShuttingDown()) {
            return;
        }
        loop.execute(() -> notifier.close(gone::end));
        if (!gone.await(NOTIFIER_MS)) {
            LOG.warn("a program that notifies doesn't end");
        }
    }

    /// Somebody who will get a reply. On the loop.
    private long client(Consumer<LvsdEffect.Reply> to) {
        long client = ++lastClient;
        clients.put(client, to);
        return client;
    }

    /// Tells how things stand, after a fresh look if that doesn't take long. On the loop.
    private void status(Consumer<LvsdStatus> to) {
        long client = client(reply -> to.accept(core.status(driver.nowMs())));
        var late = new LvsdAnswer(false, List.of(), List.of("no fresh look at the table"));
        loop.schedule(() -> reply(new LvsdEffect.Reply(client, late)), FRESH_MS, TimeUnit.MILLISECONDS);
        post(new LvsdEvent.Refresh(client));
    }

    private void metrics(Consumer<String> to) {
        status(status -> Thread.ofVirtual().start(() -> {
            Optional<PulseStatus> pulse = pulse(with.layout());
            loop.execute(() -> to.accept(MetricsText.of(status, pulse)));
        }));
    }

    /// What pulse says of itself, if there is one.
    private static Optional<PulseStatus> pulse(Layout layout) {
        try {
            return Optional.of(PulseStatus.decode(
                    CommandClient.askOnce(layout.socket("pulse"), Duration.ofMillis(500), PulseStatus.TYPE)));
        } catch (IOException | MalformedMessage e) {
            return Optional.empty();
        }
    }

    /// Removes what is ours from the table and ends.
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        post(new LvsdEvent.Stop());
        if (!stopped.await(STOP_MS)) {
            LOG.error("the table wasn't left clean: no answer from it");
        }
        shut();
    }

    private void shut() {
        if (control != null) {
            control.close();
        }
        if (metrics != null) {
            metrics.close();
        }
        driver.close();
        checks.close();
        endNotifier();
        table.close();
        files.shutdown();
        endRecord();
        Loops.stop(loop);
    }
}
