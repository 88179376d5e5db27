package io.muster.totem;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.core.CauseId;
import io.muster.core.Incarnation;
import io.muster.core.Node;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What is delivered of a ring, and as what.
class RingLogTest {
    private static final Node ONE = new Node(1, new Incarnation(1, 1));
    private static final Node TWO = new Node(2, new Incarnation(1, 2));
    private static final RingId RING = new RingId(4, ONE);
    private static final int MTU_BYTES = 1400;

    private final RingLog log = new RingLog(RING, List.of(ONE, TWO), 64, 0);
    private final List<RingEffect> effects = new ArrayList<>();

    private static byte[] packet(Node from, long sequence, boolean safe) {
        var queue = new SendQueue();
        queue.add(new byte[] {(byte) sequence}, safe, CauseId.NONE);
        return queue.next(from, RING, sequence, sequence, MTU_BYTES);
    }

    /// As `sequence` and `sequence transitional`, and `transition` between them.
    private List<String> told() {
        return effects.stream()
                .map(effect -> effect instanceof RingEffect.Deliver d
                        ? d.payload()[0] + (d.regular() ? "" : " transitional")
                        : "transition")
                .toList();
    }

    @Test
    void whatIsntEverywhereWhenARingEndsComesBehindTheTransitionAsTransitional() {
        log.receive(packet(ONE, 1, false));
        log.receive(packet(TWO, 2, true));
        log.receive(packet(ONE, 3, false));
        log.deliver(effects);
        assertEquals(List.of("1"), told(), "whether all have the second nobody knows");
        log.end(List.of(ONE, TWO), 0, effects);
        assertEquals(List.of("1", "transition", "2 transitional", "3 transitional"), told());
    }

    @Test
    void whatOneOfThemKnowsToBeEverywhereIsRegularForAll() {
        log.receive(packet(TWO, 1, true));
        log.end(List.of(ONE, TWO), 1, effects);
        assertEquals(List.of("1", "transition"), told());
    }

    @Test
    void behindAGapOnlyWhatThoseThatMoveHaveSentIsDelivered() {
        log.receive(packet(TWO, 1, false));
        log.receive(packet(TWO, 3, false));
        log.receive(packet(ONE, 4, false));
        log.end(List.of(ONE), 0, effects);
        assertEquals(List.of("1", "transition", "4 transitional"), told());
    }

    @Test
    void aMessageInPiecesIsDeliveredWhenTheLastIsHereAndNeverWithoutOneOfThem() {
        var queue = new SendQueue();
        var payload = new byte[3000];
        payload[2999] = 7;
        queue.add(payload, false, CauseId.NONE);
        var packets = new ArrayList<byte[]>();
        for (long sequence = 1; queue.size() > 0; sequence++) {
            packets.add(queue.next(ONE, RING, sequence, 1, MTU_BYTES));
        }
        assertEquals(3, packets.size());
        log.receive(packets.get(0));
        log.receive(packets.get(1));
        log.deliver(effects);
        assertEquals(List.of(), effects);
        log.receive(packets.get(2));
        log.deliver(effects);
        assertEquals(7, ((RingEffect.Deliver) effects.getFirst()).payload()[2999]);
        assertEquals(1, effects.size());

        for (int lost : List.of(0, 1)) {
            var late = new RingLog(RING, List.of(ONE, TWO), 64, 0);
            late.receive(packets.get(1 - lost));
            late.receive(packets.get(2));
            effects.clear();
            late.end(List.of(ONE), 0, effects);
            assertEquals(List.of("transition"), told(), "without piece " + lost);
        }
    }
}
