package io.muster.driver;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.NullUnmarked;

/// A loop and clocks that turn when a test says so.
@NullUnmarked
final class ManualLoop implements Loop, Clocks {
    private record Timer(long dueMs, Runnable task) {}

    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private final List<Timer> timers = new ArrayList<>();
    private boolean inside;
    long nowMs = 1_000;
    long wallMs = 1_700_000_000_000L;
    long bootAheadMs;

    @Override
    public boolean inside() {
        return inside;
    }

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
    }

    @Override
    public Runnable schedule(Runnable task, long delayMs) {
        var timer = new Timer(nowMs + delayMs, task);
        timers.add(timer);
        return () -> timers.remove(timer);
    }

    @Override
    public long monotonicNs() {
        return nowMs * 1_000_000;
    }

    @Override
    public long bootNs() {
        return (nowMs + bootAheadMs) * 1_000_000;
    }

    @Override
    public long wallMs() {
        return wallMs;
    }

    int timers() {
        return timers.size();
    }

    /// Runs what is queued and due, timers after tasks, as Netty does with sockets and timers.
    void turn() {
        turn(10_000);
    }

    void turn(int most) {
        inside = true;
        try {
            for (int left = most; left > 0; left--) {
                Runnable next = tasks.poll();
                if (next == null) {
                    next = due();
                }
                if (next == null) {
                    return;
                }
                next.run();
            }
            throw new AssertionError("the loop never rests");
        } finally {
            inside = false;
        }
    }

    /// Time passes, with the loop awake at every timer.
    void pass(long ms) {
        long until = nowMs + ms;
        while (true) {
            turn();
            long next = timers.stream().mapToLong(Timer::dueMs).min().orElse(Long.MAX_VALUE);
            if (next > until) {
                advance(until - nowMs);
                turn();
                return;
            }
            advance(Math.max(0, next - nowMs));
        }
    }

    /// Time passes and nothing runs.
    void advance(long ms) {
        nowMs += ms;
        wallMs += ms;
    }

    private Runnable due() {
        var first = timers.stream().min(Comparator.comparingLong(Timer::dueMs)).filter(timer -> timer.dueMs <= nowMs);
        first.ifPresent(timers::remove);
        return first.map(Timer::task).orElse(null);
    }
}
