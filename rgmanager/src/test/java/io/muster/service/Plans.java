package io.muster.service;

import io.muster.core.MalformedMessage;
import io.muster.service.Plan.Domain;
import io.muster.service.Plan.DomainMember;
import io.muster.service.Plan.PlanNode;
import io.muster.service.Plan.ServiceSpec;
import io.muster.wire.Input;
import io.muster.wire.Output;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/// Plans for tests, written shortly.
final class Plans {
    private Plans() {}

    static ServiceSpec service(String name) {
        return new ServiceSpec("service:" + name, true, "", false, Recovery.RESTART, "", 0, 0, false, "1");
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
                s.digest());
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
                s.digest());
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
                s.digest());
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
                s.digest());
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
                s.digest());
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
                digest);
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

    /// A "document" for tests is an encoded plan.
    static byte[] document(Plan plan) {
        Output out = new Output();
        PlanCodec.encode(out, plan);
        return out.toBytes();
    }

    static Optional<Plan> read(byte[] document) {
        try {
            return Optional.of(PlanCodec.decode(new Input(document)));
        } catch (MalformedMessage e) {
            return Optional.empty();
        }
    }
}
