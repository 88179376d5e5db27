package io.muster.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.core.Drive;
import io.muster.core.Node;
import io.muster.group.GroupEntry;
import io.muster.group.GroupEntry.Departure;
import io.muster.group.GroupEntry.Reason;
import io.muster.group.Remains;
import io.muster.service.Stage.Disabled;
import io.muster.service.Stage.Failed;
import io.muster.service.Stage.Started;
import io.muster.service.Stage.Starting;
import io.muster.service.Stage.Stopped;
import io.muster.service.Stage.Stopping;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// A service that several runs of nodes may be running, as a migration leaves it that ends badly: it
/// starts again only when each of them is proven harmless.
class HoldersTest {
    private static final Node ONE = OneReplica.ONE;
    private static final Node TWO = OneReplica.TWO;
    private static final Node THREE = OneReplica.THREE;

    private final OneReplica replica = new OneReplica();

    private Service web() {
        return replica.web();
    }

    private void assertStarts(Node node) {
        assertEquals(node, assertInstanceOf(Starting.class, web().stage).run());
    }

    @Test
    void twoLostHoldersAreFencedBeforeItStarts() {
        replica.begin(new Stopped(Stages.TWO, false));
        replica.lose(ONE, TWO);
        replica.fenced(ONE);
        replica.look();
        assertEquals(new Stopped(Stages.nodes(2), false), web().stage);
        replica.fenced(TWO);
        replica.look();
        assertStarts(THREE);
    }

    @Test
    void whileBothHoldersLiveItStartsNowhere() {
        replica.begin(new Stopped(Stages.TWO, false));
        replica.apply(new GroupEntry.Membership(replica.next(), 5, List.of(ONE, TWO, THREE), List.of(), List.of()));
        assertEquals(new Stopped(Stages.TWO, false), web().stage);
        for (int target = 0; target <= 3; target++) {
            replica.ask(target == 0 ? RequestKind.ENABLE_BY_DOMAIN : RequestKind.ENABLE, target);
            assertEquals(ResultCode.FENCE, replica.answer(), "on node " + target);
        }
    }

    @Test
    void oneHolderThatLivesMayHaveItAgainOnceTheOtherIsFenced() {
        replica.begin(new Stopped(Stages.TWO, false));
        replica.lose(ONE);
        replica.fenced(ONE);
        replica.look();
        assertStarts(TWO);
    }

    @Test
    void fencingOneOfTwoReleasesOnlyThat() {
        for (Stage stage : List.of(new Failed(Stages.TWO), new Disabled(Stages.TWO))) {
            replica.begin(stage);
            replica.lose(TWO);
            replica.fenced(TWO);
            assertEquals(stage.getClass(), web().stage.getClass());
            assertEquals(Stages.nodes(1), web().holders());
        }
    }

    @Test
    void quorumLostForgetsNoHolder() {
        for (Stage stage : List.of(
                new Stopped(Stages.TWO, true),
                new Failed(Stages.TWO),
                new Disabled(Stages.TWO),
                new Stopping(ONE, Stages.nodes(2), 1, new Purpose.Disable(), Stages.NONE))) {
            replica.begin(stage);
            replica.quorum(false);
            assertEquals(new Stopped(Stages.TWO, false), web().stage, "from " + stage);
            replica.quorum(true);
            assertEquals(new Stopped(Stages.TWO, false), web().stage, "nobody has reported it stopped yet");
        }
    }

    @Test
    void eachHolderThatReportsItStoppedIsOneLess() {
        replica.begin(new Failed(Stages.TWO));
        replica.quorum(false);
        long epoch = replica.position();
        replica.quorum(true);
        replica.say(ONE, new ServiceMessage.Ready(5, epoch, 1, List.of()));
        assertEquals(Stages.nodes(2), web().holders());
        replica.say(THREE, new ServiceMessage.Ready(5, epoch, 1, List.of()));
        assertEquals(Stages.nodes(2), web().holders(), "node 3 had nothing to do with it");
        replica.say(TWO, new ServiceMessage.Ready(5, epoch, 1, List.of()));
        assertInstanceOf(Starting.class, web().stage);
    }

    @Test
    void aHolderThatCannotStopItLeavesTheOtherOneHoldingItToo() {
        replica.begin(new Stopped(Stage.with(Stages.nodes(2), States.formerRun(1)), false));
        replica.apply(new GroupEntry.View(replica.next(), List.of(ONE, TWO, THREE), List.of(ONE), List.of()));
        replica.say(ONE, new ServiceMessage.Ready(5, replica.position(), 1, List.of("service:web")));
        assertEquals(new Failed(Stages.TWO), web().stage, "the present run stands for the former");
        assertEquals(1, web().lastOwner);
    }

    /// After a partition node 1 is back as the run it was, which this side had lost.
    private void comesBackUnclean(Stage before) {
        replica.begin(before);
        replica.lose(ONE);
        replica.apply(new GroupEntry.Membership(
                replica.next(), 6, OneReplica.ALL, List.of(ONE), List.of(new Departure(ONE, Reason.LOST))));
        replica.apply(new GroupEntry.View(replica.next(), OneReplica.ALL, List.of(ONE), List.of()));
        replica.say(ONE, new ServiceMessage.Ready(5, replica.position(), 1, List.of("service:web")));
    }

    @Test
    void whatALostRunCouldNotStopIsHeldThereThoughNobodyHereKnewOfIt() {
        comesBackUnclean(new Stopped(Stage.NOBODY, false));
        assertEquals(new Failed(Stages.nodes(1)), web().stage);
        comesBackUnclean(new Stopped(Stages.nodes(2), false));
        assertEquals(new Failed(Stages.TWO), web().stage);
    }

    @Test
    void whatRunsElsewhereGoesOnAndIsStartedNowhereElse() {
        Stage started = new Started(TWO, 1, "1", Stages.NONE);
        comesBackUnclean(started);
        assertEquals(started, web().stage);
        assertEquals(Stages.nodes(1), web().suspects);
        replica.apply(new GroupEntry.Fenced(replica.next(), ONE, 1, GroupEntry.STOPPED));
        assertEquals(Stages.nodes(1), web().suspects, "older than its place here");
        replica.ask(RequestKind.RELOCATE, 3);
        assertEquals(ResultCode.FENCE, replica.answer());
        replica.say(TWO, new ServiceMessage.Checked(5, "service:web", 1, false, false));
        long generation = assertInstanceOf(Stage.Recoverable.class, web().stage).generation();
        replica.say(TWO, new ServiceMessage.Outcome(5, "service:web", Operation.STOP, generation, true, false));
        // Where it may still run it may start again: that is the same machine.
        assertStarts(ONE);
    }

    @Test
    void disableStopsItOnItsOwnerAndThenOnItsSuspects() {
        replica.begin(new Started(TWO, 1, "1", Stages.NONE));
        for (Node node : List.of(ONE, THREE)) {
            uncleanAgain(node);
        }
        assertEquals(Stages.nodes(1, 3), web().suspects, "each is remembered");
        replica.ask(RequestKind.DISABLE, 0);
        stopEnds(TWO, true);
        stopEnds(ONE, true);
        stopEnds(THREE, true);
        assertEquals(ResultCode.SUCCESS, replica.answer());
        assertEquals(new Disabled(Stage.NOBODY), web().stage);
        assertEquals(Stage.NOBODY, web().suspects);
    }

    /// It is on its way to a node, and one that is back without having stopped it bars every start.
    private void waitsBehindASuspect() {
        comesBackUnclean(new Started(TWO, 1, "1", Stages.NONE));
        replica.say(TWO, new ServiceMessage.Checked(5, "service:web", 1, false, false));
        long generation = assertInstanceOf(Stage.Recoverable.class, web().stage).generation();
        replica.say(TWO, new ServiceMessage.Outcome(5, "service:web", Operation.STOP, generation, true, false));
        assertInstanceOf(Stage.Recovering.class, web().stage);
        assertEquals(Stages.nodes(1), web().suspects);
        assertEquals(List.of(ONE), replica.manager.unproven());
    }

    @Test
    void whatWaitsForAStartThatASuspectBarsCanBeDisabled() {
        waitsBehindASuspect();
        replica.ask(RequestKind.DISABLE, 0);
        stopEnds(ONE, true);
        assertEquals(ResultCode.SUCCESS, replica.answer());
        assertEquals(new Disabled(Stage.NOBODY), web().stage);
    }

    @Test
    void whatWaitsForAStartThatASuspectBarsCanBeStopped() {
        waitsBehindASuspect();
        replica.ask(RequestKind.STOP, 0);
        assertEquals(ResultCode.SUCCESS, replica.answer());
        assertEquals(new Stopped(Stages.nodes(1), true), web().stage);
    }

    @Test
    void whoWantsItStartedHearsAtOnceThatASuspectBarsIt() {
        waitsBehindASuspect();
        for (RequestKind kind : List.of(RequestKind.ENABLE, RequestKind.ENABLE_BY_DOMAIN)) {
            replica.ask(kind, 0);
            assertEquals(ResultCode.FENCE, replica.answer());
        }
    }

    @Test
    void whatHasGoneFromTheConfigurationOnItsWayCanBeDisabledToo() {
        waitsBehindASuspect();
        Plan newer = Plans.plan(2, 3, List.of(), Plans.service("mail"));
        replica.apply(Plans.inForce(replica.next(), newer));
        replica.ask(RequestKind.DISABLE, 0);
        stopping(ONE);
    }

    /// Its rgmanager has restarted and can't stop it.
    private void uncleanAgain(Node node) {
        replica.apply(new GroupEntry.View(replica.next(), OneReplica.ALL, List.of(node), List.of()));
        replica.say(node, new ServiceMessage.Ready(5, replica.position(), 1, List.of("service:web")));
    }

    @Test
    void twoThatReportItUncleanBothHoldIt() {
        replica.begin(new Stopped(Stage.NOBODY, false));
        uncleanAgain(ONE);
        uncleanAgain(THREE);
        assertEquals(new Failed(Stages.nodes(1, 3)), web().stage);
    }

    @Test
    void aSuspectThatReportsItStoppedIsNoneAnyMore() {
        replica.begin(new Started(TWO, 1, "1", Stages.NONE));
        uncleanAgain(ONE);
        replica.apply(new GroupEntry.View(replica.next(), OneReplica.ALL, List.of(ONE), List.of()));
        replica.say(ONE, new ServiceMessage.Ready(5, replica.position(), 1, List.of()));
        assertEquals(Stage.NOBODY, web().suspects);
        assertEquals(new Started(TWO, 1, "1", Stages.NONE), web().stage);
    }

    /// What a former configuration started, or the next one will name.
    @Test
    void whatNoConfigurationNamesCanBeUncleanAndDisabled() {
        replica.begin(new Started(TWO, 1, "1", Stages.NONE));
        replica.apply(new GroupEntry.View(replica.next(), OneReplica.ALL, List.of(ONE), List.of()));
        replica.say(ONE, new ServiceMessage.Ready(5, replica.position(), 1, List.of("service:old")));
        Service old = replica.state().services.get("service:old");
        assertEquals(new Failed(Stages.nodes(1)), old.stage);
        replica.say(THREE, new ServiceMessage.Asked(5, 99, RequestKind.DISABLE, "service:old", 0));
        old = replica.state().services.get("service:old");
        long generation = assertInstanceOf(Stopping.class, old.stage).generation();
        replica.say(ONE, new ServiceMessage.Outcome(5, "service:old", Operation.STOP, generation, true, false));
        assertEquals(ResultCode.SUCCESS, replica.answer());
        assertEquals(Set.of("service:web"), replica.state().services.keySet());
    }

    private Stopping stopping(Node run) {
        var stopping = assertInstanceOf(Stopping.class, web().stage);
        assertEquals(run, stopping.run());
        return stopping;
    }

    private void stopEnds(Node run, boolean success) {
        long generation = stopping(run).generation();
        replica.say(run, new ServiceMessage.Outcome(5, "service:web", Operation.STOP, generation, success, false));
    }

    @Test
    void disableStopsItOnOneHolderAfterTheOther() {
        replica.begin(new Failed(Stages.TWO));
        replica.ask(RequestKind.DISABLE, 0);
        stopEnds(ONE, true);
        assertEquals(Stages.nodes(2), web().holders());
        stopEnds(TWO, true);
        assertEquals(ResultCode.SUCCESS, replica.answer());
        assertEquals(new Disabled(Stage.NOBODY), web().stage);
        assertEquals(2, web().lastOwner);
        replica.ask(RequestKind.ENABLE, 3);
        assertStarts(THREE);
    }

    @Test
    void disableGoesOnThoughTheFirstHolderCannotStopIt() {
        replica.begin(new Failed(Stages.TWO));
        replica.ask(RequestKind.DISABLE, 0);
        stopEnds(ONE, false);
        stopEnds(TWO, true);
        assertEquals(ResultCode.WARNING, replica.answer());
        assertEquals(new Disabled(Stages.nodes(1)), web().stage, "the operator's word, and no proof");
    }

    @Test
    void disableGoesOnWhenTheFirstHolderIsFencedMeanwhile() {
        replica.begin(new Failed(Stages.TWO));
        replica.ask(RequestKind.DISABLE, 0);
        stopping(ONE);
        replica.lose(ONE);
        replica.fenced(ONE);
        stopEnds(TWO, true);
        assertEquals(ResultCode.SUCCESS, replica.answer());
        assertEquals(new Disabled(Stage.NOBODY), web().stage);
    }

    @Test
    void aHolderThatIsGoneIsNotAskedToStopIt() {
        replica.begin(new Failed(Stages.TWO));
        replica.lose(ONE);
        replica.ask(RequestKind.DISABLE, 0);
        stopping(TWO);
        replica.fenced(ONE);
        assertEquals(Stages.nodes(2), web().holders(), "only its owner is left");
    }

    @Test
    void ifTheStopFailsBothStillHoldIt() {
        replica.begin(new Stopped(Stages.TWO, true));
        replica.ask(RequestKind.DISABLE, 0);
        stopEnds(ONE, false);
        assertEquals(new Failed(Stages.TWO), web().stage);
    }

    @Test
    void whatTwoNodesHoldTakesRoomOnBoth() {
        Service service =
                new Service("service:web", new Stopping(ONE, Stages.nodes(2), 1, new Purpose.Stop(), Stages.NONE));
        assertEquals(
                Set.of(1, 2),
                Set.copyOf(List.of(1, 2, 3).stream().filter(service::occupies).toList()));
        Service started = new Service("service:web", new Started(ONE, 1, "d", Stages.NONE));
        assertEquals(
                List.of(1), List.of(1, 2, 3).stream().filter(started::occupies).toList());
    }

    private void lostBefore(Node former, Remains remains) {
        replica.apply(new GroupEntry.Membership(
                replica.next(), 5, OneReplica.ALL, List.of(), List.of(new Departure(former, Reason.LOST, remains))));
    }

    @Test
    void aNodeVouchesForItsFormerRunsButForWhatItCouldNotStop() {
        Node former = States.formerRun(3);
        replica.begin(new Stopped(Stage.with(Stages.nodes(2), former), false));
        lostBefore(former, Remains.ALL);
        assertEquals(List.of(new ServiceEffect.ReportVouched(former, Remains.of("service:web"))), replica.reports());
        replica.begin(new Started(TWO, 1, "1", Stages.NONE));
        lostBefore(former, Remains.ALL);
        assertEquals(List.of(new ServiceEffect.ReportVouched(former, Remains.NONE)), replica.reports());
        assertEquals(List.of(former), replica.manager.unproven(), "cman has the last word");
        lostBefore(former, Remains.of("service:web"));
        assertEquals(List.of(), replica.manager.unproven());
        replica.apply(new GroupEntry.Fenced(replica.next(), former, 3, GroupEntry.STOPPED));
        assertEquals(List.of(), replica.reports());
    }

    @Test
    void aWordFromBeforeTheStopThatIsAskedForCountsForNothing() {
        replica.begin(new Stopped(Stages.nodes(1), false));
        replica.apply(new GroupEntry.View(replica.next(), OneReplica.ALL, List.of(ONE), List.of()));
        long epoch = replica.position();
        replica.say(ONE, new ServiceMessage.Ready(5, epoch - 1, 1, List.of()));
        replica.say(ONE, new ServiceMessage.Ready(5, epoch, 2, List.of()));
        assertEquals(new Stopped(Stages.nodes(1), false), web().stage);
        replica.say(ONE, new ServiceMessage.Ready(5, epoch, 1, List.of()));
        assertStarts(ONE);
    }

    /// The answer to a question of before comes behind the newer configuration.
    @Test
    void aConfigurationThatIsOverWhenItComesKeepsNobodyFromStoppingEverything() {
        replica.begin(new Stopped(Stage.NOBODY, false));
        Plan newer = Plans.plan(2, 3, List.of(), Plans.service("web"));
        replica.apply(Plans.inForce(replica.next(), newer));
        replica.manager.drive(new Drive.Local<>(new ServiceEvent.Configured(replica.state().plan)), 2);
        replica.manager.drive(new Drive.Local<>(new ServiceEvent.Configured(OneReplica.PLAN)), 2);
        replica.quorum(false);
        replica.quorum(true);
        assertTrue(replica.tick().stream().anyMatch(ServiceEffect.StopEverything.class::isInstance));
    }

    @Test
    void whoHasNotStoppedEverythingYetVouchesForNobody() {
        replica.begin(new Stopped(Stage.NOBODY, false));
        replica.apply(new GroupEntry.View(replica.next(), OneReplica.ALL, List.of(THREE), List.of()));
        lostBefore(States.formerRun(3), Remains.ALL);
        assertEquals(List.of(), replica.reports());
        replica.say(THREE, new ServiceMessage.Ready(5, replica.position() - 1, 1, List.of()));
        assertEquals(List.of(new ServiceEffect.ReportVouched(States.formerRun(3), Remains.NONE)), replica.reports());
    }

    @Test
    void aLostRunWithAListBarsWhatIsOnItAndNothingElse() {
        replica.begin(new Stopped(Stage.NOBODY, false));
        Node former = States.formerRun(1);
        lostBefore(former, Remains.of("service:web"));
        replica.look();
        assertEquals(new Stopped(Stage.NOBODY, false), web().stage);
        replica.apply(new GroupEntry.Vouched(replica.next(), former, Remains.of("service:mail")));
        replica.look();
        assertStarts(ONE);
    }

    @Test
    void aMemberWithoutRgmanagerBarsWhatIsOnItsList() {
        replica.begin(new Started(ONE, 1, "1", Stages.NONE));
        List<Node> rest = List.of(TWO, THREE);
        replica.apply(new GroupEntry.Vouched(replica.next(), ONE, Remains.of("service:web")));
        replica.apply(new GroupEntry.View(
                replica.next(), rest, List.of(), List.of(new Departure(ONE, Reason.LOST, Remains.of("service:web")))));
        replica.look();
        assertEquals(new Started(ONE, 1, "1", Stages.NONE), web().stage);
        replica.apply(new GroupEntry.Vouched(replica.next(), ONE, Remains.NONE));
        replica.look();
        assertStarts(TWO);
    }

    /// The group has begun anew since: nobody in it knows anything but the list.
    @Test
    void aListOutlivesTheGroup() {
        replica.begin(new Stopped(Stage.NOBODY, false));
        replica.apply(new GroupEntry.View(
                replica.next(), List.of(TWO, THREE), List.of(), List.of(new Departure(ONE, Reason.LEFT))));
        replica.apply(new GroupEntry.Vouched(replica.next(), ONE, Remains.of("service:web")));
        replica.look();
        assertEquals(new Stopped(Stage.NOBODY, false), web().stage);
        replica.ask(RequestKind.ENABLE, 3);
        assertEquals(ResultCode.FENCE, replica.answer());
        replica.apply(new GroupEntry.View(replica.next(), OneReplica.ALL, List.of(ONE), List.of()));
        replica.apply(new GroupEntry.Vouched(replica.next(), ONE, Remains.NONE));
        replica.look();
        assertEquals(new Stopped(Stage.NOBODY, false), web().stage, "that its list is over says nothing");
        replica.say(ONE, new ServiceMessage.Ready(5, replica.position() - 2, 1, List.of()));
        assertStarts(ONE);
    }

    @Test
    void whoLeavesWithNothingHoldsNothing() {
        replica.begin(new Failed(Stages.TWO));
        replica.apply(new GroupEntry.View(
                replica.next(), List.of(TWO, THREE), List.of(), List.of(new Departure(ONE, Reason.LEFT))));
        assertEquals(new Failed(Stages.nodes(2)), web().stage);
        replica.apply(new GroupEntry.Membership(
                replica.next(), 6, List.of(ONE, THREE), List.of(), List.of(new Departure(TWO, Reason.LEFT))));
        assertEquals(new Failed(Stage.NOBODY), web().stage);
    }

    @Test
    void proofOfOneRunIsNoneOfTheNext() {
        Node former = States.formerRun(1);
        replica.begin(new Failed(Stages.nodes(1)));
        lostBefore(former, Remains.ALL);
        replica.lose(ONE);
        replica.fenced(former);
        assertEquals(new Failed(Stages.nodes(1)), web().stage);
        replica.fenced(ONE);
        assertEquals(new Failed(Stage.NOBODY), web().stage);
    }

    @Test
    void whoseRgmanagerHasNotReportedBarsEverything() {
        replica.begin(new Stopped(Stage.NOBODY, false));
        replica.apply(new GroupEntry.View(replica.next(), OneReplica.ALL, List.of(THREE), List.of()));
        replica.look();
        assertEquals(new Stopped(Stage.NOBODY, false), web().stage);
        assertEquals(List.of(THREE), replica.manager.unproven());
    }

    private void reports(Node run, List<String> unclean) {
        replica.apply(new GroupEntry.View(replica.next(), OneReplica.ALL, List.of(run), List.of()));
        replica.say(run, new ServiceMessage.Ready(5, replica.position(), 1, unclean));
    }

    private static Stage asConfigured(Stage stage) {
        return stage instanceof Started started ? new Started(started.run(), 1, "1", Stages.NONE) : stage;
    }

    /// One after the other they say that they couldn't stop it, and have stopped it later: what its owner
    /// does goes on.
    @Test
    void suspectsEndNothingThatTheOwnerDoes() {
        for (Stage stage :
                Stages.plain().stream().map(HoldersTest::asConfigured).toList()) {
            if (!(stage instanceof Stage.Owned)) {
                continue;
            }
            replica.begin(stage);
            reports(TWO, List.of("service:web"));
            reports(THREE, List.of("service:web"));
            reports(TWO, List.of("service:web"));
            assertEquals(stage, web().stage);
            assertEquals(Stages.nodes(2, 3), web().suspects, stage.toString());
            reports(TWO, List.of());
            assertEquals(stage, web().stage);
            assertEquals(Stages.nodes(3), web().suspects, stage.toString());
            reports(THREE, List.of());
            assertEquals(stage, web().stage);
            assertEquals(Stage.NOBODY, web().suspects, stage.toString());
        }
    }

    private Service database() {
        return Objects.requireNonNull(replica.state().services.get("service:db"));
    }

    private void initiated(Node run, long generation, boolean success) {
        replica.say(run, new ServiceMessage.Outcome(5, "service:db", Operation.INIT, generation, success, true));
    }

    /// Somebody has mounted by hand what the new service needs: whether it is started by itself changes
    /// nothing in that.
    @Test
    void whatIsNewAndCannotBeStoppedIsHeldThereWithAutostartOffToo() {
        replica.begin(new Started(ONE, 1, "1", Stages.NONE));
        Plan more = Plans.plan(2, 3, List.of(), Plans.service("web"), Plans.manual(Plans.service("db")));
        replica.apply(Plans.inForce(replica.next(), more));
        replica.look();
        assertEquals(new Disabled(Stage.NOBODY), database().stage);
        long generation = database().freshGeneration;
        initiated(ONE, generation, false);
        initiated(TWO, generation, true);
        initiated(THREE, generation, true);
        assertEquals(new Disabled(Stages.nodes(1)), database().stage);
        replica.say(THREE, new ServiceMessage.Asked(5, 99, RequestKind.ENABLE, "service:db", 3));
        assertEquals(new Disabled(Stages.nodes(1)), database().stage, "node 1 may have it");
        replica.say(THREE, new ServiceMessage.Asked(5, 99, RequestKind.ENABLE, "service:db", 1));
        replica.look();
        assertInstanceOf(Starting.class, database().stage);
    }
}
