package io.muster.resource.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.config.Element;
import io.muster.config.RmConfig;
import io.muster.core.CauseId;
import io.muster.driver.Patience;
import io.muster.machine.Programs.TakeOver;
import io.muster.os.ProcessStat;
import io.muster.os.RealMachine;
import io.muster.resource.Operation;
import io.muster.resource.RealAgents;
import io.muster.resource.ResourceTree;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A runner in a process of its own is killed while its agents are at work; the next one takes over.
class TakeOverTest {
    /// `start` leaves a database behind when it is done, and a child that waits for the file `go`.
    private static final String AGENT = """
            #!/bin/sh
            here=${0%/*}
            case $1 in
              meta-data) cat <<'X'
            <resource-agent name="service"><version>1.0</version><parameters>
              <parameter name="name" primary="1"><content type="string"/></parameter></parameters>
              <actions><action name="start" timeout="1"/><action name="stop" timeout="1"/></actions>
              </resource-agent>
            X
              ;;
              start)
                 if [ "$OCF_RESKEY_name" = quick ]; then
                   sleep 300 </dev/null >/dev/null 2>&1 &
                   echo $! >"$here/database"; exit 0
                 fi
                 # Its parent ends at once.
                 (sh -c 'while ! [ -e "$0/go" ]; do sleep 0.02; done; touch "$0/child-acted"' "$here" & echo $! >"$here/child.new")
                 mv "$here/child.new" "$here/child"
                 while ! [ -e "$here/go" ]; do sleep 0.02; done
                 touch "$here/agent-acted" ;;
            esac
            """;

    @TempDir
    Path here;

    /// The rgmanager that is killed.
    public static final class Predecessor {
        public static void main(String[] args) {
            Path here = Path.of(args[0]);
            RealMachine machine = RealMachine.of("predecessor");
            ResourceTree tree = services(here, "quick", "slow");
            machine.loop()
                    .execute(() -> machine.programs().takeOver(here.resolve("ledger"), 1000, taken -> {
                        var setup = TreeRunner.Setup.of(machine, Map.of(), may -> may.accept(true), broken -> {});
                        var runner = new TreeRunner(new TreeRunner.Setup(
                                setup.loop(),
                                setup.clocks(),
                                ((TakeOver.Taken) taken).programs(),
                                setup.environment(),
                                setup.quorum(),
                                setup.ledger(),
                                setup.ids(),
                                setup.recorder(),
                                setup.fatal()));
                        runner.configure(tree, CauseId.NONE);
                        runner.run(
                                "service:quick",
                                Operation.START,
                                CauseId.NONE,
                                (good, cause) -> runner.run("service:slow", Operation.START, cause, (end, by) -> {}));
                    }));
        }
    }

    private static ResourceTree services(Path here, String... names) {
        List<Element> elements = Stream.of(names)
                .map(name -> new Element("service", 1, 1, Map.of("name", name), List.of()))
                .toList();
        var rm = new RmConfig(10, 0, 5, 5, false, false, List.of(), List.of(), List.of(), elements, List.of());
        return ResourceTree.build(rm, RealAgents.in(here));
    }

    private void writeAgent() throws Exception {
        Path agent = here.resolve("service.sh");
        Files.writeString(agent, AGENT);
        assertTrue(agent.toFile().setExecutable(true));
    }

    private long pidIn(String file) throws Exception {
        Path path = here.resolve(file);
        long giveUp = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!Files.exists(path)) {
            assertTrue(System.nanoTime() < giveUp, file + " never came");
            Thread.onSpinWait();
        }
        return Long.parseLong(Files.readString(path).strip());
    }

    private static boolean alive(long pid) {
        return ProcessStat.of(pid).filter(ProcessStat::alive).isPresent();
    }

    @Test
    void noAgentOfAKilledRunnerActsAfterTheNextHasTakenOver() throws Exception {
        writeAgent();
        Process predecessor = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Predecessor.class.getName(),
                        here.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        long database = 0;
        try {
            long child = pidIn("child");
            database = pidIn("database");
            predecessor.destroyForcibly().waitFor();
            assertTrue(alive(child), "the agent lives on without its rgmanager");
            List<String> ended = takeOver();
            assertEquals(1, ended.size(), ended.toString());
            assertFalse(alive(child), "the agent's child still waits");
            assertTrue(alive(database), "what a finished agent left running was ended");
            Files.createFile(here.resolve("go"));
            assertFalse(Files.exists(here.resolve("agent-acted")));
            assertFalse(Files.exists(here.resolve("child-acted")));
        } finally {
            predecessor.destroyForcibly();
            ProcessHandle.of(database).ifPresent(ProcessHandle::destroyForcibly);
        }
    }

    /// A start that can't be noted might never be found again; a stop can only be late.
    @Test
    void whereNothingCanBeNotedNothingStartsAndAllCanBeStopped() throws Exception {
        writeAgent();
        Files.createDirectories(here.resolve("ledger/.run.new/full"));
        ResourceTree tree = services(here, "quick");
        var results = new ArrayList<Boolean>();
        var told = new Patience();
        try (RealMachine machine = RealMachine.of("full")) {
            machine.programs().takeOver(here.resolve("ledger"), 1000, taken -> {
                var usual = TreeRunner.Setup.of(machine, Map.of(), may -> may.accept(true), broken -> {});
                var runner = new TreeRunner(new TreeRunner.Setup(
                        usual.loop(),
                        usual.clocks(),
                        ((TakeOver.Taken) taken).programs(),
                        usual.environment(),
                        usual.quorum(),
                        usual.ledger(),
                        usual.ids(),
                        usual.recorder(),
                        usual.fatal()));
                runner.configure(tree, CauseId.NONE);
                runner.run("service:quick", Operation.START, CauseId.NONE, (start, cause) -> {
                    results.add(start.ok());
                    runner.run("service:quick", Operation.STOP, CauseId.NONE, (stop, by) -> {
                        results.add(stop.ok());
                        told.end();
                    });
                });
            });
            assertTrue(told.await(30_000), "no end");
        }
        assertEquals(List.of(false, true), results);
        assertFalse(Files.exists(here.resolve("database")));
    }

    private List<String> takeOver() {
        try (RealMachine machine = RealMachine.of("successor")) {
            var ended = new AtomicReference<List<String>>();
            var told = new Patience();
            machine.programs().takeOver(here.resolve("ledger"), 5000, taken -> {
                ended.set(((TakeOver.Taken) taken).ended());
                told.end();
            });
            assertTrue(told.await(30_000), "it never took over");
            return ended.get();
        }
    }
}
