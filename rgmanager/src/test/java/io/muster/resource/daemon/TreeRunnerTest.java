package io.muster.resource.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.config.Element;
import io.muster.config.RmConfig;
import io.muster.resource.MetadataSet;
import io.muster.resource.ResourceNode;
import io.muster.resource.ResourceTree;
import io.muster.resource.TreeResult;
import io.muster.resource.daemon.TreeRunner.Operation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Real agents, real processes: an agent that writes down how it was called and fails where a file tells it to.
class TreeRunnerTest {
    private static final String AGENT = """
            #!/bin/sh
            here=${0%%/*}
            case $1 in
              meta-data) cat <<'X'
            <resource-agent name="%s"><version>1.0</version><parameters>
              <parameter name="name" primary="1"><content type="string"/></parameter></parameters>
              <actions><action name="start" timeout="1"/><action name="stop" timeout="1"/>
              <action name="status" interval="0" timeout="1"/><action name="status" depth="10" interval="1h"/>%s</actions>
              <special tag="rgmanager"><child type="part" start="1" stop="1"/></special></resource-agent>
            X
              ;;
              *) echo "$1 $OCF_RESKEY_name $OCF_CHECK_LEVEL" >>"$here/calls"
                 if [ -e "$here/hang-$1-$OCF_RESKEY_name" ]; then sleep 60; fi
                 if [ -e "$here/fail-$1-$OCF_RESKEY_name" ]; then exit 1; fi ;;
            esac
            """;

    @TempDir
    Path agents;

    private boolean quorate = true;
    private final TreeRunner runner = new TreeRunner(() -> quorate, Optional.empty());

    @BeforeEach
    void writeAgents() throws Exception {
        for (String type : List.of("service", "part")) {
            Path agent = agents.resolve(type + ".sh");
            Files.writeString(agent, AGENT.formatted(type, ""));
            assertTrue(agent.toFile().setExecutable(true));
        }
    }

    private ResourceNode service(Map<String, String> marks) {
        MetadataSet set = AgentDirectory.load(agents);
        assertEquals(List.of(), set.problems());
        var second = new LinkedHashMap<>(marks);
        second.put("name", "b");
        var element = new Element(
                "service",
                1,
                1,
                Map.of("name", "s"),
                List.of(
                        new Element("part", 1, 1, Map.of("name", "a"), List.of()),
                        new Element("part", 1, 1, second, List.of())));
        var rm = new RmConfig(
                5, "daemon", 10, 0, 5, 5, false, false, List.of(), List.of(), List.of(), List.of(element), List.of());
        return ResourceTree.build(rm, set).service("service:s").orElseThrow();
    }

    private TreeResult run(ResourceNode service, Operation operation) throws Exception {
        return runner.run(service, operation).get(30, TimeUnit.SECONDS);
    }

    private void make(String name) throws Exception {
        Files.writeString(agents.resolve(name), "");
    }

    private List<String> calls() throws Exception {
        Path calls = agents.resolve("calls");
        var lines = Files.exists(calls) ? Files.readAllLines(calls) : List.<String>of();
        Files.deleteIfExists(calls);
        return lines;
    }

    @Test
    void startAndStopWalkTheTree() throws Exception {
        var service = service(Map.of());
        assertTrue(run(service, Operation.START).ok());
        assertEquals(List.of("start s 0", "start a 0", "start b 0"), calls());
        assertTrue(run(service, Operation.STOP).ok());
        assertEquals(List.of("stop b 0", "stop a 0", "stop s 0"), calls());
    }

    @Test
    void theFirstFailureEndsAStart() throws Exception {
        make("fail-start-a");
        var result = run(service(Map.of()), Operation.START);
        assertFalse(result.ok());
        assertEquals("part:a", result.failed());
        assertEquals(List.of("start s 0", "start a 0"), calls());
    }

    @Test
    void aStopGoesOnAfterAFailureAndReportsIt() throws Exception {
        make("fail-stop-b");
        var result = run(service(Map.of()), Operation.STOP);
        assertFalse(result.ok());
        assertEquals(List.of("stop b 0", "stop a 0", "stop s 0"), calls());
    }

    @Test
    void withoutProvenQuorumNoAgentIsStarted() throws Exception {
        quorate = false;
        assertFalse(run(service(Map.of()), Operation.START).ok());
        assertEquals(List.of(), calls());
    }

    @Test
    void aFailedCheckIsTheServicesFailure() throws Exception {
        var service = service(Map.of());
        run(service, Operation.START);
        make("fail-status-b");
        awaitCheck(service, false);
    }

    @Test
    void anIndependentPartIsRepairedAlone() throws Exception {
        var service = service(Map.of("__independent_subtree", "1"));
        run(service, Operation.START);
        calls();
        make("fail-status-b");
        long giveUp = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        boolean repaired = false;
        while (!repaired && System.nanoTime() < giveUp) {
            assertTrue(run(service, Operation.STATUS).ok());
            repaired = calls().containsAll(List.of("stop b 0", "start b 0"));
        }
        assertTrue(repaired);
    }

    @Test
    void aNonCriticalPartStaysOffAndComesBackWhenAsked() throws Exception {
        var service = service(Map.of("__independent_subtree", "2"));
        run(service, Operation.START);
        make("fail-status-b");
        long giveUp = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (!run(service, Operation.STATUS).partial() && System.nanoTime() < giveUp) {
            Thread.onSpinWait();
        }
        assertTrue(run(service, Operation.STATUS).partial());
        Files.delete(agents.resolve("fail-status-b"));
        assertFalse(run(service, Operation.CONVALESCE).partial());
        assertFalse(run(service, Operation.STATUS).partial());
    }

    @Test
    void enforcedTimeoutsKillTheAgentAndCountAsFailure() throws Exception {
        make("hang-start-b");
        var result = run(service(Map.of("__enforce_timeouts", "1")), Operation.START);
        assertFalse(result.ok());
        assertEquals("part:b", result.failed());
        assertEquals(1, result.status());
    }

    private void awaitCheck(ResourceNode service, boolean ok) throws Exception {
        long giveUp = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (run(service, Operation.STATUS).ok() != ok) {
            assertTrue(System.nanoTime() < giveUp, "the check never became " + ok);
        }
    }
}
