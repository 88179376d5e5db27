package io.muster.pulse;

import io.muster.core.Incarnation;
import io.muster.core.MalformedMessage;
import java.util.Optional;

/// Muster's own format: who is who is proven before anything is believed.
///
/// - A heartbeat counts only if it names *this run* of ours as its receiver: it was made after our start.
///   Which run of ours there is a partner learns from our own heartbeats.
/// - A run of the partner that isn't the one we talk to replaces it only if it has heard something that
///   we said after we last heard the present one, and lately. A former run can't have: so what was
///   recorded of it, delivered or not, is worth nothing.
/// - What the partner says of itself is *fresh* if it has heard something of ours that is at most two
///   deadtimes old and was said after we last stood still: only a fresh "stopped" is a reason to take
///   over.
/// - Within a run each number counts once, and none below the highest.
/// - A genuine heartbeat that doesn't know us yet is answered at once (a few times per keepalive) by one
///   addressed to its sender: two directors have met within one and a half round trips.
final class MusterTalk implements Talk {
    /// Behind the highest by no more than this, a number is a copy or was overtaken, and no attack.
    private static final int USUAL = 64;

    private static final int GREETINGS = 16;

    private final boolean primary;
    private final Incarnation self;
    private final long deadtimeMs;
    private Incarnation partner = Incarnation.UNKNOWN;
    private long sequence;
    private long heard;
    private long heardAtMs;

    /// Our number when we last heard the partner: a new run must have heard a later one.
    private long saidByThen;

    /// Our number at that time, and the one a deadtime or more before.
    private long markMs = Long.MIN_VALUE;
    private long mark;
    private long olderMark;
    private int greetings;

    MusterTalk(boolean primary, Incarnation self, long deadtimeMs) {
        this.primary = primary;
        this.self = self;
        this.deadtimeMs = deadtimeMs;
    }

    record Image(
            Incarnation partner,
            long sequence,
            long heard,
            long heardAtMs,
            long saidByThen,
            long markMs,
            long mark,
            long olderMark,
            int greetings)
            implements Talk.Image {}

    @Override
    public Talk.Image image() {
        return new Image(partner, sequence, heard, heardAtMs, saidByThen, markMs, mark, olderMark, greetings);
    }

    @Override
    public void resume(Talk.Image image) {
        if (!(image instanceof Image was)) {
            throw new IllegalArgumentException("an image of another format: " + image);
        }
        partner = was.partner();
        sequence = was.sequence();
        heard = was.heard();
        heardAtMs = was.heardAtMs();
        saidByThen = was.saidByThen();
        markMs = was.markMs();
        mark = was.mark();
        olderMark = was.olderMark();
        greetings = was.greetings();
    }

    @Override
    public byte[] next(Own own, long nowMs) {
        greetings = GREETINGS;
        if (markMs == Long.MIN_VALUE || nowMs - markMs >= deadtimeMs) {
            olderMark = mark;
            mark = sequence;
            markMs = nowMs;
        }
        boolean met = !partner.equals(Incarnation.UNKNOWN);
        return seal(own, partner, heard, met ? nowMs - heardAtMs : Heartbeat.NEVER);
    }

    @Override
    public long sequence() {
        return sequence;
    }

    @Override
    public Verdict received(byte[] octets, boolean genuine, Own own, long nowMs) {
        if (octets.length == HeartbeatCodec.ORIGINAL_BYTES) {
            return new Refused(
                    Rejection.OTHER_FORMAT, "the partner speaks heartbeat_format = original, this director muster");
        }
        Optional<Heartbeat> opened;
        try {
            opened = HeartbeatCodec.decode(octets, genuine);
        } catch (MalformedMessage e) {
            return new Refused(Rejection.MALFORMED, "bad heartbeat packet: " + e.getMessage());
        }
        if (opened.isEmpty()) {
            return new Refused(
                    Rejection.FORGED, "heartbeat with a wrong code: is lvs.key the same file on both directors?");
        }
        Heartbeat h = opened.get();
        if (h.primary() == primary) {
            return new Refused(
                    Rejection.REPLAYED,
                    "heartbeat of a " + (primary ? "primary" : "backup") + ", which this director is itself");
        }
        if (!h.to().equals(self)) {
            return stranger(h, own);
        }
        return known(h, own, nowMs);
    }

    private Verdict stranger(Heartbeat h, Own own) {
        if (greetings > 0 && !h.from().equals(partner)) {
            greetings--;
            return new Greet(seal(own, h.from(), h.sequence(), 0));
        }
        // Common while a partner starts.
        return new Refused(Rejection.UNBOUND, "");
    }

    private Verdict known(Heartbeat h, Own own, long nowMs) {
        boolean met = !h.from().equals(partner);
        boolean fresh = h.heard() > olderMark;
        if (met && (!fresh || h.heard() <= saidByThen)) {
            // A former run's, repeated; or a new run that has met us and that we had no chance to hear
            // until now.
            return stranger(h, own);
        }
        if (!met && h.sequence() <= heard) {
            return h.sequence() > heard - USUAL
                    ? new Refused(Rejection.DUPLICATE, "")
                    : new Refused(Rejection.REPLAYED, "heartbeat " + h.sequence() + " again, after " + heard);
        }
        partner = h.from();
        heard = h.sequence();
        heardAtMs = nowMs;
        saidByThen = sequence;
        return new Heard(
                h.active(), h.wish(), fresh, h.heardAgeMs(), h.heard(), h.connections(), h.syncPermille(), met);
    }

    private byte[] seal(Own own, Incarnation to, long heardOfIt, long ageMs) {
        return HeartbeatCodec.encode(new Heartbeat(
                primary,
                self,
                to,
                ++sequence,
                heardOfIt,
                ageMs,
                own.active(),
                own.wish(),
                own.connections(),
                own.syncPermille()));
    }

    @Override
    public void stoodStill(long nowMs) {
        mark = sequence;
        olderMark = sequence;
        markMs = nowMs;
    }

    @Override
    public Optional<Incarnation> partner() {
        return partner.equals(Incarnation.UNKNOWN) ? Optional.empty() : Optional.of(partner);
    }
}
