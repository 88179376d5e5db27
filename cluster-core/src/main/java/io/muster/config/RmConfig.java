package io.muster.config;

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
}
