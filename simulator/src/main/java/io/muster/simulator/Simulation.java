package io.muster.simulator;

import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;

/// Virtual time and what is due in it. Two things due at the same moment happen in the order in which they were asked
/// for, so a seed fixes everything.
///
/// Thread: one.
public final class Simulation {
    /// Checked after every step.
    @FunctionalInterface
    public interface Invariant {
        /// @throws AssertionError when the promise is broken
        void check();
    }

    private record Due(long atMicros, long order, Runnable what) implements Comparable<Due> {
        @Override
        public int compareTo(Due other) {
            return atMicros != other.atMicros
                    ? Long.compare(atMicros, other.atMicros)
                    : Long.compare(order, other.order);
        }
    }

    private final long seed;
    private final Random dice;
    private final Trace trace = new Trace(4000);
    private final PriorityQueue<Due> due = new PriorityQueue<>();
    private final List<Invariant> invariants = new ArrayList<>();
    private long nowMicros;
    private long order;
    private long steps;

    public Simulation(long seed) {
        this.seed = seed;
        this.dice = new Random(seed);
    }

    public long seed() {
        return seed;
    }

    public Random dice() {
        return dice;
    }

    public Trace trace() {
        return trace;
    }

    public long nowMicros() {
        return nowMicros;
    }

    public long nowMs() {
        return nowMicros / 1000;
    }

    /// Things that have happened.
    public long steps() {
        return steps;
    }

    public void invariant(Invariant invariant) {
        invariants.add(invariant);
    }

    public void afterMicros(long micros, Runnable what) {
        due.add(new Due(nowMicros + Math.max(0, micros), order++, what));
    }

    public void afterMs(long ms, Runnable what) {
        afterMicros(ms * 1000, what);
    }

    /// Lets time pass, with every invariant checked after every step.
    ///
    /// @throws AssertionError with the seed, the broken promise and the last steps
    public void runForMs(long ms) {
        long untilMicros = nowMicros + ms * 1000;
        while (!due.isEmpty() && due.peek().atMicros() <= untilMicros) {
            step();
        }
        nowMicros = untilMicros;
    }

    /// Runs until `condition` holds, at most `ms`.
    ///
    /// @return whether it holds
    public boolean runUntil(java.util.function.BooleanSupplier condition, long ms) {
        long untilMicros = nowMicros + ms * 1000;
        while (!condition.getAsBoolean()) {
            if (due.isEmpty() || due.peek().atMicros() > untilMicros) {
                nowMicros = untilMicros;
                return condition.getAsBoolean();
            }
            step();
        }
        return true;
    }

    private void step() {
        Due next = due.remove();
        nowMicros = next.atMicros();
        steps++;
        try {
            next.what().run();
            for (Invariant invariant : invariants) {
                invariant.check();
            }
        } catch (AssertionError | RuntimeException broken) {
            throw failure(String.valueOf(broken.getMessage()), broken);
        }
    }

    /// A failure that says how to have it again.
    public AssertionError failure(String message, Throwable cause) {
        return cause instanceof SimulationFailed failed ? failed : new SimulationFailed(text(message), cause);
    }

    /// The same without another cause.
    public AssertionError failure(String message) {
        return new SimulationFailed(text(message), null);
    }

    private String text(String message) {
        return message + "\nrun it again with -Dseed=" + seed + "; at " + nowMs() + " ms, the last steps:\n" + trace;
    }

    private static final class SimulationFailed extends AssertionError {
        private static final long serialVersionUID = 1;

        SimulationFailed(String message, @org.jspecify.annotations.Nullable Throwable cause) {
            super(message, cause);
        }
    }
}
