package io.muster.nanny;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.checks.TargetHealth.Force;
import io.muster.nanny.CareState.Caring;
import io.muster.nanny.CareState.Leaving;
import io.muster.nanny.CareState.Over;
import io.muster.nanny.CareState.Unstarted;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/// One nanny, step by step; what its door lets through, and that there is no other.
class CareTest {
    /// The table in the comment of [Care]: from which state (row) to which (column, in the same order).
    private static final String TABLE = """
            unstarted  . x . x
            caring     . . x x
            leaving    . . . x
            over       . . . .
            """;

    private static final List<CareState> STATES =
            List.of(new Unstarted(), new Caring(), new Leaving(9_000), new Over());

    @Test
    void eachTransitionIsInTheTableOrNone() {
        List<String> rows = TABLE.lines().toList();
        for (int from = 0; from < STATES.size(); from++) {
            String[] cells = rows.get(from).split(" +");
            assertEquals(cells[0], STATES.get(from).word());
            for (int to = 0; to < STATES.size(); to++) {
                assertEquals(
                        cells[to + 1].equals("x"), STATES.get(from).mayBecome(STATES.get(to)), cells[0] + " -> " + to);
            }
        }
    }

    @Test
    void startingTwiceIsOurOwnMistake() {
        CareWorld world = world().start();
        var wrong =
                assertThrows(IllegalStateException.class, () -> world.give(new CareEvent.Started(OptionalInt.empty())));
        assertEquals("nanny: started twice", wrong.getMessage());
    }

    private static CareWorld world() {
        return new CareWorld(4, false, false, core -> core);
    }

    @Test
    void aRefusalIsToldOnceAndTriedAgainEveryInterval() {
        CareWorld world = world();
        world.refuses = true;
        world.start().run(500);
        assertEquals(OptionalInt.empty(), world.inTable);
        world.run(10_000);
        assertEquals(
                1, world.lines.stream().filter(line -> line.startsWith("ERROR")).count(), world.all());
        assertTrue(world.all().contains("ERROR no such virtual service: tried again every 1000 ms"), world.all());
        world.refuses = false;
        world.run(1_100);
        assertEquals(OptionalInt.of(2), world.inTable, "a thirty-second of 64");
        world.refuses = true;
        world.force(Force.DOWN);
        world.run(2_000);
        assertEquals(
                2, world.lines.stream().filter(line -> line.startsWith("ERROR")).count(), "news again");
    }

    @Test
    void oneThatIsThereAlreadyIsUpUntilAFailureAndNothingIsWritten() {
        CareWorld world = world();
        world.inTable = OptionalInt.of(64);
        world.refuses = true;
        world.start().run(900);
        assertEquals(List.of("unstarted -> caring: started"), world.lines);
        world.refuses = false;
        world.good = false;
        world.run(3_000);
        assertEquals(OptionalInt.empty(), world.inTable);
    }

    @Test
    void quiescingLeavesItWithWeightZeroUntilTheEnd() {
        var world = new CareWorld(4, true, false, core -> core).start();
        world.run(3_000);
        world.force(Force.DOWN);
        world.run(100);
        assertEquals(OptionalInt.of(0), world.inTable);
        world.give(new CareEvent.Stop());
        world.run(100);
        assertEquals(OptionalInt.empty(), world.inTable);
        assertEquals(0, world.status);
    }

    /// A wish that comes while the table is asked waits for the answer.
    @Test
    void theLastWishCounts() {
        CareWorld world = world().start();
        world.run(3_000);
        world.force(Force.DOWN);
        world.run(100);
        world.force(Force.UP);
        world.give(new CareEvent.Stop());
        world.run(200);
        assertEquals(OptionalInt.empty(), world.inTable);
        assertEquals(0, world.status, world.all());
    }

    @Test
    void withFosTheFirstFailureIsTheEnd() {
        var world = new CareWorld(4, false, true, core -> core);
        world.good = false;
        world.start().run(2_000);
        assertEquals(1, world.status);
        assertTrue(world.all().endsWith("caring -> over: the server is down"), world.all());
    }

    @Test
    void withFosNothingIsTakenOutAndTheEndIsAtOnce() {
        var world = new CareWorld(4, false, true, core -> core).start();
        world.run(3_000);
        world.silent = true;
        world.give(new CareEvent.Stop());
        assertEquals(0, world.status);
    }

    @Test
    void aTableThatIsSilentHoldsUpTheEndForFiveSecondsAndIsNamed() {
        CareWorld world = world().start();
        world.run(3_000);
        world.silent = true;
        world.give(new CareEvent.Stop());
        world.run(Care.STOP_MS - 1);
        assertEquals(-1, world.status);
        world.run(1);
        assertEquals(0, world.status);
        assertTrue(
                world.all().contains("ERROR the table doesn't answer: 10.11.12.1:80 may still be in it"), world.all());
    }

    @Test
    void oneThatIsStoppedBeforeItStartsEndsAtOnce() {
        CareWorld world = world();
        world.give(new CareEvent.Stop());
        assertEquals(List.of("unstarted -> over: told to stop"), world.lines);
        assertEquals(0, world.status);
    }
}
