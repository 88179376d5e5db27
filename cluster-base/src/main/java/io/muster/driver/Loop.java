package io.muster.driver;

import io.netty.util.concurrent.EventExecutor;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/// One thread that runs what it is given, in order: all that a driver needs to know of an event loop.
public interface Loop {
    /// Whether the caller is on the loop.
    boolean inside();

    /// Runs a task after those given before. Does nothing once the loop has ended.
    void execute(Runnable task);

    /// Runs a task later, not before the time.
    ///
    /// @return what cancels it
    Runnable schedule(Runnable task, long delayMs);

    /// Netty's.
    static Loop of(EventExecutor executor) {
        return new Loop() {
            @Override
            public boolean inside() {
                return executor.inEventLoop();
            }

            @Override
            public void execute(Runnable task) {
                if (!executor.isShuttingDown()) {
                    executor.execute(task);
                }
            }

            @Override
            public Runnable schedule(Runnable task, long delayMs) {
                if (executor.isShuttingDown()) {
                    return () -> {};
                }
                Future<?> pending = executor.schedule(task, delayMs, TimeUnit.MILLISECONDS);
                return () -> pending.cancel(false);
            }
        };
    }
}
