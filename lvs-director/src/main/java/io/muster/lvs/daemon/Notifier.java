package io.muster.lvs.daemon;

import io.muster.lvs.LvsdEffect;
import io.muster.machine.Program;
import io.muster.machine.Programs;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Runs the programs of `notify_up` and the like: beside everything else, a few at once, what tells of one server in
/// the order of its changes, each to its last process ended at its time limit, and when lvsd ends.
///
/// Thread: the loop's.
final class Notifier {
    /// How many run at once.
    static final int AT_ONCE = 8;

    static final int MOST_WAITING = 1_000;
    static final long LIMIT_MS = 30_000;

    private static final Logger LOG = LoggerFactory.getLogger("lvsd");
    private static final int KEEP_BYTES = 2_000;
    private static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private final Programs programs;
    private final long limitMs;
    private final Deque<LvsdEffect.Notify> waiting = new ArrayDeque<>();
    private final Map<String, Programs.Running> running = new LinkedHashMap<>();
    private boolean closed;
    private Runnable whenGone = () -> {};

    Notifier(Programs programs, long limitMs) {
        this.programs = programs;
        this.limitMs = limitMs;
    }

    void tell(LvsdEffect.Notify what) {
        if (closed || what.command().isEmpty()) {
            return;
        }
        if (waiting.size() >= MOST_WAITING) {
            LOG.warn("{}: not notified: {} wait already", name(what), MOST_WAITING);
            return;
        }
        waiting.add(what);
        next();
    }

    private void next() {
        Iterator<LvsdEffect.Notify> each = waiting.iterator();
        while (!closed && running.size() < AT_ONCE && each.hasNext()) {
            LvsdEffect.Notify what = each.next();
            if (!running.containsKey(what.subject())) {
                each.remove();
                start(what);
            }
        }
    }

    private void start(LvsdEffect.Notify what) {
        var environment = new TreeMap<>(what.environment());
        environment.put("PATH", PATH);
        var program = new Program(what.command(), environment, "", limitMs, KEEP_BYTES);
        running.put(what.subject(), () -> {});
        Programs.Running mine = programs.start(program, Programs.Bond.TIED, result -> ended(what, result));
        running.computeIfPresent(what.subject(), (subject, none) -> mine);
    }

    private void ended(LvsdEffect.Notify what, Program.Result result) {
        running.remove(what.subject());
        if (closed) {
            lookForEnd();
            return;
        }
        if (result.timedOut()) {
            LOG.warn("{}: ended after {} ms", name(what), limitMs);
        } else if (result.status() != 0) {
            LOG.warn("{}: status {}: {}", name(what), result.status(), result.output());
        } else {
            LOG.info("{}: done in {} ms", name(what), result.tookMs());
        }
        next();
    }

    /// `notify_down of web/one "/usr/local/bin/page"`; arguments may be secret.
    private static String name(LvsdEffect.Notify what) {
        return (what.environment().containsKey("LVS_SERVER") ? "notify_" : "quorum_") + (what.up() ? "up" : "down")
                + " of " + what.subject() + " \"" + what.command().getFirst() + "\"";
    }

    /// Ends all.
    ///
    /// @param gone called once none is left, on the loop; perhaps from within
    void close(Runnable gone) {
        closed = true;
        waiting.clear();
        whenGone = gone;
        List.copyOf(running.values()).forEach(Programs.Running::end);
        lookForEnd();
    }

    private void lookForEnd() {
        if (running.isEmpty()) {
            Runnable then = whenGone;
            whenGone = () -> {};
            then.run();
        }
    }
}
