package io.muster.lvs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.driver.CauseIds;
import io.muster.driver.Dice;
import io.muster.driver.FlightRecorder;
import io.muster.driver.RecordedCore;
import io.muster.driver.Replay;
import io.muster.ipvs.FakeTable;
import io.muster.ipvs.ServiceId;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is recorded of lvsd decides again as it did.
class LvsdReplayTest {
    private static final FlightRecorder.Limits SMALL = new FlightRecorder.Limits(1_000, 20_000, 64 << 20, 256, true, 0);

    @TempDir
    Path directory;

    private static FlightRecorder<LvsdEvent, LvsdEffect> record(
            Reconciler core, Path place, FlightRecorder.Limits limits) {
        try {
            return FlightRecorder.open(place, new LvsdRecord(core), limits);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String replay(String... args) {
        var out = new ByteArrayOutputStream();
        var print = new PrintStream(out, true, StandardCharsets.UTF_8);
        int status = new Replay().run(args, print, print);
        String text = out.toString(StandardCharsets.UTF_8);
        assertEquals(0, status, () -> text);
        return text;
    }

    /// On disk, or nearly.
    private long octets() throws IOException {
        return written(directory).length();
    }

    private static String written(Path directory) throws IOException {
        var all = new StringBuilder();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.sorted().toList()) {
                assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
                all.append(Files.readString(file, StandardCharsets.ISO_8859_1));
            }
        }
        return all.toString();
    }

    @Test
    void chaoticLivesReplayFromEverySegment() throws IOException {
        long first = Long.getLong("seed", 1);
        for (long seed = first; seed < first + Integer.getInteger("seeds", 10); seed++) {
            var world = new LvsdWorld(seed);
            List<RecordedCore<LvsdEvent, LvsdEffect>> lives = new ArrayList<>();
            List<Path> places = new ArrayList<>();
            long of = seed;
            world.driven = core -> {
                places.add(directory.resolve(of + "-" + places.size()));
                int life = places.size();
                lives.add(new RecordedCore<>(core, record(core, places.getLast(), SMALL), new CauseIds(life, life)));
                return lives.getLast();
            };
            ReconcilerSimulationTest.live(world);
            lives.forEach(RecordedCore::close);
            for (Path place : places) {
                try {
                    replay(place.toString());
                } catch (AssertionError e) {
                    throw new AssertionError("-Dseed=" + seed + ": " + e.getMessage(), e);
                }
            }
        }
    }

    /// Ten minutes of 1,000 servers whose checks go well, and the one that doesn't.
    @Test
    void quietIsNotWrittenAndTheFailureAfterItIsTold() throws IOException {
        var lvsd = new OneLvsd(new FakeTable());
        lvsd.core = new Reconciler(new Dice(7));
        try (var record = record(lvsd.core, directory, LvsdRecord.LIMITS)) {
            lvsd.recorder = record;
            lvsd.start(Pool.many(100, 10, "")).run(700_000);
            lvsd.dead.add("10.2.0.7:80");
            lvsd.run(10_000);
            lvsd.table.connections(ServiceId.tcp(Pool.place(1, 1), 80), Pool.place(2, 3), 5, 2);
            lvsd.run(31_000);
            lvsd.give(new LvsdEvent.Drain(1, "10.2.0.3", "", 5_000));
            lvsd.run(10_000);
        }
        // All of it would be four times as much.
        assertTrue(octets() < 12 << 20, octets() + " octets");
        assertEquals(
                0,
                replay("-p", directory.toString())
                        .lines()
                        .filter(line -> line.matches("[45]\\d{5} .*"))
                        .count());
        String story = replay("-d", directory.toString());
        assertTrue(story.contains("shutting down 10.2.0.7:80 due to connection failure: as told"), story);
        assertTrue(story.contains("10.2.0.3:80: drains, at most 5 s: 5 active and 2 inactive"), story);
        assertTrue(story.contains("drained: deadline reached, 7 connections cut"), story);
        assertTrue(replay("-w", "servers", directory.toString())
                .lines()
                .anyMatch(line -> line.matches(".*shutting down 10.2.0.7:80 due to connection failure: as told")));
    }

    @Test
    void whatChecksSendIsNotWritten() throws IOException {
        var lvsd = new OneLvsd(new FakeTable());
        lvsd.core = new Reconciler(new Dice(7));
        try (var record = record(lvsd.core, directory, LvsdRecord.LIMITS)) {
            lvsd.recorder = record;
            lvsd.start(Pool.many(2, 2, "AUTH hunter2")).run(10_000);
            lvsd.give(new LvsdEvent.Reloaded(Pool.many(2, 2, "AUTH hunter3")));
            lvsd.run(10_000);
            lvsd.give(new LvsdEvent.Reloaded(Pool.many(2, 2, "")));
            lvsd.run(10_000);
        }
        assertFalse(written(directory).contains("hunter"));
        assertTrue(replay(directory.toString()).contains("3 steps can only be read"));
    }
}
