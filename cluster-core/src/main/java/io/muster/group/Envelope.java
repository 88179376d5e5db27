package io.muster.group;

import io.muster.core.Incarnation;
import io.muster.core.MalformedMessage;
import io.muster.core.Node;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// What replicas put around their messages, big-endian.
///
/// | octets | APPLICATION (1) | STATE (2) |
/// |---|---|---|
/// | 0 | type | type |
/// | 1.. | the core's message | u64 position of the state, u32 index and u32 count of pieces, members, the piece |
///
/// Members are a u32 count and of each u32 nodeid, u64 + u64 incarnation, u64 position since which it
/// waits for state (0: has it).
sealed interface Envelope {
    /// So that a piece with its header stays below the largest group message.
    int PIECE_BYTES = 512 * 1024;

    int MAX_MEMBERS = 1024;
    int MAX_PIECES = 4096;

    record Application(byte[] message) implements Envelope {}

    record State(long position, int index, int count, SortedMap<Node, Long> waiting, byte[] piece) implements Envelope {
        /// Whether it is for a node that waits since that position. A state of a view before that lacks
        /// entries that the node hasn't kept either. All members come to the same answer.
        boolean serves(Node node, long since) {
            return waiting.getOrDefault(node, ReplicaState.HAS_STATE) != ReplicaState.HAS_STATE && since <= position;
        }
    }

    static byte[] application(byte[] message) {
        return ByteBuffer.allocate(1 + message.length)
                .put((byte) 1)
                .put(message)
                .array();
    }

    static byte[] state(State state) {
        int bytes = 1 + 8 + 4 + 4 + 4 + state.waiting.size() * 28 + state.piece.length;
        ByteBuffer out = ByteBuffer.allocate(bytes)
                .put((byte) 2)
                .putLong(state.position)
                .putInt(state.index)
                .putInt(state.count)
                .putInt(state.waiting.size());
        for (Map.Entry<Node, Long> e : state.waiting.entrySet()) {
            Incarnation run = e.getKey().incarnation();
            out.putInt(e.getKey().nodeid())
                    .putLong(run.high())
                    .putLong(run.low())
                    .putLong(e.getValue());
        }
        return out.put(state.piece).array();
    }

    static Envelope decode(byte[] payload) throws MalformedMessage {
        ByteBuffer in = ByteBuffer.wrap(payload);
        need(in, 1);
        return switch (in.get()) {
            case 1 -> new Application(rest(in));
            case 2 -> {
                need(in, 20);
                long position = in.getLong();
                int index = in.getInt();
                int count = in.getInt();
                int members = in.getInt();
                if (count < 1 || count > MAX_PIECES || index < 0 || index >= count) {
                    throw new MalformedMessage("piece " + index + " of " + count);
                }
                if (members < 0 || members > MAX_MEMBERS) {
                    throw new MalformedMessage("members: " + members);
                }
                need(in, members * 28);
                SortedMap<Node, Long> waiting = new TreeMap<>();
                for (int i = 0; i < members; i++) {
                    Node node = new Node(in.getInt(), new Incarnation(in.getLong(), in.getLong()));
                    waiting.put(node, in.getLong());
                }
                yield new State(position, index, count, waiting, rest(in));
            }
            default -> throw new MalformedMessage("group message of type " + payload[0]);
        };
    }

    private static byte[] rest(ByteBuffer in) {
        byte[] rest = new byte[in.remaining()];
        in.get(rest);
        return rest;
    }

    private static void need(ByteBuffer in, int bytes) throws MalformedMessage {
        if (in.remaining() < bytes) {
            throw new MalformedMessage("group message cut short at " + in.position() + " of " + in.limit());
        }
    }
}
