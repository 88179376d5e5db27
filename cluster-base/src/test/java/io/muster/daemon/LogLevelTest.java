package io.muster.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

/// A level that doesn't exist isn't taken for another in silence.
class LogLevelTest {
    @Test
    void aStrangeLevelIsNamedWithTheNearest() {
        assertEquals("\"DEBGU\": no such level, INFO is taken; did you mean \"DEBUG\"?", Logs.strangeLevel("DEBGU"));
        assertEquals("\"loud\": no such level, INFO is taken", Logs.strangeLevel("loud"));
        for (String level : List.of("off", "ERROR", "warn", "info", "Debug", "trace", "all")) {
            assertEquals("", Logs.strangeLevel(level));
        }
    }
}
