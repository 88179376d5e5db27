package io.muster.simulator;

import io.muster.core.Core;
import java.util.ArrayDeque;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/// One process on a node: a core, what performs its effects, and its inbox. Stands for what the event
/// loop driver is in a
/// daemon: events in order, one timer, and word of having been stopped.
///
/// @param <E> events of the core
/// @param <F> effects of the core
public final class SimProcess<E, F> implements OnNode {
    /// Woken later than this, a process is told so.
    private static final long LATE_MS = 20;

    private final Simulation simulation;
    private final SimNode node;
    private final String name;
    private final Core<E, F> core;
    private final Consumer<F> performer;
    private final E tick;
    private final @Nullable LongFunction<E> stalled;
    private final ArrayDeque<E> inbox = new ArrayDeque<>();
    private boolean alive = true;
    private boolean stopped;
    private boolean busy;
    private long armedForMs = Long.MAX_VALUE;
    private long armings;
    private Runnable onDeath = () -> {};

    /// @param tick the event that says that a deadline has passed
    /// @param stalled makes the event that says by how many milliseconds it was woken too late; null
    ///     for none
    public SimProcess(
            Simulation simulation,
            SimNode node,
            String name,
            Core<E, F> core,
            Consumer<F> performer,
            E tick,
            @Nullable LongFunction<E> stalled) {
        this.simulation = simulation;
        this.node = node;
        this.name = name;
        this.core = core;
        this.performer = performer;
        this.tick = tick;
        this.stalled = stalled;
        node.add(this);
    }

    @Override
    public String name() {
        return name;
    }

    public SimNode node() {
        return node;
    }

    public Core<E, F> core() {
        return core;
    }

    @Override
    public boolean alive() {
        return alive;
    }

    /// Whether events are handled as they come.
    @Override
    public boolean running() {
        return alive && !stopped && node.running();
    }

    /// Called once when it dies, however it does.
    public void onDeath(Runnable what) {
        onDeath = what;
    }

    /// Puts an event into the inbox; a stopped process finds it when it goes on.
    public void post(E event) {
        if (alive) {
            inbox.add(event);
            drain();
        }
    }

    /// Events that wait because the process is stopped.
    public int waiting() {
        return inbox.size();
    }

    /// `kill -STOP` of this process alone.
    @Override
    public void stop() {
        stopped = true;
    }

    @Override
    public void goOn() {
        stopped = false;
        wake();
    }

    /// `kill -9` of this process alone.
    @Override
    public void die() {
        if (alive) {
            alive = false;
            inbox.clear();
            node.remove(this);
            onDeath.run();
        }
    }

    @Override
    public void wake() {
        if (!running()) {
            return;
        }
        long lateMs = armedForMs == Long.MAX_VALUE ? 0 : node.nowMs() - armedForMs;
        if (lateMs > LATE_MS && stalled != null) {
            inbox.addFirst(stalled.apply(lateMs));
        }
        if (lateMs >= 0 && armedForMs != Long.MAX_VALUE) {
            inbox.add(tick);
        }
        drain();
    }

    private void drain() {
        if (busy || !running()) {
            return; // an effect that posts to its own process waits for its turn
        }
        busy = true;
        try {
            while (alive && running() && !inbox.isEmpty()) {
                List<F> effects = core.on(inbox.remove(), node.nowMs());
                for (F effect : effects) {
                    if (!alive) {
                        return;
                    }
                    performer.accept(effect);
                }
            }
        } finally {
            busy = false;
        }
        arm();
    }

    private void arm() {
        long deadlineMs = alive ? core.nextDeadlineMs() : Long.MAX_VALUE;
        if (deadlineMs == armedForMs && deadlineMs > node.nowMs()) {
            return;
        }
        armedForMs = deadlineMs;
        long arming = ++armings;
        if (deadlineMs != Long.MAX_VALUE) {
            long inMs = Math.max(deadlineMs - node.nowMs(), 0);
            // A core that asks for a time that has passed is called again, but time goes on between.
            simulation.afterMicros(inMs == 0 ? 100 : inMs * 1000 - simulation.nowMicros() % 1000, () -> {
                if (arming == armings) {
                    wake();
                }
            });
        }
    }
}
