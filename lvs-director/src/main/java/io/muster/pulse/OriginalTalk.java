package io.muster.pulse;

import io.muster.core.Incarnation;
import io.muster.core.MalformedMessage;
import io.muster.pulse.Heartbeat.Wish;
import io.muster.pulse.HeartbeatCodec.Word;
import java.util.Optional;

/// Piranha's four octets. They tell neither age nor run nor sender, so whatever comes within one
/// keepalive after a pause of ours may be history and only proves that the partner was alive.
final class OriginalTalk implements Talk {
    private final long keepaliveMs;
    private long historyUntilMs = Long.MIN_VALUE;

    OriginalTalk(long keepaliveMs) {
        this.keepaliveMs = keepaliveMs;
    }

    record Image(long historyUntilMs) implements Talk.Image {}

    @Override
    public Talk.Image image() {
        return new Image(historyUntilMs);
    }

    @Override
    public void resume(Talk.Image image) {
        if (!(image instanceof Image was)) {
            throw new IllegalArgumentException("an image of another format: " + image);
        }
        historyUntilMs = was.historyUntilMs();
    }

    @Override
    public byte[] next(Own own, long nowMs) {
        return HeartbeatCodec.encode(own.active() ? Word.LVS_RUNNING : Word.LVS_STOPPED);
    }

    @Override
    public long sequence() {
        return 0;
    }

    @Override
    public Verdict received(byte[] octets, boolean genuine, Own own, long nowMs) {
        if (HeartbeatCodec.ours(octets)) {
            return new Refused(
                    Rejection.OTHER_FORMAT, "the partner speaks heartbeat_format = muster, this director original");
        }
        try {
            Word word = HeartbeatCodec.word(octets).orElse(Word.HOLD);
            if (word != Word.LVS_RUNNING && word != Word.LVS_STOPPED) {
                return new Refused(
                        Rejection.INCOMPATIBLE,
                        "Incompatible heartbeat received -- other system not running"
                                + " lvs, or not this version of it");
            }
            boolean active = word == Word.LVS_RUNNING;
            // Not told whether it could take over, nobody leaves it to the partner.
            return new Heard(active, Wish.UNABLE, nowMs > historyUntilMs, 0, Long.MAX_VALUE, 0, 0, false);
        } catch (MalformedMessage e) {
            return new Refused(Rejection.MALFORMED, "bad heartbeat packet: " + e.getMessage());
        }
    }

    @Override
    public void stoodStill(long nowMs) {
        historyUntilMs = nowMs + keepaliveMs;
    }

    @Override
    public Optional<Incarnation> partner() {
        return Optional.empty();
    }
}
