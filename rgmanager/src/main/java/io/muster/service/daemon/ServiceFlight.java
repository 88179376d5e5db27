package io.muster.service.daemon;

import io.muster.core.Core;
import io.muster.core.MalformedMessage;
import io.muster.driver.FlightRecorder;
import io.muster.driver.RecordCodec;
import io.muster.driver.Recordable;
import io.muster.driver.ReplayFactory;
import io.muster.driver.StateImage;
import io.muster.group.Replica;
import io.muster.group.ReplicaEffect;
import io.muster.group.ReplicaEvent;
import io.muster.service.Plan;
import io.muster.service.PlanReader;
import io.muster.service.ServiceEffect;
import io.muster.service.ServiceEvent;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The flight record of the service manager, and the core that replays it.
public final class ServiceFlight implements ReplayFactory {
    private static final String NAME = "rgmanager";

    /// Public for the service loader.
    public ServiceFlight() {}

    /// Opens the record.
    ///
    /// @param replica null before there is one; no step is taken before that
    static FlightRecorder<ReplicaEvent<ServiceEvent>, ReplicaEffect<ServiceEffect>> open(
            Path directory, Supplier<@Nullable Replica<ServiceEvent, ServiceEffect>> replica) throws IOException {
        RecordCodec codec = roots();
        Recordable<ReplicaEvent<ServiceEvent>, ReplicaEffect<ServiceEffect>> recordable = new Recordable<>() {
            @Override
            public String name() {
                return NAME;
            }

            @Override
            public Optional<byte[]> snapshot() {
                return Optional.ofNullable(replica.get()).map(StateImage::write);
            }

            @Override
            public RecordCodec codec() {
                return codec;
            }
        };
        return FlightRecorder.open(directory, recordable, FlightRecorder.Limits.DEFAULT);
    }

    private static RecordCodec roots() {
        return new RecordCodec(ReplicaEvent.class, ReplicaEffect.class, ServiceEvent.class, ServiceEffect.class);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Core<?, ?> restore(byte[] snapshot) throws MalformedMessage {
        Function<byte[], Optional<Plan>> reader = PlanReader::read;
        Object core = StateImage.read(snapshot, Map.of("ServiceManager.reader", reader));
        if (core instanceof Replica<?, ?> replica) {
            return replica;
        }
        throw new MalformedMessage(
                "the record of rgmanager begins with " + core.getClass().getName());
    }

    @Override
    public RecordCodec codec() {
        return roots();
    }
}
