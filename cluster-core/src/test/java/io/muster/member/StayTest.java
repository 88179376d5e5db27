package io.muster.member;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.core.Incarnation;
import io.muster.core.MalformedMessage;
import io.muster.core.Node;
import io.muster.driver.RecordCodec;
import io.muster.group.GroupEntry.Level;
import io.muster.member.StayPolicy.Awaits;
import io.muster.member.StayPolicy.HangUp;
import io.muster.member.StayPolicy.MayLeave;
import io.muster.member.StayPolicy.Preparation;
import io.muster.wire.Input;
import io.muster.wire.Output;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// The stay of three kinds of daemons, step by step, without any of them.
class StayTest {
    private static final Node SELF = new Node(1, new Incarnation(7, 1));
    private static final Node LATER = new Node(1, new Incarnation(8, 1));

    /// As ccsd.
    private static final StayPolicy RETURNS = policy(Preparation.NOTHING, Awaits.NOTHING, HangUp.RETURN);

    /// As fenced.
    private static final StayPolicy SAME_RUN = policy(Preparation.REACHED, Awaits.NOTHING, HangUp.SAME_RUN);

    /// As rgmanager.
    private static final StayPolicy STOPS = policy(Preparation.FIRST, Awaits.CONFIGURATION_AND_FENCING, HangUp.STOP);

    private Stay stay = new Stay(RETURNS);
    private final List<StayEffect> effects = new ArrayList<>();
    private long nowMs = 1_000;

    private static StayPolicy policy(Preparation preparation, Awaits awaits, HangUp hangUp) {
        return new StayPolicy(
                "g",
                "group g",
                Optional.of(Level.SERVICE),
                5_000,
                hangUp == HangUp.RETURN ? 0 : 10_000,
                preparation,
                awaits,
                hangUp,
                hangUp == HangUp.STOP ? MayLeave.IDLE : hangUp == HangUp.RETURN ? MayLeave.ALWAYS : MayLeave.OUTSIDE,
                hangUp == HangUp.STOP,
                hangUp == HangUp.RETURN ? 1_000 : 100,
                hangUp == HangUp.SAME_RUN ? 60_000 : Long.MAX_VALUE);
    }

    private StayTest as(StayPolicy policy) {
        stay = new Stay(policy);
        return this;
    }

    /// What the events make the stay want, without what is for logs.
    private List<StayEffect> on(StayEvent... events) {
        effects.clear();
        for (StayEvent event : events) {
            effects.addAll(stay.on(event, nowMs));
        }
        return effects.stream()
                .filter(e -> !(e instanceof StayEffect.StateChanged) && !(e instanceof StayEffect.Say))
                .toList();
    }

    private List<String> said() {
        return effects.stream()
                .filter(StayEffect.Say.class::isInstance)
                .map(e -> ((StayEffect.Say) e).text())
                .toList();
    }

    private void pass(long ms) {
        nowMs += ms;
    }

    private static StayEvent reached(Node self) {
        return new StayEvent.Reached(self, "n1");
    }

    private StayEffect join() {
        int requiredMs = stay.image().policy().requiredMs();
        return new StayEffect.Join("g", Optional.of(Level.SERVICE), 5_000, requiredMs);
    }

    private void member() {
        on(new StayEvent.Begin(true));
        if (stay.image().policy().preparation() == Preparation.FIRST) {
            on(new StayEvent.Prepared());
        }
        on(reached(SELF));
        if (stay.image().policy().preparation() == Preparation.REACHED) {
            on(new StayEvent.Prepared());
        }
        if (stay.image().policy().awaits() != Awaits.NOTHING) {
            on(new StayEvent.Looked(1, 1, true, true));
        }
        on(new StayEvent.Joined(), new StayEvent.Synced(), new StayEvent.Quorum(true));
        assertEquals("member", stay.word());
    }

    @Test
    void oneThatReturnsLooksForCmanForEverAndSaysSoOnce() {
        assertEquals(List.of(new StayEffect.Connect(), new StayEffect.Ready()), on(new StayEvent.Begin(true)));
        on(new StayEvent.Unreachable("nobody", true));
        assertEquals(List.of("waiting for cman: nobody"), said());
        pass(999);
        assertEquals(List.of(), on(new StayEvent.Tick()));
        pass(1);
        assertEquals(List.of(new StayEffect.Connect()), on(new StayEvent.Tick()));
        on(new StayEvent.Unreachable("nobody", true));
        assertEquals(List.of(), said());
        pass(1_000);
        assertEquals(List.of(new StayEffect.Connect(), join()), on(new StayEvent.Tick(), reached(SELF)));
    }

    @Test
    void aRefusalIsToldOnceAndAskedAgain() {
        on(new StayEvent.Begin(true), reached(SELF));
        on(new StayEvent.Refused("already"));
        assertEquals(List.of("can't join group g yet: already"), said());
        pass(Stay.AGAIN_MS);
        assertEquals(List.of(join()), on(new StayEvent.Tick()));
        on(new StayEvent.Refused("already"));
        assertEquals(List.of(), said());
        on(new StayEvent.Refused("not a member"));
        assertEquals(List.of("can't join group g yet: not a member"), said());
    }

    @Test
    void afterAHangUpOneThatReturnsAbandonsItsQuestionsAndComesBack() {
        member();
        assertEquals(List.of(new StayEffect.Exit(), new StayEffect.Abandon()), on(new StayEvent.HungUp("gone")));
        pass(1_000);
        assertEquals(List.of(new StayEffect.Connect()), on(new StayEvent.Tick()));
        assertEquals(List.of(join()), on(reached(LATER)));
        assertEquals(List.of(new StayEffect.Enter(LATER)), on(new StayEvent.Joined()));
    }

    @Test
    void oneOfTheSameRunRejoinsAtOnceAndEndsWithAnotherRun() {
        as(SAME_RUN).member();
        assertEquals(
                List.of(new StayEffect.Exit(), new StayEffect.Abandon(), new StayEffect.Connect()),
                on(new StayEvent.HungUp("too slow")));
        assertEquals(List.of(join()), on(reached(SELF)));
        on(new StayEvent.Joined(), new StayEvent.HungUp("gone"));
        assertEquals(List.of(new StayEffect.HangUp(), new StayEffect.End(false, "cman is gone")), on(reached(LATER)));
        assertTrue(stay.over());
    }

    @Test
    void oneOfTheSameRunEndsWhenThereIsNoCmanAnyMore() {
        as(SAME_RUN).member();
        on(new StayEvent.HungUp("gone"));
        assertEquals(List.of(new StayEffect.End(false, "cman is gone")), on(new StayEvent.Unreachable("nobody", true)));
    }

    @Test
    void atItsStartItLooksOnlySoLong() {
        as(SAME_RUN);
        on(new StayEvent.Begin(true), new StayEvent.Unreachable("nobody", true));
        pass(100);
        on(new StayEvent.Tick());
        pass(60_000);
        assertEquals(List.of(new StayEffect.End(false, "cman: nobody")), on(new StayEvent.Unreachable("nobody", true)));
    }

    @Test
    void whoCantGetReadyEndsWithTheReason() {
        as(SAME_RUN);
        on(new StayEvent.Begin(true), reached(SELF));
        assertEquals(
                List.of(new StayEffect.End(false, "unfence n1 failed")),
                on(new StayEvent.Unprepared("unfence n1 failed")));
    }

    @Test
    void outsideItWaitsForAnOperatorAndMayLeaveTheCluster() {
        as(SAME_RUN);
        on(new StayEvent.Begin(false), reached(SELF));
        assertEquals(List.of(new StayEffect.Ready()), on(new StayEvent.Prepared()));
        assertEquals("outside", stay.word());
        assertEquals(List.of(new StayEffect.AnswerShutdown(true)), on(new StayEvent.AskedToLeave(false)));
        assertEquals(List.of(join()), on(new StayEvent.Want(true)));
        on(new StayEvent.Joined());
        assertEquals(List.of(new StayEffect.AnswerShutdown(false)), on(new StayEvent.AskedToLeave(true)));
        assertEquals(
                List.of(new StayEffect.Part("g"), new StayEffect.Exit(), new StayEffect.Abandon()),
                on(new StayEvent.Want(false)));
        assertEquals("outside", stay.word());
    }

    @Test
    void whoIsNotWantedAnyMoreWhileCmanTakesItPartsAtOnce() {
        as(SAME_RUN);
        on(new StayEvent.Begin(true), reached(SELF), new StayEvent.Prepared(), new StayEvent.Want(false));
        assertEquals(List.of(new StayEffect.Part("g")), on(new StayEvent.Joined()));
        assertEquals("outside", stay.word());
    }

    @Test
    void itWaitsForTheClustersConfigurationAndThenForFencing() {
        as(STOPS);
        assertEquals(List.of(new StayEffect.Prepare(""), new StayEffect.Ready()), on(new StayEvent.Begin(true)));
        assertEquals(List.of(new StayEffect.Connect()), on(new StayEvent.Prepared()));
        assertEquals(List.of(new StayEffect.Look()), on(reached(SELF)));
        on(new StayEvent.Looked(3, 0, true, false));
        assertEquals(List.of("waiting for cluster.conf version 3 to come to this node"), said());
        pass(Stay.AGAIN_MS);
        assertEquals(List.of(new StayEffect.Look()), on(new StayEvent.Tick()));
        on(new StayEvent.Looked(3, 3, true, false));
        assertEquals(List.of("waiting for the fence domain"), said());
        pass(Stay.AGAIN_MS);
        on(new StayEvent.Tick());
        assertEquals(List.of(join()), on(new StayEvent.Looked(3, 3, true, true)));
        assertEquals(List.of(new StayEffect.Enter(SELF)), on(new StayEvent.Joined()));
    }

    @Test
    void aNodeThatNobodyCanFenceDoesntWaitForFencing() {
        as(STOPS);
        on(new StayEvent.Begin(true), new StayEvent.Prepared(), reached(SELF));
        assertEquals(List.of(join()), on(new StayEvent.Looked(3, 3, false, false)));
    }

    @Test
    void whenCmanGoesItBarsStopsEverythingAndEnds() {
        as(STOPS).member();
        assertEquals(
                List.of(
                        new StayEffect.Exit(),
                        new StayEffect.Abandon(),
                        new StayEffect.Bar(true),
                        new StayEffect.StopAlone()),
                on(new StayEvent.HungUp("gone")));
        assertEquals(List.of(new StayEffect.End(false, "cman: gone")), on(new StayEvent.StoppedAlone(List.of("web"))));
        assertEquals(List.of("#69 Unclean stop of [web]"), said());
    }

    @Test
    void quorumBarsAndUnbars() {
        as(STOPS).member();
        assertEquals(List.of(new StayEffect.Bar(true)), on(new StayEvent.Quorum(false)));
        assertEquals(List.of(new StayEffect.Bar(false)), on(new StayEvent.Quorum(true)));
    }

    @Test
    void toldToEndItHandsOverAndLeavesInGoodOrder() {
        as(STOPS).member();
        assertEquals(List.of(new StayEffect.HandOver()), on(new StayEvent.Stop(600_000)));
        assertEquals(
                List.of(
                        new StayEffect.Part("g"),
                        new StayEffect.Exit(),
                        new StayEffect.Abandon(),
                        new StayEffect.HangUp(),
                        new StayEffect.End(true, "told to end")),
                on(new StayEvent.HandedOver()));
    }

    @Test
    void whoCantHandOverInTimeEndsWithoutLeaving() {
        as(STOPS).member();
        on(new StayEvent.Stop(18_000));
        pass(18_000);
        assertEquals(List.of(new StayEffect.End(true, "not handed over in time")), on(new StayEvent.Tick()));
        assertEquals(List.of("services couldn't be handed over: ends anyway"), said());
    }

    @Test
    void withoutQuorumNobodyListensAndItStopsAlone() {
        as(STOPS).member();
        on(new StayEvent.Stop(600_000), new StayEvent.Quorum(false));
        pass(Stay.NOBODY_LISTENS_MS - 1);
        assertEquals(List.of(), on(new StayEvent.Tick()));
        pass(1);
        assertEquals(
                List.of(new StayEffect.Exit(), new StayEffect.Abandon(), new StayEffect.StopAlone()),
                on(new StayEvent.Tick()));
        assertEquals(
                List.of(new StayEffect.End(true, "nobody to hand over to")), on(new StayEvent.StoppedAlone(List.of())));
    }

    @Test
    void quorumThatComesBackMeansThatSomebodyListens() {
        as(STOPS).member();
        on(new StayEvent.Stop(600_000), new StayEvent.Quorum(false));
        pass(10_000);
        on(new StayEvent.Quorum(true));
        pass(10_000);
        assertEquals(List.of(), on(new StayEvent.Tick()));
        assertEquals("parting", stay.word());
    }

    @Test
    void whatComesLateIsPassedOver() {
        member();
        on(new StayEvent.HungUp("gone"));
        assertEquals(
                List.of(),
                on(
                        new StayEvent.Joined(),
                        new StayEvent.Refused("x"),
                        new StayEvent.Looked(1, 1, true, true),
                        new StayEvent.HandedOver(),
                        new StayEvent.Synced()));
        assertEquals("away", stay.word());
        on(new StayEvent.Stop(1));
        assertTrue(stay.over());
        assertEquals(List.of(), on(new StayEvent.Begin(true), reached(SELF), new StayEvent.Joined()));
    }

    /// Whatever happens in whatever order: no state that the table doesn't know, an end that is told
    /// once, a deadline that passes, and a copy from the image that goes on alike.
    @Test
    void anyOrderOfEventsIsAnsweredAndAnImageGoesOnAlike() throws Exception {
        var codec = new RecordCodec(StayEvent.class, StayEffect.class, Stay.Image.class);
        for (long seed = 0; seed < 3_000; seed++) {
            var dice = new Random(seed);
            Stay one = new Stay(List.of(RETURNS, SAME_RUN, STOPS).get(dice.nextInt(3)));
            Stay twin = one;
            long now = 0;
            int ends = 0;
            for (int step = 0; step < 60; step++) {
                if (step == 20) {
                    twin = copied(codec, one);
                }
                now += dice.nextInt(3) == 0 ? dice.nextInt(20_000) : 0;
                StayEvent event = any(dice);
                List<StayEffect> wanted = one.on(event, now);
                if (twin != one) {
                    assertEquals(wanted, twin.on(event, now), "seed " + seed);
                }
                ends += (int)
                        wanted.stream().filter(StayEffect.End.class::isInstance).count();
                assertFalse(one.over() && one.nextDeadlineMs() != Long.MAX_VALUE, "seed " + seed);
            }
            assertEquals(one.over() ? 1 : 0, ends, "seed " + seed);
        }
    }

    private static Stay copied(RecordCodec codec, Stay stay) throws MalformedMessage {
        var out = new Output(256);
        codec.encode(out, stay.image(), Integer.MAX_VALUE);
        return Stay.of((Stay.Image) codec.decode(new Input(out.toBytes())));
    }

    private static StayEvent any(Random dice) {
        boolean yes = dice.nextBoolean();
        return switch (dice.nextInt(16)) {
            case 0 -> new StayEvent.Prepared();
            case 1 -> dice.nextInt(8) == 0 ? new StayEvent.Unprepared("no") : new StayEvent.Prepared();
            case 2, 3 -> reached(yes ? SELF : LATER);
            case 4 -> new StayEvent.Unreachable("nobody", yes);
            case 5 -> new StayEvent.HungUp("gone");
            case 6 -> new StayEvent.Looked(dice.nextInt(2), 1, yes, dice.nextBoolean());
            case 7 -> new StayEvent.NotSeen();
            case 8, 9 -> new StayEvent.Joined();
            case 10 -> new StayEvent.Refused("busy");
            case 11 -> new StayEvent.Want(yes);
            case 12 -> new StayEvent.Synced();
            case 13 -> new StayEvent.Quorum(yes);
            case 14 -> dice.nextInt(6) == 0 ? new StayEvent.Stop(dice.nextInt(30_000)) : new StayEvent.Tick();
            default ->
                dice.nextInt(6) == 0
                        ? new StayEvent.HandedOver()
                        : dice.nextInt(3) == 0 ? new StayEvent.Begin(yes) : new StayEvent.Tick();
        };
    }
}
