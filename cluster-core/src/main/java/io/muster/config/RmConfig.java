package io.muster.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/// `<rm>`: the resource manager's part.
///
/// @param statusChildMax parallel status checks; 0 is unlimited
/// @param disabled the daemon exits at once
/// @param resources shared definitions, to be named with `ref=`
/// @param resourceDefaults one element per type, whose attributes replace the agent's defaults
/// @param services top-level groups: `<service>`, `<vm>` or a resource of any other type
/// @param events of central processing
public record RmConfig(
        int statusPollIntervalSec,
        int statusChildMax,
        int statusMax,
        int transitionThrottlingSec,
        boolean centralProcessing,
        boolean disabled,
        List<FailoverDomain> domains,
        List<Element> resources,
        List<Element> resourceDefaults,
        List<Element> services,
        List<Element> events) {
    public RmConfig {
        domains = List.copyOf(domains);
        resources = List.copyOf(resources);
        resourceDefaults = List.copyOf(resourceDefaults);
        services = List.copyOf(services);
        events = List.copyOf(events);
    }

    /// The domain of that name; names compare without case.
    public Optional<FailoverDomain> domain(String domainName) {
        return domains.stream()
                .filter(domain -> domain.name().equalsIgnoreCase(domainName))
                .findFirst();
    }

    /// What names a service or resource: its reference; or the attribute that identifies its type, or `name`; or, of a
    /// type nobody knows, the first it has. Empty when it has none.
    public static String nameOf(Element element) {
        String ref = element.attribute("ref");
        if (ref != null) {
            return ref;
        }
        String named = element.attribute(ResourceWords.primary(element.type()), element.attribute("name", ""));
        return named.isEmpty()
                ? element.attributes().values().stream().findFirst().orElse("")
                : named;
    }

    /// A service as the shared definition has it to which it refers: what stands at the reference counts before it.
    /// Itself, when it refers to none.
    public Element whole(Element service) {
        String ref = service.attribute("ref");
        Element shared = ref == null
                ? null
                : resources.stream()
                        .filter(resource -> resource.type().equals(service.type())
                                && nameOf(resource).equals(ref))
                        .findFirst()
                        .orElse(null);
        if (shared == null) {
            return service;
        }
        var attributes = new LinkedHashMap<>(shared.attributes());
        attributes.putAll(service.attributes());
        boolean bare =
                service.children().stream().allMatch(child -> child.type().equals("action"));
        var children = new ArrayList<>(service.children());
        shared.children().stream()
                .filter(child -> bare || child.type().equals("action"))
                .forEach(children::add);
        return new Element(
                service.type(),
                service.line(),
                service.column(),
                attributes,
                children,
                service.text(),
                service.place());
    }
}
