package io.muster.pulse;

import io.muster.core.Incarnation;
import io.muster.core.MalformedMessage;
import io.muster.pulse.Heartbeat.Wish;
import java.util.LinkedHashSet;
import java.util.Optional;

/// Muster's own format: who is who is proven before anything is believed.
///
/// - A heartbeat counts only if it names *this run* of ours as its receiver: it was made after our start. Which run
///   of ours there is a partner learns from our own heartbeats.
/// - A run of the partner that isn't the one we talk to replaces it with the first heartbeat that counts; the former
///   one never counts again ([#retired]). So what was recorded from any earlier run is worth nothing.
/// - Within a run each number counts once, and none below the highest.
/// - A genuine heartbeat that doesn't know us yet is answered at once (a few times per keepalive) by one addressed to
///   its sender: two directors have met within one and a half round trips.
final class MusterTalk implements Talk {
    /// Behind the highest by no more than this, a number is a copy or was overtaken, and no attack.
    private static final int USUAL = 64;

    private static final int MOST_RETIRED = 1024;
    private static final int GREETINGS = 16;

    private final boolean primary;
    private final Incarnation self;
    private final HeartbeatCodec codec;
    private final LinkedHashSet<Incarnation> retired = new LinkedHashSet<>();
    private Incarnation partner = Incarnation.UNKNOWN;
    private long sequence;
    private long heard;
    private long heardAtMs;
    private long freshFrom = 1;
    private int greetings;

    MusterTalk(boolean primary, Incarnation self, HeartbeatCodec codec) {
        this.primary = primary;
        this.self = self;
        this.codec = codec;
    }

    @Override
    public byte[] next(Own own, long nowMs) {
        greetings = GREETINGS;
        boolean met = !partner.equals(Incarnation.UNKNOWN);
        return seal(own, partner, heard, met ? nowMs - heardAtMs : Heartbeat.NEVER);
    }

    @Override
    public long sequence() {
        return sequence;
    }

    @Override
    public Verdict received(byte[] octets, Own own, long nowMs) {
        if (octets.length == HeartbeatCodec.ORIGINAL_BYTES) {
            return new Refused(
                    Rejection.OTHER_FORMAT, "the partner speaks heartbeat_format = original, this director muster");
        }
        Optional<Heartbeat> opened;
        try {
            opened = codec.decode(octets);
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
        if (retired.contains(h.from())) {
            return new Refused(Rejection.REPLAYED, "heartbeat of a former run of the partner");
        }
        if (!h.to().equals(self)) {
            return stranger(h, own);
        }
        return known(h, nowMs);
    }

    private Verdict stranger(Heartbeat h, Own own) {
        if (greetings > 0 && !h.from().equals(partner)) {
            greetings--;
            return new Greet(seal(own, h.from(), h.sequence(), 0));
        }
        return new Refused(Rejection.UNBOUND, "heartbeat that isn't for this run of pulse");
    }

    private Verdict known(Heartbeat h, long nowMs) {
        boolean met = !h.from().equals(partner);
        if (met) {
            retire();
            partner = h.from();
        } else if (h.sequence() <= heard) {
            return h.sequence() > heard - USUAL
                    ? new Refused(Rejection.DUPLICATE, "")
                    : new Refused(Rejection.REPLAYED, "heartbeat " + h.sequence() + " again, after " + heard);
        }
        heard = h.sequence();
        heardAtMs = nowMs;
        boolean fresh = h.heard() >= freshFrom;
        Wish wish = h.wish();
        return new Heard(h.active(), wish, fresh, h.heardAgeMs(), h.heard(), h.connections(), h.syncPermille(), met);
    }

    private void retire() {
        if (!partner.equals(Incarnation.UNKNOWN)) {
            retired.add(partner);
            if (retired.size() > MOST_RETIRED) {
                retired.remove(retired.getFirst());
            }
        }
    }

    private byte[] seal(Own own, Incarnation to, long heardOfIt, long ageMs) {
        return codec.encode(new Heartbeat(
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
        freshFrom = sequence + 1;
    }

    @Override
    public Optional<Incarnation> partner() {
        return partner.equals(Incarnation.UNKNOWN) ? Optional.empty() : Optional.of(partner);
    }
}
