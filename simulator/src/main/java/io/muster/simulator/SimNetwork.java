package io.muster.simulator;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;

/// Datagrams between nodes: lost, late, twice, out of order, or cut off in one direction or both.
public final class SimNetwork {
    private final Simulation simulation;
    private final TreeSet<Long> cuts = new TreeSet<>();
    private final Map<Long, Long> cloggedUntilMicros = new HashMap<>();
    /// Paths that are worse than the rest.
    private final Map<Long, NetworkOptions> own = new HashMap<>();
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

    /// From now on `from` to `to` is like this, whatever the rest is.
    public void options(int from, int to, NetworkOptions now) {
        own.put(path(from, to), now);
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

    /// Ends one cut, the first of those that there are, counted by `pick`; none if there is none.
    public void joinOne(int pick) {
        if (!cuts.isEmpty()) {
            cuts.remove(cuts.stream()
                    .skip(Math.floorMod(pick, cuts.size()))
                    .findFirst()
                    .orElseThrow());
        }
    }

    /// All that goes from `from` to `to` in the next milliseconds comes only after them.
    public void clog(int from, int to, long ms) {
        cloggedUntilMicros.put(path(from, to), simulation.nowMicros() + ms * 1000);
    }

    /// Ends all cuts and clogging, and paths are like the rest again.
    public void heal() {
        cuts.clear();
        own.clear();
        cloggedUntilMicros.clear();
    }

    /// Sends; `deliver` runs when the datagram arrives, once, twice or never.
    public void send(int from, int to, Runnable deliver) {
        sent++;
        if (!cuts.isEmpty() && isCut(from, to)) {
            return;
        }
        NetworkOptions path = own.isEmpty() ? options : own.getOrDefault(path(from, to), options);
        if (happens(path.lossPercent())) {
            return;
        }
        arrive(from, to, path, deliver);
        if (happens(path.duplicatePercent())) {
            arrive(from, to, path, deliver);
        }
    }

    private boolean happens(int percent) {
        return percent > 0 && simulation.dice().nextInt(100) < percent;
    }

    private void arrive(int from, int to, NetworkOptions path, Runnable deliver) {
        int more = simulation.dice().nextInt(path.maxDelayMicros() - path.minDelayMicros() + 1);
        long delay = (long) path.minDelayMicros() + more;
        if (happens(path.clogPercent())) {
            delay *= 10;
        }
        if (!cloggedUntilMicros.isEmpty()) {
            Long until = cloggedUntilMicros.get(path(from, to));
            delay = until == null ? delay : Math.max(delay, until - simulation.nowMicros());
        }
        simulation.afterMicros(delay, () -> {
            if (cuts.isEmpty() || !isCut(from, to)) {
                deliver.run();
            }
        });
    }
}
