package io.muster.resource;

import io.muster.resource.AgentMetadata.ChildRule;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// In which order the children of a node are started and stopped (rgmanager's levels).
///
/// Starting: children with levels, ascending, within a level in the order of the agent's metadata and then of the
/// document; then all others in document order. Stopping isn't the reverse: the others in reverse document order,
/// then by stop level ascending, within a type in reverse document order.
public final class TreeOrder {
    private TreeOrder() {}

    /// Children in the order they are started and checked.
    public static List<ResourceNode> starting(ResourceNode parent) {
        var levelled = new ArrayList<ResourceNode>();
        var others = new ArrayList<ResourceNode>();
        for (ResourceNode child : parent.children()) {
            (startLevel(parent, child) > 0 ? levelled : others).add(child);
        }
        levelled.sort(Comparator.<ResourceNode>comparingInt(child -> startLevel(parent, child))
                .thenComparingInt(child -> place(parent, child)));
        levelled.addAll(others);
        return levelled;
    }

    /// Children in the order they are stopped.
    public static List<ResourceNode> stopping(ResourceNode parent) {
        var order = new ArrayList<ResourceNode>();
        var levelled = new ArrayList<ResourceNode>();
        for (ResourceNode child : parent.children()) {
            (stopLevel(parent, child) > 0 ? levelled : order).add(child);
        }
        Collections.reverse(order);
        Collections.reverse(levelled);
        levelled.sort(Comparator.<ResourceNode>comparingInt(child -> stopLevel(parent, child))
                .thenComparingInt(child -> place(parent, child)));
        order.addAll(levelled);
        return order;
    }

    private static int startLevel(ResourceNode parent, ResourceNode child) {
        return rule(parent, child).map(ChildRule::startLevel).orElse(0);
    }

    private static int stopLevel(ResourceNode parent, ResourceNode child) {
        return rule(parent, child).map(ChildRule::stopLevel).orElse(0);
    }

    private static int place(ResourceNode parent, ResourceNode child) {
        return rule(parent, child)
                .map(found -> parent.metadata().children().indexOf(found))
                .orElse(Integer.MAX_VALUE);
    }

    private static Optional<ChildRule> rule(ResourceNode parent, ResourceNode child) {
        return parent.metadata().children().stream()
                .filter(rule -> rule.type().equals(child.type()))
                .findFirst();
    }
}
