package io.muster.simulator;

import io.muster.driver.Loop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/// The one thread of a simulated process: what it is given, in order, then what is due. A stopped one
/// finds all that waited when it goes on: first what came, then its timers, as a selector does.
public final class SimLoop implements Loop, OnNode {
    /// Tasks at one moment after which something must be wrong.
    private static final int NEVER_RESTS = 1_000_000;

    private record Timer(long dueMs, long order, Runnable task) implements Comparable<Timer> {
        @Override
        public int compareTo(Timer other) {
            return dueMs != other.dueMs ? Long.compare(dueMs, other.dueMs) : Long.compare(order, other.order);
        }
    }

    private final Simulation simulation;
    private final SimNode node;
    private final String name;
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private final PriorityQueue<Timer> timers = new PriorityQueue<>();
    private final List<Runnable> onDeath = new ArrayList<>();
    private long order;
    private boolean alive = true;
    private boolean stopped;
    private boolean inside;
    private boolean drainAsked;
    private long armedForMs = Long.MAX_VALUE;
    private long armings;

    SimLoop(Simulation simulation, SimNode node, String name) {
        this.simulation = simulation;
        this.node = node;
        this.name = name;
        node.add(this);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public boolean inside() {
        return inside;
    }

    @Override
    public boolean alive() {
        return alive;
    }

    @Override
    public boolean running() {
        return alive && !stopped && node.running();
    }

    /// Tasks that wait.
    public int waiting() {
        return tasks.size();
    }

    /// Called when it dies, however it does.
    public void whenDead(Runnable what) {
        onDeath.add(what);
    }

    @Override
    public void execute(Runnable task) {
        if (alive) {
            tasks.add(task);
            askDrain();
        }
    }

    @Override
    public Runnable schedule(Runnable task, long delayMs) {
        if (!alive) {
            return () -> {};
        }
        var timer = new Timer(node.nowMs() + Math.max(0, delayMs), order++, task);
        timers.add(timer);
        arm();
        return () -> timers.remove(timer);
    }

    @Override
    public void stop() {
        stopped = true;
    }

    @Override
    public void goOn() {
        stopped = false;
        wake();
    }

    @Override
    public void die() {
        if (alive) {
            alive = false;
            tasks.clear();
            timers.clear();
            node.remove(this);
            onDeath.forEach(Runnable::run);
        }
    }

    @Override
    public void wake() {
        drain();
    }

    private void askDrain() {
        if (!drainAsked && !inside) {
            drainAsked = true;
            simulation.afterMicros(1, () -> {
                drainAsked = false;
                drain();
            });
        }
    }

    private void drain() {
        if (inside || !running()) {
            return;
        }
        inside = true;
        try {
            for (int left = NEVER_RESTS; running(); left--) {
                Runnable next = next();
                if (next == null) {
                    break;
                }
                if (left == 0) {
                    throw new AssertionError("node " + node.nodeid() + ": " + name + " never rests");
                }
                next.run();
            }
        } finally {
            inside = false;
        }
        arm();
    }

    private @Nullable Runnable next() {
        Runnable task = tasks.poll();
        if (task != null) {
            return task;
        }
        Timer timer = timers.peek();
        if (timer == null || timer.dueMs() > node.nowMs()) {
            return null;
        }
        timers.remove();
        return timer.task();
    }

    private void arm() {
        Timer first = timers.peek();
        long dueMs = first == null || !alive ? Long.MAX_VALUE : first.dueMs();
        if (dueMs == armedForMs && dueMs > node.nowMs()) {
            return;
        }
        armedForMs = dueMs;
        long arming = ++armings;
        if (dueMs != Long.MAX_VALUE && !inside) {
            long inMs = Math.max(dueMs - node.nowMs(), 0);
            // Who asks for a time that has passed is called again, but time goes on between.
            simulation.afterMicros(inMs == 0 ? 100 : inMs * 1000 - node.nowMicros() % 1000, () -> {
                if (arming == armings) {
                    armedForMs = Long.MAX_VALUE;
                    drain();
                }
            });
        } else if (inside) {
            armedForMs = Long.MAX_VALUE;
        }
    }
}
