package io.muster.service;

import io.muster.config.ConfigReader;
import io.muster.core.Incarnation;
import io.muster.core.Node;
import io.muster.group.GroupEntry;
import io.muster.service.ClusterState.Peer;
import java.util.List;

/// Replicated states for tests, made without a life that leads there.
final class States {
    private States() {}

    /// The run of a node that tests have if they don't care which.
    static Node run(int nodeid) {
        return new Node(nodeid, new Incarnation(nodeid, nodeid));
    }

    /// Another run of it.
    static Node formerRun(int nodeid) {
        return new Node(nodeid, new Incarnation(nodeid, 0x7f));
    }

    /// Quorate, and these nodes may run services.
    static ClusterState ready(Plan plan, List<Integer> online) {
        ClusterState state = new ClusterState();
        state.plan = plan;
        state.planSha256 = ConfigReader.sha256(Plans.document(plan));
        List<Node> nodes = online.stream().map(States::run).sorted().toList();
        state.standing.apply(new GroupEntry.View(1, nodes, nodes, List.of()));
        state.standing.apply(new GroupEntry.Membership(2, 4, nodes, nodes, List.of()));
        state.standing.apply(new GroupEntry.Quorum(3, true));
        nodes.forEach(node -> state.peers.put(node.nodeid(), new Peer(node, 1, true, false)));
        return state;
    }
}
