package io.muster.ipvs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.core.MalformedMessage;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FreshnessTest {
    private static Connection connection(String state, long expiresS) throws MalformedMessage {
        return Connection.parse(
                String.format("TCP 0A010001 9C40 0A020032 0050 0A01000B 0050 %-11s %7d", state, expiresS));
    }

    @Test
    void theFreshestOfEachStateShowWhatItAllows() throws MalformedMessage {
        var fresh = new Freshness();
        assertTrue(fresh.test(connection("ESTABLISHED", 899)));
        assertTrue(fresh.test(connection("FIN_WAIT", 119)));
        assertTrue(fresh.test(connection("ESTABLISHED", 896)));
        assertFalse(fresh.test(connection("ESTABLISHED", 895)));
        assertFalse(fresh.test(connection("FIN_WAIT", 100)));
    }

    @Test
    void noneThatIsFreshIsMissedWhateverTheOrderAndFewOthersAreTaken() throws MalformedMessage {
        long seed = 42;
        var random = new Random(seed);
        var fresh = new Freshness();
        int taken = 0;
        for (int i = 0; i < 20_000; i++) {
            long expires = random.nextInt(901);
            boolean is = fresh.test(connection("ESTABLISHED", expires));
            assertTrue(is || expires < 897, "seed " + seed + ": " + expires + " s");
            taken += is && expires < 897 ? 1 : 0;
        }
        assertEquals(0, taken / 100, taken + " that aren't fresh, of 20000 (seed " + seed + ")");
    }
}
