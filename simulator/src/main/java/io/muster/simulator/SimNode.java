package io.muster.simulator;

import java.util.ArrayList;
import java.util.List;

/// A machine: its processes live and die with it, stop and go on with it, and share its clock.
public final class SimNode {
    private final Simulation simulation;
    private final int nodeid;
    private final List<SimProcess<?, ?>> processes = new ArrayList<>();
    private boolean up;
    private boolean stopped;
    private int starts;
    private long clockAheadMs;

    public SimNode(Simulation simulation, int nodeid) {
        this.simulation = simulation;
        this.nodeid = nodeid;
    }

    public int nodeid() {
        return nodeid;
    }

    public boolean up() {
        return up;
    }

    /// Whether its processor runs: up and not stopped.
    public boolean running() {
        return up && !stopped;
    }

    public boolean stopped() {
        return stopped;
    }

    /// Which start of the node this is, from 1.
    public int starts() {
        return starts;
    }

    public List<SimProcess<?, ?>> processes() {
        return List.copyOf(processes);
    }

    /// Monotonic milliseconds as this node counts them.
    public long nowMs() {
        return simulation.nowMs() + clockAheadMs;
    }

    /// Switches it on; processes are added by whoever boots it.
    public void boot() {
        if (!up) {
            up = true;
            stopped = false;
            starts++;
            simulation.trace().add(simulation.nowMicros(), "node " + nodeid + " boots, start " + starts);
        }
    }

    /// Pulls its plug.
    public void crash() {
        if (up) {
            simulation.trace().add(simulation.nowMicros(), "node " + nodeid + " crashes");
            up = false;
            stopped = false;
            processes().forEach(SimProcess::die);
            processes.clear();
        }
    }

    /// Stops everything on it (SIGSTOP, a paused virtual machine); datagrams wait in its sockets.
    public void stop() {
        if (up && !stopped) {
            simulation.trace().add(simulation.nowMicros(), "node " + nodeid + " stops");
            stopped = true;
        }
    }

    public void goOn() {
        if (up && stopped) {
            simulation.trace().add(simulation.nowMicros(), "node " + nodeid + " goes on");
            stopped = false;
            processes().forEach(SimProcess::wake);
        }
    }

    /// Its monotonic clock leaps forward: a virtual machine was moved.
    public void jump(long ms) {
        clockAheadMs += Math.max(0, ms);
        simulation.trace().add(simulation.nowMicros(), "clock of node " + nodeid + " jumps by " + ms + " ms");
        processes().forEach(SimProcess::wake);
    }

    void add(SimProcess<?, ?> process) {
        if (!up) {
            throw new IllegalStateException("node " + nodeid + " is down: it can't run " + process.name());
        }
        processes.add(process);
    }

    void remove(SimProcess<?, ?> process) {
        processes.remove(process);
    }
}
