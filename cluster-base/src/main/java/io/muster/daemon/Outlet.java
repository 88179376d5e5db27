package io.muster.daemon;

import ch.qos.logback.classic.spi.ILoggingEvent;
import io.netty.util.concurrent.EventExecutor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;

/// A place that log lines go to, with a thread of its own: whoever logs never waits for a disk, a terminal or a
/// syslog daemon. What doesn't fit into the queue, or can't be written, is lost and counted, and the place is told
/// how much once it works again.
///
/// Thread: [#put] any; the rest on the outlet's.
abstract class Outlet {
    /// Lines that may wait.
    static final int ROOM = 8192;

    /// A place that failed isn't tried again sooner than that, by the lines' own time.
    static final long RETRY_MS = 1_000;

    private final String what;
    private final EventExecutor thread;
    private final BiConsumer<String, String> complaints;
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicLong lost = new AtomicLong();
    private volatile boolean failing;

    /// @param what for complaints: `log file /var/log/cluster/cman.log`
    /// @param complaints gets `what` and the reason, once for each time the place begins to fail
    Outlet(String what, EventExecutor thread, BiConsumer<String, String> complaints) {
        this.what = what;
        this.thread = thread;
        this.complaints = complaints;
    }

    /// @param daemon whose line it is
    final void put(String daemon, ILoggingEvent event) {
        if (waiting.incrementAndGet() > ROOM) {
            waiting.decrementAndGet();
            lost.incrementAndGet();
            return;
        }
        if (!perform(() -> write(daemon, event))) {
            waiting.decrementAndGet();
        }
    }

    /// @return false when the outlet has been closed
    final boolean perform(Runnable task) {
        try {
            thread.execute(task);
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    /// Writes a line and then calls [#written] or [#failed], in time.
    abstract void write(String daemon, ILoggingEvent event);

    /// The last act on the thread.
    abstract void shut();

    /// How many lines to admit to in a line of its own before the next one; [#admitted] when it is written.
    final long owed() {
        return failing || waiting.get() < ROOM / 2 ? lost.get() : 0;
    }

    final void admitted(long lines) {
        lost.addAndGet(-lines);
    }

    final void written() {
        waiting.decrementAndGet();
        failing = false;
    }

    final void failed(String reason) {
        waiting.decrementAndGet();
        lost.incrementAndGet();
        if (!failing) {
            failing = true;
            complaints.accept(what, reason);
        }
    }

    /// Whether the last line couldn't be written.
    final boolean failing() {
        return failing;
    }

    final EventExecutor thread() {
        return thread;
    }

    static String owedText(long lines) {
        return lines + (lines == 1 ? " line of this log is" : " lines of this log are") + " lost";
    }

    /// Begins to write out what is queued and to end.
    final void end() {
        perform(this::shut);
        thread.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }

    final boolean hasEnded() {
        return thread.terminationFuture().isDone();
    }

    /// Waits for the end, for at most `ms`.
    final void ended(long ms) {
        thread.terminationFuture().awaitUninterruptibly(ms);
    }
}
