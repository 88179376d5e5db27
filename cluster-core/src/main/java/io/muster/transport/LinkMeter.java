package io.muster.transport;

import io.muster.transport.Control.Report;

/// What is known about one link to one node: what we hear on it, and what the other side says it hears from us.
///
/// The direction towards the node is judged by the node's reports only, which come over any link; so a link that is
/// dead one way is used the other way.
///
/// | state | leaves it when |
/// |---|---|
/// | unknown (not live) | a first probe is reported heard: live |
/// | live | it is silent for `downMs` beside another that answers; none answers for a second; refused: down |
/// | down | heard for `upMs` without a break, or heard and no other link is live: live |
///
/// A link that falls again soon after it rose has to wait twice as long for the next time, to 30 s.
///
/// A node from which nothing is heard on any link is most likely busy: that says nothing about its links, and datagrams
/// go over all of them until it answers. A link is blamed only for what it fails to do while another one works.
///
/// A live link that loses 4 of 32 probes is *lossy* until it loses at most 1 of 32; one slower than 100 ms is *slow*
/// until it is under 50 ms. Both carry only when nothing better is live.
final class LinkMeter {
    /// A kernel believes in a neighbour for 15 s or more after it was confirmed, and asks 5 s after it was last used
    /// unconfirmed.
    static final int CONFIRM_MS = 1000;

    private static final int SLOW_MS = 100;
    private static final int LOSSY = 4;
    private static final int LOSSLESS = 1;
    private static final int MIN_UP_MS = 1000;
    private static final int MAX_UP_MS = 30_000;
    private static final int STABLE_MS = 60_000;

    private int highestHeard;
    private int heardBefore;
    private long heardAtMs;

    private final long[] sentAtMs = new long[64];
    private final int firstSent;
    private int sent;
    private int reported;
    private int reportedBefore;
    private long progressMs = Long.MIN_VALUE / 2;
    private long confirmedMs = Long.MIN_VALUE / 2;
    private long unbrokenSinceMs;
    private long steadySinceMs;
    private long liveSinceMs;
    private int upMs = MIN_UP_MS;
    private int latencyEighthMs;
    private boolean live;
    private boolean everLive;
    private boolean lossy;
    private boolean slow;

    /// @param sent probes sent before; goes on when the node has restarted, since it may have heard some of them
    LinkMeter(int sent) {
        this.sent = sent;
        this.reported = sent;
        this.firstSent = sent;
    }

    int sent() {
        return sent;
    }

    /// Counts one more probe towards the node and returns its sequence.
    int nextProbe(long nowMs) {
        sent++;
        sentAtMs[sent & 63] = nowMs;
        return sent;
    }

    /// A probe of the node came in on this link.
    void heard(int sequence, long nowMs) {
        int ahead = sequence - highestHeard;
        if (ahead > 0) {
            heardBefore = ahead > 32 ? 0 : (int) ((((long) heardBefore << 1 | 1) << ahead - 1) & 0xffff_ffffL);
            highestHeard = sequence;
            heardAtMs = nowMs;
        } else if (ahead < 0 && ahead >= -32) {
            heardBefore |= 1 << -ahead - 1;
        }
    }

    Report report(long nowMs) {
        return new Report(highestHeard, heardBefore, (int) Math.min(nowMs - heardAtMs, 0xffff));
    }

    /// The node says what it has heard on this link. Reports overtake each other; older ones are ignored.
    ///
    /// @return whether something is heard that wasn't before, for the first time in [#CONFIRM_MS]
    boolean reported(Report report, int downMs, long nowMs) {
        int news = report.highest() - reported;
        if (news <= 0 || report.highest() - sent > 0) {
            return false;
        }
        reported = report.highest();
        reportedBefore = report.before();
        if (nowMs - progressMs > downMs) {
            unbrokenSinceMs = nowMs;
        }
        if (nowMs - progressMs > downMs / 2) {
            steadySinceMs = nowMs;
        }
        progressMs = nowMs;
        if (sent - reported < 64) {
            int sample = (int) Math.max(0, nowMs - sentAtMs[reported & 63] - report.ageMs());
            latencyEighthMs += sample - latencyEighthMs / 8;
        }
        int lost = lostOf32();
        lossy = lossy ? lost > LOSSLESS : lost >= LOSSY;
        slow = slow ? latencyMs() > SLOW_MS / 2 : latencyMs() > SLOW_MS;
        boolean due = nowMs - confirmedMs >= CONFIRM_MS;
        if (due) {
            confirmedMs = nowMs;
        }
        return due;
    }

    /// Whether the link may be taken into use again.
    boolean risesAt(boolean otherLive, int downMs, long nowMs) {
        boolean heardLately = nowMs - progressMs <= downMs;
        return !live && heardLately && (!everLive || !otherLive || nowMs - unbrokenSinceMs >= upMs);
    }

    /// Whether nothing new has been reported heard for longer than a link that works would take.
    boolean isSilent(int downMs, long nowMs) {
        return nowMs - progressMs > downMs;
    }

    /// For how long it has been silent while the other one was reported heard steadily; 0 if that is silent too. What
    /// a busy node says after a pause comes over one link first: the others have their time from then on.
    long silentBesideMs(LinkMeter other, int downMs, long nowMs) {
        return other.isSilent(downMs, nowMs) ? 0 : nowMs - Math.max(progressMs, other.steadySinceMs);
    }

    void rise(long nowMs) {
        live = true;
        everLive = true;
        liveSinceMs = nowMs;
    }

    void fall(long nowMs) {
        live = false;
        upMs = nowMs - liveSinceMs > STABLE_MS ? MIN_UP_MS : Math.min(MAX_UP_MS, upMs * 2);
        unbrokenSinceMs = nowMs;
        // What was reported before doesn't count towards rising again.
        progressMs = Long.MIN_VALUE / 2;
    }

    /// This node slept: what it didn't hear meanwhile says nothing. What it has heard since then stays as it is: moved
    /// ahead of now, it would make a link that dies next look alive for as long as the node slept.
    void slept(long ms, long nowMs) {
        progressMs = Math.min(nowMs, progressMs + ms);
        unbrokenSinceMs = Math.min(nowMs, unbrokenSinceMs + ms);
        steadySinceMs = Math.min(nowMs, steadySinceMs + ms);
    }

    boolean isLive() {
        return live;
    }

    boolean isGood() {
        return live && !lossy && !slow;
    }

    int latencyMs() {
        return latencyEighthMs / 8;
    }

    /// Probes of the last 32 (before the last reported) that the node has not heard.
    int lostOf32() {
        return reported - firstSent > 32 ? 32 - Integer.bitCount(reportedBefore) : 0;
    }
}
