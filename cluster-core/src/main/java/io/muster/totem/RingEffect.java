package io.muster.totem;

import io.muster.core.CauseId;
import io.muster.core.Node;
import java.util.List;

/// What a node's ring wants done.
public sealed interface RingEffect {
    /// Send to one node, on whatever link the transport likes best.
    record Unicast(int nodeid, byte[] datagram) implements RingEffect {}

    /// Send to all members of the ring but oneself; `nodeids` in ascending order.
    record Multicast(List<Integer> nodeids, byte[] datagram) implements RingEffect {
        public Multicast {
            nodeids = List.copyOf(nodeids);
        }
    }

    /// The next message of the total order, whole.
    ///
    /// @param ring the ring it was sent in
    /// @param sequence counted per ring from 1, as all members of that ring count; a message that was lost with its
    ///     sender leaves a gap
    /// @param regular false in a transitional configuration
    record Deliver(RingId ring, long sequence, Node from, boolean regular, boolean safe, byte[] payload, CauseId cause)
            implements RingEffect {}

    /// A configuration change, in order with the deliveries: a transitional one (those of the old ring that move
    /// together), then the regular one. The first ring of a node has no transitional one before it.
    ///
    /// @param ring of a transitional one the ring that ends, of a regular one the ring that begins
    /// @param members in ascending order
    record Configuration(RingId ring, boolean regular, List<Node> members) implements RingEffect {
        public Configuration {
            members = List.copyOf(members);
        }
    }

    /// A completed token round of the present ring: every member was alive since `sinceMs`.
    record RoundCompleted(RingId ring, long sinceMs) implements RingEffect {}

    /// Whether more messages fit into the send queue.
    record Sendable(boolean yes) implements RingEffect {}

    /// A message that was not taken: the queue is full or the payload too long.
    record Refused(CauseId cause, String why) implements RingEffect {}

    /// For the log: one line for one transition.
    record StateChanged(String from, String to, String reason) implements RingEffect {}
}
