package io.muster.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.cli.Said;
import io.muster.demo.DemoOptions;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/// The options of `./muster demo` and `./muster bench`.
class OptionsTest {
    private Said said = new Said(0, "", "");

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
        assertEquals(1, said.status());
        assertTrue(said.err().startsWith("bench: checks has no --lab\nUsage: ./muster bench "), said.err());
    }

    @Test
    void aNumberOutsideItsRangeIsRefused() {
        for (String wrong : new String[] {"0", "-1", "10001", "99999999999", "x", ""}) {
            assertEquals(Optional.empty(), bench("failover", "--trials", wrong));
            assertEquals("bench: --trials " + wrong + ": a number from 1 to 10000\n", said.err());
        }
    }

    @Test
    void anUnknownBenchmarkIsNamedWithTheNearest() {
        assertEquals(Optional.empty(), bench("directer"));
        assertTrue(
                said.err().startsWith("bench: no benchmark \"directer\"; did you mean \"director\"?\nUsage:"),
                said.err());
    }

    @Test
    void theDirectorsDemoIsAWordAndTakesAFileOnly() {
        DemoOptions demo = demo("lvs", "--json", "f").orElseThrow();
        assertTrue(demo.lvs());
        assertEquals(Path.of("f").toAbsolutePath(), demo.json());
        assertEquals(Optional.empty(), demo("lvs", "--cut"));
        assertEquals(1, said.status());
        assertTrue(said.err().startsWith("demo: lvs has no --cut\nUsage: ./muster demo lvs [options]\n"), said.err());
    }

    @Test
    void eachDemoHasItsHelp() {
        assertEquals(Optional.empty(), demo("--help"));
        assertEquals(0, said.status());
        assertTrue(said.out().startsWith("Usage: ./muster demo [options]\n"));
        assertEquals(Optional.empty(), demo("lvs", "-h"));
        assertEquals(0, said.status());
        assertTrue(said.out().startsWith("Usage: ./muster demo lvs [options]\n"));
    }

    @Test
    void theClustersDemoTakesItsOptionsAndNoWord() {
        DemoOptions demo = demo("--nofailback", "--keep", "--one-process").orElseThrow();
        assertTrue(demo.noFailback() && demo.keep() && demo.oneProcess());
        assertFalse(demo.cut() || demo.down() || demo.lvs());
        assertEquals(Optional.empty(), demo("lvx"));
        assertEquals(1, said.status());
        assertTrue(said.err().startsWith("demo: no demo \"lvx\"; did you mean \"lvs\"?\nUsage:"), said.err());
    }

    private Optional<BenchOptions> bench(String... args) {
        return parsed(BenchOptions::parse, args);
    }

    private Optional<DemoOptions> demo(String... args) {
        return parsed(DemoOptions::parse, args);
    }

    private interface Parser<T> {
        Optional<T> parse(String[] args, PrintStream out, PrintStream err, int[] status);
    }

    private <T> Optional<T> parsed(Parser<T> parser, String... args) {
        var parsed = new AtomicReference<Optional<T>>(Optional.empty());
        said = Said.by(
                (words, out, err) -> {
                    int[] status = {0};
                    parsed.set(parser.parse(words, out, err, status));
                    return status[0];
                },
                args);
        return parsed.get();
    }
}
