package io.muster.totem;

import io.muster.core.CauseId;
import io.muster.core.Node;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Makes messages of the packets of one ring again.
final class Assembler {
    private static final class Partial {
        byte @Nullable [] payload;
        int filled;
        CauseId cause = CauseId.NONE;
    }

    private final RingId ring;
    private final List<Node> members;
    private final int[] nodeids;
    private final List<Partial> partials = new ArrayList<>();

    Assembler(RingId ring, List<Node> members) {
        this.ring = ring;
        this.members = members;
        this.nodeids = members.stream().mapToInt(Node::nodeid).toArray();
        members.forEach(_ -> partials.add(new Partial()));
    }

    /// What has come of one member's message that isn't whole yet.
    record Image(byte @Nullable [] payload, int filled, CauseId cause) {}

    /// In the order of the members.
    List<Image> image() {
        return partials.stream()
                .map(each -> new Image(each.payload == null ? null : each.payload.clone(), each.filled, each.cause))
                .toList();
    }

    static Assembler restored(RingId ring, List<Node> members, List<Image> images) {
        var it = new Assembler(ring, members);
        for (int i = 0; i < images.size(); i++) {
            Partial partial = it.partials.get(i);
            partial.payload = images.get(i).payload();
            partial.filled = images.get(i).filled();
            partial.cause = images.get(i).cause();
        }
        return it;
    }

    /// The run of the node that sent a packet; null when it is no member.
    @Nullable
    Node originator(byte[] packet) {
        int at = Arrays.binarySearch(nodeids, Packet.originator(packet));
        return at < 0 ? null : members.get(at);
    }

    /// Appends the messages that end in `packet`.
    ///
    /// @param packet checked by [Packet#check] when it came
    void take(byte[] packet, boolean regular, List<RingEffect> effects) {
        int member = Arrays.binarySearch(nodeids, Packet.originator(packet));
        Node from = members.get(member);
        Partial partial = partials.get(member);
        boolean safe = Packet.safe(packet);
        long number = Packet.firstMessage(packet);
        int at = Packet.CHUNKS_AT;
        while (at < packet.length) {
            boolean first = (packet[at] & Packet.FIRST) != 0;
            boolean last = (packet[at] & Packet.LAST) != 0;
            int length = RingCodec.getShort(packet, at + 1);
            int from0 = at + (first ? Packet.FIRST_CHUNK_BYTES : Packet.CHUNK_BYTES);
            if (first && last) {
                byte[] payload = Arrays.copyOfRange(packet, from0, from0 + length);
                effects.add(
                        new RingEffect.Deliver(ring, number, from, regular, safe, payload, Packet.cause(packet, at)));
            } else {
                byte[] whole = fill(partial, packet, at, first, from0, length);
                if (last && whole != null) {
                    effects.add(new RingEffect.Deliver(ring, number, from, regular, safe, whole, partial.cause));
                }
                if (last) {
                    partial.payload = null;
                }
            }
            if (last) {
                number++;
            }
            at = from0 + length;
        }
    }

    /// Copies a fragment; the whole payload once it is complete.
    private static byte @Nullable [] fill(
            Partial partial, byte[] packet, int chunkAt, boolean first, int from, int length) {
        if (first) {
            partial.payload = new byte[RingCodec.getInt(packet, chunkAt + Packet.CHUNK_BYTES)];
            partial.filled = 0;
            partial.cause = Packet.cause(packet, chunkAt);
        }
        byte[] payload = partial.payload;
        if (payload == null || length > payload.length - partial.filled) {
            partial.payload = null; // its beginning was lost with a former holder: never delivered, by anybody
            return null;
        }
        System.arraycopy(packet, from, payload, partial.filled, length);
        partial.filled += length;
        return partial.filled == payload.length ? payload : null;
    }
}
