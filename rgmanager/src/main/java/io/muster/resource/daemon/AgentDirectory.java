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
/// An agent is asked for its document only: what it says on standard error while it prints that is nobody's
/// business. One that fails keeps what it said when it was asked before: packages are replaced, and disks fill up,
/// while its services run.
///
/// Thread: the loop.
public final class AgentDirectory {
    private static final long TIMEOUT_MS = 10_000;
    private static final int DOCUMENT_BYTES = 1 << 18;

    /// For how long one that fails is asked again: its package may be being replaced.
    private static final long PATIENCE_MS = 5_000;

    private static final long AGAIN_MS = 500;

    private final Machine machine;
    private final MetadataSet before;
    private final Consumer<MetadataSet> then;
    private final SortedMap<Path, List<AgentMetadata>> known = new TreeMap<>();
    private final SortedMap<Path, String> problems = new TreeMap<>();
    private final long giveUpMs;
    private int awaited;

    private AgentDirectory(Machine machine, MetadataSet before, long patienceMs, Consumer<MetadataSet> then) {
        this.machine = machine;
        this.before = before;
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
        load(machine, directory, MetadataSet.NONE, 0, then);
    }

    /// The same for who is about to say that nothing runs here: an agent that fails is asked again for five
    /// seconds.
    public static void loadPatiently(Machine machine, Path directory, Consumer<MetadataSet> then) {
        load(machine, directory, MetadataSet.NONE, PATIENCE_MS, then);
    }

    /// The same for who has asked before.
    ///
    /// @param before what they said then: counts for those that fail now
    public static void reload(Machine machine, Path directory, MetadataSet before, Consumer<MetadataSet> then) {
        load(machine, directory, before, 0, then);
    }

    private static void load(
            Machine machine, Path directory, MetadataSet before, long patienceMs, Consumer<MetadataSet> then) {
        machine.beside("listing the resource agents", () -> agents(machine.files(), directory), outcome -> {
            switch (outcome) {
                case Machine.Outcome.Done(List<Path> agents) ->
                    new AgentDirectory(machine, before, patienceMs, then).ask(agents);
                case Machine.Outcome.Failed(IOException why) ->
                    then.accept(MetadataSet.of(
                            List.copyOf(before.all().values()),
                            List.of(directory + ": can't list the resource agents: " + why)));
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
                    DOCUMENT_BYTES,
                    Program.Kept.OUTPUT,
                    Program.Rights.OWN);
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
            then.accept(found());
        } else {
            machine.loop().schedule(() -> ask(List.copyOf(problems.keySet())), AGAIN_MS);
        }
    }

    private MetadataSet found() {
        problems.replaceAll((agent, problem) -> {
            List<AgentMetadata> last = before.by(agent);
            if (last.isEmpty()) {
                return problem;
            }
            known.put(agent, last);
            return problem + ": what it said before counts";
        });
        return MetadataSet.of(known.values().stream().flatMap(List::stream).toList(), List.copyOf(problems.values()));
    }

    private static List<AgentMetadata> read(Path agent, Program.Result answer) throws MalformedMessage {
        if (answer.timedOut()) {
            throw new MalformedMessage(agent + ": meta-data took longer than " + TIMEOUT_MS / 1000 + " s");
        }
        if (answer.status() != 0) {
            throw new MalformedMessage(agent + ": meta-data failed with status " + answer.status());
        }
        return MetadataParser.parse(agent, answer.output());
    }
}
