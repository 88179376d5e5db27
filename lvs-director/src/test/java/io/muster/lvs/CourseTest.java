package io.muster.lvs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.checks.Health;
import io.muster.driver.Dice;
import io.muster.ipvs.FakeTable;
import io.muster.lvs.LvsdState.Keeping;
import io.muster.lvs.LvsdState.Life;
import io.muster.lvs.LvsdState.Settling;
import io.muster.lvs.LvsdState.Stopped;
import io.muster.lvs.LvsdState.Stopping;
import io.muster.lvs.LvsdState.Unstarted;
import io.muster.lvscf.LvsConfig;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// What the door of an lvsd lets through, and that there is no other.
class CourseTest {
    /// The table in the comment of [Course]: from which state (row) to which (column, in the same order).
    private static final String TABLE = """
            unstarted  . x . . x
            settling   . . x x .
            keeping    . . . x .
            stopping   . . . . x
            stopped    . . . . .
            """;

    private static final LvsConfig CONFIG = Pool.random(new Random(1));
    private static final Life LIFE = new Life(5_000, 7);
    private static final List<LvsdState> STATES = List.of(
            new Unstarted(),
            new Settling(LIFE, CONFIG),
            new Keeping(LIFE, CONFIG),
            new Stopping(LIFE, true, 10_000),
            new Stopped(LIFE, true));

    @Test
    void eachTransitionIsInTheTableOrNone() {
        List<String> rows = TABLE.lines().toList();
        for (int from = 0; from < STATES.size(); from++) {
            String[] cells = rows.get(from).split(" +");
            assertEquals(cells[0], STATES.get(from).word());
            for (int to = 0; to < STATES.size(); to++) {
                assertEquals(
                        cells[to + 1].equals("x"),
                        STATES.get(from).mayBecome(STATES.get(to)),
                        cells[0] + " -> " + STATES.get(to).word());
            }
        }
    }

    @Test
    void whatIsNotInTheTableIsOurOwnMistakeAndNamesBothStates() {
        var parts = new Parts(new Health(new Dice(1)));
        var keeping = new Course(STATES.get(2));
        var wrong = assertThrows(IllegalStateException.class, () -> keeping.end(true, parts));
        assertEquals("lvsd: keeping -> stopped: nothing of ours is left in the table", wrong.getMessage());
        assertSame(STATES.get(2), keeping.state());
        var started = new LvsdEvent.Started(CONFIG, Holdings.NONE, 0);
        assertThrows(IllegalStateException.class, () -> keeping.start(started, parts, 6_000), "started twice");
    }

    @Test
    void whatIsWantedFollowsFromTheState() {
        for (LvsdState state : STATES) {
            boolean wants = state instanceof Settling || state instanceof Keeping;
            assertEquals(wants ? Goal.of(state.wanted()) : Goal.NOTHING, new Course(state).goal(), state.word());
        }
        var parts = new Parts(new Health(new Dice(1)));
        var course = new Course(STATES.get(2));
        LvsConfig other = Pool.changed(CONFIG, new Random(2));
        course.reload(other, parts, 6_000);
        assertEquals(new Keeping(LIFE, other), course.state(), "no other state");
        assertEquals(Plan.of(other), course.plan());
        course.stop(parts, 6_000);
        assertEquals(Goal.NOTHING, course.goal());
        course.reload(CONFIG, parts, 6_001);
        assertEquals(new Stopping(LIFE, true, 11_000), course.state(), "who ends wants nothing any more");
    }

    @Test
    void eachChangeIsOneLineForTheLogWithItsReason() {
        var lvsd = new OneLvsd(new FakeTable());
        lvsd.start(CONFIG).run(5_000);
        lvsd.give(new LvsdEvent.Stop());
        lvsd.run(5_000);
        assertTrue(lvsd.stopped);
        assertEquals(
                List.of(
                        "unstarted -> settling: started",
                        "settling -> keeping: the table is as wanted",
                        "keeping -> stopping: told to stop",
                        "stopping -> stopped: nothing of ours is left in the table"),
                lvsd.changes);
    }

    @Test
    void oneThatIsStoppedBeforeItStartsEndsAtOnceAndTouchesNothing() {
        var core = new Reconciler(new Dice(1));
        assertEquals(
                List.of(
                        new LvsdEffect.StateChanged("unstarted", "stopped", "told to stop"),
                        new LvsdEffect.Stopped(true)),
                core.on(new LvsdEvent.Stop(), 1_000));
        assertEquals(Long.MAX_VALUE, core.nextDeadlineMs());
        assertEquals(List.of(), core.on(new LvsdEvent.Started(CONFIG, Holdings.NONE, 0), 1_001));
    }
}
