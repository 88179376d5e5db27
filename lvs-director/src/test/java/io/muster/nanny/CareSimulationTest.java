package io.muster.nanny;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.checks.TargetHealth.Force;
import io.muster.core.Core;
import io.muster.driver.CauseIds;
import io.muster.driver.Dice;
import io.muster.driver.FlightRecorder;
import io.muster.driver.RecordedCore;
import io.muster.driver.Replay;
import io.muster.simulator.ImageTwins;
import io.muster.simulator.LeftOut;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Many nannies' lives: servers that come and go, tables that refuse and are silent, operators' words, and
/// the end. `-Dseed=N` runs one seed, `-Dseeds=N` that many.
class CareSimulationTest {
    private static final Long ONE = Long.getLong("seed");

    @Test
    void inCalmTheTableIsAsTheServerIsAndInTheEndItIsEmpty() {
        long seeds = ONE != null ? ONE : Long.getLong("seeds", 500);
        for (long seed = ONE != null ? ONE : 1; seed <= seeds; seed++) {
            live(seed, core -> core);
        }
    }

    /// The check that failed had taken until the next one was due.
    @Test
    void whoIsOverStartsNoCheck() {
        live(1519, core -> core);
    }

    @Test
    void oneMadeFromAnImageLivesOnAsTheOther() {
        long seeds = ONE != null ? ONE : Long.getLong("seeds", 30);
        for (long seed = ONE != null ? ONE : 1; seed <= seeds; seed++) {
            live(seed, twins(seed, 20, null));
        }
        var dice = new Dice(1);
        var fresh = new CareWorld(1, false, false, core -> core);
        var leftOut = new LeftOut(new Care(fresh.settings, dice).image());
        for (long seed = 1_000; seed < 1_010; seed++) {
            live(seed, twins(seed, 10, leftOut));
        }
        System.out.println("nanny: " + leftOut);
        assertTrue(leftOut.mostShow(), leftOut::toString);
    }

    private static UnaryOperator<Core<CareEvent, CareEffect>> twins(
            long seed, int everySteps, @Nullable LeftOut leftOut) {
        return core -> new ImageTwins<>(
                core,
                it -> ((Care) it).image(),
                it -> ((Care) it).image().state(),
                new NannyReplay(),
                everySteps,
                seed,
                leftOut);
    }

    @Test
    void aRecordReplaysAndTellsOfTheServer(@TempDir Path directory) {
        var open = new ArrayList<RecordedCore<CareEvent, CareEffect>>();
        long seed = ONE != null ? ONE : 3;
        live(seed, core -> {
            try {
                var limits = new FlightRecorder.Limits(200, 8 << 10, 64 << 20, 256, true, 0);
                var recorder = FlightRecorder.open(directory, new NannyRecord((Care) core), limits);
                open.add(new RecordedCore<>(core, recorder, new CauseIds(1, 1)));
                return open.getFirst();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        open.forEach(RecordedCore::close);
        assertEquals("", replay(0, directory.toString()), "-Dseed=" + seed);
        String story = replay(0, "-w", "server", directory.toString());
        assertTrue(story.contains("[inactive] shutting down 10.11.12.1:80"), story);
        assertTrue(story.contains("taken out"), story);
    }

    /// @return what is printed when a question was asked
    private static String replay(int status, String... args) {
        var octets = new ByteArrayOutputStream();
        var print = new PrintStream(octets, true, StandardCharsets.UTF_8);
        int given = new Replay().run(args, print, print);
        String output = octets.toString(StandardCharsets.UTF_8);
        assertEquals(status, given, output);
        return List.of(args).contains("-w") ? output : "";
    }

    static void live(long seed, UnaryOperator<Core<CareEvent, CareEffect>> driver) {
        try {
            life(new CareWorld(seed, seed % 2 == 0, seed % 7 == 0, driver));
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError("-Dseed=" + seed + ": " + e.getMessage(), e);
        }
    }

    private static void life(CareWorld world) {
        if (world.dice.nextInt(3) == 0) {
            world.inTable = OptionalInt.of(world.dice.nextInt(70));
        }
        world.start();
        for (int round = 0; round < 3 && world.status < 0; round++) {
            for (int i = 0; i < 20; i++) {
                trouble(world);
                world.run(world.dice.nextInt(2_500));
            }
            world.refuses = false;
            world.force(Force.AUTO);
            world.run(130_000);
            calm(world);
        }
        end(world);
    }

    private static void trouble(CareWorld world) {
        switch (world.dice.nextInt(6)) {
            case 0, 1 -> world.good = !world.good;
            case 2 -> world.refuses = world.dice.nextBoolean();
            case 3 -> world.force(Force.values()[world.dice.nextInt(3)]);
            default -> {}
        }
    }

    /// Two minutes are enough for every slow start.
    private static void calm(CareWorld world) {
        if (world.status >= 0) {
            world.check(world.settings.fos() && world.status == 1, "ended by itself with " + world.status);
            return;
        }
        int weight = world.inTable.orElse(-1);
        if (!world.settings.fos()) {
            int down = world.settings.quiesce() ? 0 : -1;
            boolean fits = world.good ? weight >= 64 && weight <= 640 : weight <= 0 && (weight == down || weight == -1);
            world.check(fits, "the server is " + (world.good ? "good" : "bad") + " and has weight " + weight);
        }
        world.check(world.good || !world.settings.fos(), "down with --fos and not over");
    }

    private static void end(CareWorld world) {
        int luck = world.dice.nextInt(4);
        world.silent = luck == 0;
        world.refuses = luck == 1;
        long told = world.nowMs;
        boolean over = world.status >= 0;
        world.give(new CareEvent.Stop());
        world.run(Care.STOP_MS + 100);
        world.check(world.status >= 0, "told to stop, and goes on");
        world.check(over || world.status == 0, "stopped with " + world.status);
        world.check(over || world.endedMs - told <= Care.STOP_MS, "it took " + (world.endedMs - told) + " ms");
        if (!world.settings.fos() && luck > 1) {
            world.check(world.inTable.isEmpty(), "left " + world.inTable + " in the table");
        }
        world.check(world.driverDone(), "wakes after its end");
    }
}
