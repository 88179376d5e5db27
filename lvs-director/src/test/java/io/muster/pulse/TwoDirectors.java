package io.muster.pulse;

import io.muster.core.Core;
import io.muster.lvscf.LvsConfig.FloatingAddress;
import io.muster.lvscf.LvsConfig.Heartbeat.Format;
import io.muster.net.IpAddress;
import io.muster.simulator.NetworkOptions;
import io.muster.simulator.SimNetwork;
import io.muster.simulator.SimNode;
import io.muster.simulator.SimProcess;
import io.muster.simulator.Simulation;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Two directors on two paths, an attacker who hears and says what he likes, and addresses that live as long as the
/// kernel lets them.
final class TwoDirectors {
    static final byte[] SECRET = "nobody may read this in a record".getBytes(StandardCharsets.US_ASCII);
    private static final HeartbeatKey KEY = new HeartbeatKey(SECRET);
    private static final List<FloatingAddress> VIPS =
            List.of(new FloatingAddress(IpAddress.parse("10.0.0.100").orElseThrow(), "eth0:1", 24));

    final Simulation simulation;
    final Random dice;
    final SimNetwork network;
    final long keepaliveMs;
    final long deadtimeMs;
    final Format format;
    final boolean preempt;
    final Director primary;
    final Director backup;

    /// Whose hardware address clients and real servers have for the floating address.
    @Nullable
    Director believed;

    final List<byte[]> overheard = new ArrayList<>();
    UnaryOperator<Core<PulseEvent, PulseEffect>> tamper = core -> core;

    TwoDirectors(long seed, Format format, boolean preempt, long keepaliveMs, long deadtimeMs) {
        this.simulation = new Simulation(seed);
        this.dice = simulation.dice();
        this.network = new SimNetwork(simulation, NetworkOptions.calm(1_000));
        this.format = format;
        this.preempt = preempt;
        this.keepaliveMs = keepaliveMs;
        this.deadtimeMs = deadtimeMs;
        this.primary = new Director(true);
        this.backup = new Director(false);
    }

    Director other(Director one) {
        return one == primary ? backup : primary;
    }

    List<Director> both() {
        return List.of(primary, backup);
    }

    /// Whether what one says can reach the other by some path.
    boolean reaches(Director from, Director to) {
        return !network.isCut(from.port(0), to.port(0)) || !network.isCut(from.port(1), to.port(1));
    }

    /// Whether each knows the present run of the other.
    boolean met() {
        return format == Format.MUSTER && primary.knows(backup) && backup.knows(primary);
    }

    static IpAddress address(boolean primary, int path) {
        return IpAddress.parse("10." + path + ".0." + (primary ? 1 : 2)).orElseThrow();
    }

    /// One heartbeat on its way.
    static final class Sent {
        final long atMs;
        final boolean active;
        boolean arrived;

        Sent(long atMs, boolean active) {
            this.atMs = atMs;
            this.active = active;
        }
    }

    /// One machine with its pulse.
    final class Director {
        final boolean primary;
        final SimNode node;

        @Nullable
        SimProcess<PulseEvent, PulseEffect> process;

        @Nullable
        Pulse pulse;
        /// Until when the kernel keeps its addresses.
        long heldUntilMs;
        long stoppedAtMs;
        boolean mustGiveWay;

        /// What was said of it last.
        Activity told = Activity.STANDBY;

        int changes;
        boolean lvsdRuns;
        boolean lvsdAnswered;
        long unanswered;

        /// Since when the lvsd hangs; -1 if it doesn't.
        long hungSinceMs = -1;

        final List<Sent> sent = new ArrayList<>();

        Director(boolean primary) {
            this.primary = primary;
            this.node = new SimNode(simulation, primary ? 1 : 2);
        }

        String name() {
            return primary ? "primary" : "backup";
        }

        int port(int path) {
            return node.nodeid() + 10 * path;
        }

        boolean holds() {
            return simulation.nowMs() < heldUntilMs;
        }

        boolean running() {
            var now = process;
            return now != null && now.running();
        }

        boolean active() {
            Pulse now = pulse;
            return running() && now != null && now.activity() == Activity.ACTIVE;
        }

        boolean knows(Director that) {
            Pulse mine = pulse;
            Pulse theirs = that.pulse;
            return mine != null
                    && theirs != null
                    && mine.met().isPresent()
                    && mine.met().equals(Optional.of(theirs.self()));
        }

        /// Starts pulse, on a booted machine.
        void start() {
            node.boot();
            var beat = new io.muster.lvscf.LvsConfig.Heartbeat(539, keepaliveMs, deadtimeMs, format, preempt, 3_000);
            var settings = new PulseSettings(
                    primary,
                    true,
                    beat,
                    Set.of(address(!primary, 0), address(!primary, 1)),
                    false,
                    preempt,
                    true,
                    VIPS);
            var core = new Pulse(settings, new Random(dice.nextLong()));
            pulse = core;
            told = Activity.STANDBY;
            mustGiveWay = false;
            lvsdRuns = false;
            hungSinceMs = -1;
            process = new SimProcess<>(
                    simulation,
                    node,
                    name(),
                    tamper.apply(core),
                    this::perform,
                    new PulseEvent.Tick(),
                    PulseEvent.Stalled::new);
            process.post(new PulseEvent.Start());
        }

        void post(PulseEvent event) {
            if (process != null) {
                process.post(event);
            }
        }

        void receive(int path, IpAddress from, byte[] octets) {
            post(new PulseEvent.Received(path, from, octets, KEY.signed(octets)));
        }

        /// `kill -9` of pulse; its guard, if it is there, drops the addresses at once.
        void kill(boolean guarded) {
            trace("killed" + (guarded ? "" : ", guard too"));
            if (process != null) {
                process.die();
            }
            if (guarded) {
                heldUntilMs = 0;
            }
        }

        void crash() {
            node.crash();
            heldUntilMs = 0;
        }

        void stop() {
            if (node.stopped()) {
                return;
            }
            stoppedAtMs = simulation.nowMs();
            node.stop();
        }

        void goOn() {
            if (!node.stopped()) {
                return;
            }
            boolean wasActive =
                    pulse != null && process != null && process.alive() && pulse.activity() == Activity.ACTIVE;
            mustGiveWay = wasActive && simulation.nowMs() - stoppedAtMs > deadtimeMs + keepaliveMs;
            node.goOn();
            hungSinceMs = hungSinceMs < 0 ? -1 : simulation.nowMs();
        }

        private void perform(PulseEffect effect) {
            if (mustGiveWay) {
                mustGiveWay = false;
                if (!(effect instanceof PulseEffect.DropAddresses)) {
                    throw new AssertionError(name() + " stood still for longer than deadtime and then did " + effect
                            + " before giving its addresses up");
                }
            }
            switch (effect) {
                case PulseEffect.PutAddresses(var addresses, int lifetimeS, boolean takeOver) ->
                    heldUntilMs = simulation.nowMs() + lifetimeS * 1000L + dice.nextInt(1_000);
                case PulseEffect.DropAddresses drop -> heldUntilMs = 0;
                case PulseEffect.Send(byte[] octets) -> send(format == Format.MUSTER ? KEY.sign(octets) : octets);
                case PulseEffect.StateChanged(var from, var to, String reason) -> {
                    if (from != told) {
                        throw new AssertionError(name() + " was " + told + ", and now " + from + " -> " + to);
                    }
                    told = to;
                    changes++;
                    trace(from + " -> " + to + ": " + reason);
                }
                case PulseEffect.BulkSync(var to) ->
                    simulation.afterMs(50, () -> post(new PulseEvent.BulkDone(to, 1000)));
                case PulseEffect.SayLastWord(long number) -> {
                    if (holds()) {
                        throw new AssertionError(name() + " says its last word with its addresses still set");
                    }
                    sayLastWord(number);
                }
                case PulseEffect.Say(boolean warning, String text) -> trace(text);
                case PulseEffect.Announce a -> {
                    // What a client believes, and goes on believing: the kernel's entry doesn't age while it is used.
                    if (holds()) {
                        believed = this;
                    }
                }
                case PulseEffect.Forward f -> {}
                case PulseEffect.SwitchSync s -> {}
                case PulseEffect.RunHook h -> {}
                case PulseEffect.StartLvsd l -> {
                    lvsdRuns = true;
                    lvsdAnswered = false;
                    hungSinceMs = -1;
                }
                case PulseEffect.AskLvsd(long number) -> answerLater(number);
                case PulseEffect.EndLvsd(String why) -> {
                    trace("lvsd is ended: " + why);
                    if (lvsdRuns) {
                        lvsdRuns = false;
                        hungSinceMs = -1;
                        simulation.afterMs(1 + dice.nextInt(50), () -> post(new PulseEvent.LvsdEnded(why)));
                    }
                }
                case PulseEffect.Ended e -> {}
            }
        }

        private void answerLater(long number) {
            simulation.afterMs(1 + dice.nextInt(200), () -> {
                if (lvsdRuns && hungSinceMs < 0) {
                    lvsdAnswered = true;
                    post(new PulseEvent.LvsdAnswered(number));
                } else if (lvsdRuns) {
                    // It reads its questions when it goes on.
                    unanswered = number;
                }
            });
        }

        /// lvsd stands still: what it would have found out stays outside of the table.
        void hangLvsd() {
            if (lvsdRuns && hungSinceMs < 0) {
                trace("lvsd hangs");
                hungSinceMs = simulation.nowMs();
            }
        }

        void lvsdDies() {
            lvsdRuns = false;
            hungSinceMs = -1;
            post(new PulseEvent.LvsdEnded("killed"));
        }

        void lvsdGoesOn() {
            if (hungSinceMs >= 0) {
                trace("lvsd goes on");
                hungSinceMs = -1;
                post(new PulseEvent.LvsdAnswered(unanswered));
            }
        }

        /// Soon as a rule, sometimes too late, sometimes never.
        private void sayLastWord(long number) {
            int luck = dice.nextInt(10);
            if (luck > 0) {
                simulation.afterMs(
                        luck > 2 ? 1 + dice.nextInt(100) : 300 + dice.nextInt(1_500),
                        () -> post(new PulseEvent.LastWordSaid(number)));
            }
        }

        private void send(byte[] octets) {
            overheard.add(octets);
            if (overheard.size() > 400) {
                overheard.subList(0, 100).clear();
            }
            var beat = new Sent(simulation.nowMs(), pulse != null && pulse.activity() == Activity.ACTIVE);
            sent.add(beat);
            if (sent.size() > 200) {
                sent.subList(0, 100).clear();
            }
            Director to = other(this);
            for (int path = 0; path < 2; path++) {
                int by = path;
                network.send(port(path), to.port(path), () -> {
                    if (to.running()) {
                        beat.arrived = true;
                    }
                    to.receive(by, address(primary, by), octets);
                });
            }
        }

        String counts() {
            return name() + " refused " + (pulse == null ? "" : pulse.rejections());
        }

        void trace(String what) {
            simulation.trace().add(simulation.nowMicros(), name() + ": " + what);
        }
    }
}
