package io.muster.member.daemon;

import io.muster.core.Core;
import io.muster.core.MalformedMessage;
import io.muster.driver.RecordCodec;
import io.muster.driver.ReplayFactory;
import io.muster.member.Stay;

/// Replays flight records of stays.
public final class StayReplay implements ReplayFactory {
    @Override
    public String name() {
        return StayRecord.NAME;
    }

    @Override
    public RecordCodec codec() {
        return StayRecord.CODEC;
    }

    @Override
    public Core<?, ?> restore(Record image) throws MalformedMessage {
        if (image instanceof Stay.Image whole) {
            return Stay.of(whole);
        }
        throw new MalformedMessage("not an image of a stay");
    }
}
