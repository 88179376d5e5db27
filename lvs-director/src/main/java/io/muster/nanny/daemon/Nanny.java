package io.muster.nanny.daemon;

import io.muster.checks.Check;
import io.muster.checks.CheckResult;
import io.muster.checks.Target;
import io.muster.checks.TargetHealth.Force;
import io.muster.checks.daemon.CheckRunner;
import io.muster.core.CauseId;
import io.muster.daemon.Daemon;
import io.muster.daemon.Layout;
import io.muster.daemon.Logs;
import io.muster.daemon.Signals;
import io.muster.driver.Dice;
import io.muster.driver.EventDriver;
import io.muster.driver.FlightRecorder;
import io.muster.driver.Loops;
import io.muster.driver.Patience;
import io.muster.driver.Recorder;
import io.muster.finding.Why;
import io.muster.ipvs.IpvsException;
import io.muster.ipvs.daemon.KernelIpvs;
import io.muster.nanny.Care;
import io.muster.nanny.CareEffect;
import io.muster.nanny.CareEvent;
import io.muster.nanny.NannyRecord;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One server of one virtual service, checked and kept in the table: the stand-alone `nanny`. lvsd needs
/// none, it checks by itself; this is for scripts and for setups without lvs.cf.
///
/// Signals as the original's: USR1 forces the server down, USR2 up, HUP gives it back to the checks,
/// TERM and INT take it out of the table and end the process with status 0. A change the table refuses
/// is told once and tried again with every interval.
///
/// Flight-recorded below the name of service and server, since there are as many nannies as servers.
///
/// Thread: its loop owns the core; the table is written on a thread of its own.
public final class Nanny implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("nanny");
    private static final Duration TABLE_LIMIT = Duration.ofSeconds(2);

    private final Target target;
    private final TableHand table;
    private final EventLoop loop = Loops.start("nanny");
    private final CheckRunner runner = new CheckRunner(loop);
    private final ExecutorService writer = Executors.newSingleThreadExecutor(
            task -> Thread.ofPlatform().daemon().name("nanny-table").unstarted(task));
    private final Patience ended = new Patience();
    private final EventDriver<CareEvent, CareEffect> driver;
    private final @Nullable FlightRecorder<CareEvent, CareEffect> record;
    private final IntConsumer end;

    private Nanny(NannyOptions options, TableHand table, Optional<Path> records, long seed, IntConsumer end) {
        this.target = options.target();
        this.table = table;
        this.end = end;
        var core =
                new Care(new Care.Settings(target, options.rules(), options.quiesce(), options.fos()), new Dice(seed));
        this.record = records.map(directory -> openRecord(directory, core)).orElse(null);
        Recorder<CareEvent, CareEffect> recorder = record == null ? Recorder.none() : record;
        this.driver = EventDriver.of("nanny", core)
                .loop(loop)
                .recorder(recorder)
                .performer(this::perform)
                .tick(new CareEvent.Tick())
                .fatal(reason -> fatal())
                .start();
    }

    /// Without a record a nanny works as well as with one.
    private static @Nullable FlightRecorder<CareEvent, CareEffect> openRecord(Path directory, Care core) {
        try {
            return FlightRecorder.open(directory, new NannyRecord(core), NannyRecord.LIMITS);
        } catch (IOException e) {
            LOG.warn("no flight record: {}", e.toString());
            return null;
        }
    }

    /// `nanny-TCP_192.168.26.10:80-10.11.12.1:80`.
    static String recordName(Target target) {
        return NannyRecord.NAME + "-" + target.service().replaceAll("[ /]+", "_") + "-" + target.server();
    }

    public static void main(String[] args) {
        NannyOptions.Parsed parsed = NannyOptions.parse(args, System.out, System.err);
        if (parsed.options().isEmpty()) {
            System.exit(parsed.status());
            return;
        }
        NannyOptions options = parsed.options().get();
        Layout layout = Layout.fromEnvironment();
        try {
            layout.makeDirectories();
        } catch (IOException e) {
            System.err.println("nanny: can't make directories below " + layout + ": " + Why.of(e));
        }
        Logs.begin("nanny", layout);
        if (options.verbose()) {
            Logs.level("nanny", "DEBUG");
        }
        Nanny nanny;
        try {
            nanny = start(
                    options,
                    open(options, System.out),
                    Optional.of(layout.record(recordName(options.target()))),
                    new SplittableRandom().nextLong(),
                    Nanny::halt);
        } catch (IOException e) {
            System.err.println("nanny: " + e.getMessage());
            Logs.end();
            System.exit(1);
            return;
        }
        Signals.on("USR1", () -> nanny.force(Force.DOWN));
        Signals.on("HUP", () -> nanny.force(Force.AUTO));
        try {
            Signals.on("USR2", () -> nanny.force(Force.UP));
        } catch (IllegalArgumentException e) {
            LOG.warn("SIGUSR2 isn't heard: the environment has no _JAVA_SR_SIGNUM, which the launcher sets");
        }
        for (String signal : List.of("TERM", "INT")) {
            Signals.on(signal, () -> {
                LOG.info("SIG{}: takes {} out", signal, nanny.target.server());
                nanny.close();
                halt(0);
            });
        }
    }

    private static void halt(int status) {
        System.out.flush();
        Logs.end();
        Runtime.getRuntime().halt(status);
    }

    private static TableHand open(NannyOptions options, PrintStream out) throws IpvsException {
        return options.printOnly() || options.fos()
                ? TableHand.printing(
                        options.printOnly() ? out : new PrintStream(PrintStream.nullOutputStream()),
                        options.ipvsadm(),
                        options.service(),
                        options.target(),
                        options.forwarding())
                : TableHand.on(KernelIpvs.open(TABLE_LIMIT), options.service(), options.target(), options.forwarding());
    }

    /// @param records where to record what happens; empty for nowhere
    /// @param end called with an exit status when there is nothing more to watch (`--fos`), or all is lost
    /// @throws IpvsException when the table can't be read
    static Nanny start(NannyOptions options, TableHand table, Optional<Path> records, long seed, IntConsumer end)
            throws IpvsException {
        OptionalInt present = table.weight();
        var nanny = new Nanny(options, table, records, seed, end);
        nanny.driver.post(new CareEvent.Started(present));
        LOG.info(
                "nanny {} checks {} of {} every {} ms",
                Daemon.version(),
                nanny.target.server(),
                nanny.target.service(),
                options.rules().intervalMs());
        return nanny;
    }

    /// An operator's word. Thread: any.
    void force(Force force) {
        driver.post(new CareEvent.Forced(force));
    }

    private void perform(CareEffect effect, CauseId cause) {
        switch (effect) {
            case CareEffect.StartCheck(long ticket, Check check, long timeoutMs) ->
                runner.start(check, timeoutMs, result -> checked(ticket, result, cause));
            case CareEffect.Place(OptionalInt weight) -> writer.execute(() -> driver.post(placed(weight), cause));
            case CareEffect.StateChanged(String from, String to, String reason) ->
                LOG.info("{} {} -> {}: {}", target.server(), from, to, reason);
            case CareEffect.Log(CareEffect.Level level, String line) -> {
                switch (level) {
                    case DEBUG -> LOG.debug(line);
                    case INFO -> LOG.info(line);
                    case ERROR -> LOG.error(line);
                }
            }
            case CareEffect.Ended(int status) -> {
                ended.end();
                if (status != 0) {
                    endRecord();
                    end.accept(status);
                }
            }
        }
    }

    private void checked(long ticket, CheckResult result, CauseId cause) {
        LOG.debug("{}: {} in {} ms: {}", target.server(), result.outcome(), result.tookMs(), result.detail());
        driver.post(new CareEvent.Checked(ticket, result), cause);
    }

    /// Blocks as the table does.
    private CareEvent placed(OptionalInt weight) {
        try {
            if (weight.isPresent()) {
                table.set(weight.getAsInt());
            } else {
                table.remove();
            }
            return new CareEvent.Placed();
        } catch (IpvsException e) {
            return new CareEvent.Refused(String.valueOf(e.getMessage()));
        }
    }

    private void fatal() {
        endRecord();
        end.accept(1);
    }

    private void endRecord() {
        if (record != null) {
            record.close();
        }
    }

    /// Takes the server out of the table and ends.
    @Override
    public void close() {
        driver.post(new CareEvent.Stop());
        if (!ended.await(Care.STOP_MS + 1_000)) {
            LOG.error("broken: {} may still be in the table", target.server());
        }
        runner.close();
        driver.close();
        writer.shutdown();
        Loops.stop(loop);
        endRecord();
        table.close();
    }
}
