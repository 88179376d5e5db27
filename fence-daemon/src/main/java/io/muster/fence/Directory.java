package io.muster.fence;

import io.muster.core.Node;
import java.util.List;
import java.util.Optional;

/// Who is who, and how each is fenced: by the configuration in use, or by the last one that had the
/// node.
record Directory(DomainState state, FenceSettings settings) {
    Optional<NodeFencing> node(int nodeid) {
        return Optional.ofNullable(settings.nodes().get(nodeid))
                .or(() -> state.former(nodeid).map(Former::fencing));
    }

    List<NodeFencing.Method> methods(int nodeid) {
        return node(nodeid).map(NodeFencing::methods).orElse(List.of());
    }

    /// The name in cluster.conf, now or before; `nodeid 7` for a node of which nobody here has ever
    /// heard.
    String name(int nodeid) {
        return node(nodeid).map(NodeFencing::name).orElse("nodeid " + nodeid);
    }

    String name(Node node) {
        return name(node.nodeid());
    }
}
