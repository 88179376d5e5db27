package io.muster.member.daemon;

import io.muster.driver.ImageFactory;

/// Replays flight records of stays.
public final class StayReplay extends ImageFactory {
    public StayReplay() {
        super(StayRecord.NAME, StayRecord.CODEC, java.util.Map.of());
    }
}
