package io.muster.fence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.cli.Said;
import io.muster.daemon.Logs;
import io.muster.driver.FlightRecorder;
import io.muster.driver.RecordCodec;
import io.muster.driver.Recordable;
import io.muster.driver.Recorder;
import io.muster.driver.Replay;
import io.muster.group.Replica;
import io.muster.group.ReplicaEffect;
import io.muster.group.ReplicaEvent;
import io.muster.member.daemon.Records;
import io.muster.member.daemon.ReplicaRecord;
import io.muster.simulator.NetworkOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FenceReplayTest {
    /// Small segments, of which the first are dropped: what is left begins with a snapshot in the
    /// middle of things.
    private static final FlightRecorder.Limits LIMITS = new FlightRecorder.Limits(3, 4096, 64 << 20, 256, true, 0);

    /// Agents that fail by the hundred are no news here.
    @BeforeAll
    static void quiet() {
        Logs.level("", "OFF");
    }

    @AfterAll
    static void loud() {
        Logs.level("", "INFO");
    }

    @Test
    void aChaoticLifeReplaysAlsoFromALaterSegment(@TempDir Path directory) {
        var dice = new SplittableRandom(Long.getLong("seed", 3));
        var document = new FenceDocument(4).methods(1, List.of("apc", "wti"));
        var site = new FenceSite(3, document, NetworkOptions.calm(300));
        var flights = new Flights(directory);
        site.model().watch(_ -> flights);
        FenceChaosTest.play(site, dice);
        assertTrue(flights.open.size() > 4, "every fenced of every boot has its own");
        flights.replayed();
    }

    /// Flight records of every fenced, one directory each.
    private static final class Flights implements Records {
        private final Path root;
        private final List<Path> directories = new ArrayList<>();
        private final List<FlightRecorder<?, ?>> open = new ArrayList<>();

        Flights(Path root) {
            this.root = root;
        }

        @Override
        public <E, F> Open<E, F> core(String name, Recordable<E, F> core, FlightRecorder.Limits limits) {
            return new Open<>(Recorder.none(), () -> {});
        }

        @Override
        public <E, F> Open<ReplicaEvent<E>, ReplicaEffect<F>> replica(
                String daemon, String factory, RecordCodec codec, Replica<E, F> replica) {
            if (!daemon.equals("fenced")) {
                return new Open<>(Recorder.none(), () -> {});
            }
            Path directory = root.resolve(Integer.toString(open.size() + 1));
            try {
                var kind = new ReplicaRecord(factory, directory, codec);
                var recorder = FlightRecorder.open(directory, kind.of(replica), LIMITS);
                directories.add(directory);
                open.add(recorder);
                return new Open<>(recorder, () -> {});
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /// 0 if every step of every replica is decided again as it was.
        private void replayed() {
            open.forEach(FlightRecorder::close);
            for (Path directory : directories) {
                Said said = Said.together(new Replay()::run, directory.toString());
                assertEquals(0, said.status(), said.out());
            }
        }
    }
}
