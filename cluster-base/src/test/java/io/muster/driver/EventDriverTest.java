package io.muster.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.core.CauseId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

@NullUnmarked
class EventDriverTest {
    private final ManualLoop loop = new ManualLoop();
    private final Toy toy = new Toy(1);
    private final List<String> performed = new ArrayList<>();
    private final List<String> steps = new ArrayList<>();
    private final List<Throwable> broken = new ArrayList<>();
    private EventDriver<Toy.Event, Toy.Effect> driver;

    private EventDriver.Builder<Toy.Event, Toy.Effect> builder() {
        return EventDriver.of("toy", toy)
                .loop(loop)
                .clocks(loop)
                .ids(new CauseIds(3, 0xab))
                .tick(new Toy.Event.Tick())
                .stallEvent(Toy.Event.Stalled::new)
                .fatal(broken::add)
                .recorder(new Recorder<>() {
                    @Override
                    public void before(long nowMs) {}

                    @Override
                    public void after(
                            long nowMs, CauseId id, CauseId parent, Toy.Event event, List<Toy.Effect> effects) {
                        steps.add(id.number() + "<-" + parent.number() + " " + event);
                    }
                })
                .performer((effect, cause) -> performed.add(cause.number() + " " + effect));
    }

    private void start() {
        driver = builder().start();
        loop.turn();
    }

    @Test
    void effectsArePerformedInOrderAndEventsPostedMeanwhileComeAfterThem() {
        driver = builder()
                .performer((effect, cause) -> {
                    performed.add(cause.number() + " " + effect);
                    if (effect instanceof Toy.Effect.Show show && show.sum() == 1) {
                        driver.post(new Toy.Event.Add(10));
                    }
                })
                .start();
        driver.post(new Toy.Event.Add(1), CauseId.NONE);
        loop.turn();
        assertEquals(List.of("1<-0 Add[amount=1]", "2<-1 Add[amount=10]"), steps);
        assertEquals(4, performed.size());
        assertEquals("1 Say[text=added 1]", performed.get(1));
        assertEquals("2 Say[text=added 10]", performed.get(3));
    }

    @Test
    void theParentOfATickIsTheEventThatSetTheDeadline() {
        start();
        driver.post(new Toy.Event.Alarm(500), new CauseId(9, 9, 99));
        loop.turn();
        driver.post(new Toy.Event.Add(1));
        loop.turn();
        loop.pass(600);
        assertEquals(List.of("1<-99 Alarm[inMs=500]", "2<-0 Add[amount=1]", "3<-1 Tick[]"), steps);
        assertEquals("3 Say[text=alarm]", performed.getLast());
        assertEquals(0, loop.timers());
    }

    @Test
    void oneTimerHoweverOftenTheDeadlineMoves() {
        start();
        for (int i = 0; i < 100; i++) {
            driver.post(new Toy.Event.Alarm(500 + i));
            loop.turn();
            assertEquals(1, loop.timers());
        }
        loop.pass(1_000);
        assertEquals(1, steps.stream().filter(step -> step.contains("Tick")).count());
        assertEquals(0, driver.stats().stalls());
    }

    @Test
    void aLateWakeUpIsToldBeforeTheTickAndOnlyOnce() {
        start();
        driver.post(new Toy.Event.Alarm(100));
        loop.turn();
        loop.advance(350);
        loop.turn();
        assertEquals(List.of("1<-0 Alarm[inMs=100]", "2<-0 Stalled[ms=250]", "3<-1 Tick[]"), steps);
    }

    @Test
    void aStallIsToldBeforeWhatWaitedInTheSocketMeanwhile() {
        start();
        driver.post(new Toy.Event.Alarm(100));
        loop.turn();
        loop.advance(350);
        driver.post(new Toy.Event.Add(5));
        loop.turn();
        assertEquals(
                List.of("1<-0 Alarm[inMs=100]", "2<-0 Stalled[ms=250]", "3<-0 Add[amount=5]", "4<-1 Tick[]"), steps);
    }

    @Test
    void aLittleLateIsNoStall() {
        start();
        driver.post(new Toy.Event.Alarm(100));
        loop.turn();
        loop.advance(119);
        loop.turn();
        assertEquals(0, driver.stats().stalls());
    }

    @Test
    void aDeadlineInThePastMeansAtOnceAndIsNoStall() {
        start();
        driver.post(new Toy.Event.Alarm(-900));
        loop.turn();
        assertEquals(List.of("1<-0 Alarm[inMs=-900]", "2<-1 Tick[]"), steps);
    }

    @Test
    void aWatchSeesAStallBetweenFarDeadlines() {
        driver = builder().watchMs(50).start();
        loop.turn();
        driver.post(new Toy.Event.Alarm(5_000));
        loop.pass(100);
        loop.advance(1_050);
        loop.turn();
        assertEquals("2<-0 Stalled[ms=1000]", steps.getLast());
        loop.pass(200);
        assertEquals(1, driver.stats().stalls());
    }

    @Test
    void aWallClockThatIsSetIsNoStall() {
        start();
        loop.wallMs += 3_600_000;
        driver.post(new Toy.Event.Add(1));
        loop.turn();
        loop.wallMs -= 900;
        driver.post(new Toy.Event.Add(1));
        loop.turn();
        assertEquals(0, driver.stats().stalls());
    }

    @Test
    void sleepIsAStallSeenWithinASecondAndAtOnceWhenTheWallClockShowsIt() {
        start();
        loop.advance(2_000);
        loop.bootAheadMs += 60_000;
        driver.post(new Toy.Event.Add(1));
        loop.turn();
        assertEquals("1<-0 Stalled[ms=60000]", steps.getFirst());
        loop.wallMs += 900;
        loop.bootAheadMs += 900;
        driver.post(new Toy.Event.Add(1));
        loop.turn();
        assertEquals("3<-0 Stalled[ms=900]", steps.get(2));
        assertEquals(2, driver.stats().stalls());
    }

    @Test
    void aSlewedWallClockIsNoGap() {
        start();
        for (int i = 0; i < 100; i++) {
            loop.advance(1_000);
            loop.wallMs += 50;
            driver.post(new Toy.Event.Add(1));
            loop.turn();
        }
        assertEquals(0, driver.stats().stalls());
    }

    @Test
    void aBrokenCoreTakesNoFurtherStep() {
        start();
        driver.post(new Toy.Event.Break());
        driver.post(new Toy.Event.Add(1));
        loop.turn();
        assertEquals("from A to B in epoch 7", broken.getFirst().getMessage());
        assertEquals(1, broken.size());
        assertTrue(performed.isEmpty());
        assertEquals(0, loop.timers());
    }

    @Test
    void aFailedEffectStopsThoseAfterIt() {
        driver = builder()
                .performer((effect, cause) -> {
                    performed.add(effect.getClass().getSimpleName());
                    driver.stopEffects();
                })
                .start();
        driver.post(new Toy.Event.Add(1));
        driver.post(new Toy.Event.Add(2));
        loop.turn();
        assertEquals(List.of("Show", "Show"), performed);
    }

    @Test
    void hintsAreDroppedAndCountedOnceTooManyWaitButEventsNever() {
        driver = builder().inboxLimit(3).start();
        for (int i = 0; i < 5; i++) {
            assertEquals(i < 3, driver.offer(new Toy.Event.Add(i), CauseId.NONE));
        }
        driver.post(new Toy.Event.Add(7));
        loop.turn();
        assertEquals(4, steps.size());
        assertEquals(2, driver.stats().dropped());
    }

    @Test
    void aClosedDriverTakesNothing() {
        start();
        driver.post(new Toy.Event.Alarm(10));
        loop.turn();
        driver.close();
        driver.post(new Toy.Event.Add(1));
        loop.pass(1_000);
        assertEquals(1, steps.size());
    }

    @Test
    void manyEventsAtOnceLeaveTheLoopRoomForOthers() {
        driver = builder()
                .performer((effect, cause) -> {
                    if (effect instanceof Toy.Effect.Show show && show.sum() < 5_000) {
                        driver.post(new Toy.Event.Add(1));
                    }
                })
                .start();
        driver.post(new Toy.Event.Add(1));
        var stepsSeen = new ArrayList<Integer>();
        loop.execute(() -> loop.execute(() -> stepsSeen.add(steps.size())));
        loop.turn();
        assertEquals(5_000, steps.size());
        assertTrue(stepsSeen.getFirst() < 600, stepsSeen.toString());
    }

    @Test
    void runsOnNettysLoop() throws InterruptedException {
        var netty = Loops.start("driver-test");
        try {
            var alarm = new CountDownLatch(1);
            var real = EventDriver.of("toy", toy)
                    .loop(netty)
                    .tick(new Toy.Event.Tick())
                    .performer((effect, cause) -> alarm.countDown())
                    .start();
            real.post(new Toy.Event.Alarm(30));
            assertTrue(alarm.await(10, TimeUnit.SECONDS));
            real.close();
            assertFalse(netty.isShuttingDown());
        } finally {
            Loops.stop(netty);
        }
    }
}
