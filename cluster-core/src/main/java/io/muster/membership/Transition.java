package io.muster.membership;

import io.muster.core.Node;
import io.muster.group.Remains;
import io.muster.totem.RingId;
import java.util.List;

/// What a node tells the others first in every new configuration of the ring. From the transitions of
/// all members each of them computes the same new state ([Installation]).
///
/// @param ring the configuration it is for
/// @param protocol of our messages; members must have the same
/// @param wallMs the time on its clock, for display
/// @param stateful whether its daemons have managed something in a quorate cluster since it started
/// @param remains what may still run on it
/// @param lastQuorum sequence of the ring of the last quorum that its machine remembers; 0 for none
/// @param side those it moved here together with; nodes of one side have equal states
/// @param self its votes and configuration, for when it isn't a member yet
/// @param state what it knows of the cluster
record Transition(
        RingId ring,
        int protocol,
        String clusterName,
        int clusterId,
        long wallMs,
        boolean stateful,
        Remains remains,
        long lastQuorum,
        List<Node> side,
        Member self,
        ClusterState state)
        implements CmanMessage {
    Transition {
        side = List.copyOf(side);
    }

    /// One that says nothing but whose it is: the rest is in a language we don't speak.
    static Transition foreign(RingId ring, int protocol, String clusterName, int clusterId, Node from) {
        var unknown = new Member(from, 0, 0, 0, "", 0, 0, 0, 0, "");
        return new Transition(
                ring,
                protocol,
                clusterName,
                clusterId,
                0,
                false,
                Remains.ALL,
                0,
                List.of(from),
                unknown,
                new ClusterState());
    }

    boolean ofClusterOf(Transition other) {
        return clusterName.equals(other.clusterName) && clusterId == other.clusterId;
    }

    Node node() {
        return self.node();
    }
}
