package io.muster.config;

import io.muster.cli.Nearest;
import io.muster.finding.Findings;
import io.muster.finding.Shown;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// Failover domains, services and resources. rgmanager took nearly anything and left out what made no
/// sense, so most of this warns.
final class RmRules {
    private static final Set<String> OWN = Set.of("failoverdomains", "resources", "resource-defaults", "events");
    private static final List<String> RECOVERIES = List.of("restart", "relocate", "disable", "restart-disable");

    private final Findings findings;
    private final Element rm;
    private final List<String> nodeNames;
    private final Map<String, Element> shared = new LinkedHashMap<>();
    private final Map<String, Element> groups = new LinkedHashMap<>();
    private final RmValues values;

    RmRules(Findings findings, Element rm, List<String> nodeNames) {
        this.findings = findings;
        this.rm = rm;
        this.nodeNames = nodeNames;
        this.values = new RmValues(findings);
    }

    void check() {
        List<String> domains = domains();
        Element resources = rm.child("resources");
        if (resources != null) {
            resources.children().forEach(this::shared);
        }
        List<Element> services = rm.children().stream()
                .filter(child -> !OWN.contains(child.type()))
                .toList();
        services.forEach(this::group);
        for (Element service : services) {
            service(service, domains);
            tree(service);
        }
        new DependRules(findings, groups).check();
    }

    private List<String> domains() {
        Element list = rm.child("failoverdomains");
        List<String> names = new ArrayList<>();
        Map<String, Element> seen = new LinkedHashMap<>();
        for (Element domain : list == null ? List.<Element>of() : list.children("failoverdomain")) {
            String name = domain.attribute("name", "");
            names.add(name);
            Element first = seen.putIfAbsent(name.toLowerCase(Locale.ROOT), domain);
            if (first != null) {
                findings.error(
                        domain,
                        "name",
                        "name=\"" + Shown.of(name) + "\": two failover domains have it, the other is in line "
                                + first.line());
            }
            domainNodes(domain);
        }
        return names;
    }

    private void domainNodes(Element domain) {
        boolean ordered = Values.flag(domain, "ordered", false);
        Map<String, Element> seen = new LinkedHashMap<>();
        for (Element node : domain.children("failoverdomainnode")) {
            Element first = seen.putIfAbsent(node.attribute("name", ""), node);
            if (first != null) {
                findings.warn(node, "name", "ignored: the node is already in line " + first.line());
            }
            ClusterRules.known(findings, node, "name", nodeNames, "node");
            String priority = node.attribute("priority");
            if (priority != null && !SchemaCheck.number(priority, 1, 100).isEmpty()) {
                findings.warn(
                        node,
                        "priority",
                        "priority=\"" + Shown.of(priority)
                                + "\": must be 1 to 100; 0 is taken, which is preferred to 1");
            } else if (priority == null && ordered) {
                findings.warn(node, "no priority in an ordered domain: 0 is taken, which is preferred to 1");
            }
        }
        if (seen.isEmpty()) {
            findings.warn(domain, "no node in it");
        }
    }

    private void shared(Element resource) {
        words(resource);
        resource.children().forEach(this::words);
        String primary = ResourceWords.primary(resource.type());
        String name = resource.attribute(primary);
        Element first = name == null ? null : shared.putIfAbsent(resource.type() + ":" + name, resource);
        if (first != null) {
            findings.warn(
                    resource,
                    primary,
                    "ignored: the resource of that " + primary + " in line " + first.line() + " counts");
        }
    }

    private void group(Element service) {
        String name = service.attribute(ResourceWords.primary(service.type()));
        if (name == null) {
            if (service.attribute("ref") == null) {
                findings.warn(service, "ignored: no " + ResourceWords.primary(service.type()));
            }
            return;
        }
        Element first = groups.putIfAbsent(service.type() + ":" + name, service);
        if (first != null) {
            findings.error(service, "name", "two services have this name, the other is in line " + first.line());
        }
    }

    private void service(Element service, List<String> domains) {
        String domain = service.attribute("domain");
        if (domain != null && !domain.isEmpty() && domains.stream().noneMatch(domain::equalsIgnoreCase)) {
            findings.warn(
                    service,
                    "domain",
                    "no failover domain is called \"" + Shown.of(domain) + "\"; the service may run anywhere"
                            + Nearest.hint(domain, domains));
        }
        String recovery = service.attribute("recovery");
        if (recovery != null && !RECOVERIES.contains(recovery)) {
            findings.warn(
                    service,
                    "recovery",
                    "recovery=\"" + Shown.of(recovery) + "\": unknown, \"restart\" is taken"
                            + Nearest.hint(recovery, RECOVERIES));
        }
        for (String flag : List.of("autostart", "nfslock")) {
            String value = service.attribute(flag);
            if (value != null && !Rule.isFlag(value)) {
                findings.warn(service, flag, flag + "=\"" + Shown.of(value) + "\": should be 0 or 1");
            }
        }
        noEffect(service);
        String depend = service.attribute("depend");
        if (depend != null && !depend.isEmpty() && !groups.containsKey(depend)) {
            findings.warn(
                    service,
                    "depend",
                    "no service is called \"" + Shown.of(depend) + "\"" + Nearest.hint(depend, groups.keySet()));
        }
    }

    /// A virtual machine, or whatever else stands directly in `<rm>`, takes a service's words, and they
    /// do as much.
    private void noEffect(Element service) {
        service.attributes()
                .forEach((name, value) -> NoEffect.ofValue("service", "rm", name, value)
                        .ifPresent(why ->
                                findings.warn(service, name, "attribute \"" + name + "\" has no effect here: " + why)));
        int exclusive = Values.number(service, "exclusive", 0);
        if (exclusive > 1) {
            findings.warn(
                    service,
                    "exclusive",
                    "exclusive=\"" + exclusive + "\": 1 is taken, there are no grades without central processing");
        }
    }

    private void tree(Element element) {
        words(element);
        String ref = element.attribute("ref");
        if (ref != null && !shared.containsKey(element.type() + ":" + ref)) {
            List<String> names = shared.values().stream()
                    .filter(resource -> resource.type().equals(element.type()))
                    .map(resource -> resource.attribute(ResourceWords.primary(element.type()), ""))
                    .toList();
            findings.warn(
                    element,
                    "ref",
                    "no shared resource of this type is called \"" + Shown.of(ref) + "\"" + Nearest.hint(ref, names));
        }
        element.children().forEach(this::tree);
    }

    private void words(Element element) {
        values.check(element);
        Set<String> known = ResourceWords.attributes(element.type());
        if (known == null) {
            String suggestion = Nearest.hint(element.type(), ResourceWords.types());
            if (suggestion.isEmpty()) {
                findings.note(element, "an agent of this name must be installed");
            } else {
                findings.warn(element, "no agent of this name is known" + suggestion);
            }
            return;
        }
        for (String name : element.attributes().keySet()) {
            if (!known.contains(name)) {
                findings.warn(
                        element,
                        name,
                        "unknown attribute \"" + Shown.of(name) + "\", ignored" + Nearest.hint(name, known));
            }
        }
    }
}
