package io.muster.resource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.core.MalformedMessage;
import io.muster.resource.ResourceNode.Independence;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// What a new configuration stops and starts of a service that runs.
class TreeDiffTest {
    private static final Map<String, AgentMetadata> TYPES = new TreeMap<>();

    static {
        type("service", "");
        type("fs", "<parameter name='device'/>");
        type("ip", "<parameter name='sleeptime' reconfig='1'/>");
    }

    private static void type(String name, String parameters) {
        String document = """
                <resource-agent name="%s"><version>1.0</version>
                <parameters><parameter name="name" primary="1"/>%s</parameters>
                <actions><action name="start"/><action name="stop"/></actions></resource-agent>
                """.formatted(name, parameters);
        try {
            TYPES.put(
                    name,
                    MetadataParser.parse(Path.of("/agents", name), document).getFirst());
        } catch (MalformedMessage e) {
            throw new IllegalStateException(e);
        }
    }

    /// @param name with its type; behind a blank `key=value` of one more attribute
    private static ResourceNode node(String name, ResourceNode... parts) {
        String[] words = name.split("[: ]");
        var attributes = new TreeMap<String, String>();
        attributes.put("name", words[1]);
        if (words.length > 2) {
            attributes.put(words[2].split("=")[0], words[2].split("=")[1]);
        }
        return new ResourceNode(TYPES.get(words[0]), attributes, List.of(parts), Independence.NONE, List.of(), true);
    }

    private static final ResourceNode OLD = node(
            "service:web",
            node("fs:data device=/dev/sdb1", node("ip:10.0.0.8 sleeptime=1")),
            node("fs:logs device=/dev/sdc1"),
            node("ip:10.0.0.9 sleeptime=1"));

    /// All of it is up.
    private static LiveTree running() {
        var tree = new LiveTree(OLD);
        for (int i = 0; i < tree.size(); i++) {
            tree.set(i, up());
        }
        return tree;
    }

    private static NodeState up() {
        return NodeState.NEW.started(7);
    }

    private static List<String> labels(LiveTree tree, Iterable<Integer> numbers) {
        var labels = new ArrayList<String>();
        numbers.forEach(number -> labels.add(tree.node(number).label()));
        return labels;
    }

    /// What goes, by label.
    private static List<String> goes(ResourceNode now) {
        LiveTree tree = running();
        return labels(tree, TreeDiff.goes(tree, now));
    }

    @Test
    void whatIsAsItWasStays() {
        assertEquals(List.of(), goes(OLD));
        assertEquals(
                List.of(),
                goes(node(
                        "service:web",
                        OLD.children().get(2),
                        OLD.children().get(1),
                        OLD.children().get(0))),
                "in whatever order it stands");
    }

    @Test
    void whatIsGoneOrChangedGoesWithAllThatStandsOnIt() {
        assertEquals(
                List.of("fs:logs"),
                goes(node("service:web", OLD.children().get(0), OLD.children().get(2))));
        assertEquals(
                List.of("fs:data"),
                goes(node(
                        "service:web",
                        node("fs:data device=/dev/sdd1", node("ip:10.0.0.8 sleeptime=1")),
                        OLD.children().get(1),
                        OLD.children().get(2))),
                "its part isn't named: it goes with it");
        assertEquals(
                List.of("ip:10.0.0.8"),
                goes(node(
                        "service:web",
                        node("fs:data device=/dev/sdb1"),
                        OLD.children().get(1),
                        OLD.children().get(2))),
                "and what it stood on stays");
    }

    @Test
    void whatIsElsewhereInTheTreeGoesAndComes() {
        assertEquals(
                List.of("ip:10.0.0.8"),
                goes(node(
                        "service:web",
                        node("fs:data device=/dev/sdb1"),
                        OLD.children().get(1),
                        OLD.children().get(2),
                        node("ip:10.0.0.8 sleeptime=1"))));
    }

    @Test
    void anotherServiceIsAllOfIt() {
        assertEquals(
                List.of("service:web"), goes(node("service:mail", OLD.children().get(0))));
    }

    @Test
    void ofAnotherTypeIsNotTheSameWhateverItIsCalled() {
        var tree = new LiveTree(node("service:web", node("fs:data")));
        assertEquals(Set.of(1), TreeDiff.goes(tree, node("service:web", node("ip:data"))));
    }

    @Test
    void ofTwoAlikeOneStays() {
        var tree = new LiveTree(node("service:web", node("ip:10.0.0.9"), node("ip:10.0.0.9")));
        assertEquals(
                1, TreeDiff.goes(tree, node("service:web", node("ip:10.0.0.9"))).size());
    }

    @Test
    void whatTakesNoRestartIsToldToWhatRuns() {
        ResourceNode now =
                node("service:web", OLD.children().get(0), OLD.children().get(1), node("ip:10.0.0.9 sleeptime=5"));
        assertEquals(List.of(), goes(now));
        LiveTree grown = TreeDiff.grown(running(), now);
        assertEquals(List.of("ip:10.0.0.9"), labels(grown, grown.marked()));
        assertEquals("5", grown.node(4).attributes().get("sleeptime"));
        assertTrue(grown.state(4).up());
    }

    @Test
    void whatIsShedLeavesTheRestAsItWas() {
        LiveTree tree = running();
        ResourceNode now = node("service:web", OLD.children().get(2), node("fs:new device=/dev/sde1"));
        tree.mark(TreeDiff.goes(tree, now));
        LiveTree rest = TreeDiff.rest(tree).orElseThrow();
        assertEquals(node("service:web", OLD.children().get(2)), rest.root());
        assertEquals(List.of(up(), up()), rest.states());

        LiveTree grown = TreeDiff.grown(rest, now);
        assertEquals(now, grown.root());
        assertEquals(List.of(up(), up(), NodeState.NEW), grown.states(), "what comes isn't up yet");
        assertEquals(Set.of(), grown.marked());
    }

    @Test
    void ofAnotherServiceNothingIsLeftAndNothingKept() {
        LiveTree tree = running();
        ResourceNode now = node("service:mail", OLD.children().get(0));
        tree.mark(TreeDiff.goes(tree, now));
        assertEquals(Optional.empty(), TreeDiff.rest(tree));
        assertEquals(
                List.of(NodeState.NEW, NodeState.NEW, NodeState.NEW),
                TreeDiff.grown(tree, now).states());
    }

    @Test
    void whatIsTakenOutLeavesWhatStandsOnIt() {
        assertEquals(
                Optional.of(node("service:web", node("ip:10.0.0.8 sleeptime=1"), node("ip:10.0.0.9 sleeptime=1"))),
                TreeDiff.without(OLD, node -> node.type().equals("fs")));
        assertEquals(Optional.empty(), TreeDiff.without(OLD, _ -> true));
        assertEquals(Optional.of(OLD), TreeDiff.without(OLD, _ -> false));
        assertNotEquals(
                Optional.of(OLD), TreeDiff.without(OLD, node -> node.name().equals("logs")));
    }
}
