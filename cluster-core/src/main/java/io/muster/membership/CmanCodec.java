package io.muster.membership;

import io.muster.core.MalformedMessage;
import io.muster.core.Node;
import io.muster.group.GroupEntry.Level;
import io.muster.group.GroupEntry.Reason;
import io.muster.group.GroupTable;
import io.muster.group.Remains;
import io.muster.membership.CmanMessage.Ordinary;
import io.muster.totem.RingId;
import io.muster.wire.Input;
import io.muster.wire.Output;
import java.util.Optional;

/// Octets of [CmanMessage], big-endian: u8 version, u8 type, ring id (u64 sequence, node of 20 octets),
/// u32 number among the sender's messages, then by type:
///
/// | type | body |
/// |---|---|
/// | 1 transition | u8 protocol, string name, u32 id, bool stateful, [Remains], u64 last quorum, side, member, state |
/// | 2 to group | u32 group id, the rest is the payload |
/// | 3 join | string group, u8 level + 1 or 0, u32 client |
/// | 4 part | string group, u8 reason, [Remains] |
/// | 5 report | string group, u64 position |
/// | 6 proven | node, string how |
/// | 7 leave | bool removed, [Remains] |
/// | 8 kill | list of u32 nodeids, string why |
/// | 9 expected | u32 votes |
/// | 10 node votes | u32 nodeid, u32 votes |
/// | 11 device | string name, u32 votes |
/// | 12 configuration | u32 version, string sha256, bytes document |
/// | 13 vouched | node, [Remains] |
/// | 14 acknowledged | node, string service |
///
/// Of a transition of another protocol only the first three fields are read: they are enough to refuse its sender.
final class CmanCodec {
    static final int VERSION = 1;

    /// Largest payload of a group message.
    static final int MAX_PAYLOAD = (1 << 20) + 1024;

    private static final int MAX_NODES = 1024;
    private static final int MAX_VOTES = 1 << 20;

    private CmanCodec() {}

    /// A message with what every message has.
    ///
    /// @param ring the configuration it is meant for
    /// @param number the sender's, growing
    record Framed(RingId ring, long number, CmanMessage message) {}

    static byte[] encode(RingId ring, long number, CmanMessage message) {
        Output out = new Output(message instanceof CmanMessage.ToGroup g ? 48 + g.payload().length : 128);
        out.u8(VERSION).u8(type(message));
        encodeRing(out, ring);
        out.u32(number);
        switch (message) {
            case Transition t -> {
                out.u8(t.protocol()).string(t.clusterName()).u32(t.clusterId()).u64(t.wallMs());
                t.remains().encode(out.bool(t.stateful()));
                out.u64(t.lastQuorum()).list(t.side(), Output::node);
                t.self().encode(out);
                t.state().encode(out);
            }
            case CmanMessage.ToGroup m -> out.i32(m.group()).raw(m.payload());
            case CmanMessage.Join m ->
                out.string(m.group())
                        .u8(m.level().map(l -> l.ordinal() + 1).orElse(0))
                        .i32(m.client());
            case CmanMessage.Part m -> m.remains().encode(out.string(m.group()).oneOf(m.reason()));
            case CmanMessage.Report m -> out.string(m.group()).u64(m.upTo());
            case CmanMessage.Proven m -> out.node(m.victim()).string(m.how()).u64(m.atMs());
            case CmanMessage.Vouched m -> m.remains().encode(out.node(m.run()));
            case CmanMessage.Acknowledged m ->
                out.node(m.run()).string(m.service()).u64(m.atMs());
            case CmanMessage.Leave m -> m.remains().encode(out.bool(m.removed()));
            case CmanMessage.Kill m ->
                out.list(m.nodeids(), (o, id) -> o.u32(id)).string(m.why());
            case CmanMessage.Expected m -> out.u32(m.votes());
            case CmanMessage.NodeVotes m -> out.u32(m.nodeid()).u32(m.votes());
            case CmanMessage.Device m -> out.string(m.name()).u32(m.votes());
            case CmanMessage.Configuration m ->
                out.u32(m.version()).string(m.sha256()).bool(m.agreed()).bytes(m.document());
        }
        return out.toBytes();
    }

    /// @param from whom the ring has it from
    static Framed decode(byte[] octets, Node from) throws MalformedMessage {
        Input in = new Input(octets);
        int version = in.u8();
        if (version != VERSION) {
            throw new MalformedMessage("cman message of version " + version);
        }
        int type = in.u8();
        RingId ring = decodeRing(in);
        long number = in.u32();
        if (type == 1) {
            return new Framed(ring, number, transition(ring, from, in));
        }
        CmanMessage message = ordinary(type, in);
        in.end();
        return new Framed(ring, number, message);
    }

    private static Ordinary ordinary(int type, Input in) throws MalformedMessage {
        return switch (type) {
            case 2 -> {
                int group = in.i32();
                if (in.remaining() > MAX_PAYLOAD) {
                    throw new MalformedMessage("group message of " + in.remaining() + " octets");
                }
                yield new CmanMessage.ToGroup(group, in.rest());
            }
            case 3 -> new CmanMessage.Join(in.string(GroupTable.NAME_BYTES), level(in.u8()), in.i32());
            case 4 ->
                new CmanMessage.Part(in.string(GroupTable.NAME_BYTES), in.oneOf(Reason.class), Remains.decode(in));
            case 5 -> new CmanMessage.Report(in.string(GroupTable.NAME_BYTES), in.u64());
            case 6 -> new CmanMessage.Proven(in.node(), in.string(255), in.u64());
            case 7 -> new CmanMessage.Leave(in.bool(), Remains.decode(in));
            case 8 -> new CmanMessage.Kill(in.list(MAX_NODES, i -> i.u32(Integer.MAX_VALUE)), in.string(255));
            case 9 -> new CmanMessage.Expected(in.u32(MAX_VOTES));
            case 10 -> new CmanMessage.NodeVotes(in.u32(Integer.MAX_VALUE), in.u32(MAX_VOTES));
            case 11 -> new CmanMessage.Device(in.string(255), in.u32(MAX_VOTES));
            case 12 ->
                new CmanMessage.Configuration(
                        in.u32(Integer.MAX_VALUE), in.string(64), in.bool(), in.bytes(MAX_PAYLOAD));
            case 13 -> new CmanMessage.Vouched(in.node(), Remains.decode(in));
            case 14 -> new CmanMessage.Acknowledged(in.node(), in.string(255), in.u64());
            default -> throw new MalformedMessage("cman message of type " + type);
        };
    }

    private static Transition transition(RingId ring, Node from, Input in) throws MalformedMessage {
        int protocol = in.u8();
        String name = in.string(64);
        int id = in.u32(0xffff);
        if (protocol != Cman.PROTOCOL) {
            return Transition.foreign(ring, protocol, name, id, from);
        }
        var transition = new Transition(
                ring,
                protocol,
                name,
                id,
                in.u64(),
                in.bool(),
                Remains.decode(in),
                in.u64(),
                in.list(MAX_NODES, Input::node),
                Member.decode(in),
                ClusterState.decode(in));
        in.end();
        return transition;
    }

    private static int type(CmanMessage message) {
        return switch (message) {
            case Transition _ -> 1;
            case CmanMessage.ToGroup _ -> 2;
            case CmanMessage.Join _ -> 3;
            case CmanMessage.Part _ -> 4;
            case CmanMessage.Report _ -> 5;
            case CmanMessage.Proven _ -> 6;
            case CmanMessage.Leave _ -> 7;
            case CmanMessage.Kill _ -> 8;
            case CmanMessage.Expected _ -> 9;
            case CmanMessage.NodeVotes _ -> 10;
            case CmanMessage.Device _ -> 11;
            case CmanMessage.Configuration _ -> 12;
            case CmanMessage.Vouched _ -> 13;
            case CmanMessage.Acknowledged _ -> 14;
        };
    }

    static Optional<Level> level(int octet) throws MalformedMessage {
        if (octet > Level.values().length) {
            throw new MalformedMessage("level " + octet);
        }
        return octet == 0 ? Optional.empty() : Optional.of(Level.values()[octet - 1]);
    }

    static void encodeRing(Output out, RingId ring) {
        out.u64(ring.sequence()).node(ring.representative());
    }

    static RingId decodeRing(Input in) throws MalformedMessage {
        long sequence = in.u64();
        Node representative = in.node();
        return new RingId(sequence, representative);
    }
}
