package io.muster.ipvs.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// Every command line that the original was seen to refuse by itself is refused in the same words, with the same
/// status.
class RefusalsTest {
    private static final Names NAMES = new FixedNames(Map.of("localhost", "127.0.0.1", "vm", "127.0.0.1"));

    @TestFactory
    Stream<DynamicTest> refusedAsByTheOriginal() {
        return Run.resource("refusals.txt")
                .lines()
                .filter(line -> !line.startsWith("#"))
                .map(line -> {
                    String[] halves = line.split(" => ", 2);
                    return DynamicTest.dynamicTest(halves[0], () -> {
                        Refused refused = assertThrows(
                                Refused.class, () -> new RequestParser(NAMES).parse(Run.words(halves[0]), false));
                        String words = refused.getMessage().lines().findFirst().orElse("");
                        assertEquals(halves[1], refused.status() + " " + words);
                    });
                });
    }
}
