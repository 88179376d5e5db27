package io.muster.resource;

import io.muster.resource.AgentMetadata.AgentAction;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// One resource at its place in a service's tree, attributes resolved: own, shared definition's, inherited, default.
///
/// @param metadata the agent's word about this type
/// @param attributes those that have a value, in the agent's order
/// @param children in document order, types named in the agent's metadata first
/// @param independence what its failure means to the service
/// @param overrides `<action>` children: own times for some actions
/// @param enforceTimeouts kill an action at its time limit
public record ResourceNode(
        AgentMetadata metadata,
        Map<String, String> attributes,
        List<ResourceNode> children,
        Independence independence,
        List<OwnTimes> overrides,
        boolean enforceTimeouts) {
    public ResourceNode {
        attributes = Collections.unmodifiableMap(new LinkedHashMap<>(attributes));
        children = List.copyOf(children);
        overrides = List.copyOf(overrides);
    }

    /// The `__` attributes of a reference.
    ///
    /// @param independent failures below are repaired here, without stopping the service
    /// @param critical false: when that doesn't help either, this part stays off and the service runs on
    /// @param maxRestarts repairs within `restartExpireSeconds`; 0 for no counter
    /// @param maxFailures checks that may fail within `failureExpireSeconds`; 0 for none
    public record Independence(
            boolean independent,
            boolean critical,
            int maxRestarts,
            long restartExpireSeconds,
            int maxFailures,
            long failureExpireSeconds) {
        /// The ordinary resource: its failure is the service's.
        public static final Independence NONE = new Independence(false, true, 0, 0, 0, 0);
    }

    /// An `<action name= depth= timeout= interval=/>` child; -1 where nothing is said, depth -1 for all.
    public record OwnTimes(String name, int depth, long timeoutSeconds, long intervalSeconds) {
        boolean matches(String action, int atDepth) {
            return name.equals(action) && (depth < 0 || depth == atDepth);
        }
    }

    /// The type's name.
    public String type() {
        return metadata.type();
    }

    /// The identifying value: the primary attribute, or the first there is.
    public String name() {
        return metadata.primary()
                .map(primary -> attributes.get(primary.name()))
                .orElseGet(() -> attributes.isEmpty()
                        ? ""
                        : attributes.values().iterator().next());
    }

    /// `type:name`, as services and resources are called in commands and logs.
    public String label() {
        return type() + ":" + name();
    }

    /// Whether the agent has this action, at this depth when it is a check.
    public boolean can(String action, int depth) {
        return metadata.actions().stream()
                .anyMatch(known -> known.name().equals(action) && (!action.equals("status") || known.depth() == depth));
    }

    /// The time limit of an action; 0 for none.
    public long timeoutSeconds(String action, int depth) {
        return overrides.stream()
                .filter(override -> override.timeoutSeconds() >= 0 && override.matches(action, depth))
                .map(OwnTimes::timeoutSeconds)
                .findFirst()
                .orElseGet(() -> metadata.actions().stream()
                        .filter(known -> known.name().equals(action) && known.depth() == depth)
                        .map(AgentAction::timeoutSeconds)
                        .findFirst()
                        .orElse(0L));
    }

    /// How often a check is due.
    public long intervalSeconds(AgentAction check) {
        return overrides.stream()
                .filter(override -> override.intervalSeconds() > 0 && override.matches(check.name(), check.depth()))
                .map(OwnTimes::intervalSeconds)
                .findFirst()
                .orElse(check.intervalSeconds());
    }
}
