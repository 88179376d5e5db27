package io.muster.service.daemon;

import io.muster.driver.RecordCodec;
import io.muster.group.GroupEntry;
import io.muster.member.daemon.ReplicaRecord;
import io.muster.member.daemon.ReplicaReplay;
import io.muster.service.PlanReader;
import io.muster.service.ServiceEffect;
import io.muster.service.ServiceEvent;
import io.muster.service.ServiceManager;

/// Replays records of rgmanager.
public final class ServiceReplay extends ReplicaReplay {
    public static final String NAME = "rgmanager";
    public static final RecordCodec CODEC =
            ReplicaRecord.codec(GroupEntry.class, ServiceEvent.class, ServiceEffect.class, ServiceManager.localKind());

    public ServiceReplay() {
        super(NAME, CODEC, (self, local) -> new ServiceManager(self, PlanReader::read));
    }
}
