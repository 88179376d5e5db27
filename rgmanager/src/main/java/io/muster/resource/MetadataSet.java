package io.muster.resource;

import io.muster.core.MalformedMessage;
import io.muster.os.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;

/// The agents of this node, by the type they handle.
public final class MetadataSet {
    private static final long TIMEOUT_MS = 10_000;
    private static final int DOCUMENT_BYTES = 1 << 18;

    private final Map<String, AgentMetadata> byType;
    private final List<String> problems;

    private MetadataSet(Map<String, AgentMetadata> byType, List<String> problems) {
        this.byType = Collections.unmodifiableMap(byType);
        this.problems = List.copyOf(problems);
    }

    /// Asks every executable regular file of the directory; `*~` and `*.rpm*` are leftovers of editors and packages.
    /// Blocks while the agents run, all at once.
    public static MetadataSet load(Path directory) {
        var byType = new TreeMap<String, AgentMetadata>();
        var problems = new ArrayList<String>();
        List<Path> programs;
        try (var files = Files.list(directory)) {
            programs = files.filter(MetadataSet::isAgent).sorted().toList();
        } catch (IOException e) {
            return new MetadataSet(byType, List.of(directory + ": can't list the resource agents: " + e));
        }
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<AgentMetadata>> questions = programs.stream()
                    .<Callable<AgentMetadata>>map(program -> () -> ask(program))
                    .toList();
            for (var answer : threads.invokeAll(questions)) {
                try {
                    AgentMetadata metadata = answer.get();
                    AgentMetadata earlier = byType.putIfAbsent(metadata.type(), metadata);
                    if (earlier != null) {
                        problems.add("%s: type %s is handled by %s already: ignored"
                                .formatted(metadata.agent(), metadata.type(), earlier.agent()));
                    }
                } catch (ExecutionException e) {
                    problems.add(String.valueOf(e.getCause() == null ? e : e.getCause().getMessage()));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            problems.add("interrupted while asking the resource agents");
        }
        return new MetadataSet(byType, problems);
    }

    /// A set made of given metadata, for tests and tools.
    public static MetadataSet of(List<AgentMetadata> agents) {
        var byType = new TreeMap<String, AgentMetadata>();
        agents.forEach(agent -> byType.put(agent.type(), agent));
        return new MetadataSet(byType, List.of());
    }

    private static boolean isAgent(Path file) {
        String name = String.valueOf(file.getFileName());
        return Files.isRegularFile(file)
                && Files.isExecutable(file)
                && !name.endsWith("~")
                && !name.contains(".rpm");
    }

    private static AgentMetadata ask(Path program) throws MalformedMessage {
        var result = new Program(
                        List.of(program.toString(), "meta-data"),
                        AgentCall.baseEnvironment(program),
                        "",
                        TIMEOUT_MS,
                        DOCUMENT_BYTES)
                .run();
        if (result.status() != 0) {
            throw new MalformedMessage(program + ": meta-data failed with status " + result.status());
        }
        return MetadataParser.parse(program, result.output());
    }

    /// The agent for a type.
    public Optional<AgentMetadata> of(String type) {
        return Optional.ofNullable(byType.get(type));
    }

    /// All of them, by type.
    public Map<String, AgentMetadata> all() {
        return byType;
    }

    /// Agents that could not be used and why, as sentences.
    public List<String> problems() {
        return problems;
    }
}
