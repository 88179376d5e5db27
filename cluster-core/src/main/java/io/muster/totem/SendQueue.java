package io.muster.totem;

import io.muster.core.CauseId;
import io.muster.core.Node;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;

/// What this node wants ordered and has not given a sequence yet. Packs small messages into one
/// datagram and cuts large ones.
final class SendQueue {
    /// Largest payload: a message of 1 MiB of a group with room for what cman wraps around it.
    static final int MAX_PAYLOAD_BYTES = (1 << 20) + 4096;

    /// Above this no more is taken; below half of it more is asked for. Several of the largest messages
    /// fit.
    static final int MAX_QUEUED_BYTES = 8 << 20;

    private static final int MAX_QUEUED_MESSAGES = 16_384;
    /// Less room than this at the end of a packet is not worth a fragment.
    private static final int WORTH_BYTES = 96;

    private record Waiting(byte[] payload, boolean safe, CauseId cause) {}

    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private ByteBuffer scratch = ByteBuffer.allocate(1500);
    private int sentOfFirst;
    private long queuedBytes;
    private int ended;

    /// What it holds, and how much of the first has been sent.
    record Image(List<Waiting> waiting, int sentOfFirst) {}

    Image image() {
        return new Image(List.copyOf(waiting), sentOfFirst);
    }

    static SendQueue restored(Image image) {
        var it = new SendQueue();
        image.waiting().forEach(message -> it.add(message.payload(), message.safe(), message.cause()));
        it.sentOfFirst = image.sentOfFirst();
        return it;
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    int size() {
        return waiting.size();
    }

    boolean full() {
        return queuedBytes >= MAX_QUEUED_BYTES || waiting.size() >= MAX_QUEUED_MESSAGES;
    }

    boolean hasRoomAgain() {
        return queuedBytes < MAX_QUEUED_BYTES / 2 && waiting.size() < MAX_QUEUED_MESSAGES / 2;
    }

    void add(byte[] payload, boolean safe, CauseId cause) {
        waiting.add(new Waiting(payload, safe, cause));
        queuedBytes += payload.length;
    }

    /// About how many packets are waiting.
    int backlog(int mtuBytes) {
        if (waiting.isEmpty()) {
            return 0;
        }
        long octets = queuedBytes - sentOfFirst + (long) waiting.size() * Packet.FIRST_CHUNK_BYTES;
        return (int) Math.min(octets / (mtuBytes - Packet.CHUNKS_AT) + 1, 1_000_000);
    }

    /// Messages whose end went into the packet that [#next] returned last.
    int endedInLast() {
        return ended;
    }

    /// The ring has changed: a message of which only a part was sent starts anew, since the others drop
    /// that part.
    void restart() {
        sentOfFirst = 0;
    }

    /// The next packet, as full as it gets. Call only when not empty.
    byte[] next(Node self, RingId ring, long sequence, long firstMessage, int mtuBytes) {
        if (scratch.capacity() != mtuBytes) {
            scratch = ByteBuffer.allocate(mtuBytes);
        }
        ByteBuffer into = scratch.clear();
        boolean safe = waiting.getFirst().safe();
        Packet.begin(into, self, ring, sequence, firstMessage, safe);
        ended = 0;
        while (!waiting.isEmpty() && waiting.getFirst().safe() == safe) {
            Waiting message = waiting.getFirst();
            boolean first = sentOfFirst == 0;
            int left = message.payload().length - sentOfFirst;
            int room = into.remaining() - (first ? Packet.FIRST_CHUNK_BYTES : Packet.CHUNK_BYTES);
            if (room < left && room < WORTH_BYTES) {
                break;
            }
            int length = Math.min(room, left);
            boolean last = length == left;
            into.put((byte) ((first ? Packet.FIRST : 0) | (last ? Packet.LAST : 0)));
            into.putShort((short) length);
            if (first) {
                into.putInt(message.payload().length);
                into.putInt(message.cause().nodeid())
                        .putInt(message.cause().process())
                        .putLong(message.cause().number());
            }
            into.put(message.payload(), sentOfFirst, length);
            if (!last) {
                sentOfFirst += length;
                break;
            }
            sentOfFirst = 0;
            ended++;
            queuedBytes -= message.payload().length;
            waiting.removeFirst();
        }
        return Packet.finish(into);
    }
}
