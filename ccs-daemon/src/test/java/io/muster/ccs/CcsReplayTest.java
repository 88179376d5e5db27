package io.muster.ccs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.ccs.daemon.CcsReplay;
import io.muster.cli.Said;
import io.muster.driver.FlightRecorder;
import io.muster.driver.Replay;
import io.muster.member.daemon.RecordedReplicas;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CcsReplayTest {
    @Test
    void anElectionAnUpdateAndAJoinerReplay(@TempDir Path directory) {
        var limits = new FlightRecorder.Limits(3, 8192, 64 << 20, 256, true, 0);
        var records = new RecordedReplicas(CcsReplay.NAME, CcsReplay.CODEC, directory, limits);
        World world = new World(3, Long.getLong("seed", 1), records::of);
        for (int i = 1; i <= 3; i++) {
            world.disks[i].put(Texts.document(3, 4, "old"));
        }
        world.start(1, 2);
        world.calm(10_000);
        world.start(3);
        world.calm(10_000);
        world.update(1, Texts.document(3, 5, "new"), 0);
        world.calm(10_000);
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
