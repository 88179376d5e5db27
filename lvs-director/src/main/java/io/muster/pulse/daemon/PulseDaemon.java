package io.muster.pulse.daemon;

import io.muster.cli.LongOption;
import io.muster.cli.LongOption.Argument;
import io.muster.control.Answer;
import io.muster.control.ControlServer;
import io.muster.core.CauseId;
import io.muster.daemon.Daemon;
import io.muster.daemon.Layout;
import io.muster.daemon.Logs;
import io.muster.daemon.Signals;
import io.muster.driver.Clocks;
import io.muster.driver.EventDriver;
import io.muster.driver.FlightRecorder;
import io.muster.driver.Loops;
import io.muster.driver.Patience;
import io.muster.driver.Recorder;
import io.muster.lvscf.LvsConfig;
import io.muster.lvscf.LvsConfig.FloatingAddress;
import io.muster.net.IpAddress;
import io.muster.os.LinkWatch;
import io.muster.os.RealTime;
import io.muster.pulse.Activity;
import io.muster.pulse.Pulse;
import io.muster.pulse.PulseEffect;
import io.muster.pulse.PulseEvent;
import io.muster.pulse.PulseRecord;
import io.muster.pulse.PulseStatus;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// pulse: one of two directors. The core says what to do; this does it.
///
/// Thread: start and close from outside the loop; all else on it.
public final class PulseDaemon implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("pulse");
    private static final int REAL_TIME_PRIORITY = 50;
    private static final long LATE_MS = 20;
    private static final long GAP_MS = 50;
    private static final long STOP_MS = 5_000;
    private static final int FOS = 1 << 8;
    private static final int LVSD = FOS + 1;
    private static final int FORCE_ACTIVE = FOS + 2;
    private static final String USAGE = """
              -c, --configfile FILE  the directors' configuration (/etc/sysconfig/ha/lvs.cf)
              -n, --nodaemon         stay in the foreground (it always does)
              -v, --verbose          say more
              -t, --test-start, --norun
                                     print what would be done, and don't do it
              --forceactive          become active at once
              --lvsd PROGRAM         the lvsd to run; "none" for addresses without a table
              --lvs PROGRAM          the same
              --fos PROGRAM          not built yet
            """;

    private final Layout layout;
    private final PulseOptions options;
    private final Setup setup;
    private final EventLoop loop;
    private final AddressBook book;
    private final Hooks hooks = new Hooks();
    private final TableSync sync;
    private final RealServerTurn turn;
    private final EventDriver<PulseEvent, PulseEffect> driver;
    private final Pulse core;
    private final Consumer<String> status;
    private final Patience ended = new Patience();
    private final @Nullable FlightRecorder<PulseEvent, PulseEffect> record;
    private final @Nullable HeartbeatSockets sockets;
    private final @Nullable LvsdChild lvsd;
    private @Nullable LinkWatch links;
    private @Nullable ControlServer server;
    private volatile LvsConfig config;
    private long takeOverMs = -1;
    private boolean closed;

    private PulseDaemon(Layout layout, PulseOptions options, Setup setup, AddressBook book, Around process)
            throws Exception {
        this.layout = layout;
        this.options = options;
        this.setup = setup;
        this.config = setup.config();
        this.book = book;
        this.status = process.status;
        this.turn = RealServerTurn.of(
                layout, setup.settings().addresses(), book.netlink().addresses());
        this.loop = Loops.start("pulse");
        try {
            this.core = new Pulse(setup.settings(), new SecureRandom());
            this.record = options.dryRun() ? null : openRecord(layout, core);
            Recorder<PulseEvent, PulseEffect> recorder = record == null ? Recorder.none() : record;
            long watchMs = Math.max(10, setup.config().heartbeat().deadtimeMs() / 4);
            this.driver = EventDriver.of("pulse", core)
                    .loop(loop)
                    .performer((effect, cause) -> perform(effect))
                    .tick(new PulseEvent.Tick())
                    .stallEvent(PulseEvent.Stalled::new)
                    .clocks(BootAwareClocks.INSTANCE)
                    .lateMs(LATE_MS)
                    .gapMs(GAP_MS)
                    .watchMs(watchMs)
                    .fatal(process.fatal)
                    .recorder(recorder)
                    .start();
            // Before anything that acts: where another pulse has the port, this one has no business here.
            this.sockets = setup.settings().partner()
                    ? HeartbeatSockets.open(
                            loop,
                            setup.own(),
                            setup.other().orElseThrow(),
                            setup.config().heartbeat().port(),
                            this::received)
                    : null;
            this.sync = setup.settings().lvsd()
                    ? KernelSync.open(config, layout.state().resolve("lvs/pulse-sysctl"), driver::post)
                    : TableSync.NONE;
            this.lvsd = setup.settings().lvsd()
                    ? new LvsdChild(
                            LvsdChild.command(layout, options.lvsd(), setup.file(), options.verbose()),
                            how -> driver.post(new PulseEvent.LvsdEnded(how)),
                            number -> driver.post(new PulseEvent.LvsdAnswered(number)))
                    : null;
        } catch (Exception e) {
            Loops.stop(loop);
            throw e;
        }
    }

    /// What the process around it offers.
    private record Around(Consumer<Throwable> fatal, Consumer<String> status, boolean harden) {}

    public static void main(String[] args) {
        var chosen = new PulseOptions[] {PulseOptions.DEFAULT};
        Daemon.named("pulse")
                .options("c:nvt", USAGE, (letter, argument) -> option(chosen, letter, String.valueOf(argument)))
                .longOptions(
                        new LongOption("configfile", Argument.REQUIRED, 'c'),
                        new LongOption("nodaemon", Argument.NONE, 'n'),
                        new LongOption("verbose", Argument.NONE, 'v'),
                        new LongOption("test-start", Argument.NONE, 't'),
                        new LongOption("norun", Argument.NONE, 't'),
                        new LongOption("forceactive", Argument.NONE, FORCE_ACTIVE),
                        new LongOption("lvsd", Argument.REQUIRED, LVSD),
                        new LongOption("lvs", Argument.REQUIRED, LVSD),
                        new LongOption("fos", Argument.REQUIRED, FOS))
                .main(args, context -> {
                    if (chosen[0].verbose()) {
                        Logs.level("", "DEBUG");
                    }
                    List<String> refused = RealTime.acquire();
                    if (!refused.isEmpty()) {
                        LOG.warn("works with worse odds under load: {}", String.join("; ", refused));
                    }
                    PulseDaemon pulse =
                            start(context.layout(), chosen[0], new Around(context::fatal, context::status, true));
                    context.watchdog(pulse.loop);
                    Signals.on("HUP", pulse::reload);
                    return pulse;
                });
    }

    /// Without a record pulse is as good a director as with one.
    private static @Nullable FlightRecorder<PulseEvent, PulseEffect> openRecord(Layout layout, Pulse core) {
        try {
            return FlightRecorder.open(layout.record(PulseRecord.NAME), new PulseRecord(core), PulseRecord.LIMITS);
        } catch (IOException e) {
            LOG.warn("no flight record: {}", e.toString());
            return null;
        }
    }

    private static boolean option(PulseOptions[] chosen, int letter, String argument) {
        PulseOptions now = chosen[0];
        switch (letter) {
            case 'c' -> chosen[0] = now.file(argument);
            case 'v' -> chosen[0] = now.chatty();
            case 't' -> chosen[0] = now.dry();
            case FORCE_ACTIVE -> chosen[0] = now.active();
            case LVSD -> chosen[0] = now.lvsd(argument);
            case FOS -> {
                System.err.println("pulse: --fos: failover services (fos) aren't built yet");
                return false;
            }
            default -> {}
        }
        return true;
    }

    private static PulseDaemon start(Layout layout, PulseOptions options, Around process) throws Exception {
        var book = new AddressBook();
        try {
            Setup setup = Setup.load(options, layout, book.netlink(), LOG::warn);
            if (!setup.settings().primary() && !setup.settings().partner()) {
                LOG.info("this is the backup, and backup_active = 0: nothing to do");
                Logs.end();
                Runtime.getRuntime().halt(0);
            }
            var pulse = new PulseDaemon(layout, options, setup, book, process);
            try {
                pulse.open(process);
                return pulse;
            } catch (Exception e) {
                pulse.close();
                throw e;
            }
        } catch (Exception e) {
            book.close();
            throw e;
        }
    }

    private void open(Around process) throws Exception {
        server = ControlServer.open(layout.socket("pulse"), loop, (session, frame) -> {
            if (frame.type() == PulseStatus.TYPE) {
                session.reply(frame, Answer.of(report().encode()));
            }
        });
        if (!options.dryRun()) {
            AddressBook.keepSecondaries();
            book.removeStale(setup.settings().addresses());
        }
        if (process.harden) {
            loop.execute(() -> RealTime.scheduleThread(REAL_TIME_PRIORITY)
                    .or(() -> RealTime.scheduleVirtualMachine(REAL_TIME_PRIORITY))
                    .ifPresent(why -> LOG.warn("works with worse odds: {}", why)));
        }
        driver.post(new PulseEvent.Start());
        if (!setup.monitored().isEmpty()) {
            links = LinkMonitor.start(setup.monitored(), driver::post);
        }
    }

    private void received(int path, IpAddress from, byte[] octets) {
        boolean genuine = setup.key().filter(key -> key.signed(octets)).isPresent();
        driver.offer(new PulseEvent.Received(path, from, octets, genuine), CauseId.NONE);
    }

    private void perform(PulseEffect effect) {
        if (options.dryRun() && !(effect instanceof PulseEffect.Send)) {
            DryRun.print(effect, config);
            if (effect instanceof PulseEffect.Ended) {
                ended.end();
            } else if (effect instanceof PulseEffect.SayLastWord(long number)) {
                driver.post(new PulseEvent.LastWordSaid(number));
            } else if (effect instanceof PulseEffect.AskLvsd(long number)) {
                driver.post(new PulseEvent.LvsdAnswered(number));
            }
            return;
        }
        switch (effect) {
            case PulseEffect.Send(byte[] octets) -> {
                if (sockets != null) {
                    sockets.send(setup.key().map(key -> key.sign(octets)).orElse(octets));
                }
            }
            case PulseEffect.PutAddresses(List<FloatingAddress> addresses, int lifetimeS, boolean takeOver) ->
                put(addresses, lifetimeS, takeOver);
            case PulseEffect.DropAddresses(List<FloatingAddress> addresses) -> {
                book.drop(addresses);
                turn.realServer(addresses);
                if (lvsd != null) {
                    lvsd.drop(addresses);
                }
            }
            case PulseEffect.Announce(List<FloatingAddress> addresses) -> book.announce(addresses);
            case PulseEffect.Forward(boolean on) -> sync.forward(on);
            case PulseEffect.SwitchSync(boolean master) -> sync.switchTo(master);
            case PulseEffect.BulkSync(var to) -> sync.bulk(to);
            case PulseEffect.SayLastWord(long number) -> sync.lastWord(number);
            case PulseEffect.RunHook(boolean active) ->
                hooks.run(
                        active ? "active_cmd" : "inactive_cmd",
                        active ? config.activeCommand() : config.inactiveCommand());
            case PulseEffect.StartLvsd() -> {
                if (lvsd != null) {
                    lvsd.start();
                }
            }
            case PulseEffect.AskLvsd(long number) -> {
                if (lvsd != null) {
                    lvsd.ask(number);
                }
            }
            case PulseEffect.EndLvsd(String why) -> {
                if (lvsd != null) {
                    lvsd.end(why);
                }
            }
            case PulseEffect.StateChanged(Activity from, Activity to, String reason) -> {
                LOG.info("{} {} -> {}: {}", setup.settings().role(), from, to, reason);
                status.accept(to + ": " + reason);
            }
            case PulseEffect.Say(boolean warning, String text) -> {
                if (warning) {
                    LOG.warn("{}", text);
                } else {
                    LOG.info("{}", text);
                }
            }
            case PulseEffect.Ended() -> ended.end();
        }
    }

    private void put(List<FloatingAddress> addresses, int lifetimeS, boolean takeOver) {
        long began = Clocks.system().monotonicNs();
        boolean all = book.put(addresses, lifetimeS);
        if (takeOver) {
            takeOverMs = (Clocks.system().monotonicNs() - began) / 1_000_000;
            LOG.info("addresses set: {}, in {} ms{}", addresses.size(), takeOverMs, all ? "" : ", not all of them");
            turn.director(addresses);
            if (lvsd != null) {
                lvsd.hold(addresses);
            }
        }
    }

    /// What has changed since the start, as often as it is asked for and not taken over.
    private void sayWhatStays(LvsConfig now) {
        var changed = new ArrayList<>(RestartKeys.changed(setup.config(), now));
        try {
            if (setup.key().isPresent() && !setup.key().get().same(LvsKeyFile.read(layout.lvsKey()))) {
                changed.add("the key in " + layout.lvsKey());
            }
        } catch (IOException e) {
            LOG.warn("{}: the key read at the start stays in use", e.getMessage());
        }
        if (!changed.isEmpty()) {
            LOG.warn(
                    "{}: {} changed: not taken over before pulse is restarted on both directors",
                    setup.file(),
                    String.join(", ", changed));
        }
    }

    /// Takes over what may change while running: the addresses, whether and when the primary takes its
    /// role back, the hooks, and what lvsd makes of the file. A file that can't be used changes nothing.
    private void reload() {
        Thread.ofVirtual().start(() -> {
            try {
                LvsConfig now = Setup.read(setup.file(), LOG::warn);
                sayWhatStays(now);
                config = now;
                driver.post(new PulseEvent.Reconfigured(
                        Setup.addresses(now),
                        now.heartbeat().preempt(),
                        now.heartbeat().preemptWaitMs()));
                if (lvsd != null) {
                    lvsd.reload();
                }
            } catch (IOException e) {
                LOG.error("file not taken over: {}", e.getMessage());
            }
        });
    }

    /// On the loop.
    private PulseStatus report() {
        long now = driver.nowMs();
        var settings = setup.settings();
        PulseStatus.PartnerStatus partner = core.partnerStatus(now);
        boolean both = settings.syncDaemon() && partner.alive();
        long lag = core.activity() == Activity.ACTIVE
                ? core.connections() - partner.connections()
                : partner.connections() - core.connections();
        return new PulseStatus(
                settings.primary(),
                core.activity(),
                now - core.sinceMs(),
                core.reason(),
                takeOverMs,
                core.inhibitors(),
                settings.partner(),
                partner,
                settings.syncDaemon() ? core.connections() : -1,
                core.syncPermille(),
                both ? Math.max(0, lag) : -1,
                sockets == null ? 0 : sockets.sent(),
                core.rejections(),
                core.addresses().stream()
                        .map(a -> new PulseStatus.AddressStatus(
                                a.address() + "/" + a.prefix(), a.device(), book.holds(a)))
                        .toList(),
                lvsd == null ? 0 : lvsd.pid(),
                driver.stats().longestStallMs());
    }

    /// Gives everything up: the partner has the connections and hears of it before the rest is cleaned
    /// up.
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        driver.post(new PulseEvent.Stop());
        if (!ended.await(STOP_MS)) {
            LOG.warn("not everything was given up within {} ms", STOP_MS);
        }
        if (links != null) {
            links.close();
        }
        sync.close();
        if (lvsd != null) {
            lvsd.close();
        }
        turn.close();
        hooks.close();
        if (server != null) {
            server.close();
        }
        driver.close();
        if (sockets != null) {
            sockets.close();
        }
        Loops.stop(loop);
        if (record != null) {
            record.close();
        }
        book.close();
    }
}
