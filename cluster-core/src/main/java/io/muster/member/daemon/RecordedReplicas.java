package io.muster.member.daemon;

import io.muster.core.Core;
import io.muster.driver.CauseIds;
import io.muster.driver.FlightRecorder;
import io.muster.driver.RecordCodec;
import io.muster.driver.RecordedCore;
import io.muster.group.Replica;
import io.muster.group.ReplicaEffect;
import io.muster.group.ReplicaEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Flight records of the replicas of a simulated cluster, one directory each, as their daemons would
/// write them.
///
/// Thread: one at a time.
public final class RecordedReplicas implements AutoCloseable {
    private final ReplicaRecord kind;
    private final Path directory;
    private final FlightRecorder.Limits limits;
    private final List<RecordedCore<?, ?>> open = new ArrayList<>();

    /// @param name of the replay factory
    public RecordedReplicas(String name, RecordCodec codec, Path directory, FlightRecorder.Limits limits) {
        this.kind = new ReplicaRecord(name, directory, codec);
        this.directory = directory;
        this.limits = limits;
    }

    /// The same replica, recorded.
    public <E, F> Core<ReplicaEvent<E>, ReplicaEffect<F>> of(Replica<E, F> replica) {
        try {
            int number = open.size() + 1;
            var recorder = FlightRecorder.open(directory.resolve(Integer.toString(number)), kind.of(replica), limits);
            var recorded = new RecordedCore<>(replica, recorder, new CauseIds(number, number));
            open.add(recorded);
            return recorded;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Where the records are, in the order in which their replicas were made.
    public List<Path> directories() {
        var all = new ArrayList<Path>();
        for (int number = 1; number <= open.size(); number++) {
            all.add(directory.resolve(Integer.toString(number)));
        }
        return all;
    }

    @Override
    public void close() {
        open.forEach(RecordedCore::close);
    }
}
