package io.muster.service;

import io.muster.driver.RecordCodec;
import io.muster.group.GroupEntry;
import io.muster.member.daemon.ReplicaRecord;
import io.muster.member.daemon.ReplicaReplay;

/// Replays records of rgmanager.
public final class ServiceReplay extends ReplicaReplay {
    public static final String NAME = "rgmanager";
    public static final RecordCodec CODEC =
            ReplicaRecord.codec(GroupEntry.class, ServiceEvent.class, ServiceEffect.class, LocalWork.Image.class);

    public ServiceReplay() {
        super(NAME, CODEC, (self, local) -> new ServiceManager(self, PlanReader::read));
    }
}
