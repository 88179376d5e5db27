package io.muster.member.daemon;

import io.muster.driver.DaemonLog;
import io.muster.driver.FlightRecorder;
import io.muster.driver.RecordCodec;
import io.muster.driver.Recordable;
import io.muster.group.Replica;
import io.muster.group.ReplicaEffect;
import io.muster.group.ReplicaEvent;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Where and how a daemon's replica is recorded, and what the flight recorder needs to know of it.
///
/// @param name of its [io.muster.driver.ReplayFactory]
/// @param directory null for no record
public record ReplicaRecord(String name, @Nullable Path directory, RecordCodec codec) {
    private static final FlightRecorder.Limits LIMITS = FlightRecorder.Limits.whole(4, 4 << 20);

    /// For a core with these events, effects, local half and other classes that can be reached from none.
    public static RecordCodec codec(Class<?>... roots) {
        var all = new ArrayList<Class<?>>(List.of(roots));
        all.add(ReplicaEvent.class);
        all.add(ReplicaEffect.class);
        all.add(Replica.Image.class);
        return new RecordCodec(all.toArray(Class<?>[]::new));
    }

    /// Empty when there shall be none, or the disk says no: a daemon works without.
    <E, F> Optional<FlightRecorder<ReplicaEvent<E>, ReplicaEffect<F>>> open(Replica<E, F> replica) {
        Path place = directory;
        if (place == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(FlightRecorder.open(place, of(replica), LIMITS));
        } catch (IOException e) {
            DaemonLog.get().warn("{}: no flight record: {}", name, e.toString());
            return Optional.empty();
        }
    }

    /// What the recorder asks of a replica.
    public <E, F> Recordable<ReplicaEvent<E>, ReplicaEffect<F>> of(Replica<E, F> replica) {
        String core = name;
        RecordCodec known = codec;
        return new Recordable<>() {
            @Override
            public String name() {
                return core;
            }

            @Override
            public Record image() {
                return replica.image();
            }

            @Override
            public RecordCodec codec() {
                return known;
            }
        };
    }
}
