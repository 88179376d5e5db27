package io.muster.resource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.config.Element;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TreeOrderTest {
    private static final MetadataSet AGENTS = RealAgents.in(Path.of("src/main/agents"));

    static Element element(String type, Map<String, String> attributes, Element... children) {
        return new Element(type, 1, 1, new LinkedHashMap<>(attributes), List.of(children));
    }

    static ResourceTree tree(List<Element> resources, Element... services) {
        return ResourceTree.build(RmConfigs.of(resources, List.of(services)), AGENTS);
    }

    private static List<String> walk(ResourceNode node, boolean start) {
        var names = new ArrayList<String>();
        if (start) {
            names.add(node.name());
        }
        for (ResourceNode child : start ? TreeOrder.starting(node) : TreeOrder.stopping(node)) {
            names.addAll(walk(child, start));
        }
        if (!start) {
            names.add(node.name());
        }
        return names;
    }

    private static ResourceNode mixed() {
        var tree = tree(
                List.of(),
                element(
                        "service",
                        Map.of("name", "web"),
                        element("script", Map.of("name", "s1", "file", "/bin/true")),
                        element("ip", Map.of("address", "192.0.2.1")),
                        element("script", Map.of("name", "s2", "file", "/bin/sh")),
                        element("fs", Map.of("name", "data", "mountpoint", "/d", "device", "/dev/sdz")),
                        element("ip", Map.of("address", "192.0.2.2"))));
        assertEquals(List.of(), tree.flaws());
        return tree.service("service:web").orElseThrow();
    }

    @Test
    void startGoesByLevelAndThenByDocument() {
        assertEquals(List.of("web", "data", "192.0.2.1", "192.0.2.2", "s1", "s2"), walk(mixed(), true));
    }

    @Test
    void stopLevelsAreNotTheReverseOfStart() {
        // ip (2) stops after script (1) but before fs (8); within a type the last comes first.
        assertEquals(List.of("s2", "s1", "192.0.2.2", "192.0.2.1", "data", "web"), walk(mixed(), false));
    }

    @Test
    void aReferenceTakesTheSharedDefinition() {
        var tree = tree(
                List.of(element("ip", Map.of("address", "192.0.2.80", "monitor_link", "0"))),
                element("service", Map.of("name", "web"), element("ip", Map.of("ref", "192.0.2.80"))));
        var ip = tree.service("service:web").orElseThrow().children().getFirst();
        assertEquals("0", ip.attributes().get("monitor_link"));
    }

    @Test
    void aMissingDefinitionIsNamedWithItsPlace() {
        var tree =
                tree(List.of(), element("service", Map.of("name", "web"), element("ip", Map.of("ref", "192.0.2.80"))));
        assertEquals(
                "[cluster.conf:1:1: <ip ref=\"192.0.2.80\">: no such resource is defined: service:web isn't started]",
                tree.flaws().toString());
        assertEquals(
                Map.of("service:web", "<ip ref=\"192.0.2.80\"> in line 1: no such resource is defined"), tree.unfit());
    }

    @Test
    void valuesAreInheritedFromTheNearestAncestorOfTheType() {
        var tree = tree(
                List.of(),
                element(
                        "service",
                        Map.of("name", "web", "nfslock", "1"),
                        element(
                                "ip",
                                Map.of("address", "192.0.2.1"),
                                element("script", Map.of("name", "s", "file", "/bin/true")))));
        var ip = tree.service("service:web").orElseThrow().children().getFirst();
        assertEquals("1", ip.attributes().get("nfslock"));
        assertEquals("web", ip.children().getFirst().attributes().get("service_name"));
    }

    @Test
    void anAddressMayBeUsedOnce() {
        var tree = tree(
                List.of(element("ip", Map.of("address", "192.0.2.80"))),
                element("service", Map.of("name", "a"), element("ip", Map.of("ref", "192.0.2.80"))),
                element("service", Map.of("name", "b"), element("ip", Map.of("ref", "192.0.2.80"))));
        assertTrue(tree.service("service:b").orElseThrow().children().isEmpty());
        assertEquals(1, tree.flaws().size());
        assertEquals(
                Map.of(
                        "service:b",
                        "<ip ref=\"192.0.2.80\"> in line 1: it is used above already, and may be used once only"),
                tree.unfit());
    }

    @Test
    void callsCarryTheOcfVariables() {
        var ip = mixed().children().stream()
                .filter(n -> n.type().equals("ip"))
                .findFirst()
                .orElseThrow();
        var environment = new AgentCall(ip, "status", 10, List.of(), 0).environment();
        assertEquals("192.0.2.1", environment.get("OCF_RESKEY_address"));
        assertEquals("10", environment.get("OCF_CHECK_LEVEL"));
        assertEquals("ip:192.0.2.1", environment.get("OCF_RESOURCE_INSTANCE"));
        assertEquals("20", environment.get("OCF_RESKEY_RGMANAGER_meta_timeout"));
    }

    @Test
    void timesAreSumsOfUnits() {
        assertEquals(5400, TimeText.seconds("1h30m"));
        assertEquals(30, TimeText.seconds("30"));
        assertEquals(60, TimeText.seconds("1M"));
        assertEquals(0, TimeText.seconds("5q"));
        assertEquals(0, TimeText.seconds(""));
    }
}
