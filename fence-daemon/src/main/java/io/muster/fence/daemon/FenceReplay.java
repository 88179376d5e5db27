package io.muster.fence.daemon;

import io.muster.driver.RecordCodec;
import io.muster.fence.FenceDomain;
import io.muster.fence.FenceEffect;
import io.muster.fence.FenceEvent;
import io.muster.group.GroupEntry;
import io.muster.member.daemon.ReplicaRecord;
import io.muster.member.daemon.ReplicaReplay;

/// Replays records of fenced.
public final class FenceReplay extends ReplicaReplay {
    public static final String NAME = "fenced";
    public static final RecordCodec CODEC =
            ReplicaRecord.codec(GroupEntry.class, FenceEvent.class, FenceEffect.class, FenceDomain.localKind());

    public FenceReplay() {
        super(NAME, CODEC, FenceDomain::of);
    }
}
