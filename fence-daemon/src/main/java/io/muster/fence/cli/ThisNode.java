package io.muster.fence.cli;

import io.muster.config.ClusterConfig;
import io.muster.config.ClusterNode;
import io.muster.config.ThisMachine;
import io.muster.config.WhichNode;
import io.muster.daemon.Layout;
import java.util.Optional;

/// Which node of cluster.conf this machine is.
final class ThisNode {
    private ThisNode() {}

    static Optional<String> name(Layout layout, ClusterConfig config) {
        var names = config.nodes().stream().map(ClusterNode::name).toList();
        return new WhichNode(names, new ThisMachine())
                .find(layout.variable("MUSTER_NODENAME").orElse(null))
                .map(WhichNode.Found::name);
    }
}
