package io.muster.resource;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// What an agent says of itself when called with `meta-data`.
///
/// @param agent the program
/// @param type the element in cluster.conf that it handles
/// @param parameters in the agent's order
/// @param actions in the agent's order; several `status` with different depths are normal
/// @param children rules about child types, in the agent's order
/// @param maxInstances references in the whole tree; 0 for any number
/// @param initOnAdd whether a new resource is stopped once before it is used
public record AgentMetadata(
        Path agent,
        String type,
        String version,
        List<Parameter> parameters,
        List<AgentAction> actions,
        List<ChildRule> children,
        int maxInstances,
        boolean initOnAdd) {
    public AgentMetadata {
        parameters = List.copyOf(parameters);
        actions = List.copyOf(actions);
        children = List.copyOf(children);
    }

    /// One attribute of the element.
    ///
    /// @param defaultValue used when cluster.conf and inheritance give nothing
    /// @param inherit `type%attribute` or `attribute`: from the nearest ancestor that has it
    public record Parameter(
            String name,
            boolean primary,
            boolean unique,
            boolean required,
            boolean reconfig,
            Optional<String> defaultValue,
            Optional<String> inherit) {}

    /// One thing the agent can do; seconds.
    public record AgentAction(String name, int depth, long timeoutSeconds, long intervalSeconds) {}

    /// Where children of a type stand: levels 1 to 100, 0 for none.
    public record ChildRule(String type, int startLevel, int stopLevel, boolean forbidden) {}

    /// The attribute that identifies a resource and that `ref=` matches.
    public Optional<Parameter> primary() {
        return parameters.stream().filter(Parameter::primary).findFirst();
    }

    /// The first action of that name, whatever its depth.
    public Optional<AgentAction> action(String name) {
        return actions.stream().filter(action -> action.name().equals(name)).findFirst();
    }

    /// The periodic checks, shallowest first.
    public List<AgentAction> checks() {
        return actions.stream()
                .filter(action -> action.name().equals("status"))
                .sorted(java.util.Comparator.comparingInt(AgentAction::depth))
                .toList();
    }

    /// Whether groups of this type can be moved while they run.
    public boolean migratory() {
        return action("migrate").isPresent();
    }
}
