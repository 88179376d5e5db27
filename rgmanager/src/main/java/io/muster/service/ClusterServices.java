package io.muster.service;

import io.muster.core.MalformedMessage;
import io.muster.wire.Input;
import io.muster.wire.Output;
import java.util.List;

/// What rgmanager tells commands: all services and who takes part.
///
/// Layout, big-endian: u8 [ResultCode] ordinal, bool locked, u32 nodeid of this node, list of u32 nodeids with an
/// rgmanager in the group, list of services: string name, u8 state ordinal, bool frozen, bool partial, u32 owner, u32
/// last owner, u32 restarts, u64 seconds of the last transition, string why it is barred.
///
/// @param code [ResultCode#SUCCESS], or why there is nothing to tell
/// @param members nodeids in ascending order
/// @param services by name
public record ClusterServices(
        ResultCode code, boolean locked, int self, List<Integer> members, List<ServiceStatus> services) {
    private static final int MAX = 65_536;
    private static final int MAX_INT = Integer.MAX_VALUE;

    public ClusterServices {
        members = List.copyOf(members);
        services = List.copyOf(services);
    }

    /// There is nothing to tell.
    public static ClusterServices none(ResultCode code, int self) {
        return new ClusterServices(code, false, self, List.of(), List.of());
    }

    public byte[] encode() {
        Output out = new Output(256);
        out.oneOf(code).bool(locked).u32(self);
        out.list(members, (o, nodeid) -> o.u32(nodeid));
        out.list(
                services,
                (o, s) -> o.string(s.name())
                        .oneOf(s.state())
                        .bool(s.frozen())
                        .bool(s.partial())
                        .u32(s.owner())
                        .u32(s.lastOwner())
                        .u32(s.restarts())
                        .u64(s.transitionSec())
                        .string(s.barred()));
        return out.toBytes();
    }

    public static ClusterServices decode(Input in) throws MalformedMessage {
        var decoded = new ClusterServices(
                in.oneOf(ResultCode.class),
                in.bool(),
                in.u32(MAX_INT),
                in.list(MAX, i -> i.u32(MAX_INT)),
                in.list(
                        MAX,
                        i -> new ServiceStatus(
                                i.string(),
                                i.oneOf(ServiceState.class),
                                i.bool(),
                                i.bool(),
                                i.u32(MAX_INT),
                                i.u32(MAX_INT),
                                i.u32(MAX_INT),
                                i.u64(),
                                i.string())));
        in.end();
        return decoded;
    }
}
