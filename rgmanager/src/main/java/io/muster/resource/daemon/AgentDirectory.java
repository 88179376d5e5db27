package io.muster.resource.daemon;

import io.muster.core.MalformedMessage;
import io.muster.machine.Program;
import io.muster.os.ProgramRun;
import io.muster.resource.AgentCall;
import io.muster.resource.AgentMetadata;
import io.muster.resource.MetadataParser;
import io.muster.resource.MetadataSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;

/// The directory with the resource agents of a node (`/usr/share/cluster`).
public final class AgentDirectory {
    private static final long TIMEOUT_MS = 10_000;
    private static final int DOCUMENT_BYTES = 1 << 18;

    private AgentDirectory() {}

    /// Asks every executable regular file for its metadata; `*~` and `*.rpm*` are leftovers of editors and packages,
    /// and
    /// `fence_*` are watchdog scripts which Debian's fence-agents install there and which may reboot the machine.
    /// Blocks while the agents run, all at once.
    public static MetadataSet load(Path directory) {
        var problems = new ArrayList<String>();
        var agents = new ArrayList<AgentMetadata>();
        List<Path> programs;
        try (var files = Files.list(directory)) {
            programs = files.filter(AgentDirectory::isAgent).sorted().toList();
        } catch (IOException e) {
            return MetadataSet.of(agents, List.of(directory + ": can't list the resource agents: " + e));
        }
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<AgentMetadata>> questions = programs.stream()
                    .<Callable<AgentMetadata>>map(program -> () -> ask(program))
                    .toList();
            for (var answer : threads.invokeAll(questions)) {
                try {
                    agents.add(answer.get());
                } catch (ExecutionException e) {
                    problems.add(String.valueOf(
                            e.getCause() == null ? e : e.getCause().getMessage()));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            problems.add("interrupted while asking the resource agents");
        }
        return MetadataSet.of(agents, problems);
    }

    private static boolean isAgent(Path file) {
        String name = String.valueOf(file.getFileName());
        return Files.isRegularFile(file) && Files.isExecutable(file) && !name.endsWith("~") && !name.contains(".rpm");
    }

    private static AgentMetadata ask(Path program) throws MalformedMessage {
        var result = ProgramRun.run(new Program(
                        List.of(program.toString(), "meta-data"),
                        AgentCall.baseEnvironment(program),
                        "",
                        TIMEOUT_MS,
                        DOCUMENT_BYTES));
        if (result.status() != 0) {
            throw new MalformedMessage(program + ": meta-data failed with status " + result.status());
        }
        return MetadataParser.parse(program, result.output());
    }
}
