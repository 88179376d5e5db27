package io.muster.cman.daemon;

import io.muster.core.Core;
import io.muster.core.MalformedMessage;
import io.muster.driver.RecordCodec;
import io.muster.driver.ReplayFactory;
import io.muster.membership.CmanNode;
import io.muster.membership.CmanRecord;

/// Replays records of cman.
public final class CmanReplay implements ReplayFactory {
    private final RecordCodec codec = CmanRecord.newCodec();

    @Override
    public String name() {
        return CmanRecord.NAME;
    }

    @Override
    public Core<?, ?> restore(Record image) throws MalformedMessage {
        if (image instanceof CmanNode.Image whole) {
            return CmanNode.restored(whole, Settings.reader());
        }
        throw new MalformedMessage("not an image of cman");
    }

    @Override
    public RecordCodec codec() {
        return codec;
    }
}
