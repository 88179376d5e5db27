package io.muster.resource.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.daemon.Layout;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
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

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

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
        assertTrue(out.toString(StandardCharsets.UTF_8).startsWith("usage: rg_test "), out::toString);
        assertEquals(1, rgTest("rule"));
        assertTrue(err.toString(StandardCharsets.UTF_8).contains("did you mean \"rules\"?"), err::toString);
        assertFalse(Files.exists(agents.resolve("asked")));
        rgTest("rules");
        assertTrue(Files.exists(agents.resolve("asked")));
    }

    private int rgTest(String... arguments) {
        out.reset();
        err.reset();
        return new RgTest(Layout.under(here))
                .run(
                        arguments,
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    private int operate(String operation) {
        String agents = Path.of("src/main/agents").toAbsolutePath().toString();
        String config = here.resolve("cluster.conf").toString();
        return rgTest(agents, "test", config, operation, "service", "web");
    }

    @Test
    void aServicesAgentsRunHereAndNow() throws Exception {
        assertEquals(0, operate("start"), err.toString(StandardCharsets.UTF_8));
        assertEquals("start service:web...\nstart of service:web complete\n", out.toString(StandardCharsets.UTF_8));
        assertEquals(0, operate("status"), err.toString(StandardCharsets.UTF_8));
        assertEquals(0, operate("stop"), err.toString(StandardCharsets.UTF_8));
        assertEquals(List.of("start", "status", "stop"), Files.readAllLines(here.resolve("calls")));
    }

    @Test
    void whatFailsIsNamed() throws Exception {
        Files.writeString(here.resolve("fail-start"), "");
        assertEquals(1, operate("start"));
        assertEquals("start service:web...\nFailed to start service:web\n", out.toString(StandardCharsets.UTF_8));
        assertEquals("rg_test: script:httpd returned 1\n", err.toString(StandardCharsets.UTF_8));
    }

    @Test
    void rulesAreTheAgentsWord() {
        String agents = Path.of("src/main/agents").toAbsolutePath().toString();
        assertEquals(0, rgTest(agents, "rules"));
        assertTrue(out.toString(StandardCharsets.UTF_8).startsWith("Resource Rules for \"fs\"\n"));
        assertEquals("", err.toString(StandardCharsets.UTF_8));
    }

    @Test
    void anotherWordIsRefusedWithTheUsage() {
        assertEquals(1, rgTest("rulez"));
        assertTrue(err.toString(StandardCharsets.UTF_8).contains("unknown word \"rulez\"; did you mean \"rules\"?"));
    }
}
