package io.muster.membership;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.core.Incarnation;
import io.muster.core.Node;
import io.muster.group.GroupEntry.Level;
import io.muster.group.GroupEntry.Reason;
import io.muster.group.GroupEntry.View;
import io.muster.group.Remains;
import io.muster.totem.RingEvent;
import io.muster.totem.RingId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// A node's word on what may run on it, and its patience with clients that are gone.
class ClientsTest {
    private static final Node SELF = new Node(1, new Incarnation(7, 7));
    private static final RingId RING = new RingId(4, SELF);
    private static final String RGMANAGER = "rgmanager";
    private static final Remains WEB = Remains.of("service:web");
    private static final int REQUIRED_MS = 10_000;

    private final Clients clients = new Clients();
    private final Outbox outbox = new Outbox();
    private final CmanOut out = new CmanOut(SELF);
    private final List<CmanMessage> sent = new ArrayList<>();

    ClientsTest() {
        out.begin();
        outbox.open();
        read(0, Optional.empty());
    }

    private void join(int client, Level level) {
        clients.join(new CmanEvent.Join(client, 1, RGMANAGER, Optional.of(level), REQUIRED_MS), outbox, out);
    }

    /// Its join is ordered, and its stream begins.
    private void streams(int client) {
        joined(client);
        var log = new Log();
        log.all(new View(1, List.of(SELF), List.of(SELF), List.of()));
        clients.publish(log.lines(), SELF, io.muster.core.CauseId.NONE, Optional::of, out);
    }

    private void joined(int client) {
        clients.binding(RGMANAGER, client).joined = true;
    }

    private void part(int client, long nowMs) {
        clients.part(new CmanEvent.Part(client, RGMANAGER), nowMs, outbox, out);
    }

    private void gone(int client, long nowMs) {
        clients.gone(client, nowMs, outbox, out);
    }

    private void read(long number, Optional<Remains> remains) {
        clients.own().read(new CmanEvent.LedgerRead(number, remains), outbox);
    }

    /// The last message handed to the ring.
    private CmanMessage last() throws Exception {
        outbox.pump(RING, this::took);
        return sent.getLast();
    }

    private void took(RingEvent.Send send) {
        try {
            sent.add(CmanCodec.decode(send.payload(), SELF).message());
        } catch (io.muster.core.MalformedMessage e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aPartWipesNothingThatAKilledPredecessorHasLeft() throws Exception {
        join(1, Level.SERVICE);
        streams(1);
        gone(1, 1000);
        assertEquals(Remains.ALL, clients.remains(), "nobody has looked yet");
        read(1, Optional.of(WEB));
        assertEquals(WEB, clients.remains());
        join(2, Level.SERVICE);
        part(2, 2000);
        read(2, Optional.of(WEB));
        assertEquals(WEB, clients.remains(), "what the first had started still runs");
        assertEquals(new CmanMessage.Part(RGMANAGER, Reason.LEFT, WEB), last());
    }

    @Test
    void withoutALedgerASuccessorThatNeverHadTheGroupsStateHasNothingToSay() {
        join(1, Level.SERVICE);
        streams(1);
        gone(1, 1000);
        read(1, Optional.empty());
        assertEquals(Remains.ALL, clients.remains());
        join(2, Level.SERVICE);
        part(2, 2000);
        read(2, Optional.empty());
        assertEquals(Remains.ALL, clients.remains());
        join(3, Level.SERVICE);
        streams(3);
        part(3, 3000);
        read(3, Optional.empty());
        assertEquals(Remains.NONE, clients.remains(), "it had the state, and says good-bye");
    }

    @Test
    void aLeaveWaitsForTheLedgerOfThePartBeforeIt() throws Exception {
        join(1, Level.SERVICE);
        streams(1);
        assertEquals(new CmanMessage.Join(RGMANAGER, Optional.of(Level.SERVICE), 1), last());
        part(1, 1000);
        clients.leave(false, outbox);
        assertEquals(new CmanMessage.Join(RGMANAGER, Optional.of(Level.SERVICE), 1), last(), "nothing may overtake");
        read(1, Optional.of(Remains.NONE));
        assertEquals(new CmanMessage.Leave(false, Remains.NONE), last());
    }

    @Test
    void aDiskThatDoesNotAnswerMeansThatNobodyKnows() throws Exception {
        join(1, Level.SERVICE);
        streams(1);
        part(1, 1000);
        assertEquals(1000 + OwnRemains.READ_MS, clients.nextDeadlineMs());
        assertTrue(clients.own().overdue(1000 + OwnRemains.READ_MS, outbox));
        assertEquals(new CmanMessage.Part(RGMANAGER, Reason.LEFT, Remains.ALL), last());
        assertTrue(clients.own().read(new CmanEvent.LedgerRead(1, Optional.of(WEB)), outbox), "late, but known");
        assertEquals(WEB, clients.remains());
    }

    @Test
    void anAnswerThatIsOlderThanTheLastGoingCountsForNothing() {
        join(1, Level.SERVICE);
        streams(1);
        gone(1, 1000);
        join(2, Level.SERVICE);
        gone(2, 1001);
        read(1, Optional.of(Remains.NONE));
        assertEquals(Remains.ALL, clients.remains());
        read(2, Optional.of(WEB));
        assertEquals(WEB, clients.remains());
    }

    @Test
    void whileAClientAnswersTheNodeSaysAll() throws Exception {
        read(0, Optional.of(WEB));
        assertEquals(WEB, clients.remains());
        join(1, Level.SERVICE);
        assertEquals(WEB, clients.remains(), "it can't have started anything yet");
        joined(1);
        assertEquals(Remains.ALL, clients.remains());
        clients.leave(false, outbox);
        assertEquals(new CmanMessage.Leave(false, Remains.ALL), last(), "forced");
    }

    @Test
    void locksOfAClientThatIsGoneMayAllBeHeld() {
        join(1, Level.LOCK);
        joined(1);
        gone(1, 1000);
        assertEquals(Remains.ALL, clients.remains());
        join(2, Level.LOCK);
        part(2, 2000);
        assertEquals(Remains.ALL, clients.remains(), "the second never had the group's state");
        join(3, Level.LOCK);
        streams(3);
        part(3, 3000);
        assertEquals(Remains.NONE, clients.remains());
    }

    @Test
    void theLimitOfARequiredClientSurvivesASuccessorThatDiesAtOnce() {
        join(1, Level.SERVICE);
        streams(1);
        gone(1, 1000);
        read(1, Optional.of(WEB));
        assertEquals(11_000, clients.nextDeadlineMs());
        join(2, Level.SERVICE);
        assertEquals(Long.MAX_VALUE, clients.nextDeadlineMs(), "it is back");
        gone(2, 2000);
        read(2, Optional.of(WEB));
        assertEquals(11_000, clients.nextDeadlineMs(), "no time gained");
        assertTrue(clients.overdue(11_000).isPresent());
    }

    @Test
    void aSuccessorWithItsStreamBeginsAnew() {
        join(1, Level.SERVICE);
        streams(1);
        gone(1, 1000);
        join(2, Level.SERVICE);
        streams(2);
        gone(2, 9000);
        read(2, Optional.of(WEB));
        assertEquals(19_000, clients.nextDeadlineMs());
    }

    @Test
    void pausesLengthenTheLimitByHalfAtMost() {
        join(1, Level.SERVICE);
        streams(1);
        gone(1, 0);
        for (int i = 0; i < 12; i++) {
            clients.stalled(600);
        }
        assertTrue(clients.overdue(15_000).isPresent(), "deadline is " + clients.nextDeadlineMs() + " ms");
    }
}
