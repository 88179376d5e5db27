package io.muster.member.daemon;

import io.muster.core.CauseId;
import io.muster.daemon.Layout;
import io.muster.driver.DaemonLog;
import io.muster.driver.FlightRecorder;
import io.muster.driver.RecordCodec;
import io.muster.driver.Recordable;
import io.muster.driver.Recorder;
import io.muster.group.Replica;
import io.muster.group.ReplicaEffect;
import io.muster.group.ReplicaEvent;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Who sees the steps of a member's cores: a flight record, or a simulation's checker. Thread: the loop.
public interface Records {
    /// One core's.
    ///
    /// @param close when the core is no more
    record Open<E, F>(Recorder<E, F> recorder, Runnable close) {
        /// Nobody sees it.
        public static <E, F> Open<E, F> none() {
            return by(Recorder.none());
        }

        /// By one that has nothing to close.
        public static <E, F> Open<E, F> by(Recorder<E, F> recorder) {
            return new Open<>(recorder, () -> {});
        }

        static <E, F> Open<E, F> of(Optional<FlightRecorder<E, F>> flight) {
            return flight.map(f -> new Open<E, F>(f, f::close)).orElseGet(Open::none);
        }
    }

    /// Of a core that isn't replicated, such as the daemon's stay. Not everybody looks at those.
    ///
    /// @param name of the record
    default <E, F> Open<E, F> core(String name, Recordable<E, F> core, FlightRecorder.Limits limits) {
        return Open.none();
    }

    /// Of a daemon's replica.
    ///
    /// @param factory name of the replay factory
    <E, F> Open<ReplicaEvent<E>, ReplicaEffect<F>> replica(
            String daemon, String factory, RecordCodec codec, Replica<E, F> replica);

    /// Several who all see them.
    static Records all(List<Records> several) {
        var those = List.copyOf(several);
        return new Records() {
            @Override
            public <E, F> Open<E, F> core(String name, Recordable<E, F> core, FlightRecorder.Limits limits) {
                var opened = new ArrayList<Open<E, F>>();
                those.forEach(one -> opened.add(one.core(name, core, limits)));
                return together(opened);
            }

            @Override
            public <E, F> Open<ReplicaEvent<E>, ReplicaEffect<F>> replica(
                    String daemon, String factory, RecordCodec codec, Replica<E, F> replica) {
                var opened = new ArrayList<Open<ReplicaEvent<E>, ReplicaEffect<F>>>();
                those.forEach(one -> opened.add(one.replica(daemon, factory, codec, replica)));
                return together(opened);
            }
        };
    }

    private static <E, F> Open<E, F> together(List<Open<E, F>> several) {
        Recorder<E, F> all = new Recorder<>() {
            @Override
            public void before(long nowMs) {
                several.forEach(one -> one.recorder.before(nowMs));
            }

            @Override
            public void after(long nowMs, CauseId id, CauseId parent, E event, List<F> effects) {
                several.forEach(one -> one.recorder.after(nowMs, id, parent, event, effects));
            }
        };
        return new Open<>(all, () -> several.forEach(one -> one.close.run()));
    }

    /// Flight records below the layout's record directory. A daemon works without, if the disk says no.
    static Records flight(Layout layout) {
        return new Records() {
            @Override
            public <E, F> Open<E, F> core(String name, Recordable<E, F> core, FlightRecorder.Limits limits) {
                try {
                    FlightRecorder<E, F> opened = FlightRecorder.open(layout.record(name), core, limits);
                    return new Open<>(opened, opened::close);
                } catch (IOException e) {
                    DaemonLog.get().warn("{}: no flight record: {}", name, e.toString());
                    return Open.none();
                }
            }

            @Override
            public <E, F> Open<ReplicaEvent<E>, ReplicaEffect<F>> replica(
                    String daemon, String factory, RecordCodec codec, Replica<E, F> replica) {
                return Open.of(new ReplicaRecord(factory, layout.record(daemon), codec).open(replica));
            }
        };
    }
}
