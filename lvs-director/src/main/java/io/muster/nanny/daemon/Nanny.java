package io.muster.nanny.daemon;

import io.muster.checks.Health;
import io.muster.checks.HealthEffect;
import io.muster.checks.Target;
import io.muster.checks.TargetHealth.Force;
import io.muster.checks.daemon.CheckRunner;
import io.muster.daemon.Daemon;
import io.muster.daemon.Layout;
import io.muster.daemon.Logs;
import io.muster.daemon.Signals;
import io.muster.driver.Dice;
import io.muster.driver.Loops;
import io.muster.ipvs.IpvsException;
import io.muster.ipvs.daemon.KernelIpvs;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One server of one virtual service, checked and kept in the table: the stand-alone `nanny`. lvsd needs
/// none, it checks by itself; this is for scripts and for setups without lvs.cf.
///
/// Signals as the original's: USR1 forces the server down, USR2 up, HUP gives it back to the checks,
/// TERM and INT take it out of the table and end the process with status 0. A change the table refuses
/// is told once and tried again with every interval.
///
/// Thread: its loop owns health; the table is written on a thread of its own.
public final class Nanny implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("nanny");
    private static final Duration TABLE_LIMIT = Duration.ofSeconds(2);
    private static final int STOP_SEC = 5;

    private final NannyOptions options;
    private final Target target;
    private final TableHand table;
    private final IntConsumer end;
    private final EventLoop loop = Loops.start("nanny");
    private final CheckRunner runner = new CheckRunner(loop);
    private final Health health;
    private final ScheduledExecutorService writer = Executors.newSingleThreadScheduledExecutor(
            task -> Thread.ofPlatform().daemon().name("nanny-table").unstarted(task));
    private long armedMs = Long.MAX_VALUE;

    /// The weight it should have; empty for one that shouldn't be there. The writer's, as is the next.
    private OptionalInt wanted = OptionalInt.empty();
    private boolean wrote = true;
    private String told = "";

    private Nanny(NannyOptions options, TableHand table, long seed, IntConsumer end) {
        this.options = options;
        this.target = options.target();
        this.table = table;
        this.end = end;
        health = new Health(new Dice(seed));
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
            System.err.println("nanny: can't make directories below " + layout + ": " + e.getMessage());
        }
        Logs.begin("nanny", layout);
        if (options.verbose()) {
            Logs.level("nanny", "DEBUG");
        }
        Nanny nanny;
        try {
            nanny = start(options, open(options, System.out), System.nanoTime(), Nanny::halt);
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

    /// @param end called with an exit status when there is nothing more to watch (`--fos`)
    /// @throws IpvsException when the table can't be read
    static Nanny start(NannyOptions options, TableHand table, long seed, IntConsumer end) throws IpvsException {
        var nanny = new Nanny(options, table, seed, end);
        OptionalInt present = table.weight();
        nanny.loop.execute(() -> {
            nanny.perform(
                    nanny.health.configure(new TreeMap<>(java.util.Map.of(nanny.target, options.rules())), now()));
            if (options.fos() || present.orElse(0) > 0) {
                nanny.health.adopt(nanny.target, present.orElse(0), now());
                nanny.want(OptionalInt.of(nanny.health.weight(nanny.target)), false);
            }
            nanny.arm();
        });
        long again = options.rules().intervalMs();
        nanny.writer.scheduleWithFixedDelay(nanny::write, again, again, TimeUnit.MILLISECONDS);
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
        loop.execute(() -> {
            perform(health.force(target, force, now()));
            arm();
        });
    }

    private static long now() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    }

    private void turn() {
        armedMs = Long.MAX_VALUE;
        perform(health.tick(now()));
        arm();
    }

    private void arm() {
        long due = health.nextDeadlineMs();
        if (due < armedMs) {
            armedMs = due;
            loop.schedule(this::turn, Math.max(0, due - now()), TimeUnit.MILLISECONDS);
        }
    }

    private void perform(List<HealthEffect> effects) {
        for (HealthEffect effect : effects) {
            switch (effect) {
                case HealthEffect.StartCheck start ->
                    runner.start(start.check(), start.timeoutMs(), result -> {
                        LOG.debug(
                                "{}: {} in {} ms: {}",
                                target.server(),
                                result.outcome(),
                                result.tookMs(),
                                result.detail());
                        perform(health.result(target, start.ticket(), result, now()));
                        arm();
                    });
                case HealthEffect.Changed changed -> changed(changed);
                case HealthEffect.Weighed weighed -> {
                    LOG.debug("{}: weight {}: {}", target.server(), weighed.weight(), weighed.reason());
                    want(OptionalInt.of(weighed.weight()), true);
                }
            }
        }
    }

    private void changed(HealthEffect.Changed changed) {
        LOG.info("{}", changed.line());
        if (changed.up()) {
            want(OptionalInt.of(changed.weight()), true);
        } else if (options.quiesce()) {
            want(OptionalInt.of(0), true);
        } else {
            want(OptionalInt.empty(), true);
        }
        if (options.fos() && !changed.up()) {
            end.accept(1);
        }
    }

    private void want(OptionalInt weight, boolean writeNow) {
        writer.execute(() -> {
            wanted = weight;
            wrote = !writeNow;
            write();
        });
    }

    private void write() {
        if (wrote) {
            return;
        }
        try {
            if (wanted.isPresent()) {
                table.set(wanted.getAsInt());
            } else {
                table.remove();
            }
            wrote = true;
            told = "";
        } catch (IpvsException e) {
            String message = String.valueOf(e.getMessage());
            if (!message.equals(told)) {
                told = message;
                LOG.error(
                        "{}: tried again every {} ms", message, options.rules().intervalMs());
            }
        }
    }

    /// Takes the server out of the table and ends.
    @Override
    public void close() {
        runner.close();
        Loops.stop(loop);
        want(OptionalInt.empty(), !options.fos());
        writer.shutdown();
        try {
            if (!writer.awaitTermination(STOP_SEC, TimeUnit.SECONDS)) {
                LOG.error("the table doesn't answer: {} may still be in it", target.server());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        table.close();
    }
}
