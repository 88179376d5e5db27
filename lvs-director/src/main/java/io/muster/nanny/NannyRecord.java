package io.muster.nanny;

import io.muster.checks.PatternOctets;
import io.muster.driver.FlightRecorder;
import io.muster.driver.RecordCodec;
import io.muster.driver.Recordable;
import java.util.List;

/// What a flight record of a nanny holds: every step of [Care] and, at the head of each segment, all of it.
///
/// Checks that go well are no news: they are recorded on trial. What a check sends and which program it
/// runs isn't written, since passwords may stand there. Thread: the loop.
public final class NannyRecord implements Recordable<CareEvent, CareEffect> {
    public static final String NAME = "nanny";

    /// One server: an hour a segment and more.
    public static final FlightRecorder.Limits LIMITS = FlightRecorder.Limits.onTrial(8, 128 << 10);

    private final Care core;
    private final RecordCodec codec = newCodec();

    public NannyRecord(Care core) {
        this.core = core;
    }

    /// For a record, or a replay of one.
    public static RecordCodec newCodec() {
        return PatternOctets.in(new RecordCodec(CareEvent.class, CareEffect.class, Care.Image.class));
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Record image() {
        return core.image();
    }

    @Override
    public RecordCodec codec() {
        return codec;
    }

    @Override
    public boolean notable(CareEvent event, List<CareEffect> effects) {
        return effects.stream().anyMatch(effect -> !(effect instanceof CareEffect.StartCheck));
    }
}
