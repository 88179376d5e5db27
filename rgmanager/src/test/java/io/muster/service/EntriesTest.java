package io.muster.service;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.core.CauseId;
import io.muster.core.Drive;
import io.muster.core.MalformedMessage;
import io.muster.core.Node;
import io.muster.group.GroupEntry;
import io.muster.service.Stage.Disabled;
import io.muster.service.Stage.Placing;
import io.muster.service.Stage.Recoverable;
import io.muster.service.Stage.Recovering;
import io.muster.service.Stage.Started;
import io.muster.service.Stage.Starting;
import io.muster.service.Stage.Stopped;
import io.muster.service.Stage.Stopping;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// Who is heard, and what a message counts for: in a transitional configuration a report is evidence,
/// but it starts nothing, and what is asked for isn't done.
class EntriesTest {
    private static final Node ONE = OneReplica.ONE;
    private static final Node TWO = OneReplica.TWO;
    private static final Node THREE = OneReplica.THREE;
    private static final Stage STARTED = new Started(ONE, 1, "1", Stages.NONE);
    private static final Plan NEWER = Plans.plan(2, 3, List.of(), Plans.service("web"), Plans.service("mail"));

    private final OneReplica replica = new OneReplica();

    private static ServiceMessage asked(RequestKind kind) {
        return new ServiceMessage.Asked(5, 77, kind, "service:web", 0);
    }

    @Test
    void whatIsAskedForInATransitionalConfigurationIsNotDone() {
        for (RequestKind kind : RequestKind.values()) {
            replica.begin(STARTED);
            replica.say(THREE, asked(kind), false);
            assertEquals(ResultCode.AGAIN, replica.answer(), kind.toString());
            assertEquals(STARTED, replica.web().stage, kind.toString());
            assertFalse(replica.manager.locked());
        }
    }

    @Test
    void aTransitionalReportIsTakenAndStartsNothing() {
        var asked = Optional.of(Stages.ASKED);
        replica.begin(new Stopping(ONE, Stage.NOBODY, 4, new Purpose.Move(2), asked));
        replica.say(ONE, new ServiceMessage.Outcome(5, "service:web", Operation.STOP, 4, true, false), false);
        assertEquals(new Placing(Stage.NOBODY, Search.away(1, 2), asked), replica.web().stage);
        replica.look();
        assertEquals(TWO, assertInstanceOf(Starting.class, replica.web().stage).run());
    }

    @Test
    void aServiceThatWouldRunWithoutAResourceIsPlacedWhereAllOfItCanBeRun() {
        replica.begin(new Stopped(Stage.NOBODY, false));
        var lacks = new TreeMap<>(Map.of("service:web", "<lvm name=\"v\"> in line 4: no agent handles this type"));
        replica.say(ONE, new ServiceMessage.Unfit(5, 2, lacks), false);
        assertEquals(Map.of(), replica.state().unfit, "said of another configuration");
        for (Node node : OneReplica.ALL) {
            replica.say(node, new ServiceMessage.Unfit(5, 1, lacks), false);
        }
        replica.look();
        assertEquals(new Stopped(Stage.NOBODY, false), replica.web().stage);
        assertEquals(
                "it would run without a resource: <lvm name=\"v\"> in line 4: no agent handles this type",
                Barred.why(replica.state(), replica.web()));
        replica.say(TWO, new ServiceMessage.Unfit(5, 1, new TreeMap<>()));
        assertEquals(TWO, assertInstanceOf(Starting.class, replica.web().stage).run());
    }

    @Test
    void aNewConfigurationForgetsWhatCouldNotBeRunOfTheLastOne() {
        replica.begin(STARTED);
        replica.say(THREE, new ServiceMessage.Unfit(5, 1, new TreeMap<>(Map.of("service:web", "why"))));
        assertEquals("node 3: it would run without a resource: why", Barred.why(replica.state(), replica.web()));
        assertEquals(STARTED, replica.web().stage, "what runs isn't stopped for it");
        replica.apply(Plans.inForce(replica.next(), NEWER));
        assertEquals(Map.of(), replica.state().unfit);
    }

    @Test
    void whatCannotBeRunHereIsSaidBeforeThisNodeIsReady() {
        replica.begin(STARTED);
        replica.apply(new GroupEntry.View(replica.next(), OneReplica.ALL, List.of(THREE), List.of()));
        var configured = new ServiceEvent.Configured(replica.state().plan, new TreeMap<>(Map.of("service:web", "why")));
        assertTrue(replica.manager.drive(new Drive.Local<>(configured), 100).stream()
                .anyMatch(effect -> effect instanceof ServiceEffect.Propose propose
                        && Arrays.equals(
                                propose.payload(),
                                ServiceMessage.encode(
                                        new ServiceMessage.Unfit(0, 1, new TreeMap<>(Map.of("service:web", "why")))))));
    }

    @Test
    void onlyCmanSaysWhichConfigurationIsTheClusters() {
        replica.begin(STARTED);
        var configured = new Drive.Local<GroupEntry, ServiceEvent>(new ServiceEvent.Configured(NEWER));
        assertEquals(List.of(), replica.manager.drive(configured, 100), "nothing is offered to anybody");
        assertEquals(1, replica.state().plan.version());
        replica.apply(Plans.inForce(replica.next(), NEWER));
        assertEquals(2, replica.state().plan.version());
        // What is in force is never a matter of numbers.
        replica.apply(Plans.inForce(replica.next(), OneReplica.PLAN));
        assertEquals(1, replica.state().plan.version());
    }

    @Test
    void whoGetsThePlanWithTheGroupsStateAsksCmanForItsDocumentUntilCmanHasIt() {
        replica.begin(STARTED);
        var ask = List.<ServiceEffect>of(new ServiceEffect.NeedConfiguration(1));
        assertEquals(ask, replica.manager.drive(new Drive.Restored<>(), 100));
        assertEquals(List.of(), replica.manager.drive(new Drive.Tick<>(), 200), "cman says when it has it");
        var said = Plans.inForce(replica.next(), OneReplica.PLAN);
        replica.apply(said);
        assertEquals(ask, replica.manager.drive(new Drive.Applied<>(said), 300));
        var configured = new Drive.Local<GroupEntry, ServiceEvent>(new ServiceEvent.Configured(OneReplica.PLAN));
        replica.manager.drive(configured, 400);
        replica.apply(said);
        assertEquals(List.of(), replica.manager.drive(new Drive.Applied<>(said), 500), "it has it");
    }

    /// After a token loss with unchanged members nobody has anything else to say.
    @Test
    void whatATransitionalMessageReportsIsLookedAtThoughNothingFollows() {
        replica.begin(new Recoverable(ONE, 4, Optional.empty(), Stages.NONE));
        replica.say(ONE, new ServiceMessage.Outcome(5, "service:web", Operation.STOP, 4, true, false), false);
        assertInstanceOf(Recovering.class, replica.web().stage);
        assertEquals(List.of(), proposals(THREE), "the lowest node says it");
        byte[] look = proposals(ONE).getFirst();
        replica.apply(new GroupEntry.Message(replica.next(), ONE, false, look, CauseId.NONE));
        assertInstanceOf(Recovering.class, replica.web().stage, "not in a transitional configuration");
        replica.apply(new GroupEntry.Message(replica.next(), ONE, true, look, CauseId.NONE));
        assertInstanceOf(Starting.class, replica.web().stage);
        assertEquals(List.of(), proposals(ONE));
    }

    /// What the rgmanager of a node would say now.
    private List<byte[]> proposals(Node node) {
        var manager = new ServiceManager(node, Plans::read);
        try {
            manager.restore(replica.manager.snapshot());
        } catch (MalformedMessage e) {
            throw new AssertionError(e);
        }
        manager.drive(new Drive.Local<>(new ServiceEvent.Configured(OneReplica.PLAN)), 100);
        manager.drive(new Drive.Restored<>(), 100);
        return manager.drive(new Drive.Tick<>(), 10_000).stream()
                .filter(ServiceEffect.Propose.class::isInstance)
                .map(effect -> ((ServiceEffect.Propose) effect).payload())
                .toList();
    }

    /// It doesn't cover what the newer one has.
    @Test
    void theStopOfAFormerConfigurationIsNoWordOnThePresentOne() {
        replica.begin(STARTED);
        replica.manager.drive(new Drive.Local<>(new ServiceEvent.Configured(OneReplica.PLAN)), 100);
        replica.apply(new GroupEntry.View(replica.next(), OneReplica.ALL, List.of(THREE), List.of()));
        long epoch = replica.position();
        assertEquals(List.of(stopAll(epoch, 1)), replica.tick());
        replica.apply(Plans.inForce(replica.next(), NEWER));
        var configured = new Drive.Local<GroupEntry, ServiceEvent>(new ServiceEvent.Configured(replica.state().plan));
        var effects = replica.manager.drive(configured, 200);
        assertTrue(effects.contains(stopAll(epoch, 2, "service:mail")), effects.toString());
        var former = new ServiceEvent.StoppedEverything(epoch, 1, List.of(), NodeReport.NONE, 5);
        assertEquals(List.of(), replica.manager.drive(new Drive.Local<>(former), 300));
        var present = new ServiceEvent.StoppedEverything(epoch, 2, List.of(), NodeReport.NONE, 5);
        var ready = ServiceMessage.encode(new ServiceMessage.Ready(5, epoch, 2, List.of()));
        assertArrayEquals(ready, proposed(replica.manager.drive(new Drive.Local<>(present), 400)));
    }

    private static byte[] proposed(List<ServiceEffect> effects) {
        return effects.stream()
                .filter(ServiceEffect.Propose.class::isInstance)
                .map(effect -> ((ServiceEffect.Propose) effect).payload())
                .findFirst()
                .orElseThrow(() -> new AssertionError("no proposal in " + effects));
    }

    @Test
    void nobodyOutsideTheGroupIsHeard() {
        replica.begin(STARTED);
        byte[] before = replica.manager.snapshot();
        for (Node stranger : List.of(States.run(4), States.formerRun(1))) {
            replica.say(stranger, asked(RequestKind.DISABLE));
            replica.say(stranger, new ServiceMessage.Checked(5, "service:web", 1, false, false));
            replica.say(stranger, new ServiceMessage.Leaving(5));
        }
        assertArrayEquals(before, replica.manager.snapshot());
    }

    @Test
    void aMessageThatCannotBeReadChangesNothing() {
        replica.begin(STARTED);
        byte[] before = replica.manager.snapshot();
        byte[] whole = ServiceMessage.encode(asked(RequestKind.DISABLE));
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            replica.apply(new GroupEntry.Message(replica.next(), TWO, true, cut, CauseId.NONE));
        }
        assertArrayEquals(before, replica.manager.snapshot());
    }

    @Test
    void reportsOnFormerWorkAreNotTaken() {
        Stage stopping = new Stopping(ONE, Stage.NOBODY, 4, new Purpose.Disable(), Stages.NONE);
        replica.begin(stopping);
        replica.say(ONE, new ServiceMessage.Outcome(5, "service:web", Operation.STOP, 3, true, false));
        replica.say(TWO, new ServiceMessage.Outcome(5, "service:web", Operation.STOP, 4, true, false));
        replica.say(ONE, new ServiceMessage.Outcome(5, "service:web", Operation.START, 4, true, false));
        replica.say(ONE, new ServiceMessage.Checked(5, "service:web", 4, false, false));
        assertEquals(stopping, replica.web().stage);
        replica.say(ONE, new ServiceMessage.Outcome(5, "service:web", Operation.STOP, 4, true, false));
        assertEquals(new Disabled(Stage.NOBODY), replica.web().stage);
    }

    @Test
    void whoConvalescesIsToldWhenItsOwnerLeaves() {
        replica.begin(new Started(ONE, 4, "1", Optional.of(new Request(3, 77, RequestKind.CONVALESCE, 0))));
        replica.say(ONE, new ServiceMessage.Leaving(5));
        assertEquals(ResultCode.AGAIN, replica.answer());
        assertInstanceOf(Stopping.class, replica.web().stage);
    }

    @Test
    void whatConvalescedIsPartialNoLongerAndGoesOn() {
        Stage started = new Started(ONE, 4, "1", Optional.of(new Request(3, 77, RequestKind.CONVALESCE, 0)));
        for (boolean success : List.of(true, false)) {
            replica.begin(started);
            replica.say(ONE, new ServiceMessage.Outcome(5, "service:web", Operation.CONVALESCE, 4, success, false));
            assertEquals(success ? ResultCode.SUCCESS : ResultCode.FAIL, replica.answer());
            assertEquals(new Started(ONE, 4, "1", Stages.NONE), replica.web().stage);
            assertEquals(!success, replica.web().partial);
        }
    }

    @Test
    void lossOfQuorumAnswersEverybodyWhoWaits() {
        replica.begin(
                new Placing(Stage.NOBODY, Search.ANYWHERE, Optional.of(new Request(3, 77, RequestKind.ENABLE, 0))));
        replica.quorum(false);
        assertEquals(ResultCode.QUORUM, replica.answer());
        assertEquals(new Stopped(Stage.NOBODY, false), replica.web().stage);
    }

    private static ServiceEffect stopAll(long epoch, int version, String... unknown) {
        return new ServiceEffect.StopEverything(
                epoch, version, new ServiceEffect.Keep(new TreeSet<>(), new TreeSet<>(List.of(unknown))));
    }
}
