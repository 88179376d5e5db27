package io.muster.resource;

import io.muster.config.Element;
import io.muster.config.RmConfig;
import io.muster.finding.Placed;
import io.muster.finding.Shown;
import io.muster.resource.AgentMetadata.ChildRule;
import io.muster.resource.AgentMetadata.Parameter;
import io.muster.resource.ResourceNode.Independence;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// The services of a cluster.conf with their resources, as the agents' metadata read them.
///
/// What can't be run is left out of the tree: a type without an agent, a required attribute that is missing, a unique
/// one that an earlier resource has, a reference to nothing, a child that is forbidden, one reference too many. The
/// original then started the rest; here the service isn't started, for it would run without its resource, and
/// [#unfit] says why. What is left of the tree is there to be stopped.
public final class ResourceTree {
    private static final String NO_AGENT = "no agent handles this type";

    private final Map<String, ResourceNode> services = new LinkedHashMap<>();
    private final SortedSet<String> incomplete = new TreeSet<>();
    private final SortedMap<String, String> unfit = new TreeMap<>();
    private final List<Flaw> flaws = new ArrayList<>();
    private final Map<String, Element> shared = new TreeMap<>();

    /// Why shared definitions that collide with others don't count, by label.
    private final Map<String, String> rejected = new TreeMap<>();

    private final Set<Element> referred = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Map<String, Element> holders = new TreeMap<>();
    private final Map<String, Map<String, String>> defaults = new TreeMap<>();
    private final Map<String, Integer> references = new TreeMap<>();
    private final MetadataSet agents;

    /// Label of the service that is being built; empty while there is none.
    private String building = "";

    /// What its resources lack.
    private List<String> lacking = new ArrayList<>();

    /// Whether it has a resource that no agent handles.
    private boolean unhandled;

    /// Something that can't be run.
    ///
    /// @param where the element
    /// @param attribute of it that this is about, empty for the whole element
    /// @param text what is wrong, and what follows
    public record Flaw(Element where, String attribute, String text) {
        @Override
        public String toString() {
            Placed place = where.part(attribute);
            return "cluster.conf:%d:%d: %s: %s".formatted(place.line(), place.column(), where.tag(), text);
        }
    }

    private ResourceTree(MetadataSet agents) {
        this.agents = agents;
    }

    /// Builds all services.
    public static ResourceTree build(RmConfig rm, MetadataSet agents) {
        var tree = new ResourceTree(agents);
        rm.resourceDefaults().forEach(element -> tree.defaults.put(element.type(), element.attributes()));
        rm.resources().forEach(tree::define);
        var labels = new TreeSet<String>();
        for (Element element : rm.services()) {
            tree.building = element.type() + ":" + RmConfig.nameOf(element);
            if (labels.add(tree.building)) {
                tree.service(element);
            } else {
                tree.flaw(element, "", "a second " + tree.building + ": ignored");
            }
        }
        tree.building = "";
        rm.resources().stream()
                .filter(element -> !tree.referred.contains(element))
                .forEach(tree::unused);
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

    /// Services with a resource that can't be run here, and why: they aren't to be started.
    public SortedMap<String, String> unfit() {
        return Collections.unmodifiableSortedMap(unfit);
    }

    /// What can't be run and why, with its place.
    public List<Flaw> flaws() {
        return Collections.unmodifiableList(flaws);
    }

    private void service(Element element) {
        unhandled = false;
        lacking = new ArrayList<>();
        Optional<ResourceNode> root = node(element, List.of(), List.of());
        root.filter(node -> !node.label().equals(building))
                .ifPresent(node -> lack(element, "", "it is called " + node.label() + " by its agent"));
        root.filter(node -> node.label().equals(building)).ifPresent(node -> services.put(building, node));
        if (!lacking.isEmpty()) {
            unfit.put(building, String.join("; ", lacking));
        }
        if (unhandled) {
            incomplete.add(building);
        }
    }

    private void define(Element element) {
        Optional<String> name = agents.of(element.type())
                .flatMap(AgentMetadata::primary)
                .map(primary -> element.attributes().get(primary.name()))
                .filter(value -> !value.isBlank());
        if (name.isEmpty()) {
            flaw(element, "", whyUndefined(element));
            return;
        }
        String label = element.type() + ":" + name.get();
        Element first = shared.get(label);
        if (first != null) {
            flaw(element, "", "the one in line " + first.line() + " is called so, too, and counts");
            return;
        }
        shared.put(label, element);
        List<Flaw> collisions = collisions(agents.of(element.type()).orElseThrow(), element);
        for (Flaw collision : collisions) {
            flaw(element, collision.attribute(), collision.text() + ": it isn't to be used");
        }
        if (!collisions.isEmpty()) {
            rejected.put(label, collisions.getFirst().text());
        }
    }

    private String whyUndefined(Element element) {
        return agents.of(element.type())
                .map(agent -> agent.primary()
                        .map(primary -> "required attribute \"" + primary.name() + "\" is missing, by which it is used")
                        .orElse("its agent names no attribute by which it could be used"))
                .orElse(NO_AGENT);
    }

    /// A shared definition that nobody refers to: what it lacks is said once it is used, and before.
    private void unused(Element element) {
        agents.of(element.type())
                .ifPresent(agent -> agent.parameters().stream()
                        .filter(parameter -> parameter.required() && !parameter.primary())
                        .filter(parameter -> parameter.inherit().isEmpty()
                                && parameter.defaultValue().isEmpty())
                        .filter(parameter ->
                                element.attribute(parameter.name(), "").isBlank())
                        .forEach(parameter -> flaw(element, parameter.name(), missing(element, parameter))));
    }

    private static String missing(Element definition, Parameter parameter) {
        return "required attribute \"" + parameter.name() + "\" is "
                + (definition.attribute(parameter.name()) == null ? "missing" : "empty");
    }

    /// The unique attributes of a definition that an earlier one of its type has; its own are remembered.
    private List<Flaw> collisions(AgentMetadata agent, Element definition) {
        var found = new ArrayList<Flaw>();
        var own = new ArrayList<String>();
        for (Parameter parameter : agent.parameters()) {
            String value = definition.attribute(parameter.name());
            if ((parameter.unique() || parameter.primary()) && value != null && !value.isBlank()) {
                String key = agent.type() + " " + parameter.name() + "=" + UniqueValue.of(value);
                Element first = holders.get(key);
                if (first == null) {
                    own.add(key);
                } else {
                    found.add(new Flaw(
                            definition,
                            parameter.name(),
                            parameter.name() + "=\"" + Shown.of(value) + "\" must be unique: " + first.tag()
                                    + " in line " + first.line() + " has it"));
                }
            }
        }
        if (found.isEmpty()) {
            own.forEach(key -> holders.put(key, definition));
        }
        return found;
    }

    /// @param definitions of the ancestors
    private Optional<ResourceNode> node(Element element, List<ResourceNode> ancestors, List<Element> definitions) {
        Optional<AgentMetadata> found = agents.of(element.type());
        if (found.isEmpty()) {
            unhandled = true;
            lack(element, "", NO_AGENT);
            return Optional.empty();
        }
        AgentMetadata agent = found.get();
        String ref = element.attribute("ref");
        Element definition = element;
        if (ref != null) {
            String label = element.type() + ":" + ref;
            definition = shared.get(label);
            if (definition == null) {
                lack(element, "ref", "no such resource is defined");
                return Optional.empty();
            }
            referred.add(definition);
            String why = rejected.get(label);
            if (why != null) {
                lack(element, "ref", why);
                return Optional.empty();
            }
            for (Element ancestor : definitions) {
                if (ancestor == definition) {
                    lack(element, "ref", "it stands within itself");
                    return Optional.empty();
                }
            }
        } else {
            List<Flaw> collisions = collisions(agent, element);
            collisions.forEach(flaw -> lack(element, flaw.attribute(), flaw.text()));
            if (!collisions.isEmpty()) {
                return Optional.empty();
            }
        }
        Map<String, String> attributes = resolve(agent, element, definition, ancestors);
        boolean whole = true;
        for (Parameter parameter : agent.parameters()) {
            if ((parameter.required() || parameter.primary())
                    && attributes.getOrDefault(parameter.name(), "").isBlank()) {
                lack(element, parameter.name(), missing(definition, parameter));
                whole = false;
            }
        }
        if (!whole) {
            return Optional.empty();
        }
        var node = new ResourceNode(
                agent,
                attributes,
                List.of(),
                independence(element, ancestors),
                overrides(element, definition),
                Flags.yes(element.attribute("__enforce_timeouts", "0")));
        int count = references.merge(node.label(), 1, Integer::sum);
        if (agent.maxInstances() > 0 && count > agent.maxInstances()) {
            lack(
                    element,
                    "ref",
                    agent.maxInstances() == 1
                            ? "it is used above already, and may be used once only"
                            : "it may be used " + agent.maxInstances() + " times only");
            return Optional.empty();
        }
        var within = new ArrayList<>(definitions);
        within.add(definition);
        return Optional.of(withChildren(node, parts(element, definition), ancestors, within));
    }

    /// What stands in a resource: with a reference, or else with the definition it refers to.
    private static List<Element> parts(Element element, Element definition) {
        List<Element> own = element.children().stream()
                .filter(child -> !child.type().equals("action"))
                .toList();
        return own.isEmpty() && definition != element
                ? definition.children().stream()
                        .filter(child -> !child.type().equals("action"))
                        .toList()
                : own;
    }

    private ResourceNode withChildren(
            ResourceNode node, List<Element> parts, List<ResourceNode> ancestors, List<Element> definitions) {
        var lineage = new ArrayList<>(ancestors);
        lineage.add(node);
        var children = new ArrayList<ResourceNode>();
        var named = new ArrayList<String>();
        for (ChildRule rule : node.metadata().children()) {
            if (named.contains(rule.type())) {
                continue;
            }
            named.add(rule.type());
            for (Element child : parts) {
                if (!child.type().equals(rule.type())) {
                    continue;
                }
                if (rule.forbidden()) {
                    lack(child, "", "not allowed below " + node.label());
                } else {
                    node(child, lineage, definitions).ifPresent(children::add);
                }
            }
        }
        for (Element child : parts) {
            if (!named.contains(child.type())) {
                node(child, lineage, definitions).ifPresent(children::add);
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

    /// @param element a reference, whose attributes count before those of the definition: all but the unique ones,
    ///     which make the resource what it is
    private Map<String, String> resolve(
            AgentMetadata agent, Element element, Element definition, List<ResourceNode> ancestors) {
        Map<String, String> replaced = defaults.getOrDefault(agent.type(), Map.of());
        var attributes = new LinkedHashMap<String, String>();
        for (Parameter parameter : agent.parameters()) {
            boolean identifies = parameter.primary() || parameter.unique();
            String own = (identifies ? definition : element).attribute(parameter.name());
            Optional<String> value = Optional.ofNullable(own)
                    .or(() -> Optional.ofNullable(definition.attribute(parameter.name())))
                    .or(() -> inherited(parameter, ancestors))
                    .or(() -> identifies ? Optional.empty() : Optional.ofNullable(replaced.get(parameter.name())))
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

    /// Something of the service that is being built can't be run.
    private void lack(Element element, String attribute, String what) {
        flaw(element, attribute, what + ": " + building + " isn't started");
        lacking.add(element.tag() + " in line " + element.line() + ": " + what);
    }

    private void flaw(Element element, String attribute, String text) {
        flaws.add(new Flaw(element, attribute, text));
    }
}
