package io.muster.lvscf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.finding.Problem;
import io.muster.finding.Reading;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// A damaged file is refused or read; it never makes the reader throw.
class DamagedFilesTest {
    private static final String WHOLE = Sample.complete();

    @Test
    void everyCutIsRefusedOrReadWithAWarning() {
        for (int length = 0; length < WHOLE.length(); length++) {
            check(WHOLE.substring(0, length), "cut at " + length);
        }
    }

    @Test
    void flippedOctetsNeverThrow() {
        byte[] whole = WHOLE.getBytes(StandardCharsets.UTF_8);
        long seed = Long.getLong("seed", 20_26);
        int refused = 0;
        for (int i = 0; i < 5000; i++) {
            Random dice = new Random(seed + i);
            byte[] damaged = whole.clone();
            for (int n = 1 + dice.nextInt(6); n > 0; n--) {
                damaged[dice.nextInt(damaged.length)] = (byte) dice.nextInt(256);
            }
            refused += check(new String(damaged, StandardCharsets.UTF_8), "-Dseed=" + (seed + i)) ? 0 : 1;
        }
        assertTrue(refused > 2500, "of 5000 damaged files only " + refused + " were refused");
    }

    @Test
    void shuffledPiecesNeverThrow() {
        String[] words = WHOLE.split("(?<=[\\s=\"{}])");
        long seed = Long.getLong("seed", 77);
        for (int i = 0; i < 5000; i++) {
            Random dice = new Random(seed + i);
            String[] mixed = words.clone();
            for (int n = 1 + dice.nextInt(8); n > 0; n--) {
                mixed[dice.nextInt(mixed.length)] = words[dice.nextInt(words.length)];
            }
            check(String.join("", mixed), "-Dseed=" + (seed + i));
        }
    }

    @Test
    void linesInAnyOrderNeverThrow() {
        String[] lines = WHOLE.split("\n");
        long seed = Long.getLong("seed", 4);
        for (int i = 0; i < 2000; i++) {
            Random dice = new Random(seed + i);
            var text = new StringBuilder();
            for (int n = dice.nextInt(120); n > 0; n--) {
                text.append(lines[dice.nextInt(lines.length)]).append(dice.nextInt(20) == 0 ? "\r\n" : "\n");
            }
            check(text.toString(), "-Dseed=" + (seed + i));
        }
    }

    @Test
    void deepNestingAndLongLinesAreOnlyWrong() {
        check("server a {\n".repeat(100_000), "deep");
        check("foo a {\n".repeat(100_000), "deep unknown");
        check("virtual v {\nsend = \"" + "\" ".repeat(45) + "x".repeat(1_000_000), "long");
    }

    /// @return whether the file was read
    private static boolean check(String text, String which) {
        Reading<LvsConfig> reading = Sample.read(text);
        assertEquals(reading.errors().isEmpty(), reading.config().isPresent(), which);
        for (Problem problem : reading.problems()) {
            assertFalse(problem.text().chars().anyMatch(Character::isISOControl), problem + " " + which);
            assertFalse(problem.text().contains("Exception"), problem + " " + which);
            assertTrue(problem.text().length() < 500, problem + " " + which);
        }
        return reading.config().isPresent();
    }
}
