package io.muster.resource.daemon;

import io.muster.core.MalformedMessage;
import io.muster.machine.Files;
import io.muster.machine.Machine;
import io.muster.machine.Program;
import io.muster.machine.Programs;
import io.muster.resource.AgentCall;
import io.muster.resource.AgentMetadata;
import io.muster.resource.MetadataParser;
import io.muster.resource.MetadataSet;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/// The directory with the resource agents of a node (`/usr/share/cluster`): asks them all at once what
/// they are.
///
/// Thread: the loop.
public final class AgentDirectory {
    private static final long TIMEOUT_MS = 10_000;
    private static final int DOCUMENT_BYTES = 1 << 18;

    /// For how long one that fails is asked again: its package may be being replaced.
    private static final long PATIENCE_MS = 5_000;

    private static final long AGAIN_MS = 500;

    private final Machine machine;
    private final Consumer<MetadataSet> then;
    private final SortedMap<Path, AgentMetadata> known = new TreeMap<>();
    private final SortedMap<Path, String> problems = new TreeMap<>();
    private final long giveUpMs;
    private int awaited;

    private AgentDirectory(Machine machine, long patienceMs, Consumer<MetadataSet> then) {
        this.machine = machine;
        this.then = then;
        this.giveUpMs = nowMs() + patienceMs;
    }

    private long nowMs() {
        return machine.clocks().monotonicNs() / 1_000_000;
    }

    /// Asks every executable regular file for its metadata, but for leftovers of editors and packages
    /// (`*~`, `*.rpm*`) and for `fence_*`: those are watchdog scripts which Debian's fence-agents
    /// install there and which may reboot the machine.
    ///
    /// @param then on the loop, with what they said
    public static void load(Machine machine, Path directory, Consumer<MetadataSet> then) {
        load(machine, directory, 0, then);
    }

    /// The same for who is about to say that nothing runs here: an agent that fails is asked again for five
    /// seconds.
    public static void loadPatiently(Machine machine, Path directory, Consumer<MetadataSet> then) {
        load(machine, directory, PATIENCE_MS, then);
    }

    private static void load(Machine machine, Path directory, long patienceMs, Consumer<MetadataSet> then) {
        machine.beside("listing the resource agents", () -> agents(machine.files(), directory), outcome -> {
            switch (outcome) {
                case Machine.Outcome.Done(List<Path> agents) ->
                    new AgentDirectory(machine, patienceMs, then).ask(agents);
                case Machine.Outcome.Failed(IOException why) ->
                    then.accept(
                            MetadataSet.of(List.of(), List.of(directory + ": can't list the resource agents: " + why)));
            }
        });
    }

    private static List<Path> agents(Files files, Path directory) throws IOException {
        if (!files.exists(directory)) {
            throw new FileNotFoundException("there is no such directory");
        }
        return files.list(directory).stream()
                .filter(file -> isAgent(String.valueOf(file.getFileName())) && files.executable(file))
                .sorted()
                .toList();
    }

    private static boolean isAgent(String name) {
        return !name.endsWith("~") && !name.contains(".rpm") && !name.startsWith("fence_");
    }

    private void ask(List<Path> agents) {
        awaited = agents.size();
        for (Path agent : agents) {
            var question = new Program(
                    List.of(agent.toString(), "meta-data"),
                    AgentCall.baseEnvironment(agent),
                    "",
                    TIMEOUT_MS,
                    DOCUMENT_BYTES);
            machine.programs().start(question, Programs.Bond.FREE, answer -> {
                answered(agent, answer);
                awaited--;
                goOnOnceAllHaveAnswered();
            });
        }
        goOnOnceAllHaveAnswered();
    }

    private void answered(Path agent, Program.Result answer) {
        try {
            known.put(agent, read(agent, answer));
            problems.remove(agent);
        } catch (MalformedMessage e) {
            problems.put(agent, String.valueOf(e.getMessage()));
        }
    }

    private void goOnOnceAllHaveAnswered() {
        if (awaited > 0) {
            return;
        }
        if (problems.isEmpty() || nowMs() + AGAIN_MS > giveUpMs) {
            awaited = Integer.MAX_VALUE;
            then.accept(MetadataSet.of(List.copyOf(known.values()), List.copyOf(problems.values())));
        } else {
            machine.loop().schedule(() -> ask(List.copyOf(problems.keySet())), AGAIN_MS);
        }
    }

    private static AgentMetadata read(Path agent, Program.Result answer) throws MalformedMessage {
        if (answer.status() != 0) {
            throw new MalformedMessage(agent + ": meta-data failed with status " + answer.status());
        }
        return MetadataParser.parse(agent, answer.output());
    }
}
