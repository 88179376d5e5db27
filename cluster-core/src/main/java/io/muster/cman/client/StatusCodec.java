package io.muster.cman.client;

import io.muster.control.Answer;
import io.muster.core.MalformedMessage;
import io.muster.core.Node;
import io.muster.group.Group;
import io.muster.group.GroupEntry.Level;
import io.muster.group.GroupTable;
import io.muster.group.Remains;
import io.muster.membership.CmanStatus;
import io.muster.membership.CmanStatus.GroupStatus;
import io.muster.membership.CmanStatus.Left;
import io.muster.membership.CmanStatus.NodeStatus;
import io.muster.membership.LastFenced;
import io.muster.quorum.Tally;
import io.muster.wire.Input;
import io.muster.wire.Output;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// Octets of [CmanView], field by field in the order of the records.
public final class StatusCodec {
    private static final int MAX = 4096;
    private static final int MAX_INT = Integer.MAX_VALUE;

    private StatusCodec() {}

    public static byte[] encode(CmanView view) {
        CmanStatus s = view.status();
        Output out = new Output(1024);
        out.node(s.self())
                .string(s.clusterName())
                .u32(s.clusterId())
                .u32(s.configVersion())
                .string(s.configSha256());
        out.bool(s.member())
                .bool(s.leaving())
                .bool(s.stateful())
                .bool(s.twoNode())
                .u64(s.generation());
        Tally t = s.tally();
        out.u32(t.total()).u32(t.expected()).u32(t.quorum()).bool(t.quorate()).bool(t.waited());
        out.u32(s.deviceVotes()).string(s.device());
        out.list(s.nodes(), StatusCodec::node);
        out.list(s.groups(), (o, g) -> {
            Group group = g.group();
            o.string(group.name())
                    .i32(group.id())
                    .u8(group.level().map(l -> l.ordinal() + 1).orElse(0));
            o.list(group.members().entrySet(), (e, m) -> e.node(m.getKey()).u64(m.getValue()));
            o.bool(g.recovering());
        });
        out.string(view.nodeName()).string(view.multicast()).u32(view.clients());
        out.list(view.addresses().entrySet(), (o, e) -> o.u32(e.getKey()).list(e.getValue(), Output::string));
        out.string(view.ringPhase());
        return out.toBytes();
    }

    private static void node(Output o, NodeStatus n) {
        o.u32(n.nodeid())
                .string(n.name())
                .bool(n.member())
                .bool(n.leaving())
                .u64(n.incarnation())
                .u64(n.joinedMs());
        o.u32(n.votes()).u32(n.expected()).bool(n.unproven());
        o.list(n.left(), (p, l) -> l.remains().encode(p.node(l.run()).bool(l.lost())));
        o.optional(
                n.lastFenced(),
                (p, f) -> p.node(f.victim())
                        .u32(f.byNodeid())
                        .string(f.how())
                        .u64(f.position())
                        .u64(f.atMs()));
    }

    /// The answer to [CmanFrames#ASK_STATUS].
    public static CmanView decode(Answer answer) throws MalformedMessage {
        return decode(new Input(answer.body()));
    }

    public static CmanView decode(Input in) throws MalformedMessage {
        Node self = in.node();
        String cluster = in.string(255);
        int clusterId = in.u32(0xffff);
        int version = in.u32(MAX_INT);
        String sha = in.string(64);
        boolean member = in.bool();
        boolean leaving = in.bool();
        boolean stateful = in.bool();
        boolean twoNode = in.bool();
        long generation = in.u64();
        Tally tally = new Tally(in.u32(MAX_INT), in.u32(MAX_INT), in.u32(MAX_INT), in.bool(), in.bool());
        int deviceVotes = in.u32(MAX_INT);
        String device = in.string(255);
        List<NodeStatus> nodes = in.list(MAX, StatusCodec::node);
        List<GroupStatus> groups = in.list(MAX, StatusCodec::group);
        CmanStatus status = new CmanStatus(
                self,
                cluster,
                clusterId,
                version,
                sha,
                member,
                leaving,
                stateful,
                twoNode,
                generation,
                tally,
                deviceVotes,
                device,
                nodes,
                groups);
        String nodeName = in.string(255);
        String multicast = in.string(255);
        int clients = in.u32(MAX_INT);
        SortedMap<Integer, List<String>> addresses = new TreeMap<>();
        for (Map.Entry<Integer, List<String>> e :
                in.list(MAX, i -> Map.entry(i.u32(MAX_INT), i.list(64, j -> j.string(255))))) {
            addresses.put(e.getKey(), e.getValue());
        }
        String phase = in.string(64);
        in.end();
        return new CmanView(status, nodeName, multicast, clients, addresses, phase);
    }

    private static NodeStatus node(Input i) throws MalformedMessage {
        return new NodeStatus(
                i.u32(MAX_INT),
                i.string(255),
                i.bool(),
                i.bool(),
                i.u64(),
                i.u64(),
                i.u32(MAX_INT),
                i.u32(MAX_INT),
                i.bool(),
                i.list(MAX, j -> new Left(j.node(), j.bool(), Remains.decode(j))),
                i.optional(j -> new LastFenced(j.node(), j.u32(MAX_INT), j.string(255), j.u64(), j.u64())));
    }

    private static GroupStatus group(Input in) throws MalformedMessage {
        String name = in.string(GroupTable.NAME_BYTES);
        int id = in.i32();
        int level = in.u8();
        SortedMap<Node, Long> members = new TreeMap<>();
        for (Map.Entry<Node, Long> e : in.list(MAX, i -> Map.entry(i.node(), i.u64()))) {
            members.put(e.getKey(), e.getValue());
        }
        if (level > Level.values().length) {
            throw new MalformedMessage("level " + level);
        }
        Optional<Level> known = level == 0 ? Optional.empty() : Optional.of(Level.values()[level - 1]);
        return new GroupStatus(new Group(name, id, known, members), in.bool());
    }
}
