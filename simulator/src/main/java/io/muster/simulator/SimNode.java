package io.muster.simulator;

import io.muster.driver.Clocks;
import java.util.ArrayList;
import java.util.List;

/// A machine: its processes live and die with it, stop and go on with it, and share its clock.
public final class SimNode {
    /// What the time of day is when a simulation begins.
    private static final long WALL_MS = 1_700_000_000_000L;

    private final Simulation simulation;
    private final int nodeid;
    private final List<OnNode> processes = new ArrayList<>();
    private final List<SimPrograms.Execution> atWork = new ArrayList<>();
    private final SimSockets.Table sockets = new SimSockets.Table();
    private boolean up;
    private boolean stopped;
    private int starts;
    private long clockAheadMicros;
    private long sleptMicros;
    /// Since when it is asleep; -1 when it isn't.
    private long asleepSinceMicros = -1;
    private long wallAheadMs;

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

    public List<OnNode> processes() {
        return List.copyOf(processes);
    }

    /// Monotonic milliseconds as this node counts them.
    public long nowMs() {
        return nowMicros() / 1000;
    }

    /// The same in microseconds.
    public long nowMicros() {
        return (asleepSinceMicros < 0 ? simulation.nowMicros() : asleepSinceMicros) + clockAheadMicros;
    }

    /// Its clocks: monotonic, boot time, time of day.
    public Clocks clocks() {
        return new Clocks() {
            @Override
            public long monotonicNs() {
                return nowMicros() * 1000;
            }

            @Override
            public long bootNs() {
                return nowMicros() * 1000 + sleptMicros * 1000;
            }

            @Override
            public long wallMs() {
                return WALL_MS + simulation.nowMs() + wallAheadMs;
            }
        };
    }

    /// Its time of day is set forward, or back.
    public void stepWall(long ms) {
        wallAheadMs += ms;
        simulation.trace().add(simulation.nowMicros(), "wall clock of node " + nodeid + " steps by " + ms + " ms");
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
            awake();
            processes().forEach(OnNode::die);
            processes.clear();
            atWork.clear();
            sockets.clear();
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
            awake();
            processes().forEach(OnNode::wake);
        }
    }

    /// Its monotonic clock leaps forward: a virtual machine was moved.
    public void jump(long ms) {
        clockAheadMicros += Math.max(0, ms) * 1000;
        simulation.trace().add(simulation.nowMicros(), "clock of node " + nodeid + " jumps by " + ms + " ms");
        processes().forEach(OnNode::wake);
    }

    /// Asleep for so long: everything stands still, its monotonic clock too; boot time and time of day
    /// go on.
    public void suspend(long ms) {
        if (up && !stopped) {
            stop();
            asleepSinceMicros = simulation.nowMicros();
            simulation.afterMs(ms, this::goOn);
        }
    }

    private void awake() {
        if (asleepSinceMicros >= 0) {
            long micros = simulation.nowMicros() - asleepSinceMicros;
            asleepSinceMicros = -1;
            clockAheadMicros -= micros;
            sleptMicros += micros;
        }
    }

    /// Programs at work, whoever started them.
    public List<SimPrograms.Execution> atWork() {
        return atWork;
    }

    SimSockets.Table sockets() {
        return sockets;
    }

    void add(OnNode process) {
        if (!up) {
            throw new IllegalStateException("node " + nodeid + " is down: it can't run " + process.name());
        }
        processes.add(process);
    }

    void remove(OnNode process) {
        processes.remove(process);
    }
}
