package io.muster.fence;

import io.muster.driver.ImageFactory;
import io.muster.driver.RecordCodec;
import io.muster.group.GroupEntry;
import io.muster.member.daemon.ReplicaRecord;
import java.util.Map;

/// Replays records of fenced.
public final class FenceReplay extends ImageFactory {
    public static final String NAME = "fenced";
    public static final RecordCodec CODEC = ReplicaRecord.codec(GroupEntry.class, FenceEvent.class, FenceEffect.class);

    public FenceReplay() {
        super(NAME, CODEC, Map.of());
    }
}
