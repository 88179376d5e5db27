package io.muster.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.demo.DemoOptions;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// The options of `./muster demo` and `./muster bench`.
class OptionsTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final int[] status = {0};

    @Test
    void everyBenchmarkTakesItsOptionsInAnyOrder() {
        BenchOptions director =
                bench("--lab", "director", "--trials", "3", "--json=f").orElseThrow();
        assertTrue(director.lab());
        assertEquals(3, director.trials(10));
        assertEquals(Path.of("f").toAbsolutePath(), director.json());
        BenchOptions order = bench("order", "-s", "2", "-m").orElseThrow();
        assertEquals(2, order.seconds(4));
        assertEquals(5, order.rounds(5));
        assertTrue(order.alone());
        assertFalse(order.lab());
    }

    @Test
    void anOptionOfAnotherBenchmarkIsRefused() {
        assertEquals(Optional.empty(), bench("checks", "--lab"));
        assertEquals(1, status[0]);
        assertTrue(said().startsWith("bench: checks has no --lab\nUsage: ./muster bench "), said());
    }

    @Test
    void aNumberOutsideItsRangeIsRefused() {
        for (String wrong : new String[] {"0", "-1", "10001", "99999999999", "x", ""}) {
            err.reset();
            assertEquals(Optional.empty(), bench("failover", "--trials", wrong));
            assertEquals("bench: --trials " + wrong + ": a number from 1 to 10000\n", said());
        }
    }

    @Test
    void anUnknownBenchmarkIsNamedWithTheNearest() {
        assertEquals(Optional.empty(), bench("directer"));
        assertTrue(said().startsWith("bench: no benchmark \"directer\"; did you mean \"director\"?\nUsage:"), said());
    }

    @Test
    void theDirectorsDemoIsAWordAndTakesAFileOnly() {
        DemoOptions demo = demo("lvs", "--json", "f");
        assertNotNull(demo);
        assertTrue(demo.lvs());
        assertEquals(Path.of("f").toAbsolutePath(), demo.json());
        assertNull(demo("lvs", "--cut"));
        assertEquals(1, status[0]);
        assertTrue(said().startsWith("Usage: ./muster demo lvs [options]\n"), said());
    }

    @Test
    void eachDemoHasItsHelp() {
        assertNull(demo("--help"));
        assertEquals(0, status[0]);
        assertTrue(out.toString(StandardCharsets.UTF_8).startsWith("Usage: ./muster demo [options]\n"));
        out.reset();
        assertNull(demo("lvs", "-h"));
        assertEquals(0, status[0]);
        assertTrue(out.toString(StandardCharsets.UTF_8).startsWith("Usage: ./muster demo lvs [options]\n"));
    }

    @Test
    void theClustersDemoTakesItsOptionsAndNoWord() {
        DemoOptions demo = demo("--nofailback", "--keep", "--one-process");
        assertNotNull(demo);
        assertTrue(demo.noFailback() && demo.keep() && demo.oneProcess());
        assertFalse(demo.cut() || demo.down() || demo.lvs());
        assertNull(demo("lvx"));
        assertEquals(1, status[0]);
        assertTrue(said().startsWith("demo: what is \"lvx\"?\nUsage:"), said());
    }

    private Optional<BenchOptions> bench(String... args) {
        return BenchOptions.parse(args, to(out), to(err), status);
    }

    private @org.jspecify.annotations.Nullable DemoOptions demo(String... args) {
        status[0] = 0;
        return DemoOptions.parse(args, to(out), to(err), status);
    }

    private String said() {
        return err.toString(StandardCharsets.UTF_8);
    }

    private static PrintStream to(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }
}
