package io.muster.pulse;

import io.muster.lvscf.LvsConfig.Heartbeat.Format;
import io.muster.pulse.TwoDirectors.Director;

/// What two directors promise, checked after every step. What is said of one in the log is what it is. Both
/// *hold* the addresses at once:
///
/// - for at most keepalive + 2 delays, and another keepalive for each heartbeat of which no copy arrived, while both
///   run and some path works both ways;
/// - for at most deadtime + 2 keepalives more while talk reaches one way only (muster format, and both have met);
/// - without bound while nothing gets through at all, or before they have met: two nodes without fencing can't know;
/// - not at all while one hands its role over;
/// - (an lvsd that hangs is ended within [LvsdWatch#SILENT_MS], if it has answered before);
/// - for at most an address' lifetime and the kernel's second while one of them stands still or is dead.
final class Promises {
    private final TwoDirectors directors;
    private final long delayMs;
    private long lastMs;
    private long sinceMs = -1;
    private long countedMs;
    private final long[] idleMs = new long[2];
    private final boolean[] idlers = new boolean[2];
    private final long[] leavingMs = new long[2];
    private final boolean[] leavers = new boolean[2];
    private boolean oneWay;
    private boolean excused;
    private boolean idle;

    Promises(TwoDirectors directors, long delayMs) {
        this.directors = directors;
        this.delayMs = delayMs;
    }

    void check() {
        long now = directors.simulation.nowMs();
        Director p = directors.primary;
        Director b = directors.backup;
        long passed = now - lastMs;
        lastMs = now;
        told(p);
        told(b);
        outlived(p, 0, passed);
        outlived(b, 1, passed);
        hangs(p);
        hangs(b);
        leaves(p, 0, passed);
        leaves(b, 1, passed);
        if (!p.holds() || !b.holds()) {
            sinceMs = -1;
            countedMs = 0;
            oneWay = false;
            excused = true;
            return;
        }
        if (sinceMs < 0) {
            sinceMs = now;
        } else if (!idle && !excused) {
            countedMs += passed;
        }
        idle = !p.active() || !b.active();
        boolean there = directors.reaches(p, b);
        boolean back = directors.reaches(b, p);
        boolean known = directors.format == Format.ORIGINAL || directors.met();
        boolean half = there != back;
        excused = (!there && !back) || (half && directors.format == Format.ORIGINAL) || !known;
        oneWay |= half;
        long lost = p.sent.stream()
                        .filter(s -> s.atMs >= sinceMs && s.active && !s.arrived)
                        .count()
                + (oneWay
                        ? b.sent.stream()
                                .filter(s -> s.atMs >= sinceMs && s.active && !s.arrived)
                                .count()
                        : 0);
        long bound = directors.keepaliveMs * (1 + lost)
                + 2 * delayMs
                + (oneWay ? directors.deadtimeMs + 2 * directors.keepaliveMs : 0);
        if (countedMs > bound) {
            throw new AssertionError("both active for " + countedMs + " ms, promised " + bound + " (one way: " + oneWay
                    + ", heartbeats lost: " + lost + ")");
        }
    }

    /// No change without a line.
    private void told(Director d) {
        Pulse pulse = d.pulse;
        if (d.running() && pulse != null && pulse.activity() != d.told) {
            throw new AssertionError(d.name() + " is " + pulse.activity() + ", and " + d.told + " was said");
        }
    }

    /// An lvsd that doesn't work is noticed. A pulse that stood still, or has just begun, needs a little longer.
    private void hangs(Director d) {
        if (!d.running() || d.hungSinceMs < 0) {
            return;
        }
        long forMs = directors.simulation.nowMs() - d.hungSinceMs;
        if (forMs > (d.lvsdAnswered ? LvsdWatch.SILENT_MS : LvsdWatch.START_MS) + 500) {
            throw new AssertionError("the lvsd of the " + d.name() + " has hung for " + forMs + " ms, unnoticed");
        }
    }

    /// A hand-over waits for its last word, but not for ever.
    private void leaves(Director d, int which, long passed) {
        Pulse pulse = d.pulse;
        boolean leaving = pulse != null && pulse.activity() == Activity.LEAVING;
        boolean busy = leaving && d.running();
        leavingMs[which] = busy && leavers[which] ? leavingMs[which] + passed : 0;
        leavers[which] = busy;
        if (leaving && d.holds()) {
            throw new AssertionError(d.name() + " gives way and holds the addresses");
        }
        if (leavingMs[which] > Pulse.LAST_WORD_MS + 5) {
            throw new AssertionError(d.name() + " has been leaving for " + leavingMs[which] + " ms");
        }
    }

    /// Addresses of a pulse that is dead or stands still.
    private void outlived(Director d, int which, long passed) {
        idleMs[which] = idlers[which] && d.holds() ? idleMs[which] + passed : 0;
        idlers[which] = d.holds() && !d.active();
        long lifetimeMs = Math.max(1, directors.deadtimeMs / 1000) * 1000 + 1_000;
        if (idleMs[which] > lifetimeMs) {
            throw new AssertionError("addresses of the " + d.name() + " outlived their pulse by " + idleMs[which]
                    + " ms, promised " + lifetimeMs);
        }
    }
}
