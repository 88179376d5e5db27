package io.muster.simulator;

import java.util.ArrayDeque;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/// One direction of a local socket: first in first out, never loses, may be slow or stand still, and ends for good.
///
/// @param <M> what goes through it
public final class SimLink<M> {
    private final Simulation simulation;
    private final Consumer<M> receiver;
    private final ArrayDeque<M> inside = new ArrayDeque<>();
    private final BooleanSupplier reading;
    private int maxDelayMicros;
    private boolean stopped;
    private boolean closed;
    private boolean scheduled;

    public SimLink(Simulation simulation, int maxDelayMicros, Consumer<M> receiver) {
        this(simulation, maxDelayMicros, receiver, () -> true);
    }

    /// @param reading whether the receiver takes anything just now; while it doesn't, messages wait
    public SimLink(Simulation simulation, int maxDelayMicros, Consumer<M> receiver, BooleanSupplier reading) {
        this.simulation = simulation;
        this.reading = reading;
        this.maxDelayMicros = maxDelayMicros;
        this.receiver = receiver;
    }

    public void send(M message) {
        if (!closed) {
            inside.add(message);
            schedule();
        }
    }

    public int waiting() {
        return inside.size();
    }

    public boolean closed() {
        return closed;
    }

    /// How long a message is on its way at most, from now on.
    public void maxDelayMicros(int micros) {
        maxDelayMicros = micros;
    }

    /// Whether nobody has stopped it.
    public boolean isMoving() {
        return !stopped;
    }

    public void stop() {
        stopped = true;
    }

    public void goOn() {
        stopped = false;
        schedule();
    }

    /// Whatever is inside is lost.
    public void close() {
        closed = true;
        inside.clear();
    }

    private void schedule() {
        if (!scheduled && !stopped && !closed && !inside.isEmpty()) {
            scheduled = true;
            int pollMicros = reading.getAsBoolean() ? 1 : 5000;
            simulation.afterMicros(pollMicros + simulation.dice().nextInt(maxDelayMicros + 1), () -> {
                scheduled = false;
                if (!stopped && !closed && !inside.isEmpty() && reading.getAsBoolean()) {
                    receiver.accept(inside.remove());
                }
                schedule();
            });
        }
    }
}
