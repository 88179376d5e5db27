package io.muster.member.daemon;

import io.muster.driver.FlightRecorder;
import io.muster.driver.RecordCodec;
import io.muster.driver.Recordable;
import io.muster.member.Stay;
import io.muster.member.StayEffect;
import io.muster.member.StayEvent;

/// The flight record of a daemon's stay: `fenced-stay` beside `fenced`.
final class StayRecord implements Recordable<StayEvent, StayEffect> {
    static final String NAME = "stay";
    static final RecordCodec CODEC = new RecordCodec(StayEvent.class, StayEffect.class, Stay.Image.class);

    static final FlightRecorder.Limits LIMITS = FlightRecorder.Limits.whole(16, 256 << 10);

    private final Stay stay;

    StayRecord(Stay stay) {
        this.stay = stay;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Record image() {
        return stay.image();
    }

    @Override
    public RecordCodec codec() {
        return CODEC;
    }
}
