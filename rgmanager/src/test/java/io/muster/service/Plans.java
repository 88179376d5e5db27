package io.muster.service;

import io.muster.config.ConfigReader;
import io.muster.group.GroupEntry;
import io.muster.resource.ResourceType;
import io.muster.service.Plan.Domain;
import io.muster.service.Plan.DomainMember;
import io.muster.service.Plan.PlanNode;
import io.muster.service.Plan.ServiceSpec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;

/// Plans for tests, written shortly.
final class Plans {
    /// As the agents that ship say it.
    static final List<ResourceType> TYPES = List.of(
            type("fs", "name", 1, "device", "mountpoint"),
            type("ip", "address", 1, "address"),
            type("script", "name", 0, "file", "name"),
            type("service", "name", 1, "name"));

    /// The same as a node reports it that has one device of a volume group.
    static final NodeTable TABLE = new NodeTable(
            TYPES,
            new TreeMap<>(
                    Map.of("device=/dev/vg/data", new TreeSet<>(List.of("@device=/dev/dm-3", "device=UUID=ab-12")))));

    private Plans() {}

    private static ResourceType type(String type, String primary, int most, String... unique) {
        return new ResourceType(type, primary, most, new TreeSet<>(List.of(unique)), new TreeSet<>(List.of(primary)));
    }

    static ServiceSpec service(String name) {
        return new ServiceSpec("service:" + name, true, "", false, Recovery.RESTART, "", 0, 0, false, "1", List.of());
    }

    static ServiceSpec having(ServiceSpec s, Plan.Resource... resources) {
        return new ServiceSpec(
                s.name(),
                s.autostart(),
                s.domain(),
                s.exclusive(),
                s.recovery(),
                s.depend(),
                s.maxRestarts(),
                s.restartExpireMs(),
                s.migratory(),
                s.digest(),
                List.of(resources));
    }

    static ServiceSpec inDomain(ServiceSpec s, String domain) {
        return new ServiceSpec(
                s.name(),
                s.autostart(),
                domain,
                s.exclusive(),
                s.recovery(),
                s.depend(),
                s.maxRestarts(),
                s.restartExpireMs(),
                s.migratory(),
                s.digest(),
                s.resources());
    }

    static ServiceSpec manual(ServiceSpec s) {
        return new ServiceSpec(
                s.name(),
                false,
                s.domain(),
                s.exclusive(),
                s.recovery(),
                s.depend(),
                s.maxRestarts(),
                s.restartExpireMs(),
                s.migratory(),
                s.digest(),
                s.resources());
    }

    static ServiceSpec exclusive(ServiceSpec s) {
        return new ServiceSpec(
                s.name(),
                s.autostart(),
                s.domain(),
                true,
                s.recovery(),
                s.depend(),
                s.maxRestarts(),
                s.restartExpireMs(),
                s.migratory(),
                s.digest(),
                s.resources());
    }

    static ServiceSpec recovery(ServiceSpec s, Recovery recovery, int max, long expireMs) {
        return new ServiceSpec(
                s.name(),
                s.autostart(),
                s.domain(),
                s.exclusive(),
                recovery,
                s.depend(),
                max,
                expireMs,
                s.migratory(),
                s.digest(),
                s.resources());
    }

    static ServiceSpec depend(ServiceSpec s, String on) {
        return new ServiceSpec(
                s.name(),
                s.autostart(),
                s.domain(),
                s.exclusive(),
                s.recovery(),
                "service:" + on,
                s.maxRestarts(),
                s.restartExpireMs(),
                s.migratory(),
                s.digest(),
                s.resources());
    }

    static ServiceSpec digest(ServiceSpec s, String digest) {
        return new ServiceSpec(
                s.name(),
                s.autostart(),
                s.domain(),
                s.exclusive(),
                s.recovery(),
                s.depend(),
                s.maxRestarts(),
                s.restartExpireMs(),
                s.migratory(),
                digest,
                s.resources());
    }

    /// @param members `nodeid` or `nodeid:priority`
    static Domain domain(String name, boolean ordered, boolean restricted, boolean nofailback, String... members) {
        var list = new ArrayList<DomainMember>();
        for (String member : members) {
            String[] parts = member.split(":");
            list.add(new DomainMember(Integer.parseInt(parts[0]), parts.length > 1 ? Integer.parseInt(parts[1]) : 0));
        }
        return new Domain(name, ordered, restricted, nofailback, list);
    }

    static Plan plan(int version, int nodes, List<Domain> domains, ServiceSpec... services) {
        return new Plan(
                version,
                10_000,
                IntStream.rangeClosed(1, nodes)
                        .mapToObj(n -> new PlanNode(n, "node" + n))
                        .toList(),
                domains,
                Arrays.asList(services));
    }

    /// cman's word that this is the cluster's configuration.
    static GroupEntry.Config inForce(long position, Plan plan) {
        byte[] document = document(plan);
        return new GroupEntry.Config(position, plan.version(), ConfigReader.sha256(document), true, document);
    }

    /// The cluster.conf that has this plan, but for the digests: they are of what stands for them in
    /// it.
    static byte[] document(Plan plan) {
        var text = new StringBuilder("<?xml version=\"1.0\"?>\n");
        open(text, "cluster", "name", "sim", "config_version", plan.version());
        open(text, "clusternodes");
        plan.nodes().forEach(node -> alone(text, "clusternode", "name", node.name(), "nodeid", node.nodeid()));
        text.append("</clusternodes>\n");
        open(text, "rm", "status_poll_interval", plan.statusPollMs() / 1000);
        open(text, "failoverdomains");
        plan.domains().forEach(domain -> domain(text, domain));
        text.append("</failoverdomains>\n");
        plan.services().forEach(spec -> service(text, spec));
        return text.append("</rm>\n</cluster>\n").toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void domain(StringBuilder text, Domain domain) {
        open(
                text,
                "failoverdomain",
                "name",
                domain.name(),
                "ordered",
                domain.ordered() ? 1 : 0,
                "restricted",
                domain.restricted() ? 1 : 0,
                "nofailback",
                domain.nofailback() ? 1 : 0);
        domain.members()
                .forEach(member -> alone(
                        text, "failoverdomainnode", "name", "node" + member.nodeid(), "priority", member.priority()));
        text.append("</failoverdomain>\n");
    }

    private static void service(StringBuilder text, ServiceSpec spec) {
        open(
                text,
                "service",
                "name",
                spec.name().substring("service:".length()),
                "autostart",
                spec.autostart() ? 1 : 0,
                "domain",
                spec.domain(),
                "exclusive",
                spec.exclusive() ? 1 : 0,
                "recovery",
                spec.recovery().name().toLowerCase(Locale.ROOT).replace('_', '-'),
                "depend",
                spec.depend(),
                "max_restarts",
                spec.maxRestarts(),
                "restart_expire_time",
                spec.restartExpireMs() / 1000);
        alone(text, "script", "name", spec.digest(), "file", "/etc/init.d/" + spec.digest());
        text.append("</service>\n");
    }

    private static void open(StringBuilder text, String element, Object... attributes) {
        text.append('<').append(element);
        for (int i = 0; i < attributes.length; i += 2) {
            // As nobody writes an attribute that says nothing.
            if (!attributes[i + 1].equals("")) {
                text.append(' ')
                        .append(attributes[i])
                        .append("=\"")
                        .append(attributes[i + 1])
                        .append('"');
            }
        }
        text.append(">\n");
    }

    private static void alone(StringBuilder text, String element, Object... attributes) {
        open(text, element, attributes);
        text.append("</").append(element).append(">\n");
    }

    private static final Map<String, Optional<Plan>> READ = new ConcurrentHashMap<>();

    /// Each document is read once.
    static Optional<Plan> read(byte[] document) {
        return READ.computeIfAbsent(ConfigReader.sha256(document), _ -> PlanReader.read(document));
    }
}
