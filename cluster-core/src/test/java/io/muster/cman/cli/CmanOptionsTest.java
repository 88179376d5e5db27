package io.muster.cman.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/// The command line of cman_tool.
class CmanOptionsTest {
    private static CmanOptions parse(String... args) {
        var silent = new PrintStream(OutputStream.nullOutputStream());
        return CmanOptions.parse(args, silent, silent).options().orElseThrow();
    }

    /// getopt(3) takes an optional argument only where it is glued to its letter, and `-d 0` is what people write.
    @Test
    void aLevelOfDebuggingMayStandApart() {
        assertEquals(0, parse("debug", "-d0").debug());
        assertEquals(0, parse("debug", "-d", "0").debug());
        assertEquals(7, parse("-d", "debug", "7").debug());
        assertEquals(1, parse("debug", "-d").debug());
        assertEquals(0, parse("debug").debug());
    }

    @Test
    void aLevelThatIsNoNumberIsRefused() {
        var err = new ByteArrayOutputStream();
        var said = new PrintStream(err, true, StandardCharsets.UTF_8);
        var parsed = CmanOptions.parse(new String[] {"debug", "-d", "much"}, said, said);
        assertTrue(parsed.options().isEmpty());
        assertEquals(1, parsed.stop().status());
        assertEquals("cman_tool: invalid value for -d: \"much\"\n", err.toString(StandardCharsets.UTF_8));
    }
}
