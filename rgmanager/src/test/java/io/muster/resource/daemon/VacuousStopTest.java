package io.muster.resource.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.muster.config.Element;
import io.muster.config.RmConfig;
import io.muster.core.CauseId;
import io.muster.daemon.Layout;
import io.muster.driver.CauseIds;
import io.muster.driver.Patience;
import io.muster.driver.Recorder;
import io.muster.ledger.daemon.LedgerFile;
import io.muster.os.RealFiles;
import io.muster.os.RealMachine;
import io.muster.resource.MetadataSet;
import io.muster.resource.Operation;
import io.muster.resource.RealAgents;
import io.muster.resource.ResourceTree;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A stop of everything means what it says, also where the agent or the configuration of what runs is
/// gone: real agents, a real ledger.
class VacuousStopTest {
    private static final String AGENT = """
            #!/bin/sh
            here=${0%%/*}
            case $1 in
              meta-data) if [ -e "$here/broken-%1$s" ]; then
                   if [ -e "$here/once" ]; then rm "$here/broken-%1$s"; fi; exit 1; fi
                 cat <<'X'
            <resource-agent name="%1$s"><version>1.0</version><parameters>
              <parameter name="name" primary="1"><content type="string"/></parameter></parameters>
              <actions><action name="start" timeout="5"/><action name="stop" timeout="5"/></actions></resource-agent>
            X
              ;;
              start) touch "$here/runs-%1$s" ;;
              stop) rm -f "$here/runs-%1$s" ;;
            esac
            exit 0
            """;

    @TempDir
    Path here;

    private final RealMachine machine = RealMachine.of("vacuous");

    @BeforeEach
    void agents() throws Exception {
        for (String type : List.of("service", "fs")) {
            Path agent = here.resolve(type + ".sh");
            Files.writeString(agent, AGENT.formatted(type));
            assertTrue(agent.toFile().setExecutable(true));
        }
    }

    @AfterEach
    void close() {
        machine.close();
    }

    private Layout layout() {
        return Layout.under(here.resolve("root"));
    }

    private RmConfig rm(boolean configured) {
        var fs = new Element("fs", 1, 1, Map.of("name", "data"), List.of());
        var service = new Element("service", 1, 1, Map.of("name", "s1"), List.of(fs));
        List<Element> services = configured ? List.of(service) : List.of();
        return new RmConfig(10, 0, 5, 5, false, false, List.of(), List.of(), List.of(), services, List.of());
    }

    private <T> T awaited(Consumer<Consumer<T>> work) {
        var outcome = new AtomicReference<T>();
        var told = new Patience();
        machine.loop()
                .execute(() -> work.accept(what -> {
                    outcome.set(what);
                    told.end();
                }));
        assertTrue(told.await(30_000), "it never ended");
        return outcome.get();
    }

    /// An rgmanager's runner, as it begins.
    private TreeRunner runner(RmConfig rm, MetadataSet agents) {
        var ledger = new StartedLedger(machine, layout());
        var runner = new TreeRunner(new TreeRunner.Setup(
                machine.loop(),
                machine.clocks(),
                machine.programs(),
                Map.of(),
                then -> then.accept(true),
                ledger,
                CauseIds.ofThisProcess(),
                Recorder.none(),
                broken -> fail("the core broke", broken)));
        StartedLedger.Left left = awaited(ledger::read);
        ResourceTree tree = ResourceTree.build(rm, agents);
        machine.loop().execute(() -> {
            runner.listed(left.all(), left.services(), CauseId.NONE);
            runner.configure(tree, CauseId.NONE);
        });
        return runner;
    }

    private void startAndDie() {
        TreeRunner first = runner(rm(true), RealAgents.in(here));
        assertTrue(this.<Boolean>awaited(then ->
                first.run("service:s1", Operation.START, CauseId.NONE, (result, cause) -> then.accept(result.ok()))));
        assertTrue(runs());
        machine.loop().execute(first::close);
        assertEquals(
                Set.of("service:s1"),
                new LedgerFile(RealFiles.INSTANCE, layout(), machine.life())
                        .read()
                        .remains()
                        .services());
    }

    private boolean runs() {
        return Files.exists(here.resolve("runs-fs"));
    }

    private List<String> stopEverything(TreeRunner runner) {
        return awaited(then -> runner.stopEverything(
                java.util.Collections.emptySortedSet(), CauseId.NONE, (unclean, cause) -> then.accept(unclean)));
    }

    @Test
    void whatWasStartedIsStoppedThoughItsAgentCannotBeAskedWhatItIs() throws Exception {
        startAndDie();
        Files.createFile(here.resolve("broken-fs"));
        MetadataSet now = RealAgents.in(here);
        assertEquals(1, now.problems().size());
        assertEquals(List.of(), stopEverything(runner(rm(true), now)));
        assertFalse(runs());
    }

    @Test
    void whatWasStartedIsStoppedThoughNoConfigurationNamesItAnyMore() {
        startAndDie();
        assertEquals(List.of(), stopEverything(runner(rm(false), RealAgents.in(here))));
        assertFalse(runs());
    }

    @Test
    void whatWasStartedIsUncleanWhenItsAgentIsGone() throws Exception {
        startAndDie();
        Files.delete(here.resolve("fs.sh"));
        assertEquals(List.of("service:s1"), stopEverything(runner(rm(true), RealAgents.in(here))));
        assertTrue(runs());
    }

    @Test
    void whereTheLedgerIsLostWhatCannotBeBuiltIsUnclean() throws Exception {
        startAndDie();
        Files.delete(layout().ledger());
        Files.createFile(here.resolve("broken-fs"));
        assertEquals(List.of("service:s1"), stopEverything(runner(rm(true), RealAgents.in(here))));
        assertTrue(runs());
    }

    /// Its package was just being replaced.
    @Test
    void anAgentThatFailsToSayWhatItIsIsAskedAgain() throws Exception {
        Files.createFile(here.resolve("broken-fs"));
        Files.createFile(here.resolve("once"));
        MetadataSet found = awaited(then -> AgentDirectory.loadPatiently(machine, here, then));
        assertEquals(Set.of("fs", "service"), found.all().keySet());
        assertEquals(List.of(), found.problems());
    }
}
