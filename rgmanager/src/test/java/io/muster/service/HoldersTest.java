package io.muster.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.muster.core.CauseId;
import io.muster.core.Drive;
import io.muster.core.MalformedMessage;
import io.muster.core.Node;
import io.muster.group.GroupEntry;
import io.muster.group.GroupEntry.Departure;
import io.muster.group.GroupEntry.Reason;
import io.muster.service.Stage.Disabled;
import io.muster.service.Stage.Failed;
import io.muster.service.Stage.Started;
import io.muster.service.Stage.Starting;
import io.muster.service.Stage.Stopped;
import io.muster.service.Stage.Stopping;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// A service that several runs of nodes may be running, as a migration leaves it that ends badly: it starts again only
/// when each of them is proven harmless.
class HoldersTest {
    private static final Node ONE = States.run(1);
    private static final Node TWO = States.run(2);
    private static final Node THREE = States.run(3);

    private final ServiceManager manager = new ServiceManager(THREE, Plans::read);
    private long position = 100;

    private void begin(Stage stage) {
        ClusterState state = States.ready(Plans.plan(1, 3, List.of(), Plans.service("web")), List.of(1, 2, 3));
        state.services.put("service:web", new Service("service:web", stage));
        state.services.values().forEach(service -> service.transitionMs = 1);
        try {
            manager.restore(state.encode());
        } catch (MalformedMessage e) {
            throw new AssertionError(e);
        }
    }

    private void say(Node from, ServiceMessage message) {
        manager.apply(new GroupEntry.Message(++position, from, true, ServiceMessage.encode(message), CauseId.NONE));
    }

    private void ask(RequestKind kind, int target) {
        say(THREE, new ServiceMessage.Asked(5, position, kind, "service:web", target));
    }

    private void lose(Node... nodes) {
        List<Node> all = List.of(ONE, TWO, THREE);
        List<Node> rest = all.stream().filter(n -> !Arrays.asList(nodes).contains(n)).toList();
        List<Departure> left =
                Arrays.stream(nodes).map(n -> new Departure(n, Reason.LOST)).toList();
        manager.apply(new GroupEntry.Membership(++position, 5, rest, List.of(), left));
        manager.apply(new GroupEntry.View(++position, rest, List.of(), left));
    }

    private void fenced(Node node) {
        manager.apply(new GroupEntry.Fenced(++position, node, 3, "fence_test"));
    }

    private Service web() {
        try {
            return Objects.requireNonNull(
                    ClusterState.decode(manager.snapshot()).services.get("service:web"));
        } catch (MalformedMessage e) {
            throw new AssertionError(e);
        }
    }

    private void assertStarts(Node node) {
        assertEquals(node, assertInstanceOf(Starting.class, web().stage).run());
    }

    @Test
    void twoLostHoldersAreFencedBeforeItStarts() {
        begin(new Stopped(Stages.TWO, false));
        lose(ONE, TWO);
        fenced(ONE);
        assertEquals(new Stopped(Stages.nodes(2), false), web().stage);
        fenced(TWO);
        assertStarts(THREE);
    }

    @Test
    void whileBothHoldersLiveItStartsNowhere() {
        begin(new Stopped(Stages.TWO, false));
        manager.apply(new GroupEntry.Membership(++position, 5, List.of(ONE, TWO, THREE), List.of(), List.of()));
        assertEquals(new Stopped(Stages.TWO, false), web().stage);
        for (int target = 0; target <= 3; target++) {
            ask(target == 0 ? RequestKind.ENABLE_BY_DOMAIN : RequestKind.ENABLE, target);
            assertEquals(ResultCode.FENCE, answer(), "on node " + target);
        }
    }

    private ResultCode answer() {
        return manager.drive(new Drive.Tick<>(), 1).stream()
                .filter(ServiceEffect.Answer.class::isInstance)
                .map(effect -> ((ServiceEffect.Answer) effect).code())
                .reduce((a, b) -> {
                    throw new AssertionError("two answers");
                })
                .orElseThrow();
    }

    @Test
    void oneHolderThatLivesMayHaveItAgainOnceTheOtherIsFenced() {
        begin(new Stopped(Stages.TWO, false));
        lose(ONE);
        fenced(ONE);
        assertStarts(TWO);
    }

    @Test
    void fencingOneOfTwoReleasesOnlyThat() {
        for (Stage stage : List.of(new Failed(Stages.TWO), new Disabled(Stages.TWO))) {
            begin(stage);
            lose(TWO);
            fenced(TWO);
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
            begin(stage);
            manager.apply(new GroupEntry.Quorum(++position, false));
            assertEquals(new Stopped(Stages.TWO, false), web().stage, "from " + stage);
            manager.apply(new GroupEntry.Quorum(++position, true));
            assertEquals(new Stopped(Stages.TWO, false), web().stage, "nobody has reported it stopped yet");
        }
    }

    @Test
    void eachHolderThatReportsItStoppedIsOneLess() {
        begin(new Failed(Stages.TWO));
        manager.apply(new GroupEntry.Quorum(++position, false));
        long epoch = position;
        manager.apply(new GroupEntry.Quorum(++position, true));
        say(ONE, new ServiceMessage.Ready(5, epoch, 1, List.of()));
        assertEquals(Stages.nodes(2), web().holders());
        say(THREE, new ServiceMessage.Ready(5, epoch, 1, List.of()));
        assertEquals(Stages.nodes(2), web().holders(), "node 3 had nothing to do with it");
        say(TWO, new ServiceMessage.Ready(5, epoch, 1, List.of()));
        assertInstanceOf(Starting.class, web().stage);
    }

    @Test
    void aHolderThatCannotStopItLeavesTheOtherOneHoldingItToo() {
        begin(new Stopped(Stage.with(Stages.nodes(2), States.formerRun(1)), false));
        manager.apply(new GroupEntry.View(++position, List.of(ONE, TWO, THREE), List.of(ONE), List.of()));
        say(ONE, new ServiceMessage.Ready(5, position, 1, List.of("service:web")));
        assertEquals(new Failed(Stages.TWO), web().stage, "the present run stands for the former");
        assertEquals(1, web().lastOwner);
    }

    @Test
    void disableStopsItOnOneHolderAfterTheOther() {
        begin(new Failed(Stages.TWO));
        ask(RequestKind.DISABLE, 0);
        var first = assertInstanceOf(Stopping.class, web().stage);
        assertEquals(ONE, first.run());
        say(ONE, new ServiceMessage.Outcome(5, "service:web", Operation.STOP, first.generation(), true, false));
        assertEquals(new Disabled(Stages.nodes(2)), web().stage);
        ask(RequestKind.DISABLE, 0);
        var second = assertInstanceOf(Stopping.class, web().stage);
        assertEquals(TWO, second.run());
        say(TWO, new ServiceMessage.Outcome(5, "service:web", Operation.STOP, second.generation(), true, false));
        assertEquals(new Disabled(Stage.NOBODY), web().stage);
        ask(RequestKind.ENABLE, 3);
        assertStarts(THREE);
    }

    @Test
    void aHolderThatIsGoneIsNotAskedToStopIt() {
        begin(new Failed(Stages.TWO));
        lose(ONE);
        ask(RequestKind.DISABLE, 0);
        var stopping = assertInstanceOf(Stopping.class, web().stage);
        assertEquals(TWO, stopping.run());
        fenced(ONE);
        assertEquals(Stages.nodes(2), web().holders(), "only its owner is left");
    }

    @Test
    void ifTheStopFailsBothStillHoldIt() {
        begin(new Stopped(Stages.TWO, true));
        ask(RequestKind.DISABLE, 0);
        var stopping = assertInstanceOf(Stopping.class, web().stage);
        say(ONE, new ServiceMessage.Outcome(5, "service:web", Operation.STOP, stopping.generation(), false, false));
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
        assertEquals(List.of(1), List.of(1, 2, 3).stream().filter(started::occupies).toList());
    }

    @Test
    void aNodeVouchesForItsFormerRunUnlessThatHoldsSomething() {
        Node former = States.formerRun(1);
        var said = new GroupEntry.Membership(
                200, 5, List.of(ONE, TWO, THREE), List.of(), List.of(new Departure(former, Reason.LOST)));
        begin(new Stopped(Stage.with(Stages.nodes(2), former), false));
        manager.apply(said);
        assertEquals(List.of(former), manager.unproven());
        begin(new Stopped(Stages.nodes(2), false));
        manager.apply(said);
        assertEquals(List.of(), manager.unproven());
    }
}
