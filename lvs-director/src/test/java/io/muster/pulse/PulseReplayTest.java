package io.muster.pulse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.core.Core;
import io.muster.driver.CauseIds;
import io.muster.driver.FlightRecorder;
import io.muster.driver.RecordedCore;
import io.muster.driver.Replay;
import io.muster.lvscf.LvsConfig.Heartbeat.Format;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Records of two directors in trouble, and of two at peace. `-Dseed=N` records that seed's story.
class PulseReplayTest {
    @TempDir
    Path directory;

    private final List<RecordedCore<PulseEvent, PulseEffect>> open = new ArrayList<>();
    private String output = "";

    @Test
    void troubleReplaysAlsoFromALaterSegment() {
        long seed = Long.getLong("seed", 4);
        // Small segments, of which the first are dropped: what is left begins with a snapshot in the middle of things.
        var limits = new FlightRecorder.Limits(3, 16 << 10, 64 << 20, 256, true, 0);
        PulseSimulationTest.run(seed, Format.MUSTER, true, true, core -> recorded(core, limits));
        PulseSimulationTest.run(seed, Format.ORIGINAL, false, false, core -> recorded(core, limits));
        assertTrue(open.size() >= 4, "lives: " + open.size());
        for (int i = 0; i < open.size(); i++) {
            open.get(i).close();
            int life = i;
            assertEquals(0, replay(place(i)), () -> "-Dseed=" + seed + ", life " + life + ": " + output);
        }
    }

    @Test
    void twoAtPeaceWriteNothingAndThenWhyTheRoleMoved() throws IOException {
        var directors = new TwoDirectors(1, Format.MUSTER, false, 200, 500);
        directors.tamper = core -> recorded(core, PulseRecord.LIMITS);
        directors.both().forEach(TwoDirectors.Director::start);
        // An hour of which everything is written would be some 15 MB for each, and its first minute long gone.
        directors.simulation.runForMs(3_600_000);
        directors.primary.crash();
        directors.simulation.runForMs(2_000);
        open.forEach(RecordedCore::close);
        assertTrue(octets() < 1_500_000, octets() + " octets");
        assertTrue(Files.exists(directory.resolve("1/0000000001.rec")));

        assertEquals(0, replay("-w", "role", place(1)), output);
        List<String> story = output.lines().toList();
        assertEquals(3, story.size(), output);
        assertTrue(story.get(0).contains(" backup: STANDBY -> ACTIVE: partner dead: activating lvs"), output);
        assertTrue(story.get(1).contains("(deadtime 500): active, able to take over, 0 connections"), output);
        assertTrue(story.get(2).contains("since the change before: pulse started"), output);
        String id = story.getFirst().split(" ")[2];
        assertEquals(0, replay("-w", id, place(1)), output);
        assertEquals(1, replay("-w", "rolle", place(1)));
        assertTrue(output.contains("no event rolle; this record also answers role"), output);
        assertEquals(0, replay(place(1)), output);
    }

    @Test
    void theKeyIsInNoRecord() throws IOException {
        byte[] secret = TwoDirectors.SECRET.clone();
        var directors = new TwoDirectors(2, Format.MUSTER, false, 200, 500);
        directors.tamper = core -> recorded(core, PulseRecord.LIMITS);
        directors.both().forEach(TwoDirectors.Director::start);
        directors.simulation.runForMs(3_000);
        open.forEach(RecordedCore::close);
        String needle = new String(secret, StandardCharsets.ISO_8859_1);
        for (Path file : files()) {
            assertEquals(
                    "[OWNER_READ, OWNER_WRITE]",
                    new java.util.TreeSet<>(Files.getPosixFilePermissions(file)).toString());
            assertFalse(Files.readString(file, StandardCharsets.ISO_8859_1).contains(needle), file.toString());
        }
    }

    private String place(int life) {
        return directory.resolve(Integer.toString(life)).toString();
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            return all.filter(Files::isRegularFile).toList();
        }
    }

    private long octets() throws IOException {
        long all = 0;
        for (Path file : files()) {
            all += Files.size(file);
        }
        return all;
    }

    private Core<PulseEvent, PulseEffect> recorded(Core<PulseEvent, PulseEffect> core, FlightRecorder.Limits limits) {
        try {
            int life = open.size();
            var recorder = FlightRecorder.open(
                    directory.resolve(Integer.toString(life)), new PulseRecord((Pulse) core), limits);
            var recorded = new RecordedCore<>(core, recorder, new CauseIds(life, life));
            open.add(recorded);
            return recorded;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private int replay(String... args) {
        var octets = new ByteArrayOutputStream();
        var print = new PrintStream(octets, true, StandardCharsets.UTF_8);
        int status = new Replay().run(args, print, print);
        output = octets.toString(StandardCharsets.UTF_8);
        return status;
    }
}
