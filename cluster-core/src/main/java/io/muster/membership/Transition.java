package io.muster.membership;

import io.muster.core.Node;
import io.muster.totem.RingId;
import java.util.List;

/// What a node tells the others first in every new configuration of the ring. From the transitions of
/// all members each of them computes the same new state ([Installation]).
///
/// @param ring the configuration it is for
/// @param protocol of our messages; members must have the same
/// @param stateful whether its daemons have managed something in a quorate cluster since it started
/// @param unproven whether services or locks may still be in use on it
/// @param side those it moved here together with; nodes of one side have equal states
/// @param self its votes and configuration, for when it isn't a member yet
/// @param state what it knows of the cluster
record Transition(
        RingId ring,
        int protocol,
        String clusterName,
        int clusterId,
        boolean stateful,
        boolean unproven,
        List<Node> side,
        Member self,
        ClusterState state)
        implements CmanMessage {
    Transition {
        side = List.copyOf(side);
    }

    Node node() {
        return self.node();
    }
}
