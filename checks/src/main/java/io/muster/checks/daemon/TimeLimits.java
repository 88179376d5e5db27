package io.muster.checks.daemon;

import io.muster.driver.Clocks;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The time limits of running checks. Checks with the same limit end their time in the order they began,
/// so each limit has a list, and one timer watches the heads: adding and removing cost a few
/// assignments, and a check that ends in time never costs a timer of its own.
///
/// A loop that wakes much too late (it stood still, or the whole machine did) looks at its sockets once
/// more before it holds silence against anyone.
///
/// Thread: the loop's.
final class TimeLimits {
    private static final long LATE_NS = TimeUnit.MILLISECONDS.toNanos(250);
    private static final long GRACE_NS = TimeUnit.MILLISECONDS.toNanos(200);

    /// Checks of one limit, the oldest first.
    static final class Same {
        final long limitNs;

        @Nullable
        Run first;

        @Nullable
        Run last;

        Same(long limitNs) {
            this.limitNs = limitNs;
        }

        long dueNs() {
            return first == null ? Long.MAX_VALUE : first.beganNs + limitNs;
        }
    }

    private final EventLoop loop;
    private final Map<Long, Same> byLimit = new HashMap<>();
    private java.util.concurrent.@Nullable Future<?> timer;
    private long armedNs = Long.MAX_VALUE;
    private int size;

    TimeLimits(EventLoop loop) {
        this.loop = loop;
    }

    int size() {
        return size;
    }

    void add(Run run) {
        Same same = byLimit.computeIfAbsent(run.timeoutMs, ms -> new Same(TimeUnit.MILLISECONDS.toNanos(ms)));
        Run last = same.last;
        run.list = same;
        run.before = last;
        if (last == null) {
            same.first = run;
        } else {
            last.after = run;
        }
        same.last = run;
        size++;
        long due = run.beganNs + same.limitNs;
        if (due < armedNs) {
            arm(due, due - run.beganNs);
        }
    }

    void remove(Run run) {
        Same same = run.list;
        if (same == null) {
            return;
        }
        Run before = run.before;
        Run after = run.after;
        if (before == null) {
            same.first = after;
        } else {
            before.after = after;
        }
        if (after == null) {
            same.last = before;
        } else {
            after.before = before;
        }
        run.list = null;
        run.before = null;
        run.after = null;
        size--;
    }

    List<Run> all() {
        var runs = new ArrayList<Run>(size);
        for (Same same : byLimit.values()) {
            for (Run run = same.first; run != null; run = run.after) {
                runs.add(run);
            }
        }
        return runs;
    }

    private void arm(long dueNs, long inNs) {
        if (timer != null) {
            timer.cancel(false);
        }
        armedNs = dueNs;
        timer = loop.schedule(this::look, Math.max(0, inNs), TimeUnit.NANOSECONDS);
    }

    private void look() {
        long now = Clocks.system().monotonicNs();
        if (now - armedNs > LATE_NS) {
            arm(now + GRACE_NS, GRACE_NS);
            return;
        }
        long next = Long.MAX_VALUE;
        armedNs = Long.MAX_VALUE;
        timer = null;
        var lists = byLimit.values().iterator();
        while (lists.hasNext()) {
            Same same = lists.next();
            for (Run run = same.first; run != null && run.beganNs + same.limitNs - now <= 0; run = same.first) {
                run.expire();
            }
            if (same.first == null) {
                // Whoever comes next makes a new one; a limit that isn't used any more leaves nothing behind.
                lists.remove();
            }
            next = Math.min(next, same.dueNs());
        }
        if (next < armedNs) {
            arm(next, next - now);
        }
    }
}
