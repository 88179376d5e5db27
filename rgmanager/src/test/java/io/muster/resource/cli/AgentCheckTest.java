package io.muster.resource.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.cli.Said;
import io.muster.config.cli.ConfigUpdate;
import io.muster.config.cli.ConfigValidate;
import io.muster.daemon.Layout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The validator with our own agents, which it asks.
class AgentCheckTest {
    private static final String CONFIG = """
            <?xml version="1.0"?>
            <cluster name="c" config_version="1"><clusternodes><clusternode name="n1" nodeid="1"/></clusternodes>
            <rm>
            %s
            </rm></cluster>
            """;

    @TempDir
    Path here;

    private Path agents() throws Exception {
        Path directory = Files.createDirectories(here.resolve("usr/share/cluster"));
        Files.createDirectories(directory.resolve("utils"));
        for (String name : List.of("service.sh", "fs.sh", "ip.sh", "script.sh", "utils/ocf")) {
            Path copy = Files.copy(Path.of("src/main/agents", name), directory.resolve(name));
            assertTrue(copy.toFile().setExecutable(true));
        }
        return directory;
    }

    /// What it warns of.
    private List<String> warnings(String rm, String... options) throws Exception {
        Path file = Files.writeString(here.resolve("cluster.conf"), CONFIG.formatted(rm));
        String[] arguments = Stream.concat(Stream.of("-f", file.toString()), Stream.of(options))
                .toArray(String[]::new);
        Said said = Said.by(new ConfigValidate(Layout.under(here)), arguments);
        assertEquals(0, said.status(), said.err());
        return said.err().lines().filter(line -> !line.contains("fence")).toList();
    }

    @Test
    void eachServiceThatWouldNotBeStartedIsWarnedOfAtItsPlace() throws Exception {
        agents();
        assertEquals(
                List.of(
                        "warning: cluster.conf:4:12: <fs>: required attribute \"name\" is missing, by which it is used",
                        "warning: cluster.conf:5:19: <script name=\"a\">: required attribute \"file\" is missing:"
                                + " service:s isn't started",
                        "warning: cluster.conf:6:20: <lvm name=\"v\">: no agent handles this type: service:db isn't"
                                + " started",
                        "warning: cluster.conf:6:53: <ip ref=\"192.0.2.8\">: it is used above already, and may be used"
                                + " once only: service:db isn't started"),
                warnings("""
                        <resources><fs device="/dev/sdb1" mountpoint="/d"/><ip address="192.0.2.8"/></resources>
                        <service name="s"><script name="a"/><ip ref="192.0.2.8"/></service>
                        <service name="db"><lvm name="v" vg_name="vg1"/><ip ref="192.0.2.8"/></service>"""));
        assertEquals(List.of(), warnings("<service name='s'><script name='a'/></service>", "-q"));
    }

    /// Also where a file is proposed to the cluster; but nothing is said of a machine without agents.
    @Test
    void whoeverProposesAFileIsWarnedToo() throws Exception {
        byte[] octets = CONFIG.formatted("<service name='s'><script name='a'/></service>")
                .getBytes(StandardCharsets.UTF_8);
        var said = new ArrayList<String>();
        ConfigUpdate.check(octets, "new.conf", Layout.under(here), problem -> said.add(problem.toString()));
        said.removeIf(line -> line.contains("fence"));
        assertEquals(List.of(), said);
        agents();
        ConfigUpdate.check(octets, "new.conf", Layout.under(here), problem -> said.add(problem.toString()));
        said.removeIf(line -> line.contains("fence"));
        assertEquals(
                List.of("new.conf:4:19: <script name=\"a\">: required attribute \"file\" is missing: service:s isn't"
                        + " started"),
                said);
    }

    @Test
    void whatTheReaderSaysIsNotSaidTwice() throws Exception {
        agents();
        List<String> said = warnings("<service name='s'><ip ref='192.0.2.7'/><scrip name='a' file='/a'/></service>");
        assertEquals(2, said.size(), said.toString());
    }

    @Test
    void anAgentThatFailsIsNamedAndWithoutAgentsNothingIsClaimed() throws Exception {
        assertTrue(
                warnings("<service name='s'/>").getLast().contains("resources aren't checked: no resource agents in"));
        Path agent = Files.writeString(agents().resolve("app.sh"), "#!/bin/sh\nexit 3\n");
        assertTrue(agent.toFile().setExecutable(true));
        assertEquals(
                List.of("warning: " + agent + ": meta-data failed with status 3"), warnings("<service name='s'/>"));
    }
}
