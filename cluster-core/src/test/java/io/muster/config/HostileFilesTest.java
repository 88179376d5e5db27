package io.muster.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.finding.Problem;
import io.muster.finding.Reading;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HostileFilesTest {
    private static final Path EXAMPLE = Path.of(System.getProperty("muster.home", ".."), "etc/cluster.conf.example");

    @Test
    void everyCutIsRefusedOrRead() throws IOException {
        byte[] whole = Files.readAllBytes(EXAMPLE);
        for (int length = 0; length < whole.length; length++) {
            Reading<ClusterConfig> reading = ConfigReader.parse(Arrays.copyOf(whole, length), "cut");
            boolean rest = new String(whole, length, whole.length - length, StandardCharsets.UTF_8).isBlank();
            assertEquals(rest, reading.config().isPresent(), "cut at " + length);
            assertEquals(rest, reading.errors().isEmpty(), "cut at " + length);
        }
    }

    @Test
    void flippedOctetsNeverThrow() throws IOException {
        byte[] whole = Files.readAllBytes(EXAMPLE);
        long seed = Long.getLong("seed", 20_26);
        for (int i = 0; i < 4000; i++) {
            Random dice = new Random(seed + i);
            byte[] damaged = whole.clone();
            for (int n = 1 + dice.nextInt(6); n > 0; n--) {
                damaged[dice.nextInt(damaged.length)] = (byte) dice.nextInt(256);
            }
            check(damaged, seed + i);
        }
    }

    @Test
    void shuffledPiecesNeverThrow() throws IOException {
        String[] words = Files.readString(EXAMPLE).split("(?<=[\\s<>=\"/])");
        long seed = Long.getLong("seed", 77);
        for (int i = 0; i < 2000; i++) {
            Random dice = new Random(seed + i);
            String[] mixed = words.clone();
            for (int n = 1 + dice.nextInt(8); n > 0; n--) {
                mixed[dice.nextInt(mixed.length)] = words[dice.nextInt(words.length)];
            }
            check(String.join("", mixed).getBytes(StandardCharsets.UTF_8), seed + i);
        }
    }

    @Test
    void noiseIsNotText() {
        long seed = Long.getLong("seed", 5);
        for (int i = 0; i < 500; i++) {
            byte[] noise = new byte[1 + new Random(seed + i).nextInt(3000)];
            new Random(seed + i).nextBytes(noise);
            Reading<ClusterConfig> reading = ConfigReader.parse(noise, "noise");
            assertEquals(1, reading.errors().size(), "-Dseed=" + (seed + i));
        }
    }

    @Test
    void aFileOverAMebibyteIsRefused() {
        byte[] spaces = new byte[ConfigReader.MAX_BYTES + 1];
        Arrays.fill(spaces, (byte) ' ');
        assertTrue(refused(spaces).contains("longer than 1048576 octets"));
    }

    @Test
    void nestingBombsAreRefused() {
        String bomb = "<cluster name=\"x\" config_version=\"1\"><rm>" + "<a>".repeat(100_000) + "</a>".repeat(100_000)
                + "</rm></cluster>";
        assertTrue(refused(bomb.getBytes(StandardCharsets.UTF_8)).contains("elements nested more than 64 deep"));
    }

    @Test
    void tooManyElementsAreRefused() {
        String wide = "<cluster name=\"x\" config_version=\"1\"><rm>" + "<a/>".repeat(60_000) + "</rm></cluster>";
        assertTrue(refused(wide.getBytes(StandardCharsets.UTF_8)).contains("more than 50000 elements"));
    }

    @Test
    void attributeBombsAreRefused() {
        StringBuilder bomb = new StringBuilder("<cluster");
        for (int i = 0; i < 5000; i++) {
            bomb.append(" a").append(i).append("=\"\"");
        }
        refused(bomb.append("/>").toString().getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void aMissingFileIsOneProblem() {
        Reading<ClusterConfig> reading = ConfigReader.read(Path.of("/nowhere/cluster.conf"));
        assertEquals(
                "cluster.conf: there is no file /nowhere/cluster.conf",
                reading.errors().getFirst().toString());
        assertTrue(ConfigReader.read(Path.of("/proc"))
                .errors()
                .getFirst()
                .toString()
                .startsWith("proc: "));
    }

    private static String refused(byte[] octets) {
        Reading<ClusterConfig> reading = ConfigReader.parse(octets, "cluster.conf");
        assertTrue(reading.config().isEmpty());
        return reading.errors().getFirst().toString();
    }

    private static void check(byte[] octets, long seed) {
        Reading<ClusterConfig> reading = ConfigReader.parse(octets, "damaged");
        assertEquals(reading.errors().isEmpty(), reading.config().isPresent(), "-Dseed=" + seed);
        for (Problem problem : reading.errors()) {
            assertFalse(problem.text().chars().anyMatch(Character::isISOControl), "-Dseed=" + seed);
            assertFalse(problem.text().contains("Exception"), problem + " -Dseed=" + seed);
        }
    }
}
