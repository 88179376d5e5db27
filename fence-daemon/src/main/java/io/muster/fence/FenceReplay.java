package io.muster.fence;

import io.muster.driver.RecordCodec;
import io.muster.group.GroupEntry;
import io.muster.member.daemon.ReplicaRecord;
import io.muster.member.daemon.ReplicaReplay;

/// Replays records of fenced.
public final class FenceReplay extends ReplicaReplay {
    public static final String NAME = "fenced";
    public static final RecordCodec CODEC =
            ReplicaRecord.codec(GroupEntry.class, FenceEvent.class, FenceEffect.class, FenceDomain.Local.class);

    public FenceReplay() {
        super(NAME, CODEC, FenceDomain::of);
    }
}
