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
import java.util.ArrayList;
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

    private final Consumer<MetadataSet> then;
    private final SortedMap<Path, Program.Result> answers = new TreeMap<>();
    private int awaited;

    private AgentDirectory(Consumer<MetadataSet> then) {
        this.then = then;
    }

    /// Asks every executable regular file for its metadata, but for leftovers of editors and packages
    /// (`*~`, `*.rpm*`) and for `fence_*`: those are watchdog scripts which Debian's fence-agents
    /// install there and which may reboot the machine.
    ///
    /// @param then on the loop, with what they said
    public static void load(Machine machine, Path directory, Consumer<MetadataSet> then) {
        machine.beside("listing the resource agents", () -> agents(machine.files(), directory), outcome -> {
            switch (outcome) {
                case Machine.Outcome.Done(List<Path> agents) ->
                    new AgentDirectory(then).ask(machine.programs(), agents);
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

    private void ask(Programs programs, List<Path> agents) {
        awaited = agents.size();
        for (Path agent : agents) {
            var question = new Program(
                    List.of(agent.toString(), "meta-data"),
                    AgentCall.baseEnvironment(agent),
                    "",
                    TIMEOUT_MS,
                    DOCUMENT_BYTES);
            programs.start(question, Programs.Bond.FREE, answer -> {
                answers.put(agent, answer);
                tellOnceAllHaveAnswered();
            });
        }
        tellOnceAllHaveAnswered();
    }

    private void tellOnceAllHaveAnswered() {
        if (answers.size() < awaited) {
            return;
        }
        awaited = Integer.MAX_VALUE;
        var known = new ArrayList<AgentMetadata>();
        var problems = new ArrayList<String>();
        answers.forEach((agent, answer) -> {
            try {
                known.add(read(agent, answer));
            } catch (MalformedMessage e) {
                problems.add(e.getMessage());
            }
        });
        then.accept(MetadataSet.of(known, problems));
    }

    private static AgentMetadata read(Path agent, Program.Result answer) throws MalformedMessage {
        if (answer.status() != 0) {
            throw new MalformedMessage(agent + ": meta-data failed with status " + answer.status());
        }
        return MetadataParser.parse(agent, answer.output());
    }
}
