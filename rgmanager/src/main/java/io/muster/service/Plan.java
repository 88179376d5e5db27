package io.muster.service;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What placement needs to know of a cluster.conf, and nothing else: of resources what may identify
/// them, no passwords. It is part of the replicated state and travels in messages.
///
/// @param version `config_version`
/// @param services in document order, which is the order in which they are placed
public record Plan(
        int version, long statusPollMs, List<PlanNode> nodes, List<Domain> domains, List<ServiceSpec> services) {
    public Plan {
        nodes = List.copyOf(nodes);
        domains = List.copyOf(domains);
        services = List.copyOf(services);
    }

    /// A configured node.
    public record PlanNode(int nodeid, String name) {}

    /// A failover domain.
    public record Domain(
            String name, boolean ordered, boolean restricted, boolean nofailback, List<DomainMember> members) {
        public Domain {
            members = List.copyOf(members);
        }

        @Nullable
        DomainMember member(int nodeid) {
            for (DomainMember member : members) {
                if (member.nodeid() == nodeid) {
                    return member;
                }
            }
            return null;
        }
    }

    /// @param priority lower is preferred; 0, which stands for a missing one, is the most preferred
    public record DomainMember(int nodeid, int priority) {}

    /// One service.
    ///
    /// @param name with its type: `service:web`
    /// @param domain empty for none
    /// @param depend name of another service with its type, empty for none
    /// @param maxRestarts 0: restart for ever
    /// @param restartExpireMs 0: restarts are never forgotten
    /// @param migratory whether `migrate` makes sense
    /// @param digest of everything whose change takes a restart
    public record ServiceSpec(
            String name,
            boolean autostart,
            String domain,
            boolean exclusive,
            Recovery recovery,
            String depend,
            int maxRestarts,
            long restartExpireMs,
            boolean migratory,
            String digest,
            List<Resource> resources) {
        public ServiceSpec {
            resources = List.copyOf(resources);
        }
    }

    /// One resource of a service, wherever it stands in its tree.
    ///
    /// @param attributes what the document says of it, but for what is secret
    public record Resource(String type, SortedMap<String, String> attributes) {
        public Resource {
            attributes = Collections.unmodifiableSortedMap(new TreeMap<>(attributes));
        }
    }

    /// The service of that name, or null.
    public @Nullable ServiceSpec service(String name) {
        for (ServiceSpec spec : services) {
            if (spec.name().equals(name)) {
                return spec;
            }
        }
        return null;
    }

    /// The domain of that name, without regard to case, or null.
    public @Nullable Domain domain(String name) {
        for (Domain domain : domains) {
            if (domain.name().equalsIgnoreCase(name)) {
                return domain;
            }
        }
        return null;
    }
}
