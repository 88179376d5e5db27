package io.muster.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.cli.Said;
import io.muster.core.MalformedMessage;
import io.muster.wire.Input;
import io.muster.wire.Output;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@NullUnmarked
class FlightRecorderTest {
    @TempDir
    Path directory;

    private final ManualLoop loop = new ManualLoop();
    private final Toy toy = new Toy(42);
    private String output = "";

    @Test
    void aWrappedRecordStillReplays() throws IOException {
        record(new FlightRecorder.Limits(3, 4096, 1 << 20, 256), 1_000, 0);
        List<Path> files = SegmentFiles.list(directory);
        assertEquals(3, files.size());
        assertFalse(Files.exists(SegmentFiles.file(directory, 1)));
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(files.getFirst())));
        assertEquals(0, replay(directory.toString()), output);
        assertTrue(output.contains("decide as they were recorded"), output);
        assertEquals(0, replay(files.getLast().toString()), output);
    }

    @Test
    void longPayloadsAreKeptAsLengthAndHashAndStillReplay() throws IOException {
        record(FlightRecorder.Limits.DEFAULT, 50, 5_000);
        long octets = Files.size(SegmentFiles.file(directory, 1));
        assertTrue(octets < 20_000, octets + " octets");
        assertEquals(0, replay(directory.toString()), output);
    }

    @Test
    void anotherCoreDecidesOtherwiseAndTheStepIsNamed() throws Exception {
        record(FlightRecorder.Limits.DEFAULT, 20, 0);
        Path file = SegmentFiles.file(directory, 1);
        Segment segment = Segment.read(file);
        byte[] other = encoded(new Toy(43).image());
        var out = new ByteArrayOutputStream();
        out.write(Segment.encodeHead(1, "toy", 0, 256, segment.dictionary(), other));
        for (Segment.Entry entry : segment.entries()) {
            out.write(Segment.encodeEntry(entry));
        }
        Files.write(file, out.toByteArray());
        assertEquals(1, replay(file.toString()));
        assertTrue(output.contains("step 1") && output.contains("it now decides"), output);
        // Nor does it tell a story that isn't the recorded one.
        assertEquals(1, replay("-w", "effects", file.toString()));
        assertTrue(output.contains("step 1") && output.contains("it now decides"), output);
    }

    @Test
    void aRecordAnswersAQuestionAndNamesThoseItAnswers() throws Exception {
        record(FlightRecorder.Limits.DEFAULT, 20, 0);
        assertEquals(0, replay("-w", "effects", directory.toString()), output);
        assertTrue(output.lines().anyMatch(line -> line.matches("\\d{4}-\\d\\d-\\d\\d [0-9:.]+ \\S+ by .*")), output);
        assertTrue(output.lines().anyMatch(line -> line.startsWith("    [")), output);
        assertEquals(1, replay("-w", "efects", directory.toString()));
        assertTrue(output.contains("no event efects; this record also answers effects"), output);
    }

    @Test
    void aRecordCutByDeathReplaysUpToTheCutAndDamageIsNamed() throws Exception {
        record(FlightRecorder.Limits.DEFAULT, 20, 0);
        Path file = SegmentFiles.file(directory, 1);
        byte[] whole = Files.readAllBytes(file);
        int head = whole.length;
        for (int length = whole.length - 1; length >= 0; length--) {
            byte[] cut = Arrays.copyOf(whole, length);
            try {
                Segment.decode(cut);
                head = length;
            } catch (MalformedMessage e) {
                assertTrue(length < head);
            }
        }
        var dice = new Random(Long.getLong("seed", 5));
        for (int i = 0; i < 2_000; i++) {
            byte[] damaged = whole.clone();
            int at = dice.nextInt(damaged.length);
            damaged[at] ^= (byte) (1 << dice.nextInt(8));
            try {
                Segment.decode(damaged);
            } catch (MalformedMessage e) {
                // as it should be
            }
        }
        Files.write(file, Arrays.copyOf(whole, whole.length - 3));
        assertEquals(0, replay(file.toString()), output);
        assertTrue(output.contains("its process died"), output);
    }

    @Test
    void anImageOfSomethingElseIsRefusedByName() throws Exception {
        record(FlightRecorder.Limits.DEFAULT, 3, 0);
        Path file = SegmentFiles.file(directory, 1);
        List<String> dictionary = Segment.read(file).dictionary();
        Files.write(file, Segment.encodeHead(1, "toy", 0, 256, dictionary, encoded(new Toy.Event.Tick())));
        assertEquals(1, replay(file.toString()));
        assertTrue(output.contains("replay: segment 1: not a toy"), output);
        Files.write(file, Segment.encodeHead(1, "toy", 0, 256, dictionary, new byte[] {0}));
        assertEquals(1, replay(file.toString()));
        assertTrue(output.contains("replay: segment 1: its image isn't a record"), output);
    }

    @Test
    void aRecordOfAnotherReleaseIsRefusedByName() throws Exception {
        record(FlightRecorder.Limits.DEFAULT, 3, 0);
        Path file = SegmentFiles.file(directory, 1);
        byte[] octets = Files.readAllBytes(file);
        octets[4] = 2;
        Files.write(file, octets);
        assertEquals(1, replay("-w", "effects", directory.toString()));
        assertEquals(
                "replay: " + file + ": written by an older release: flight record of version 2, not 3: "
                        + "replay it with the release that wrote it\n",
                output);
        octets[4] = 4;
        Files.write(file, octets);
        assertEquals(1, replay(file.toString()));
        assertTrue(output.contains("written by a newer release"), output);
    }

    private static byte[] encoded(Record value) {
        var out = new Output();
        Toy.CODEC.encode(out, value, Integer.MAX_VALUE);
        return out.toBytes();
    }

    @Test
    void aChainOfCausesCanBeWalked() throws IOException {
        record(FlightRecorder.Limits.DEFAULT, 3, 0);
        assertEquals(0, replay("-p", directory.toString()), output);
        String tick = output.lines()
                .filter(line -> line.contains("Tick[]"))
                .findFirst()
                .orElseThrow();
        assertEquals(0, replay("-w", tick.split(" ")[1], directory.toString()), output);
        List<String> chain = output.lines().toList();
        assertEquals(2, chain.size(), output);
        assertTrue(chain.get(0).endsWith("Tick[]") && chain.get(1).endsWith("Alarm[inMs=7]"), output);
        assertEquals(1, replay("-w", "1.00000000.5", directory.toString()));
    }

    @Test
    void passwordsAreNotWritten() throws IOException {
        try (var recorder = FlightRecorder.open(directory, toy, FlightRecorder.Limits.DEFAULT)) {
            var driver = driver(recorder);
            driver.post(new Toy.Event.Login("sesame"));
            loop.turn();
        }
        String text = Files.readString(SegmentFiles.file(directory, 1), StandardCharsets.ISO_8859_1);
        assertFalse(text.contains("sesame"));
        assertEquals(0, replay(directory.toString()), output);
    }

    @Test
    void whenTheQueueIsFullASegmentEndsAndAnotherBeginsWithASnapshot() throws IOException {
        // The queue holds a few entries: faster than any disk, so some are given up, and never in the
        // middle.
        var limits = new FlightRecorder.Limits(1_000, 1 << 20, 700, 256);
        try (var recorder = FlightRecorder.open(directory, toy, limits)) {
            var driver = driver(recorder);
            for (int i = 0; i < 20_000; i++) {
                driver.post(new Toy.Event.Add(i));
            }
            loop.turn(30_000);
            assertTrue(recorder.givenUp() > 0);
        }
        assertEquals(0, replay(directory.toString()), output);
    }

    @Test
    void onTrialWhatLedToANotableStepIsWrittenAndQuietHoursAreNot() throws IOException {
        toy.notable = Toy.Event.Login.class;
        try (var recorder = FlightRecorder.open(directory, toy, FlightRecorder.Limits.onTrial(8, 4096))) {
            var driver = driver(recorder);
            quietly(driver, 2_000);
            assertEquals(List.of(), SegmentFiles.list(directory), "nobody will ask about these");
            driver.post(new Toy.Event.Login("sesame"));
            loop.turn();
            quietly(driver, 2_000);
        }
        List<Path> files = SegmentFiles.list(directory);
        // The one before it, its own, and the two that were in memory at the end.
        assertEquals(4, files.size(), files::toString);
        assertEquals(0, replay("-p", directory.toString()), output);
        List<String> lines = output.lines().toList();
        int login = -1;
        for (int i = 0; i < lines.size(); i++) {
            login = lines.get(i).contains("Login[") ? i : login;
        }
        assertTrue(login > 20, output);
        assertEquals(1, lines.stream().filter(line -> line.contains("Login[")).count(), output);
    }

    private void quietly(EventDriver<Toy.Event, Toy.Effect> driver, int steps) {
        for (int i = 0; i < steps; i++) {
            driver.post(new Toy.Event.Add(i));
        }
        loop.turn(30_000);
    }

    @Test
    void aSecondProcessGoesOnAfterTheFirst() throws IOException {
        record(FlightRecorder.Limits.DEFAULT, 10, 0);
        record(FlightRecorder.Limits.DEFAULT, 10, 0);
        assertEquals(2, SegmentFiles.list(directory).size());
        assertEquals(0, replay(directory.toString()), output);
    }

    @Test
    void aRecorderThatFailsDoesNotStopItsDaemon() throws IOException {
        toy.images = false;
        try (var recorder = FlightRecorder.open(directory, toy, FlightRecorder.Limits.DEFAULT)) {
            var driver = driver(recorder);
            driver.post(new Toy.Event.Add(1));
            loop.turn();
            assertEquals(1, driver.stats().steps());
        }
        assertEquals(1, replay(directory.toString()));
    }

    @Test
    void decodingWhatWasEncodedGivesAnEqualRecordAndDamageOnlyMalformedMessage() throws MalformedMessage {
        var event = new Toy.Event.Carry(new byte[] {1, 2}, Optional.of("x"), Map.of("k", Toy.Color.GREEN));
        var out = new Output();
        Toy.CODEC.encode(out, event, 256);
        var back = (Toy.Event.Carry) Toy.CODEC.decode(new Input(out.toBytes()));
        assertEquals(event.note(), back.note());
        assertEquals(event.colors(), back.colors());
        var dice = new Random(Long.getLong("seed", 5));
        for (int i = 0; i < 20_000; i++) {
            byte[] damaged = out.toBytes();
            damaged[dice.nextInt(damaged.length)] = (byte) dice.nextInt();
            try {
                Toy.CODEC.decode(new Input(damaged, 0, dice.nextInt(damaged.length + 1)));
            } catch (MalformedMessage e) {
                // as it should be
            }
        }
        assertThrows(IllegalArgumentException.class, () -> Toy.CODEC.encode(new Output(), new java.util.BitSet(), 256));
    }

    private EventDriver<Toy.Event, Toy.Effect> driver(FlightRecorder<Toy.Event, Toy.Effect> recorder) {
        return EventDriver.of("toy", toy)
                .loop(loop)
                .clocks(loop)
                .ids(new CauseIds(1, 0xab))
                .tick(new Toy.Event.Tick())
                .performer((effect, cause) -> {})
                .recorder(recorder)
                .start();
    }

    private void record(FlightRecorder.Limits limits, int rounds, int payloadOctets) throws IOException {
        try (var recorder = FlightRecorder.open(directory, toy, limits)) {
            var driver = driver(recorder);
            var payload = new byte[payloadOctets];
            new Random(1).nextBytes(payload);
            for (int i = 0; i < rounds; i++) {
                driver.post(new Toy.Event.Add(i));
                driver.post(new Toy.Event.Carry(payload, Optional.of("n"), Map.of("k", Toy.Color.RED)));
                driver.post(new Toy.Event.Alarm(7));
                loop.pass(10);
            }
            driver.close();
        }
    }

    private int replay(String... args) {
        Said said = Said.together(new Replay(List.of(new Toy.Factory()))::run, args);
        output = said.out();
        return said.status();
    }
}
