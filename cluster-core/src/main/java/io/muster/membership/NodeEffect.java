package io.muster.membership;

import java.util.List;

/// What a [CmanNode] wants done.
public sealed interface NodeEffect {
    /// A datagram of the ring for other nodes; `nodeids` in ascending order.
    record Send(List<Integer> nodeids, byte[] datagram) implements NodeEffect {
        public Send {
            nodeids = List.copyOf(nodeids);
        }
    }

    /// What cman wants; never [CmanEffect.ToRing].
    record OfCman(CmanEffect effect) implements NodeEffect {}

    /// The ring went from one phase to another; for the log.
    record RingChanged(String from, String to, String reason) implements NodeEffect {}
}
