package io.muster.member.daemon;

import io.muster.daemon.Layout;
import io.muster.driver.FlightRecorder;
import io.muster.driver.RecordCodec;
import io.muster.driver.Recordable;
import io.muster.driver.StateImage;
import io.muster.member.Stay;
import io.muster.member.StayEffect;
import io.muster.member.StayEvent;
import java.io.IOException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The flight record of a daemon's stay: `fenced-stay` beside `fenced`.
final class StayRecord implements Recordable<StayEvent, StayEffect> {
    static final String NAME = "stay";
    static final RecordCodec CODEC = new RecordCodec(StayEvent.class, StayEffect.class, Stay.Image.class);

    private static final Logger LOG = LoggerFactory.getLogger(StayRecord.class);
    private static final FlightRecorder.Limits LIMITS = FlightRecorder.Limits.whole(4, 256 << 10);

    private final Stay stay;

    private StayRecord(Stay stay) {
        this.stay = stay;
    }

    static Optional<FlightRecorder<StayEvent, StayEffect>> open(Stay stay, Layout layout, String daemon) {
        try {
            return Optional.of(FlightRecorder.open(layout.record(daemon + "-stay"), new StayRecord(stay), LIMITS));
        } catch (IOException e) {
            LOG.warn("{}: no flight record: {}", daemon, e.toString());
            return Optional.empty();
        }
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Optional<byte[]> snapshot() {
        return Optional.of(StateImage.write(stay));
    }

    @Override
    public RecordCodec codec() {
        return CODEC;
    }
}
