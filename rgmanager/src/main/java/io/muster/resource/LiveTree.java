package io.muster.resource;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/// A service as it was built from one configuration, with what is remembered of its resources.
///
/// Resources are known by their number: the root is 0, the others follow as they stand in the document.
/// Numbers, not resources, stand in frames and images.
///
/// Thread: the core's.
final class LiveTree {
    static final int ROOT = 0;

    private final List<ResourceNode> nodes = new ArrayList<>();
    private final List<List<Integer>> starting = new ArrayList<>();
    private final List<List<Integer>> stopping = new ArrayList<>();
    private final List<NodeState> states = new ArrayList<>();
    private final List<Integer> parents = new ArrayList<>();
    private final List<List<Integer>> parts = new ArrayList<>();

    /// Resources that an operation under way treats otherwise than the rest.
    private final SortedSet<Integer> marked = new TreeSet<>();

    LiveTree(ResourceNode root) {
        add(root, ROOT);
    }

    /// @throws IllegalArgumentException when the states are another tree's
    LiveTree(ResourceNode root, List<NodeState> states) {
        this(root);
        if (states.size() != nodes.size()) {
            throw new IllegalArgumentException(
                    root.label() + ": " + nodes.size() + " resources, " + states.size() + " states");
        }
        this.states.clear();
        this.states.addAll(states);
    }

    private int add(ResourceNode node, int parent) {
        int number = nodes.size();
        parents.add(parent);
        nodes.add(node);
        states.add(NodeState.NEW);
        starting.add(List.of());
        stopping.add(List.of());
        parts.add(List.of());
        var numbers = new IdentityHashMap<ResourceNode, Integer>();
        for (ResourceNode child : node.children()) {
            numbers.put(child, add(child, number));
        }
        parts.set(number, node.children().stream().map(numbers::get).toList());
        starting.set(number, numbered(TreeOrder.starting(node), numbers));
        stopping.set(number, numbered(TreeOrder.stopping(node), numbers));
        return number;
    }

    private static List<Integer> numbered(List<ResourceNode> order, IdentityHashMap<ResourceNode, Integer> numbers) {
        return order.stream().map(numbers::get).toList();
    }

    ResourceNode root() {
        return nodes.get(ROOT);
    }

    int size() {
        return nodes.size();
    }

    ResourceNode node(int number) {
        return nodes.get(number);
    }

    NodeState state(int number) {
        return states.get(number);
    }

    List<NodeState> states() {
        return List.copyOf(states);
    }

    void set(int number, NodeState state) {
        states.set(number, state);
    }

    /// The parts of a resource as they stand in the document.
    List<Integer> parts(int number) {
        return parts.get(number);
    }

    /// Marks these, and no others.
    void mark(SortedSet<Integer> numbers) {
        marked.clear();
        marked.addAll(numbers);
    }

    boolean marked(int number) {
        return marked.contains(number);
    }

    SortedSet<Integer> marked() {
        return new TreeSet<>(marked);
    }

    /// Whether what a part stands on is up: only then may it be started.
    boolean carries(int number) {
        return number == ROOT || states.get(parents.get(number)).up();
    }

    /// The parts of a resource in the order in which they are started and checked.
    List<Integer> starting(int number) {
        return starting.get(number);
    }

    /// The parts of a resource in the order in which they are stopped.
    List<Integer> stopping(int number) {
        return stopping.get(number);
    }

    /// How many of its resources are up under this label.
    int up(String label) {
        int count = 0;
        for (int i = 0; i < nodes.size(); i++) {
            if (states.get(i).up() && nodes.get(i).label().equals(label)) {
                count++;
            }
        }
        return count;
    }
}
