package io.muster.fence;

import io.muster.config.ClusterConfig;
import io.muster.config.ClusterNode;
import io.muster.config.DeviceUse;
import io.muster.config.FenceDevice;
import io.muster.config.FenceMethod;
import io.muster.core.MalformedMessage;
import io.muster.wire.Input;
import io.muster.wire.Output;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// How one node is fenced and unfenced: agents' calls, ready to run.
///
/// @param methods in the order to try them
/// @param unfence all must succeed
/// @param staggered whether a device of it sets `delay`: the operator has chosen who wins a duel
public record NodeFencing(int nodeid, String name, List<Method> methods, List<AgentCall> unfence, boolean staggered) {
    private static final int MAX = 4096;

    public NodeFencing {
        methods = List.copyOf(methods);
        unfence = List.copyOf(unfence);
    }

    /// All or nothing: calls in order, each must succeed (except those that only restore power).
    public record Method(String name, List<AgentCall> calls) {
        public Method {
            calls = List.copyOf(calls);
        }
    }

    /// Layout: u32 nodeid, string name, list of methods (string name, list of calls), list of calls to
    /// unfence, bool staggered. A call is u32 method, u32 device, strings method, device and agent,
    /// bool restores, list of strings, optional string.
    public void encode(Output out) {
        out.u32(nodeid).string(name);
        out.list(methods, (o, method) -> o.string(method.name()).list(method.calls(), NodeFencing::encode));
        out.list(unfence, NodeFencing::encode).bool(staggered);
    }

    private static void encode(Output out, AgentCall call) {
        out.u32(call.method()).u32(call.device());
        out.string(call.methodName()).string(call.deviceName()).string(call.agent());
        out.bool(call.restores()).list(call.input(), Output::string).optional(call.refusal(), Output::string);
    }

    /// Reads what [#encode] has written.
    public static NodeFencing decode(Input in) throws MalformedMessage {
        return new NodeFencing(
                in.u32(Integer.MAX_VALUE),
                in.string(),
                in.list(MAX, i -> new Method(i.string(), i.list(MAX, NodeFencing::call))),
                in.list(MAX, NodeFencing::call),
                in.bool());
    }

    private static AgentCall call(Input in) throws MalformedMessage {
        return new AgentCall(
                in.u32(Integer.MAX_VALUE),
                in.u32(Integer.MAX_VALUE),
                in.string(),
                in.string(),
                in.string(),
                in.bool(),
                in.list(MAX, Input::string),
                in.optional(Input::string));
    }

    static NodeFencing of(ClusterConfig config, ClusterNode node) {
        var methods = new ArrayList<Method>();
        boolean staggered = false;
        for (FenceMethod method : node.methods()) {
            var calls = new ArrayList<AgentCall>();
            for (DeviceUse use : method.devices()) {
                calls.add(call(config, node, methods.size(), calls.size(), method.name(), use));
                staggered |= staggers(config, use);
            }
            methods.add(new Method(method.name(), allOffThenAllOn(calls)));
        }
        var unfence = new ArrayList<AgentCall>();
        for (DeviceUse use : node.unfence()) {
            AgentCall call = call(config, node, 0, unfence.size(), "unfence", use);
            unfence.add(AgentArguments.action(call.input()).isPresent() ? call : call.withAction("on", false));
        }
        return new NodeFencing(node.nodeid(), node.name(), methods, unfence, staggered);
    }

    private static AgentCall call(
            ClusterConfig config, ClusterNode node, int method, int number, String methodName, DeviceUse use) {
        Optional<FenceDevice> found = config.fenceDevice(use.name());
        if (found.isEmpty()) {
            var why = Optional.of("no <fencedevice> is named \"" + use.name() + "\"");
            return new AgentCall(method, number, methodName, use.name(), "none", false, List.of(), why);
        }
        FenceDevice device = found.get();
        return new AgentCall(
                method,
                number,
                methodName,
                use.name(),
                AgentArguments.agent(device, use),
                false,
                AgentArguments.lines(device, use, node.name()),
                AgentArguments.refusal(device, use));
    }

    private static boolean staggers(ClusterConfig config, DeviceUse use) {
        return use.attributes().containsKey("delay")
                || config.fenceDevice(use.name())
                        .map(device -> device.attributes().containsKey("delay"))
                        .orElse(false);
    }

    /// Two power supplies that are rebooted one after the other never leave the node without current.
    /// So when a method has several power devices, each of which would reboot, all are switched off
    /// first and then on again. Calls whose action is written stay as they are, where they are.
    private static List<AgentCall> allOffThenAllOn(List<AgentCall> calls) {
        long rebooting = calls.stream().filter(NodeFencing::reboots).count();
        if (rebooting < 2) {
            return calls;
        }
        var changed = new ArrayList<AgentCall>();
        for (AgentCall call : calls) {
            changed.add(reboots(call) ? call.withAction("off", false) : call);
        }
        for (AgentCall call : calls) {
            if (reboots(call)) {
                changed.add(call.withAction("on", true));
            }
        }
        return changed;
    }

    private static boolean reboots(AgentCall call) {
        return AgentArguments.isPower(call.agent())
                && AgentArguments.action(call.input()).orElse("reboot").equals("reboot");
    }
}
