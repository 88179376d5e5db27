package io.muster.resource.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.muster.config.Element;
import io.muster.config.RmConfig;
import io.muster.core.CauseId;
import io.muster.driver.Patience;
import io.muster.os.RealMachine;
import io.muster.resource.MetadataSet;
import io.muster.resource.Operation;
import io.muster.resource.RealAgents;
import io.muster.resource.ResourceTree;
import io.muster.resource.TreeResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Real agents, real processes, the real machine: an agent that writes down how it was called and fails
/// where a file tells it to.
class TreeRunnerTest {
    private static final String AGENT = """
            #!/bin/sh
            here=${0%%/*}
            case $1 in
              meta-data) cat <<'X'
            <resource-agent name="%s"><version>1.0</version><parameters>
              <parameter name="name" primary="1"><content type="string"/></parameter></parameters>
              <actions><action name="start" timeout="1"/><action name="stop" timeout="1"/>
              <action name="status" interval="0" timeout="1"/><action name="status" depth="10" interval="1h"/></actions>
              <special tag="rgmanager"><child type="part" start="1" stop="1"/></special></resource-agent>
            X
              ;;
              *) echo "$1 $OCF_RESKEY_name $OCF_CHECK_LEVEL" >>"$here/calls"
                 echo "$MUSTER_ROOT" >"$here/root"
                 if [ -e "$here/hang-$1-$OCF_RESKEY_name" ]; then sleep 60; fi
                 if [ -e "$here/fail-$1-$OCF_RESKEY_name" ]; then exit 1; fi ;;
            esac
            """;

    @TempDir
    Path agents;

    private final RealMachine machine = RealMachine.of("runner");
    private volatile boolean quorate = true;
    private final TreeRunner runner = new TreeRunner(TreeRunner.Setup.of(
            machine,
            Map.of("MUSTER_ROOT", "/of/this/node"),
            then -> then.accept(quorate),
            broken -> fail("the core broke", broken)));

    @BeforeEach
    void writeAgents() throws Exception {
        for (String type : List.of("service", "part")) {
            Path agent = agents.resolve(type + ".sh");
            Files.writeString(agent, AGENT.formatted(type));
            assertTrue(agent.toFile().setExecutable(true));
        }
    }

    @AfterEach
    void close() {
        machine.close();
    }

    /// A service `s` with the parts `a` and `b`.
    private void configure(Map<String, String> marksOfB) {
        MetadataSet set = RealAgents.in(agents);
        assertEquals(List.of(), set.problems());
        var second = new LinkedHashMap<>(marksOfB);
        second.put("name", "b");
        var element = new Element(
                "service",
                1,
                1,
                Map.of("name", "s"),
                List.of(
                        new Element("part", 1, 1, Map.of("name", "a"), List.of()),
                        new Element("part", 1, 1, second, List.of())));
        var rm = new RmConfig(10, 0, 5, 5, false, false, List.of(), List.of(), List.of(), List.of(element), List.of());
        ResourceTree tree = ResourceTree.build(rm, set);
        machine.loop().execute(() -> runner.configure(tree, CauseId.NONE));
    }

    private <T> T awaited(Consumer<TreeRunner.Then<T>> work) {
        var outcome = new AtomicReference<T>();
        var told = new Patience();
        machine.loop()
                .execute(() -> work.accept((what, cause) -> {
                    outcome.set(what);
                    told.end();
                }));
        assertTrue(told.await(30_000), "it never ended");
        return outcome.get();
    }

    private TreeResult run(Operation operation) {
        return awaited(then -> runner.run("service:s", operation, CauseId.NONE, then));
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
        configure(Map.of());
        assertTrue(run(Operation.START).ok());
        assertEquals(List.of("start s 0", "start a 0", "start b 0"), calls());
        assertTrue(run(Operation.STOP).ok());
        assertEquals(List.of("stop b 0", "stop a 0", "stop s 0"), calls());
    }

    /// What an agent starts of ours (end_machine) acts on the node it belongs to.
    @Test
    void anAgentKnowsTheRootOfItsNode() throws Exception {
        configure(Map.of());
        assertTrue(run(Operation.START).ok());
        assertEquals("/of/this/node\n", Files.readString(agents.resolve("root")));
    }

    @Test
    void aFailureIsTheAgentsExitStatus() throws Exception {
        configure(Map.of());
        make("fail-start-a");
        assertEquals(new TreeResult(false, false, "part:a", 1), run(Operation.START));
        assertEquals(List.of("start s 0", "start a 0"), calls());
    }

    @Test
    void withoutProvenQuorumNoAgentIsStarted() throws Exception {
        configure(Map.of());
        quorate = false;
        assertFalse(run(Operation.START).ok());
        quorate = true;
        machine.loop().execute(() -> runner.bar(true, CauseId.NONE));
        assertFalse(run(Operation.START).ok());
        assertEquals(List.of(), calls());
        machine.loop().execute(() -> runner.bar(false, CauseId.NONE));
        assertTrue(run(Operation.START).ok());
    }

    @Test
    void anIndependentPartIsRepairedAlone() throws Exception {
        configure(Map.of("__independent_subtree", "1"));
        run(Operation.START);
        calls();
        make("fail-status-b");
        long giveUp = System.nanoTime() + 10_000_000_000L;
        boolean repaired = false;
        while (!repaired && System.nanoTime() < giveUp) {
            assertTrue(run(Operation.STATUS).ok());
            repaired = calls().containsAll(List.of("stop b 0", "start b 0"));
        }
        assertTrue(repaired, "the machine's clock is the core's");
    }

    @Test
    void enforcedTimeoutsKillTheAgentAndCountAsFailure() throws Exception {
        configure(Map.of("__enforce_timeouts", "1"));
        make("hang-start-b");
        assertEquals(new TreeResult(false, false, "part:b", 1), run(Operation.START));
    }

    @Test
    void everythingIsStoppedAndWhatFailsIsNamed() throws Exception {
        configure(Map.of());
        run(Operation.START);
        calls();
        make("fail-stop-a");
        List<String> unclean =
                awaited(then -> runner.stopEverything(java.util.Collections.emptySortedSet(), CauseId.NONE, then));
        assertEquals(List.of("service:s"), unclean);
        assertEquals(List.of("stop b 0", "stop a 0", "stop s 0"), calls());
    }

    @Test
    void itIsKnownHowLongAgentsTook() throws Exception {
        configure(Map.of());
        run(Operation.START);
        run(Operation.STOP);
        run(Operation.START);
        var times = awaited((TreeRunner.Then<AgentTimes> then) -> then.ended(runner.times(), CauseId.NONE))
                .all();
        var start = times.get(new AgentTimes.Key("part:a", "start"));
        assertTrue(start != null && start.count() == 2, times.toString());
        assertTrue(start.longestMs() >= start.lastMs() && start.longestMs() < 30_000, times.toString());
        assertEquals(7, times.size(), "three agents, two actions each, and the ledger");
    }
}
