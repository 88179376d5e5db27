package io.muster.resource;

import io.muster.core.MalformedMessage;
import io.muster.resource.ResourceNode.Independence;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/// Random trees. A service keeps its resources' places; a variant of it lacks some and has other rules.
final class Shapes {
    private static final String START_STOP = "<action name='start' timeout='5'/><action name='stop' timeout='5'/>";
    private static final String CHECKS =
            "<action name='status' interval='10' timeout='5'/><action name='status' depth='10' interval='30'/>";
    private static final Map<String, AgentMetadata> TYPES = new TreeMap<>();

    static {
        type(
                "service",
                START_STOP + CHECKS,
                "<child type='a' start='1' stop='3'/><child type='b' start='2' stop='1'/>");
        type("a", START_STOP + CHECKS, "<child type='a' start='1' stop='2'/>");
        type("b", START_STOP + CHECKS + "<action name='recover'/><action name='reconfig'/>", "");
        type("c", START_STOP, "<child type='c' start='2' stop='2'/><child type='b' start='1' stop='1'/>");
        // Nothing to start: it is up with its parent.
        type("d", "<action name='status' interval='15'/>", "");
    }

    private static void type(String name, String actions, String children) {
        String document = """
                <resource-agent name="%s"><version>1.0</version><parameters><parameter name="name" primary="1"/></parameters>
                <actions>%s</actions><special tag="rgmanager">%s</special></resource-agent>
                """.formatted(name, actions, children);
        try {
            TYPES.put(
                    name,
                    MetadataParser.parse(Path.of("/agents", name), document).getFirst());
        } catch (MalformedMessage e) {
            throw new IllegalStateException(e);
        }
    }

    private final Random dice;
    private final Map<String, ResourceNode> whole = new TreeMap<>();
    private int names;
    private int shared;

    Shapes(Random dice) {
        this.dice = dice;
    }

    /// A new service.
    ResourceNode service(String name) {
        shared = 0;
        ResourceNode root = node("service", name, 0);
        whole.put(name, root);
        return root;
    }

    /// The service in one of its forms; often just as it was at first.
    ResourceNode variant(String name) {
        ResourceNode first = whole.getOrDefault(name, node("service", name, 9));
        return dice.nextInt(3) == 0 ? first : without(first, 0);
    }

    private ResourceNode without(ResourceNode node, int level) {
        List<ResourceNode> children = node.children().stream()
                .filter(child -> dice.nextInt(5) > 0)
                .map(child -> without(child, level + 1))
                .toList();
        Independence rules = dice.nextInt(3) == 0 ? independence(level) : node.independence();
        return new ResourceNode(
                node.metadata(), node.attributes(), children, rules, node.overrides(), node.enforceTimeouts());
    }

    private ResourceNode node(String type, String name, int level) {
        var children = new ArrayList<ResourceNode>();
        for (int left = level >= 3 || type.equals("d") ? 0 : (level == 0 ? 1 : 0) + dice.nextInt(4 - level);
                left > 0;
                left--) {
            String below = List.of("a", "a", "b", "b", "c", "d").get(dice.nextInt(6));
            // Some resources stand in several services.
            String called = dice.nextInt(4) == 0 ? "shared" + ++shared : "n" + ++names;
            children.add(node(below, called, level + 1));
        }
        AgentMetadata metadata = java.util.Objects.requireNonNull(TYPES.get(type));
        return new ResourceNode(
                metadata, Map.of("name", name), children, independence(level), List.of(), dice.nextInt(3) == 0);
    }

    private Independence independence(int level) {
        boolean independent = level > 0 && dice.nextInt(2) == 0;
        boolean critical = !independent || dice.nextBoolean();
        int restarts = dice.nextInt(3);
        int failures = dice.nextInt(4) == 0 ? 1 + dice.nextInt(2) : 0;
        return new Independence(
                independent, critical, restarts, restarts == 0 ? 0 : 60, failures, failures == 0 ? 0 : 40);
    }

    /// The same, made anew, as from a file that was read again.
    static ResourceNode copy(ResourceNode node) {
        return new ResourceNode(
                node.metadata(),
                node.attributes(),
                node.children().stream().map(Shapes::copy).toList(),
                node.independence(),
                node.overrides(),
                node.enforceTimeouts());
    }
}
