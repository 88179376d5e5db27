package io.muster.service;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.cli.Said;
import io.muster.driver.FlightRecorder;
import io.muster.driver.Replay;
import io.muster.member.daemon.RecordedReplicas;
import io.muster.service.daemon.ServiceReplay;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServiceReplayTest {
    @Test
    void aChaoticLifeReplaysAlsoFromALaterSegment(@TempDir Path directory) {
        // Small segments, of which the first are dropped: what is left begins with a snapshot in the
        // middle of things.
        var limits = new FlightRecorder.Limits(3, 8192, 64 << 20, 256, true, 0);
        var records = new RecordedReplicas(ServiceReplay.NAME, ServiceReplay.CODEC, directory, limits);
        ServiceSimulationTest.story(Long.getLong("seed", 3), records);
        replayed(records);
    }

    /// 0 if every step of every replica is decided again as it was.
    private static void replayed(RecordedReplicas records) {
        records.close();
        for (Path directory : records.directories()) {
            Said said = Said.together(new Replay()::run, directory.toString());
            assertEquals(0, said.status(), said.out());
        }
    }
}
