package io.muster.resource;

import io.muster.core.Core;
import io.muster.core.MalformedMessage;
import io.muster.driver.RecordCodec;
import io.muster.driver.ReplayFactory;

/// Replays records of the services' trees.
public final class TreeReplay implements ReplayFactory {
    @Override
    public String name() {
        return TreeRecord.NAME;
    }

    @Override
    public Core<?, ?> restore(Record written) throws MalformedMessage {
        if (!(written instanceof TreeImage image)) {
            throw new MalformedMessage("not an image of trees");
        }
        try {
            return TreeRun.restore(image);
        } catch (IllegalArgumentException e) {
            throw new MalformedMessage("an image that contradicts itself: " + e.getMessage());
        }
    }

    @Override
    public RecordCodec codec() {
        return TreeRecord.newCodec();
    }
}
