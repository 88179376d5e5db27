package io.muster.service;

import io.muster.driver.ImageFactory;
import io.muster.driver.RecordCodec;
import io.muster.group.GroupEntry;
import io.muster.member.daemon.ReplicaRecord;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// Replays records of rgmanager.
public final class ServiceReplay extends ImageFactory {
    public static final String NAME = "rgmanager";
    public static final RecordCodec CODEC =
            ReplicaRecord.codec(GroupEntry.class, ServiceEvent.class, ServiceEffect.class, LocalWork.Image.class);

    private static final Function<byte[], Optional<Plan>> READER = PlanReader::read;

    public ServiceReplay() {
        super(NAME, CODEC, Map.of("ServiceManager.reader", READER));
    }
}
