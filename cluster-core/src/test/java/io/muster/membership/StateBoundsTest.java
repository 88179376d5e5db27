package io.muster.membership;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.muster.core.Incarnation;
import io.muster.core.Node;
import io.muster.group.GroupEntry.Departure;
import io.muster.group.GroupEntry.Reason;
import io.muster.group.Remains;
import io.muster.totem.RingId;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Nothing that grows or counts ends the cluster: a state can always be read back.
class StateBoundsTest {
    private static final Node ONE = new Node(1, new Incarnation(7, 7));

    private final ClusterState state = new ClusterState();
    private final StateMachine machine = new StateMachine(state, new RingId(4, ONE), new Log());

    private void rejoin(String group) {
        state.groups.join(group, Optional.empty(), ONE, state.next());
    }

    private void leave(String group) {
        state.groups.leave(group, new Departure(ONE, Reason.LEFT), state.next());
    }

    @Test
    void aGroupMayBeginAnewAsOftenAsItLikes() {
        for (int i = 0; i < 0x10000; i++) {
            rejoin("rgmanager");
            leave("rgmanager");
        }
        state.copy();
    }

    @Test
    void numbersOfGroupsThatLiveAreNotGivenAgain() {
        rejoin("a");
        for (int i = 0; i < 0xffff; i++) {
            rejoin("rgmanager");
            leave("rgmanager");
        }
        rejoin("rgmanager");
        assertNotEquals(
                state.groups.group("a").id(), state.groups.group("rgmanager").id());
    }

    @Test
    void nodeidsThatEndAlikeDoNotShareNumbers() {
        rejoin("a");
        Node like = new Node(1 + 0x10000, new Incarnation(7, 8));
        state.groups.join("b", Optional.empty(), like, state.next());
        assertNotEquals(state.groups.group("a").id(), state.groups.group("b").id());
    }

    @Test
    void ofEachNodeAndReasonOneLostRunIsKeptWithTheListsOfAll() {
        for (int i = 0; i < 1025; i++) {
            Node run = new Node(3, new Incarnation(i, 1));
            machine.lose(new Departure(run, Reason.LOST, Remains.of("service:" + i % 3)));
        }
        Node killed = new Node(3, new Incarnation(5, 2));
        machine.lose(new Departure(killed, Reason.KILLED));
        Node last = new Node(3, new Incarnation(1024, 1));
        assertEquals(
                List.of(
                        new Departure(last, Reason.LOST, Remains.of("service:0", "service:1", "service:2")),
                        new Departure(killed, Reason.KILLED)),
                state.unproven);
        state.copy();
    }

    @Test
    void proofOfOneRunIsNoneOfAnotherOfItsNode() {
        Node lost = new Node(3, new Incarnation(1, 1));
        Node killed = new Node(3, new Incarnation(2, 1));
        machine.lose(new Departure(lost, Reason.LOST));
        machine.lose(new Departure(killed, Reason.KILLED));
        machine.prove(lost, 1, "apc", 0);
        assertEquals(List.of(new Departure(killed, Reason.KILLED)), state.unproven);
    }

    @Test
    void proofsAreRememberedForTheLastRunsOfANode() {
        for (int i = 0; i < 100; i++) {
            machine.prove(new Node(3, new Incarnation(i, 1)), 1, "apc", 0);
        }
        assertEquals(true, state.wasProven(new Node(3, new Incarnation(99, 1))));
        assertEquals(false, state.wasProven(new Node(3, new Incarnation(1, 1))));
        state.copy();
    }
}
