package io.muster.resource.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.cli.Said;
import io.muster.daemon.Layout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The command with our own agents, which run on this host.
class RgTestTest {
    private static final String CONFIG = """
            <?xml version="1.0"?>
            <cluster name="c" config_version="1"><clusternodes><clusternode name="n1" nodeid="1"/></clusternodes>
            <rm><service name="web"><script name="httpd" file="%s"/></service></rm></cluster>
            """;

    @TempDir
    Path here;

    private Said said = new Said(0, "", "");

    @BeforeEach
    void write() throws Exception {
        Path script = here.resolve("httpd");
        Files.writeString(script, """
                #!/bin/sh
                echo "$1" >>"${0%/*}/calls"
                [ ! -e "${0%/*}/fail-$1" ]
                """);
        assertTrue(script.toFile().setExecutable(true));
        Files.writeString(here.resolve("cluster.conf"), CONFIG.formatted(script));
    }

    /// An agent that leaves a trace wherever it is asked for its metadata.
    @Test
    void helpAndAWrongWordAskNoAgent() throws Exception {
        Path agents = Files.createDirectories(here.resolve("usr/share/cluster"));
        Path agent = agents.resolve("trace.sh");
        Files.writeString(agent, "#!/bin/sh\n: >\"${0%/*}/asked\"\n");
        assertTrue(agent.toFile().setExecutable(true));
        assertEquals(0, rgTest("-h"));
        assertTrue(said.out().startsWith("usage: rg_test "), said.out());
        assertEquals(1, rgTest("rule"));
        assertTrue(said.err().contains("did you mean \"rules\"?"), said.err());
        assertFalse(Files.exists(agents.resolve("asked")));
        rgTest("rules");
        assertTrue(Files.exists(agents.resolve("asked")));
    }

    private int rgTest(String... arguments) {
        said = Said.by(new RgTest(Layout.under(here)), arguments);
        return said.status();
    }

    private int operate(String operation) {
        String agents = Path.of("src/main/agents").toAbsolutePath().toString();
        String config = here.resolve("cluster.conf").toString();
        return rgTest(agents, "test", config, operation, "service", "web");
    }

    @Test
    void aServicesAgentsRunHereAndNow() throws Exception {
        assertEquals(0, operate("start"), said.err());
        assertEquals("start service:web...\nstart of service:web complete\n", said.out());
        assertEquals(0, operate("status"), said.err());
        assertEquals(0, operate("stop"), said.err());
        assertEquals(List.of("start", "status", "stop"), Files.readAllLines(here.resolve("calls")));
    }

    @Test
    void whatFailsIsNamed() throws Exception {
        Files.writeString(here.resolve("fail-start"), "");
        assertEquals(1, operate("start"));
        assertEquals("start service:web...\nFailed to start service:web\n", said.out());
        assertEquals("rg_test: script:httpd returned 1\n", said.err());
    }

    @Test
    void rulesAreTheAgentsWord() {
        String agents = Path.of("src/main/agents").toAbsolutePath().toString();
        assertEquals(0, rgTest(agents, "rules"));
        assertTrue(said.out().startsWith("Resource Rules for \"fs\"\n"));
        assertEquals("", said.err());
    }

    @Test
    void anotherWordIsRefusedWithTheUsage() {
        assertEquals(1, rgTest("rulez"));
        assertTrue(said.err().contains("unknown word \"rulez\"; did you mean \"rules\"?"));
    }
}
