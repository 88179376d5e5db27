package io.muster.cman.daemon;

import io.muster.config.ClusterConfig;
import io.muster.core.Core;
import io.muster.core.MalformedMessage;
import io.muster.driver.RecordCodec;
import io.muster.driver.ReplayFactory;

/// Makes cman again from a record, for `./muster replay`.
public final class CmanReplay implements ReplayFactory {
    @Override
    public String name() {
        return CmanRecording.NAME;
    }

    @Override
    public Core<?, ?> restore(byte[] snapshot) throws MalformedMessage {
        CmanBirth birth = CmanBirth.decode(snapshot);
        ClusterConfig config = Settings.read(birth.document())
                .orElseThrow(() -> new MalformedMessage("the record's cluster.conf can't be read"));
        return birth.make(config);
    }

    @Override
    public RecordCodec codec() {
        return CmanRecording.newCodec();
    }
}
