package io.muster.resource;

import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// The agents of a node, by the type they handle.
public final class MetadataSet {
    /// Nobody was asked.
    public static final MetadataSet NONE = of(List.of(), List.of());

    private final Map<String, AgentMetadata> byType;
    private final List<String> problems;

    private MetadataSet(Map<String, AgentMetadata> byType, List<String> problems) {
        this.byType = Collections.unmodifiableMap(byType);
        this.problems = List.copyOf(problems);
    }

    /// A set of what agents said; the first that handles a type keeps it.
    ///
    /// @param earlier agents that could not be asked and why, as sentences
    public static MetadataSet of(List<AgentMetadata> agents, List<String> earlier) {
        var byType = new TreeMap<String, AgentMetadata>();
        var problems = new java.util.ArrayList<>(earlier);
        for (AgentMetadata agent : agents) {
            AgentMetadata first = byType.putIfAbsent(agent.type(), agent);
            if (first != null) {
                problems.add("%s: type %s is handled by %s already: ignored"
                        .formatted(agent.agent(), agent.type(), first.agent()));
            }
        }
        return new MetadataSet(byType, problems);
    }

    /// The agent for a type.
    public Optional<AgentMetadata> of(String type) {
        return Optional.ofNullable(byType.get(type));
    }

    /// What one agent handles.
    public List<AgentMetadata> by(Path agent) {
        return byType.values().stream()
                .filter(known -> known.agent().equals(agent))
                .toList();
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
