package io.muster.resource;

import io.muster.core.MalformedMessage;
import io.muster.resource.AgentMetadata.AgentAction;
import io.muster.resource.AgentMetadata.ChildRule;
import io.muster.resource.AgentMetadata.Parameter;
import io.muster.resource.ResourceNode.Independence;
import io.muster.resource.ResourceNode.OwnTimes;
import io.muster.wire.Input;
import io.muster.wire.Output;
import java.nio.file.Path;
import java.util.LinkedHashMap;

/// Octets of a service's tree in the ledger: enough to stop it without cluster.conf and without asking an agent what
/// it is.
///
/// Layout, big-endian: u8 format 1, the root. A resource: its agent (string program, type, version; list of
/// parameters: string name, bools primary, unique, required, reconfig, optional strings default and inherit; list of
/// actions: string name, u32 depth, u64 seconds of limit and interval; list of rules about children: string type, u32
/// start, u32 stop, bool forbidden; u32 instances; bool init on add), list of attributes (strings name and value), list
/// of children, its independence (bools independent, critical, u32 restarts, u64 seconds, u32 failures, u64 seconds),
/// list of own times (string action, u32 depth + 1, u64 seconds + 1 twice), bool enforce timeouts.
public final class TreeCodec {
    private static final int FORMAT = 1;
    private static final int MAX = 4096;
    private static final int MAX_INT = Integer.MAX_VALUE;
    private static final int MAX_DEPTH = 64;

    private TreeCodec() {}

    public static byte[] encode(ResourceNode root) {
        Output out = new Output(1024).u8(FORMAT);
        node(out, root);
        return out.toBytes();
    }

    /// Reads what [#encode] has written.
    public static ResourceNode decode(byte[] octets) throws MalformedMessage {
        Input in = new Input(octets);
        int format = in.u8();
        if (format != FORMAT) {
            throw new MalformedMessage("tree of a service in format " + format);
        }
        ResourceNode root = node(in, 0);
        in.end();
        return root;
    }

    private static void node(Output out, ResourceNode node) {
        agent(out, node.metadata());
        out.list(node.attributes().entrySet(), (o, e) -> o.string(e.getKey()).string(e.getValue()));
        out.list(node.children(), TreeCodec::node);
        Independence rules = node.independence();
        out.bool(rules.independent()).bool(rules.critical());
        out.u32(rules.maxRestarts()).u64(rules.restartExpireSeconds());
        out.u32(rules.maxFailures()).u64(rules.failureExpireSeconds());
        out.list(
                node.overrides(),
                (o, times) -> o.string(times.name())
                        .u32(times.depth() + 1)
                        .u64(times.timeoutSeconds() + 1)
                        .u64(times.intervalSeconds() + 1));
        out.bool(node.enforceTimeouts());
    }

    private static ResourceNode node(Input in, int depth) throws MalformedMessage {
        if (depth > MAX_DEPTH) {
            throw new MalformedMessage("tree of a service deeper than " + MAX_DEPTH);
        }
        AgentMetadata agent = agent(in);
        var attributes = new LinkedHashMap<String, String>();
        for (String[] pair : in.list(MAX, i -> new String[] {i.string(), i.string()})) {
            attributes.put(pair[0], pair[1]);
        }
        var children = in.list(MAX, i -> node(i, depth + 1));
        var rules = new Independence(in.bool(), in.bool(), in.u32(MAX_INT), in.u64(), in.u32(MAX_INT), in.u64());
        var overrides = in.list(MAX, i -> new OwnTimes(i.string(), i.u32(MAX_INT) - 1, i.u64() - 1, i.u64() - 1));
        return new ResourceNode(agent, attributes, children, rules, overrides, in.bool());
    }

    private static void agent(Output out, AgentMetadata agent) {
        out.string(agent.agent().toString()).string(agent.type()).string(agent.version());
        out.list(
                agent.parameters(),
                (o, p) -> o.string(p.name())
                        .bool(p.primary())
                        .bool(p.unique())
                        .bool(p.required())
                        .bool(p.reconfig())
                        .optional(p.defaultValue(), Output::string)
                        .optional(p.inherit(), Output::string));
        out.list(
                agent.actions(),
                (o, action) -> o.string(action.name())
                        .u32(action.depth())
                        .u64(action.timeoutSeconds())
                        .u64(action.intervalSeconds()));
        out.list(
                agent.children(),
                (o, rule) -> o.string(rule.type())
                        .u32(rule.startLevel())
                        .u32(rule.stopLevel())
                        .bool(rule.forbidden()));
        out.u32(agent.maxInstances()).bool(agent.initOnAdd());
    }

    private static AgentMetadata agent(Input in) throws MalformedMessage {
        return new AgentMetadata(
                Path.of(in.string()),
                in.string(),
                in.string(),
                in.list(
                        MAX,
                        i -> new Parameter(
                                i.string(),
                                i.bool(),
                                i.bool(),
                                i.bool(),
                                i.bool(),
                                i.optional(Input::string),
                                i.optional(Input::string))),
                in.list(MAX, i -> new AgentAction(i.string(), i.u32(MAX_INT), i.u64(), i.u64())),
                in.list(MAX, i -> new ChildRule(i.string(), i.u32(MAX_INT), i.u32(MAX_INT), i.bool())),
                in.u32(MAX_INT),
                in.bool());
    }
}
