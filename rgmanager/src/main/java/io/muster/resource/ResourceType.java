package io.muster.resource;

import io.muster.core.MalformedMessage;
import io.muster.resource.AgentMetadata.Parameter;
import io.muster.wire.Input;
import io.muster.wire.Output;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/// What an agent says of a type of resources, as far as all nodes must agree on it: which attributes
/// identify one, and how often one may be used. Each node reports its own table of these
/// ; where they differ, the stricter counts.
///
/// Layout: strings type and primary, u32 instances, lists of strings unique and required.
///
/// @param primary the attribute that names one; empty when the agent names none
/// @param maxInstances references in the whole configuration; 0 for any number
/// @param unique attributes of which no two resources have the same value
/// @param required attributes without which there is no resource
public record ResourceType(
        String type, String primary, int maxInstances, SortedSet<String> unique, SortedSet<String> required) {
    private static final int MAX = 4096;

    public ResourceType {
        unique = java.util.Collections.unmodifiableSortedSet(new TreeSet<>(unique));
        required = java.util.Collections.unmodifiableSortedSet(new TreeSet<>(required));
    }

    /// What one agent says.
    public static ResourceType of(AgentMetadata agent) {
        var unique = new TreeSet<String>();
        var required = new TreeSet<String>();
        for (Parameter parameter : agent.parameters()) {
            if (parameter.unique()) {
                unique.add(parameter.name());
            }
            if (parameter.required() || parameter.primary()) {
                required.add(parameter.name());
            }
        }
        String primary = agent.primary().map(Parameter::name).orElse("");
        return new ResourceType(agent.type(), primary, agent.maxInstances(), unique, required);
    }

    /// The table of a node, by type.
    public static List<ResourceType> of(MetadataSet agents) {
        return agents.all().values().stream().map(ResourceType::of).toList();
    }

    public void encode(Output out) {
        out.string(type).string(primary).u32(maxInstances);
        out.list(unique, Output::string).list(required, Output::string);
    }

    public static ResourceType decode(Input in) throws MalformedMessage {
        return new ResourceType(
                in.string(),
                in.string(),
                in.u32(Integer.MAX_VALUE),
                new TreeSet<>(in.list(MAX, Input::string)),
                new TreeSet<>(in.list(MAX, Input::string)));
    }
}
