package io.muster.cman.daemon;

import io.muster.core.Core;
import io.muster.core.MalformedMessage;
import io.muster.driver.RecordCodec;
import io.muster.driver.ReplayFactory;
import io.muster.driver.StateImage;
import io.muster.membership.CmanNode;
import java.util.Map;

/// Makes cman again from a record, for `./muster replay`.
public final class CmanReplay implements ReplayFactory {
    /// Public for the service loader.
    public CmanReplay() {}

    @Override
    public String name() {
        return CmanRecording.NAME;
    }

    @Override
    public Core<?, ?> restore(byte[] snapshot) throws MalformedMessage {
        Object core = StateImage.read(snapshot, Map.of("Cman.reader", Settings.reader()));
        if (core instanceof CmanNode node) {
            return node;
        }
        throw new MalformedMessage(
                "the record of cman begins with " + core.getClass().getName());
    }

    @Override
    public RecordCodec codec() {
        return CmanRecording.newCodec();
    }
}
