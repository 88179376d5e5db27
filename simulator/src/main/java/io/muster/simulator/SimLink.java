package io.muster.simulator;

import java.util.ArrayDeque;
import java.util.function.Consumer;

/// One direction of a local socket: first in first out, never loses, may be slow or stand still, and ends for good.
///
/// @param <M> what goes through it
public final class SimLink<M> {
    private final Simulation simulation;
    private final Consumer<M> receiver;
    private final ArrayDeque<M> inside = new ArrayDeque<>();
    private int maxDelayMicros;
    private boolean stopped;
    private boolean closed;
    private boolean scheduled;

    public SimLink(Simulation simulation, int maxDelayMicros, Consumer<M> receiver) {
        this.simulation = simulation;
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
            simulation.afterMicros(1 + simulation.dice().nextInt(maxDelayMicros + 1), () -> {
                scheduled = false;
                if (!stopped && !closed && !inside.isEmpty()) {
                    receiver.accept(inside.remove());
                }
                schedule();
            });
        }
    }
}
