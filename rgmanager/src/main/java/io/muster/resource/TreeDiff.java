package io.muster.resource;

import io.muster.resource.AgentMetadata.Parameter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Predicate;

/// What is to be done so that what runs comes to be as a new configuration has it: resources are the
/// same by type and primary value at the same place of the tree. Equal ones are kept; of some only
/// attributes differ whose change needs no restart; others go, with all that stands on them, and come
/// again.
///
/// Source of the rule: rgmanager's online reconfiguration. Unlike there, what goes is stopped in the
/// order of stopping. What an agent says of its actions, and `<action>` and `__` attributes, change
/// nothing that runs. Pure.
final class TreeDiff {
    private TreeDiff() {}

    /// Numbers of resources of a tree that go.
    static SortedSet<Integer> goes(LiveTree old, ResourceNode now) {
        var goes = new TreeSet<Integer>();
        if (same(old.root(), now)) {
            goes(old, LiveTree.ROOT, now, goes);
        } else {
            goes.add(LiveTree.ROOT);
        }
        return goes;
    }

    private static void goes(LiveTree old, int number, ResourceNode now, SortedSet<Integer> goes) {
        var rest = new ArrayList<>(now.children());
        for (int part : old.parts(number)) {
            Optional<ResourceNode> kept = take(rest, old.node(part));
            if (kept.isPresent()) {
                goes(old, part, kept.get(), goes);
            } else {
                goes.add(part);
            }
        }
    }

    private static Optional<ResourceNode> take(List<ResourceNode> among, ResourceNode node) {
        Optional<ResourceNode> found =
                among.stream().filter(other -> same(node, other)).findFirst();
        found.ifPresent(among::remove);
        return found;
    }

    private static boolean same(ResourceNode one, ResourceNode other) {
        return one.label().equals(other.label())
                && lasting(one.attributes(), other).equals(lasting(other.attributes(), other));
    }

    private static Map<String, String> lasting(Map<String, String> attributes, ResourceNode by) {
        var rest = new HashMap<>(attributes);
        by.metadata().parameters().stream()
                .filter(Parameter::reconfig)
                .map(Parameter::name)
                .forEach(rest::remove);
        return rest;
    }

    /// The tree without what is marked in it; empty when the root is.
    static Optional<LiveTree> rest(LiveTree old) {
        if (old.marked(LiveTree.ROOT)) {
            return Optional.empty();
        }
        var states = new ArrayList<NodeState>();
        ResourceNode root = rest(old, LiveTree.ROOT, states);
        return Optional.of(new LiveTree(root, states));
    }

    private static ResourceNode rest(LiveTree old, int number, List<NodeState> states) {
        states.add(old.state(number));
        var parts = new ArrayList<ResourceNode>();
        for (int part : old.parts(number)) {
            if (!old.marked(part)) {
                parts.add(rest(old, part, states));
            }
        }
        return with(old.node(number), parts);
    }

    /// The new tree, in which what is kept is as it was; marked in it is what is to be told of other
    /// attributes.
    static LiveTree grown(LiveTree old, ResourceNode now) {
        var grown = new LiveTree(now);
        var changed = new TreeSet<Integer>();
        if (same(old.root(), now)) {
            keep(old, LiveTree.ROOT, grown, LiveTree.ROOT, changed);
        }
        grown.mark(changed);
        return grown;
    }

    private static void keep(LiveTree old, int number, LiveTree grown, int as, SortedSet<Integer> changed) {
        grown.set(as, old.state(number));
        if (!old.node(number).attributes().equals(grown.node(as).attributes())) {
            changed.add(as);
        }
        var rest = new ArrayList<>(old.parts(number));
        for (int part : grown.parts(as)) {
            for (int former : rest) {
                if (same(old.node(former), grown.node(part))) {
                    rest.remove(Integer.valueOf(former));
                    keep(old, former, grown, part, changed);
                    break;
                }
            }
        }
    }

    /// Without some resources, but with what stands on them; empty when nothing is left.
    static Optional<ResourceNode> without(ResourceNode root, Predicate<ResourceNode> which) {
        List<ResourceNode> left = kept(root, which);
        if (left.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                which.test(root) ? with(left.getFirst(), left.getFirst().children()) : left.getFirst());
    }

    private static List<ResourceNode> kept(ResourceNode node, Predicate<ResourceNode> which) {
        var parts = new ArrayList<ResourceNode>();
        node.children().forEach(child -> parts.addAll(kept(child, which)));
        return which.test(node) ? parts : List.of(with(node, parts));
    }

    private static ResourceNode with(ResourceNode node, List<ResourceNode> parts) {
        return new ResourceNode(
                node.metadata(),
                node.attributes(),
                parts,
                node.independence(),
                node.overrides(),
                node.enforceTimeouts());
    }
}
