package io.muster.pulse;

import io.muster.core.Incarnation;
import io.muster.lvscf.LvsConfig.Heartbeat.Format;
import io.muster.net.IpAddress;
import io.muster.pulse.PulseEffect.Send;
import io.muster.pulse.PulseStatus.PartnerStatus;
import java.util.Optional;
import java.util.SortedMap;

/// The heartbeats of both directors: when the next is due, which of those that come count, what is
/// known of the partner by them. With `backup_active = 0` there are none.
///
/// Thread: the core's.
final class Conversation {
    final Partner partner;
    private final PulseSettings settings;
    private final Talk talk;
    private final Journal journal;
    private final Noise noise = new Noise();
    private long nextSendMs = Long.MAX_VALUE;
    private long beats;

    Conversation(PulseSettings settings, Incarnation self, Journal journal) {
        this.settings = settings;
        this.journal = journal;
        long deadtimeMs = settings.heartbeat().deadtimeMs();
        partner = new Partner(deadtimeMs);
        talk = settings.heartbeat().format() == Format.MUSTER
                ? new MusterTalk(settings.primary(), self, deadtimeMs)
                : new OriginalTalk(settings.heartbeat().keepaliveMs());
    }

    /// All of it, but for what is configured.
    record Image(Partner.Image partner, Talk.Image talk, Noise.Image noise, long nextSendMs, long beats) {}

    Image image() {
        return new Image(partner.image(), talk.image(), noise.image(), nextSendMs, beats);
    }

    void resume(Image image) {
        partner.resume(image.partner());
        talk.resume(image.talk());
        noise.resume(image.noise());
        nextSendMs = image.nextSendMs();
        beats = image.beats();
    }

    /// The next one goes out with the tick that follows.
    void sendSoon(long nowMs) {
        nextSendMs = settings.partner() ? nowMs : Long.MAX_VALUE;
    }

    long nextMs() {
        return nextSendMs;
    }

    void tick(Talk.Own own, long nowMs) {
        if (nowMs >= nextSendMs) {
            send(own, nowMs);
            long keepaliveMs = settings.heartbeat().keepaliveMs();
            nextSendMs = nextSendMs + keepaliveMs > nowMs ? nextSendMs + keepaliveMs : nowMs + keepaliveMs;
        }
    }

    /// One out of turn.
    void send(Talk.Own own, long nowMs) {
        if (settings.partner()) {
            journal.add(new Send(talk.next(own, nowMs)));
        }
    }

    /// Number of the last one sent; 0 if the format has none.
    long sequence() {
        return talk.sequence();
    }

    /// This director stood still: what waits in its sockets may be old.
    void stoodStill(long nowMs) {
        talk.stoodStill(nowMs);
    }

    /// @return what the partner says, if it counts
    Optional<Talk.Heard> received(PulseEvent.Received event, Talk.Own own, long nowMs) {
        IpAddress from = event.from();
        if (!settings.sources().contains(from)) {
            refuse(Rejection.FOREIGN_SOURCE, "heartbeat from " + from + ", which isn't the partner", nowMs);
            return Optional.empty();
        }
        return switch (talk.received(event.octets(), event.genuine(), own, nowMs)) {
            case Talk.Refused(Rejection why, String text) -> {
                refuse(why, text, nowMs);
                yield Optional.empty();
            }
            case Talk.Greet(byte[] answer) -> {
                refuse(Rejection.UNBOUND, "", nowMs);
                journal.add(new Send(answer));
                yield Optional.empty();
            }
            case Talk.Heard heard -> {
                beats++;
                yield Optional.of(heard);
            }
        };
    }

    private void refuse(Rejection why, String text, long nowMs) {
        noise.heard(why, text, nowMs).ifPresent(journal::warn);
    }

    /// The run of the partner this director has met.
    Optional<Incarnation> met() {
        return talk.partner();
    }

    SortedMap<Rejection, Long> rejections() {
        return noise.counts();
    }

    PartnerStatus status(long nowMs) {
        return new PartnerStatus(
                partner.alive,
                partner.everHeard ? nowMs - partner.heardMs : -1,
                partner.active,
                partner.wish,
                talk.partner().map(Incarnation::toString).orElse(""),
                partner.connections,
                beats);
    }
}
