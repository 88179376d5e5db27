package io.muster.totem;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.muster.core.CauseId;
import io.muster.core.Incarnation;
import io.muster.core.Node;
import org.junit.jupiter.api.Test;

/// What waits to be sent when rings change.
class SendQueueTest {
    private static final Node SELF = new Node(1, new Incarnation(1, 2));
    private static final int MTU_BYTES = 1400;

    @Test
    void aMessageOfWhichAPartWasSentBeginsAnewInTheNextRing() {
        var queue = new SendQueue();
        queue.add(new byte[5000], false, CauseId.NONE);
        byte[] first = queue.next(SELF, new RingId(4, SELF), 1, 1, MTU_BYTES);
        byte[] second = queue.next(SELF, new RingId(4, SELF), 2, 1, MTU_BYTES);
        assertEquals(Packet.FIRST, first[Packet.CHUNKS_AT]);
        assertNotEquals(Packet.FIRST, second[Packet.CHUNKS_AT]);

        queue.restart();

        byte[] again = queue.next(SELF, new RingId(8, SELF), 1, 1, MTU_BYTES);
        assertEquals(Packet.FIRST, again[Packet.CHUNKS_AT]);
        assertEquals(0, queue.endedInLast());
        assertEquals(1, queue.size());
    }
}
