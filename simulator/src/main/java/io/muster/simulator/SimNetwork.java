package io.muster.simulator;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;

/// Datagrams between nodes: lost, late, twice, out of order, or cut off in one direction or both.
public final class SimNetwork {
    private final Simulation simulation;
    private final TreeSet<Long> cuts = new TreeSet<>();
    private final Map<Long, Long> cloggedUntilMicros = new HashMap<>();
    private NetworkOptions options;
    private long sent;

    public SimNetwork(Simulation simulation, NetworkOptions options) {
        this.simulation = simulation;
        this.options = options;
    }

    public NetworkOptions options() {
        return options;
    }

    public void options(NetworkOptions now) {
        options = now;
    }

    /// Datagrams sent so far.
    public long sent() {
        return sent;
    }

    private static long path(int from, int to) {
        return (long) from << 32 | to;
    }

    /// Nothing gets from `from` to `to` any more.
    public void cutOneWay(int from, int to) {
        cuts.add(path(from, to));
    }

    public void cut(int one, int other) {
        cutOneWay(one, other);
        cutOneWay(other, one);
    }

    public void join(int one, int other) {
        cuts.remove(path(one, other));
        cuts.remove(path(other, one));
    }

    public boolean isCut(int from, int to) {
        return cuts.contains(path(from, to));
    }

    /// All that goes from `from` to `to` in the next milliseconds comes only after them.
    public void clog(int from, int to, long ms) {
        cloggedUntilMicros.put(path(from, to), simulation.nowMicros() + ms * 1000);
    }

    /// Ends all cuts and clogging.
    public void heal() {
        cuts.clear();
        cloggedUntilMicros.clear();
    }

    /// Sends; `deliver` runs when the datagram arrives, once, twice or never.
    public void send(int from, int to, Runnable deliver) {
        sent++;
        if (isCut(from, to) || simulation.dice().nextInt(100) < options.lossPercent()) {
            return;
        }
        arrive(from, to, deliver);
        if (simulation.dice().nextInt(100) < options.duplicatePercent()) {
            arrive(from, to, deliver);
        }
    }

    private void arrive(int from, int to, Runnable deliver) {
        int more = simulation.dice().nextInt(options.maxDelayMicros() - options.minDelayMicros() + 1);
        long delay = (long) options.minDelayMicros() + more;
        if (options.clogPercent() > 0 && simulation.dice().nextInt(100) < options.clogPercent()) {
            delay *= 10;
        }
        Long cloggedUntil = cloggedUntilMicros.get(path(from, to));
        if (cloggedUntil != null) {
            delay = Math.max(delay, cloggedUntil - simulation.nowMicros());
        }
        simulation.afterMicros(delay, () -> {
            if (!isCut(from, to)) {
                deliver.run();
            }
        });
    }
}
