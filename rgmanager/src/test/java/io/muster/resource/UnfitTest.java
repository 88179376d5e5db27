package io.muster.resource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.config.ClusterConfig;
import io.muster.config.ConfigReader;
import io.muster.finding.Reading;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Services that would run without one of their resources.
class UnfitTest {
    private static ResourceTree tree(String rm) {
        String document = """
                <?xml version="1.0"?>
                <cluster name="c" config_version="1"><clusternodes><clusternode name="n1" nodeid="1"/></clusternodes>
                <rm>
                %s</rm></cluster>
                """.formatted(rm);
        Reading<ClusterConfig> reading = ConfigReader.parse(document.getBytes(StandardCharsets.UTF_8), "cluster.conf");
        return ResourceTree.build(reading.config().orElseThrow().rm(), Agents.ALL);
    }

    private static List<String> flaws(ResourceTree tree) {
        return tree.flaws().stream().map(ResourceTree.Flaw::toString).toList();
    }

    @Test
    void everythingThatIsMissingIsSaidAtOnceWithItsPlace() {
        ResourceTree tree = tree("""
                <resources><fs device="/dev/sdb1" mountpoint="/d"/><fs name="g" device="/dev/sdb3"/></resources>
                <service name="s"><script name="a" file=" "/><fs name="f" device="/dev/sdb2"/><ip/></service>
                <service name="t"/>
                """);
        assertEquals(
                List.of(
                        "cluster.conf:4:12: <fs>: required attribute \"name\" is missing, by which it is used",
                        "cluster.conf:5:46: <fs name=\"f\">: required attribute \"mountpoint\" is missing: service:s"
                                + " isn't started",
                        "cluster.conf:5:79: <ip>: required attribute \"address\" is missing: service:s isn't started",
                        "cluster.conf:5:36: <script name=\"a\">: required attribute \"file\" is empty: service:s isn't"
                                + " started",
                        "cluster.conf:4:52: <fs name=\"g\">: required attribute \"mountpoint\" is missing"),
                flaws(tree));
        assertEquals(Set.of("service:s"), tree.unfit().keySet());
        assertEquals(Set.of("service:s", "service:t"), tree.services().keySet());
        assertTrue(tree.incomplete().isEmpty());
    }

    @Test
    void whatNoAgentHandlesIsNamedAlsoAtTheTop() {
        ResourceTree tree = tree("""
                <service name="db"><lvm name="v"/><script name="x" file="/x"/></service>
                <vm name="guest"/>
                """);
        assertEquals(Set.of("service:db", "vm:guest"), tree.unfit().keySet());
        assertEquals(Set.of("service:db", "vm:guest"), tree.incomplete());
        assertEquals(Set.of("service:db"), tree.services().keySet());
        assertEquals(
                "<lvm name=\"v\"> in line 4: no agent handles this type",
                tree.unfit().get("service:db"));
    }

    @Test
    void theSecondWithAUniqueValueIsLeftOutHoweverItIsSpelt() {
        ResourceTree tree = tree("""
                <resources><ip address="192.0.2.80"/><ip address="192.0.2.80/24"/></resources>
                <service name="one"><fs name="a" device="/dev/sdb1" mountpoint="/d"/><script name="x" file="/i/d"/></service>
                <service name="two"><fs name="b" device="/dev//sdb1" mountpoint="/d/"/><script name="y" file="/i/./d"/></service>
                <service name="v6"><ip address="fe80::1"/></service>
                <service name="v6too"><ip address="FE80:0::1/64"/></service>
                <service name="named"><fs name="a" device="/dev/sdc1" mountpoint="/c"/></service>
                <service name="far"><ip ref="192.0.2.80/24"/></service>
                <service name="near"><ip ref="192.0.2.80"/></service>
                """);
        assertEquals(
                Set.of("service:two", "service:v6too", "service:named", "service:far"),
                tree.unfit().keySet());
        assertEquals(
                "<fs name=\"b\"> in line 6: mountpoint=\"/d/\" must be unique: <fs name=\"a\"> in line 5 has it;"
                        + " <fs name=\"b\"> in line 6: device=\"/dev//sdb1\" must be unique: <fs name=\"a\"> in line 5"
                        + " has it; <script name=\"y\"> in line 6: file=\"/i/./d\" must be unique: <script name=\"x\">"
                        + " in line 5 has it",
                tree.unfit().get("service:two"));
    }

    @Test
    void oneScriptInSeveralServicesByReferenceIsFine() {
        ResourceTree tree = tree("""
                <resources><script name="x" file="/i/d"/></resources>
                <service name="one"><script ref="x"/></service><service name="two"><script ref="x"/></service>
                """);
        assertEquals(List.of(), flaws(tree));
    }

    @Test
    void whatIsForbiddenOrRefersToNothingOrToItselfIsSaid() {
        ResourceTree tree = tree(
                """
                <resources><fs name="f" device="/dev/a" mountpoint="/a"><fs ref="f"/></fs></resources>
                <service name="a"><ip address="192.0.2.1"><nfsclient name="n"/></ip></service>
                <service name="b"><ip ref="192.0.2.1"/></service>
                <service name="c"><fs ref="f"/></service>
                <service name="d"/><service ref="e"/>
                """.replace("<service name=\"d\"/>", "<service name=\"d\"><script name='s' file='/s'/></service>"));
        assertEquals(
                "<nfsclient name=\"n\"> in line 5: not allowed below ip:192.0.2.1",
                tree.unfit().get("service:a"));
        assertEquals(
                "<ip ref=\"192.0.2.1\"> in line 6: no such resource is defined",
                tree.unfit().get("service:b"));
        assertEquals(
                "<fs ref=\"f\"> in line 4: it stands within itself",
                tree.unfit().get("service:c"));
        assertEquals(
                "<service ref=\"e\"> in line 8: no such resource is defined",
                tree.unfit().get("service:e"));
        assertFalse(tree.unfit().containsKey("service:d"));
    }

    @Test
    void aReferenceTakesTheWholeDefinitionAndMayChangeWhatIsNotUnique() {
        ResourceTree tree = tree("""
                <resources><service name="s" nfslock="1" recovery="relocate"><ip ref="192.0.2.1"/></service>
                <ip address="192.0.2.1" monitor_link="0" sleeptime="7"/><fs name="f" device="/dev/a" mountpoint="/a"/>
                </resources>
                <service ref="s" recovery="disable"/>
                <service name="t"><fs ref="f" device="/dev/b" force_unmount="1"/></service>
                """);
        assertEquals(List.of(), flaws(tree));
        ResourceNode s = tree.service("service:s").orElseThrow();
        assertEquals("1", s.attributes().get("nfslock"));
        assertEquals("disable", s.attributes().get("recovery"));
        assertEquals("ip:192.0.2.1", s.children().getFirst().label());
        Map<String, String> fs =
                tree.service("service:t").orElseThrow().children().getFirst().attributes();
        assertEquals("/dev/a", fs.get("device"));
        assertEquals("1", fs.get("force_unmount"));
    }

    @Test
    void anUnfitServiceIsStoppedAndNotStarted() {
        var stage = new TreeStage();
        stage.unfit("service:lame", "<lvm name=\"v\"> in line 4: no agent handles this type");
        stage.configure("<service name='lame'><app name='a'/></service>");
        assertFalse(stage.perform("service:lame", Operation.START).ok());
        assertTrue(
                stage.told().stream()
                        .anyMatch(line -> line.contains("service:lame isn't started, it would run without a resource:"
                                + " <lvm name=\"v\"> in line 4: no agent handles this type")),
                stage.told().toString());
        assertTrue(stage.told().stream().noneMatch(line -> line.contains("start app:a")));
        assertTrue(stage.perform("service:lame", Operation.STOP).ok());
        assertTrue(
                stage.told().stream().anyMatch(line -> line.contains("stop app:a")),
                stage.told().toString());
    }

    @Test
    void whatRunsStaysCheckedWhenItsNewConfigurationIsUnfit() {
        var stage = new TreeStage();
        stage.configure("<service name='s'><app name='a'/></service>");
        assertTrue(stage.perform("service:s", Operation.START).ok());
        stage.unfit("service:s", "no");
        stage.configure("<service name='s'><app name='a'/></service>");
        assertTrue(stage.perform("service:s", Operation.STATUS).ok());
        stage.configure("");
        assertTrue(stage.perform("service:s", Operation.STATUS).ok());
        assertTrue(stage.perform("service:s", Operation.STOP).ok());
    }
}
