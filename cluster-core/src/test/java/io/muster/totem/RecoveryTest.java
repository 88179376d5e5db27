package io.muster.totem;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.core.CauseId;
import io.muster.core.Incarnation;
import io.muster.core.Node;
import io.muster.driver.Dice;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// What is taken of an old ring, and when the new one may begin.
class RecoveryTest {
    private static final Node ONE = new Node(1, new Incarnation(1, 1));
    private static final Node TWO = new Node(2, new Incarnation(1, 2));
    private static final Node GONE = new Node(3, new Incarnation(1, 3));
    private static final RingId OLD = new RingId(4, ONE);
    private static final RingId NEXT = new RingId(8, ONE);

    private final RingLog old = new RingLog(OLD, List.of(ONE, TWO, GONE), 64, 0);
    private final Recovery recovery = recovery();

    private static byte[] packet(long sequence) {
        var queue = new SendQueue();
        queue.add(new byte[] {1}, false, CauseId.NONE);
        return queue.next(GONE, OLD, sequence, sequence, 1400);
    }

    /// Node 1 has the first packet, node 2 two of them; the third came from node 3, which is gone, to nobody.
    private Recovery recovery() {
        var context = new Context(ONE, RingConfig.of(List.of(1, 2, 3), List.of(1, 1, 1), 1000, 1400), new Dice(1), 0);
        context.effects = new ArrayList<>();
        old.receive(packet(1));
        var others = new RingLog(OLD, List.of(ONE, TWO, GONE), 64, 0);
        others.receive(packet(1));
        others.receive(packet(2));
        SortedMap<Integer, RingMessage.Join> joins = new TreeMap<>();
        joins.put(1, new RingMessage.Join(ONE, 1, 4, true, List.of(), old.history()));
        joins.put(2, new RingMessage.Join(TWO, 1, 4, true, List.of(), others.history()));
        return new Recovery(context, old, new RingMessage.Commit(NEXT, List.of(1, 2), List.of(1L, 1L)), joins);
    }

    @Test
    void onlyWhatOneOfThoseThatMoveHasIsTakenOfTheOldRing() {
        recovery.oldPacket(packet(3));
        assertFalse(old.window.has(3), "the other one would lack it");
        assertFalse(recovery.complete());
        recovery.oldPacket(packet(2));
        assertTrue(old.window.has(2));
        assertTrue(recovery.complete());
    }

    @Test
    void theRingBeginsWhenNobodyLacksAnythingAnyMore() {
        recovery.oldPacket(packet(2));
        recovery.ready(2, false);
        assertFalse(recovery.drive(), "node 2 says that it isn't complete");
        recovery.ready(2, true);
        assertTrue(recovery.drive());
    }
}
