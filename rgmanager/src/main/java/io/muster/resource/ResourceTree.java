package io.muster.resource;

import io.muster.config.Element;
import io.muster.config.RmConfig;
import io.muster.resource.AgentMetadata.ChildRule;
import io.muster.resource.AgentMetadata.Parameter;
import io.muster.resource.ResourceNode.Independence;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// The services of a cluster.conf with their resources, as the agents' metadata read them.
///
/// What can't be built (unknown type, missing definition, forbidden child, too many references) is left out with a
/// sentence in [#problems], as the original does.
public final class ResourceTree {
    private final Map<String, ResourceNode> services = new LinkedHashMap<>();
    private final SortedSet<String> incomplete = new TreeSet<>();
    private final List<String> problems = new ArrayList<>();
    private final Map<String, Element> shared = new TreeMap<>();
    private final Map<String, Map<String, String>> defaults = new TreeMap<>();
    private final Map<String, Integer> references = new TreeMap<>();
    private final MetadataSet agents;

    /// Whether the service that is being built has a resource that no agent handles.
    private boolean unhandled;

    private ResourceTree(MetadataSet agents) {
        this.agents = agents;
    }

    /// Builds all services.
    public static ResourceTree build(RmConfig rm, MetadataSet agents) {
        var tree = new ResourceTree(agents);
        rm.resourceDefaults().forEach(element -> tree.defaults.put(element.type(), element.attributes()));
        rm.resources().forEach(tree::define);
        for (Element element : rm.services()) {
            tree.unhandled = false;
            tree.node(element, List.of()).ifPresent(node -> tree.addService(element, node));
            if (tree.unhandled) {
                tree.incomplete.add(element.type() + ":" + element.attributes().getOrDefault("name", ""));
            }
        }
        return tree;
    }

    /// By label (`service:web`), in document order.
    public Map<String, ResourceNode> services() {
        return Collections.unmodifiableMap(services);
    }

    /// One service by its label.
    public Optional<ResourceNode> service(String label) {
        return Optional.ofNullable(services.get(label));
    }

    /// Services with a resource that no agent handles here: if it runs, nothing that is built here stops it.
    public SortedSet<String> incomplete() {
        return Collections.unmodifiableSortedSet(incomplete);
    }

    /// What was left out and why.
    public List<String> problems() {
        return Collections.unmodifiableList(problems);
    }

    private void addService(Element element, ResourceNode node) {
        if (services.putIfAbsent(node.label(), node) != null) {
            problem(element, "a second " + node.label() + ": ignored");
        }
    }

    private void define(Element element) {
        agents.of(element.type())
                .flatMap(AgentMetadata::primary)
                .map(primary -> element.attributes().get(primary.name()))
                .ifPresentOrElse(
                        name -> {
                            if (shared.putIfAbsent(element.type() + ":" + name, element) != null) {
                                problem(element, "defined twice: the first counts");
                            }
                        },
                        () -> problem(element, whyUndefined(element)));
    }

    private String whyUndefined(Element element) {
        return agents.of(element.type())
                .map(agent -> "the attribute that names it is missing"
                        + agent.primary().map(p -> ": " + p.name()).orElse(""))
                .orElse("no agent handles this type");
    }

    private Optional<ResourceNode> node(Element element, List<ResourceNode> ancestors) {
        Optional<AgentMetadata> agent = agents.of(element.type());
        if (agent.isEmpty()) {
            unhandled = true;
            problem(element, "no agent handles this type: ignored");
            return Optional.empty();
        }
        String ref = element.attributes().get("ref");
        Element definition = element;
        if (ref != null) {
            definition = shared.get(element.type() + ":" + ref);
            if (definition == null) {
                problem(element, "no such resource is defined: ignored");
                return Optional.empty();
            }
        }
        Map<String, String> attributes = resolve(agent.get(), definition, ancestors);
        for (Parameter parameter : agent.get().parameters()) {
            if ((parameter.required() || parameter.primary()) && !attributes.containsKey(parameter.name())) {
                problem(element, "required attribute \"" + parameter.name() + "\" is missing: ignored");
                return Optional.empty();
            }
        }
        var node = new ResourceNode(
                agent.get(),
                attributes,
                List.of(),
                independence(element, ancestors),
                overrides(element, definition),
                Flags.yes(element.attributes().getOrDefault("__enforce_timeouts", "0")));
        int count = references.merge(node.label(), 1, Integer::sum);
        if (agent.get().maxInstances() > 0 && count > agent.get().maxInstances()) {
            problem(element, "may be used " + agent.get().maxInstances() + " time(s) only: ignored");
            return Optional.empty();
        }
        return Optional.of(withChildren(node, element, ancestors));
    }

    private ResourceNode withChildren(ResourceNode node, Element element, List<ResourceNode> ancestors) {
        var lineage = new ArrayList<>(ancestors);
        lineage.add(node);
        var children = new ArrayList<ResourceNode>();
        var named = new ArrayList<String>();
        for (ChildRule rule : node.metadata().children()) {
            if (named.contains(rule.type())) {
                continue;
            }
            named.add(rule.type());
            for (Element child : element.children(rule.type())) {
                if (rule.forbidden()) {
                    problem(child, "not allowed below " + node.label() + ": ignored");
                } else {
                    node(child, lineage).ifPresent(children::add);
                }
            }
        }
        for (Element child : element.children()) {
            if (!named.contains(child.type()) && !child.type().equals("action")) {
                node(child, lineage).ifPresent(children::add);
            }
        }
        return new ResourceNode(
                node.metadata(),
                node.attributes(),
                children,
                node.independence(),
                node.overrides(),
                node.enforceTimeouts());
    }

    private Map<String, String> resolve(AgentMetadata agent, Element definition, List<ResourceNode> ancestors) {
        Map<String, String> replaced = defaults.getOrDefault(agent.type(), Map.of());
        var attributes = new LinkedHashMap<String, String>();
        for (Parameter parameter : agent.parameters()) {
            String own = definition.attributes().get(parameter.name());
            Optional<String> value = Optional.ofNullable(own)
                    .or(() -> inherited(parameter, ancestors))
                    .or(() -> parameter.primary() || parameter.unique()
                            ? Optional.empty()
                            : Optional.ofNullable(replaced.get(parameter.name())))
                    .or(parameter::defaultValue);
            value.ifPresent(text -> attributes.put(parameter.name(), text));
        }
        return attributes;
    }

    private static Optional<String> inherited(Parameter parameter, List<ResourceNode> ancestors) {
        if (parameter.inherit().isEmpty()) {
            return Optional.empty();
        }
        String rule = parameter.inherit().get();
        int percent = rule.indexOf('%');
        String type = percent < 0 ? "" : rule.substring(0, percent);
        String name = rule.substring(percent + 1);
        for (ResourceNode ancestor : ancestors.reversed()) {
            String value = ancestor.attributes().get(name);
            if (value != null && (type.isEmpty() || ancestor.type().equals(type))) {
                return Optional.of(value);
            }
        }
        return Optional.empty();
    }

    private static Independence independence(Element element, List<ResourceNode> ancestors) {
        Map<String, String> own = element.attributes();
        String word = own.getOrDefault("__independent_subtree", "0").strip();
        boolean nonCritical = word.equals("2") || word.equalsIgnoreCase("non-critical");
        // Only below the top: a service can't be independent of itself.
        boolean independent = !ancestors.isEmpty() && (nonCritical || Flags.yes(word));
        int restarts = count(own.get("__max_restarts"));
        long restartExpire = TimeText.seconds(own.getOrDefault("__restart_expire_time", "0"));
        int failures = count(own.get("__max_failures"));
        long failureExpire = TimeText.seconds(own.getOrDefault("__failure_expire_time", "0"));
        boolean restartCounter = restarts > 0 && restartExpire > 0;
        boolean failureCounter = failures > 0 && failureExpire > 0;
        return new Independence(
                independent,
                !(independent && nonCritical),
                restartCounter ? restarts : 0,
                restartCounter ? restartExpire : 0,
                failureCounter ? failures : 0,
                failureCounter ? failureExpire : 0);
    }

    private static int count(@org.jspecify.annotations.Nullable String text) {
        return text != null && text.matches("\\d{1,6}") ? Integer.parseInt(text) : 0;
    }

    private static List<ResourceNode.OwnTimes> overrides(Element element, Element definition) {
        // The reference's word comes first; without a reference both are one, and saying it twice changes nothing.
        var found = new ArrayList<>(element.children("action"));
        found.addAll(definition.children("action"));
        return found.stream()
                .map(action -> new ResourceNode.OwnTimes(
                        action.attribute("name", ""),
                        action.attribute("depth", "*").equals("*") ? -1 : count(action.attribute("depth", "0")),
                        seconds(action.attribute("timeout")),
                        seconds(action.attribute("interval"))))
                .toList();
    }

    private static long seconds(@org.jspecify.annotations.Nullable String text) {
        return text == null ? -1 : TimeText.seconds(text);
    }

    private void problem(Element element, String what) {
        problems.add("cluster.conf:%d:%d: %s: %s".formatted(element.line(), element.column(), element.tag(), what));
    }
}
