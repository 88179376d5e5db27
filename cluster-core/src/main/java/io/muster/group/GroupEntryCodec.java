package io.muster.group;

import io.muster.core.MalformedMessage;
import io.muster.group.GroupEntry.Departure;
import io.muster.group.GroupEntry.Level;
import io.muster.group.GroupEntry.Reason;
import io.muster.wire.Input;
import io.muster.wire.Output;

/// Octets of a [GroupEntry] on a control socket and in a record, big-endian: u8 type, u64 position, then
///
/// | type | body |
/// |---|---|
/// | 1 message | node from, bool regular, cause, bytes payload |
/// | 2 view | lists of nodes: members, joined; list of departures (node, u8 reason, [Remains]) |
/// | 3 membership | u64 ring sequence, then as a view |
/// | 4 quorum | bool quorate |
/// | 5 fenced | node victim, u32 nodeid, string how |
/// | 6 recovered | u8 level, u64 position |
/// | 7 config | u32 version, string sha256, bool agreed, bytes document |
/// | 8 vouched | node, [Remains] |
public final class GroupEntryCodec {
    private static final int MAX_NODES = 1024;
    private static final int MAX_BYTES = 2 << 20;

    private GroupEntryCodec() {}

    public static void encode(Output out, GroupEntry entry) {
        switch (entry) {
            case GroupEntry.Message m ->
                head(out, 1, m)
                        .node(m.from())
                        .bool(m.regular())
                        .cause(m.cause())
                        .bytes(m.payload());
            case GroupEntry.View v ->
                head(out, 2, v)
                        .list(v.members(), Output::node)
                        .list(v.joined(), Output::node)
                        .list(v.left(), GroupEntryCodec::departure);
            case GroupEntry.Membership m ->
                head(out, 3, m)
                        .u64(m.ringSequence())
                        .list(m.members(), Output::node)
                        .list(m.joined(), Output::node)
                        .list(m.left(), GroupEntryCodec::departure);
            case GroupEntry.Quorum q -> head(out, 4, q).bool(q.quorate());
            case GroupEntry.Fenced f ->
                head(out, 5, f).node(f.victim()).u32(f.byNodeid()).string(f.how());
            case GroupEntry.Recovered r -> head(out, 6, r).oneOf(r.level()).u64(r.upTo());
            case GroupEntry.Vouched v -> v.remains().encode(head(out, 8, v).node(v.run()));
            case GroupEntry.Config c ->
                head(out, 7, c)
                        .u32(c.version())
                        .string(c.sha256())
                        .bool(c.agreed())
                        .bytes(c.bytes());
        }
    }

    public static byte[] encode(GroupEntry entry) {
        Output out = new Output(entry instanceof GroupEntry.Message m ? 64 + m.payload().length : 128);
        encode(out, entry);
        return out.toBytes();
    }

    public static GroupEntry decode(Input in) throws MalformedMessage {
        int type = in.u8();
        long at = in.u64();
        return switch (type) {
            case 1 -> {
                var from = in.node();
                boolean regular = in.bool();
                var cause = in.cause();
                yield new GroupEntry.Message(at, from, regular, in.bytes(MAX_BYTES), cause);
            }
            case 2 ->
                new GroupEntry.View(
                        at,
                        in.list(MAX_NODES, Input::node),
                        in.list(MAX_NODES, Input::node),
                        in.list(MAX_NODES, GroupEntryCodec::departure));
            case 3 ->
                new GroupEntry.Membership(
                        at,
                        in.u64(),
                        in.list(MAX_NODES, Input::node),
                        in.list(MAX_NODES, Input::node),
                        in.list(MAX_NODES, GroupEntryCodec::departure));
            case 4 -> new GroupEntry.Quorum(at, in.bool());
            case 5 -> new GroupEntry.Fenced(at, in.node(), in.u32(Integer.MAX_VALUE), in.string(255));
            case 6 -> new GroupEntry.Recovered(at, in.oneOf(Level.class), in.u64());
            case 7 ->
                new GroupEntry.Config(at, in.u32(Integer.MAX_VALUE), in.string(64), in.bool(), in.bytes(MAX_BYTES));
            case 8 -> new GroupEntry.Vouched(at, in.node(), Remains.decode(in));
            default -> throw new MalformedMessage("group entry of type " + type);
        };
    }

    private static Output head(Output out, int type, GroupEntry entry) {
        return out.u8(type).u64(entry.position());
    }

    private static void departure(Output out, Departure departure) {
        departure.remains().encode(out.node(departure.node()).oneOf(departure.reason()));
    }

    private static Departure departure(Input in) throws MalformedMessage {
        return new Departure(in.node(), in.oneOf(Reason.class), Remains.decode(in));
    }
}
