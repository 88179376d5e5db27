package io.muster.bed.node;

import io.muster.bed.Shell;
import io.muster.bed.cable.Counters;
import io.muster.bed.cable.Faults;
import io.muster.bed.cable.Wire;
import io.muster.os.Tap;
import io.muster.os.TapThread;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/// A cable of the bed's own: a tap in the node, a tap outside, and a thread that carries frames from one to the other
/// as two [Wire]s decide. For kernels without netem, and with dice that have a seed.
///
/// It ends with this process, with either box, or when it is closed; the interfaces are gone then.
public final class Cable implements Line, AutoCloseable {
    /// Frames on the way in one direction: a second's delay at a busy ring's rate.
    private static final int ROOM = 16_384;

    private static final Path DEVICE = Path.of("/dev/net/tun");

    /// Opens a tap in the namespace it is started in, says its descriptor, and holds it until it has been copied.
    private static final String OPENER = "sysopen(T, '/dev/net/tun', 2) or die qq(/dev/net/tun: $!\\n);"
            + " ioctl(T, 0x400454ca, pack('a16 S x22', $ARGV[0], 0x1002)) or die qq(tap $ARGV[0]: $!\\n);"
            + " $| = 1; print fileno(T), qq(\\n); <STDIN>;";

    private final Wire[] wires = new Wire[Way.values().length];
    private final Tap inside;
    private final TapThread thread;

    private Cable(String name, Tap inside, Tap outside, long seed) throws IOException {
        var dice = new Random(seed);
        for (Way way : Way.values()) {
            wires[way.ordinal()] = new Wire(new Random(dice.nextLong()), ROOM);
        }
        this.inside = inside;
        this.thread = new TapThread("cable " + name, inside, outside, new Decisions());
    }

    /// Why there can be no taps here; empty when there can.
    static Optional<String> absence() {
        if (!Files.exists(DEVICE)) {
            return Optional.of("no " + DEVICE + " on this machine");
        }
        if (!Files.isReadable(DEVICE) || !Files.isWritable(DEVICE)) {
            return Optional.of(DEVICE + " is not for this user");
        }
        return Optional.empty();
    }

    /// Lays a cable; both interfaces are there then, and down.
    ///
    /// @param device the interface's name in the node
    /// @param port its other end's, outside
    static Cable lay(Box node, String device, Box outer, String port, long seed) throws IOException {
        Tap inside = open(node, device);
        try {
            return new Cable(port, inside, open(outer, port), seed);
        } catch (IOException e) {
            inside.close();
            throw e;
        }
    }

    private static Tap open(Box box, String device) throws IOException {
        List<String> command = new ArrayList<>(box.entering("-n"));
        command.addAll(List.of("perl", "-e", OPENER, device));
        Process opener = Shell.builder(Map.of(), command).start();
        try (BufferedReader said = opener.inputReader(StandardCharsets.UTF_8);
                BufferedReader complained = opener.errorReader(StandardCharsets.UTF_8)) {
            String line = said.readLine();
            if (line == null) {
                throw new IOException("no cable: " + complained.readLine());
            }
            return Tap.of(device, opener.pid(), Integer.parseInt(line));
        } finally {
            opener.destroyForcibly();
        }
    }

    /// What the thread asks.
    private final class Decisions implements TapThread.Decider {
        @Override
        public void frame(int tap, byte[] frame, long nowUs) {
            synchronized (wires) {
                wires[tap].offer(frame, nowUs);
            }
        }

        @Override
        public Optional<byte[]> due(int tap, long nowUs) {
            synchronized (wires) {
                return wires[1 - tap].due(nowUs);
            }
        }

        @Override
        public long nextUs() {
            synchronized (wires) {
                return Math.min(wires[0].nextUs(), wires[1].nextUs());
            }
        }
    }

    @Override
    public void set(Way way, Faults faults) {
        synchronized (wires) {
            wires[way.ordinal()].set(faults);
        }
        thread.wake();
    }

    @Override
    public Faults faults(Way way) {
        synchronized (wires) {
            return wires[way.ordinal()].faults();
        }
    }

    public Counters counters(Way way) {
        synchronized (wires) {
            return wires[way.ordinal()].counters();
        }
    }

    /// Pulls the plug out of the node's end, or puts it in again: the node sees the carrier go.
    void carrier(boolean on) {
        try {
            inside.carrier(on);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Whether it carries still: both boxes are there.
    boolean whole() {
        return thread.running();
    }

    @Override
    public void close() {
        thread.close();
    }
}
