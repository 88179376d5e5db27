package io.muster.cluster.daemon;

import io.muster.ccs.daemon.CcsDaemon;
import io.muster.cluster.Host;
import io.muster.cluster.HostEffect;
import io.muster.cluster.HostEvent;
import io.muster.cluster.Hosted;
import io.muster.cman.daemon.CmanDaemon;
import io.muster.core.CauseId;
import io.muster.daemon.Daemon;
import io.muster.daemon.Layout;
import io.muster.driver.DaemonLog;
import io.muster.driver.EventDriver;
import io.muster.fence.daemon.FenceDaemon;
import io.muster.machine.Machine;
import io.muster.os.RealMachine;
import io.muster.service.daemon.RgManager;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// `clusterd`: cman, fenced, rgmanager and ccsd of one node in one process, for demos, tests and small machines.
///
/// The daemons don't know: they have their own event loops and talk over the same sockets as when they are processes of
/// their own. When one of them ends, [Host] says what their units would do. What is lost is their separation: what ends
/// the process ends them all.
///
/// Thread: [#start] and [#close] from outside of all loops.
public final class ClusterDaemon implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("clusterd");

    /// How long services may take to stop when a test or a demo ends; the daemon itself gives them more.
    private static final Duration SHORT_STOP = Duration.ofSeconds(18);

    /// Starts a daemon that tells when it can't go on.
    @FunctionalInterface
    private interface Starter {
        Running start(Consumer<Throwable> ended) throws IOException;
    }

    /// A daemon, and the two ways to end it.
    ///
    /// @param stop in good order
    /// @param kill at once
    private record Running(Consumer<Duration> stop, Runnable kill) {}

    private final Layout layout;
    private final Runnable left;
    private final Consumer<Throwable> fatal;
    private final RealMachine machine = RealMachine.of("clusterd");
    private final EventDriver<HostEvent, HostEffect> driver;
    /// Guarded by itself: started beside the loop, stopped from outside.
    private final Map<Hosted, Running> running = new EnumMap<>(Hosted.class);

    private boolean closed;

    private ClusterDaemon(Layout layout, Runnable left, Consumer<Throwable> fatal) {
        this.layout = layout;
        this.left = left;
        this.fatal = fatal;
        this.driver = EventDriver.of("clusterd", new Host())
                .loop(machine.loop())
                .performer(this::perform)
                .tick(new HostEvent.Tick())
                .fatal(fatal)
                .start();
    }

    public static void main(String[] args) {
        Daemon.named("clusterd")
                .stopsWithin(RgManager.STOP_LIMIT.plusSeconds(30))
                .main(args, context -> {
                    CmanDaemon.harden();
                    // The other daemons stop in order, from a thread that isn't one of theirs.
                    Runnable left =
                            () -> Thread.ofPlatform().name("clusterd-end").start(() -> System.exit(0));
                    ClusterDaemon all = start(context.layout(), left, context::fatal);
                    return () -> all.close(RgManager.STOP_LIMIT);
                });
    }

    /// Starts the daemons in the order of their units.
    ///
    /// @param left the node has left the cluster in good order: ends the process so
    /// @param fatal ends the process at once
    /// @throws IOException when one of them can't start; those before it are stopped again
    public static ClusterDaemon start(Layout layout, Runnable left, Consumer<Throwable> fatal) throws IOException {
        var all = new ClusterDaemon(layout, left, fatal);
        try {
            for (Hosted daemon : Hosted.values()) {
                all.start(daemon);
            }
            return all;
        } catch (IOException | RuntimeException e) {
            all.close();
            throw e;
        }
    }

    private void start(Hosted daemon) throws IOException {
        Starter starter = switch (daemon) {
            case CMAN -> this::cman;
            case FENCED ->
                ended -> {
                    var fenced = FenceDaemon.start(layout, ended);
                    return new Running(limit -> fenced.close(), fenced.member()::kill);
                };
            case RGMANAGER ->
                ended -> {
                    var manager = RgManager.start(layout, ended);
                    return new Running(manager::close, manager.member()::kill);
                };
            case CCSD ->
                ended -> {
                    var ccsd = CcsDaemon.start(layout, ended);
                    return new Running(limit -> ccsd.close(), ccsd.member()::kill);
                };
        };
        synchronized (running) {
            if (closed) {
                throw new IOException("this process ends");
            }
            running.put(daemon, within(daemon, () -> starter.start(why -> ended(daemon, why))));
        }
    }

    private Running cman(Consumer<Throwable> ended) throws IOException {
        CmanDaemon.Ending ending = (clean, why) -> {
            if (clean) {
                driver.post(new HostEvent.Left(), CauseId.NONE);
            } else {
                ended.accept(new IOException(why));
            }
        };
        CmanDaemon cman = CmanDaemon.start(layout, ending, ended);
        return new Running(limit -> cman.close(), cman::kill);
    }

    private static Running within(Hosted daemon, Machine.Work<Running> work) throws IOException {
        try {
            return DaemonLog.within(daemon.text(), work::run);
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /// A daemon can't go on: for the daemon itself, and for tests in its place.
    void ended(Hosted daemon, Throwable why) {
        String text = why instanceof IOException ? String.valueOf(why.getMessage()) : why.toString();
        driver.post(new HostEvent.Ended(daemon, text), CauseId.NONE);
    }

    private void perform(HostEffect effect, CauseId cause) {
        switch (effect) {
            case HostEffect.Kill(Hosted daemon) ->
                machine.beside("the end of " + daemon.text(), () -> kill(daemon), outcome -> {});
            case HostEffect.Start(Hosted daemon) ->
                machine.beside(daemon.text(), () -> again(daemon), outcome -> {
                    switch (outcome) {
                        case Machine.Outcome.Done<Hosted> _ -> driver.post(new HostEvent.Started(daemon), cause);
                        case Machine.Outcome.Failed<Hosted>(IOException why) ->
                            driver.post(new HostEvent.NotStarted(daemon, String.valueOf(why.getMessage())), cause);
                    }
                });
            case HostEffect.Leave() -> left.run();
            case HostEffect.End(String why) -> fatal.accept(new IOException(why));
            case HostEffect.Say(String text) -> LOG.error("{}", text);
        }
    }

    private Hosted kill(Hosted daemon) {
        Running gone;
        synchronized (running) {
            gone = running.remove(daemon);
        }
        if (gone != null) {
            gone.kill().run();
        }
        return daemon;
    }

    private Hosted again(Hosted daemon) throws IOException {
        start(daemon);
        return daemon;
    }

    /// Stops services first, then fencing, then membership; all of them, whatever one says.
    @Override
    public void close() {
        close(SHORT_STOP);
    }

    private void close(Duration services) {
        driver.close();
        for (Hosted daemon : new Hosted[] {Hosted.CCSD, Hosted.RGMANAGER, Hosted.FENCED, Hosted.CMAN}) {
            @Nullable Running present;
            synchronized (running) {
                closed = true;
                present = running.remove(daemon);
            }
            if (present != null) {
                try {
                    present.stop().accept(services);
                } catch (RuntimeException e) {
                    LOG.error("{} didn't stop: {}", daemon.text(), e.toString());
                }
            }
        }
        machine.close();
    }
}
