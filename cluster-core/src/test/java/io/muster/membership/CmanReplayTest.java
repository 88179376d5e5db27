package io.muster.membership;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.cli.Said;
import io.muster.core.Core;
import io.muster.driver.CauseIds;
import io.muster.driver.FlightRecorder;
import io.muster.driver.RecordedCore;
import io.muster.driver.Replay;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CmanReplayTest {
    @TempDir
    Path directory;

    private final List<RecordedCore<NodeEvent, NodeEffect>> open = new ArrayList<>();

    @Test
    void aChaoticLifeReplaysAlsoFromALaterSegment() {
        // Small segments, of which the first are dropped: what is left begins with a snapshot in the middle of things.
        story(new FlightRecorder.Limits(4, 64 << 10, 64 << 20, 256, true, 0));
    }

    @Test
    void underLoadDetailIsGivenUpAndTheRestReplays() {
        story(new FlightRecorder.Limits(100, 64 << 10, 64 << 20, 256, true, 3_000));
    }

    private void story(FlightRecorder.Limits limits) {
        CmanChaosTest.story(Long.getLong("seed", 7), core -> recorded(core, limits));
        for (int i = 0; i < open.size(); i++) {
            open.get(i).close();
            String place = directory.resolve(Integer.toString(i)).toString();
            Said said = Said.together(new Replay()::run, place);
            assertEquals(0, said.status(), said.out());
        }
    }

    private Core<NodeEvent, NodeEffect> recorded(Core<NodeEvent, NodeEffect> core, FlightRecorder.Limits limits) {
        try {
            int number = open.size();
            var recorder = FlightRecorder.open(
                    directory.resolve(Integer.toString(number)), new CmanRecord((CmanNode) core), limits);
            var recorded = new RecordedCore<>(core, recorder, new CauseIds(number, number));
            open.add(recorded);
            return recorded;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
