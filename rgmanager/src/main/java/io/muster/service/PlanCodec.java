package io.muster.service;

import io.muster.core.MalformedMessage;
import io.muster.service.Plan.Domain;
import io.muster.service.Plan.DomainMember;
import io.muster.service.Plan.PlanNode;
import io.muster.service.Plan.Resource;
import io.muster.service.Plan.ServiceSpec;
import io.muster.wire.Input;
import io.muster.wire.Output;
import java.util.TreeMap;

/// Octets of a [Plan], big-endian, fields in the order of the records.
public final class PlanCodec {
    private static final int MAX = 65_536;

    private PlanCodec() {}

    public static void encode(Output out, Plan plan) {
        out.u32(plan.version()).u64(plan.statusPollMs());
        out.list(plan.nodes(), (o, node) -> o.u32(node.nodeid()).string(node.name()));
        out.list(plan.domains(), (o, domain) -> {
            o.string(domain.name()).bool(domain.ordered()).bool(domain.restricted());
            o.bool(domain.nofailback());
            o.list(domain.members(), (m, member) -> m.u32(member.nodeid()).u32(member.priority()));
        });
        out.list(plan.services(), (o, spec) -> {
            o.string(spec.name()).bool(spec.autostart()).string(spec.domain()).bool(spec.exclusive());
            o.oneOf(spec.recovery()).string(spec.depend()).u32(spec.maxRestarts());
            o.u64(spec.restartExpireMs()).bool(spec.migratory()).string(spec.digest());
            o.list(
                    spec.resources(),
                    (r, resource) -> r.string(resource.type())
                            .list(
                                    resource.attributes().entrySet(),
                                    (a, e) -> a.string(e.getKey()).string(e.getValue())));
        });
    }

    private static Resource resource(Input in) throws MalformedMessage {
        String type = in.string();
        var attributes = new TreeMap<String, String>();
        int count = in.u32(MAX);
        for (int i = 0; i < count; i++) {
            attributes.put(in.string(), in.string());
        }
        return new Resource(type, attributes);
    }

    public static Plan decode(Input in) throws MalformedMessage {
        int version = in.u32(Integer.MAX_VALUE);
        long poll = in.u64();
        var nodes = in.list(MAX, i -> new PlanNode(i.u32(Integer.MAX_VALUE), i.string()));
        var domains = in.list(
                MAX,
                i -> new Domain(
                        i.string(),
                        i.bool(),
                        i.bool(),
                        i.bool(),
                        i.list(MAX, m -> new DomainMember(m.u32(Integer.MAX_VALUE), m.u32(Integer.MAX_VALUE)))));
        var services = in.list(
                MAX,
                i -> new ServiceSpec(
                        i.string(),
                        i.bool(),
                        i.string(),
                        i.bool(),
                        i.oneOf(Recovery.class),
                        i.string(),
                        i.u32(Integer.MAX_VALUE),
                        i.u64(),
                        i.bool(),
                        i.string(),
                        i.list(MAX, PlanCodec::resource)));
        return new Plan(version, poll, nodes, domains, services);
    }
}
