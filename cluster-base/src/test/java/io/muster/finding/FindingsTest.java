package io.muster.finding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FindingsTest {
    private record Word(String subject, int line, int column) implements Placed {
        @Override
        public Placed part(String name) {
            return name.equals("b") ? new Word(subject, line + 1, 7) : this;
        }
    }

    private static final Word NODE = new Word("<node>", 3, 5);

    private final Findings findings = new Findings("a.conf");

    @Test
    void allProblemsStandInTheOrderOfTheFileAndThoseOfOnePlaceInThatOfTheirFinding() {
        findings.warn(NODE, "b", "later");
        findings.error(NODE, "second");
        findings.note(NODE, "a", "third");
        findings.error(Placed.at(3, 4), "first");
        assertEquals(
                List.of(
                        "a.conf:3:4: first",
                        "a.conf:3:5: <node>: second",
                        "a.conf:3:5: note: <node>: third",
                        "a.conf:4:7: warning: <node>: later"),
                findings.sorted().stream().map(Problem::withSeverity).toList());
    }

    @Test
    void onlyErrorsMakeAFileUnusable() throws ConfigInvalid {
        findings.warn(NODE, "odd");
        findings.note(NODE, "by the way");
        assertTrue(findings.usable());
        Reading<String> reading = findings.reading(Optional.of("what it says"));
        assertEquals("what it says", reading.orThrow());
        assertEquals(List.of(), reading.errors());
        assertEquals("[a.conf:3:5: <node>: odd]", reading.warnings().toString());
        assertEquals("[a.conf:3:5: <node>: by the way]", reading.notes().toString());
        findings.error(NODE, "wrong");
        assertFalse(findings.usable());
    }

    @Test
    void whatCantBeUsedIsThrownWithEveryErrorAndNothingElse() {
        findings.error(NODE, "b", "two");
        findings.warn(NODE, "odd");
        findings.error(NODE, "one");
        var thrown = assertThrows(
                ConfigInvalid.class, () -> findings.reading(Optional.empty()).orThrow());
        assertEquals("a.conf:3:5: <node>: one\na.conf:4:7: <node>: two", thrown.getMessage());
        assertEquals(2, thrown.problems().size());
    }

    @Test
    void aProblemOfTheFileAsAWholeHasNoPlace() {
        assertEquals(
                "[a.conf: there is no file a.conf]",
                Reading.refused("a.conf", "there is no file a.conf").problems().toString());
    }

    @Test
    void whatSomebodyWroteIsShownOnOneLineAndNotForever() {
        assertEquals("a?b", Shown.of("a\nb"));
        assertEquals("x".repeat(60), Shown.of("x".repeat(60)));
        assertEquals("x".repeat(60) + "...", Shown.of("x".repeat(61)));
        assertEquals("\"a\\x0ab\\x1b\"", Shown.quoted("a\nb\033"));
        assertEquals('"' + "x".repeat(80) + '"', Shown.quoted("x".repeat(80)));
        assertEquals('"' + "x".repeat(80) + "...\"", Shown.quoted("x".repeat(81)));
    }
}
