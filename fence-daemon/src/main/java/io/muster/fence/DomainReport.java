package io.muster.fence;

import io.muster.core.MalformedMessage;
import io.muster.core.Node;
import io.muster.group.Remains;
import io.muster.wire.Input;
import io.muster.wire.Output;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// What a node knows of the fence domain, for `fence_tool ls` and whoever else asks.
///
/// @param joined whether this node is in the domain and has its state; otherwise the rest means nothing
/// @param complete whether this node has completed the domain
/// @param victimNow nodeid of the victim being fenced, 0 for none
/// @param masterNodeid who claims, 0 for nobody
/// @param waitState `none`, `quorum`, `messages` or `fencing`
/// @param members nodeids of the domain's members
/// @param allMembers whether every configured node is a member of the cluster
/// @param paths how each way to a node's power was last tried
public record DomainReport(
        boolean joined,
        boolean quorate,
        boolean complete,
        int victimNow,
        int masterNodeid,
        String waitState,
        List<Integer> members,
        boolean allMembers,
        List<NodeLine> nodes,
        List<VictimLine> victims,
        List<PathLine> paths) {
    private static final int MAX = 65_536;

    public DomainReport {
        members = List.copyOf(members);
        nodes = List.copyOf(nodes);
        victims = List.copyOf(victims);
        paths = List.copyOf(paths);
    }

    /// One node of the configuration, or one that was and may have to be fenced still.
    ///
    /// @param configured whether cluster.conf has it
    /// @param run the member's run, or that of the latest victim, if there is one
    /// @param lastMaster nodeid of who fenced it last, 0 for nobody
    /// @param lastHow `none`, `agent`, `member`, `override` or `external`
    public record NodeLine(
            int nodeid,
            String name,
            boolean configured,
            boolean member,
            boolean victim,
            Optional<Node> run,
            int lastMaster,
            String lastHow,
            long lastWallMs) {}

    /// One victim.
    ///
    /// @param cause `lost`, `killed` or `startup`
    /// @param claimedBy nodeid, 0 for nobody
    /// @param remains what may still run there
    /// @param pending whether recovery waits for it: its node isn't back, or nobody knows what may run
    ///     there
    public record VictimLine(
            Node node, String name, String cause, int claimedBy, boolean proven, Remains remains, boolean pending) {}

    /// One fence path.
    public record PathLine(FencePath path, FencePath.Trial trial) {}

    /// What a node says that isn't in the domain.
    public static DomainReport absent() {
        return new DomainReport(false, false, false, 0, 0, "none", List.of(), false, List.of(), List.of(), List.of());
    }

    static DomainReport of(DomainState state, FenceSettings settings, Node self) {
        var directory = new Directory(state, settings);
        var victims = new ArrayList<VictimLine>();
        int victimNow = 0;
        for (Victim victim : state.victims().values()) {
            int by = victim.claim().map(claim -> claim.holder().nodeid()).orElse(0);
            if (by != 0 && victimNow == 0) {
                victimNow = victim.node().nodeid();
            }
            victims.add(new VictimLine(
                    victim.node(),
                    directory.name(victim.node()),
                    victim.cause().name().toLowerCase(Locale.ROOT),
                    by,
                    victim.proof().isPresent(),
                    victim.remains(),
                    state.pending(victim)));
        }
        var nodes = new ArrayList<NodeLine>();
        for (NodeFencing node : settings.nodes().values()) {
            nodes.add(line(state, node, true));
        }
        for (Former former : state.former().values()) {
            if (!settings.nodes().containsKey(former.fencing().nodeid())) {
                nodes.add(line(state, former.fencing(), false));
            }
        }
        var paths = new ArrayList<PathLine>();
        state.paths().forEach((path, trial) -> paths.add(new PathLine(path, trial)));
        return new DomainReport(
                true,
                state.quorate(),
                state.complete().contains(self),
                victimNow,
                state.claimant().map(Node::nodeid).orElse(0),
                waitState(state, self),
                state.view().stream().map(Node::nodeid).toList(),
                state.members().keySet().containsAll(settings.nodes().keySet()),
                nodes,
                victims,
                paths);
    }

    private static String waitState(DomainState state, Node self) {
        if (!state.quorate()) {
            return "quorum";
        }
        if (!state.complete().contains(self)) {
            return "messages";
        }
        return state.pending() ? "fencing" : "none";
    }

    private static NodeLine line(DomainState state, NodeFencing node, boolean configured) {
        int nodeid = node.nodeid();
        boolean victim =
                state.victims().values().stream().anyMatch(v -> v.node().nodeid() == nodeid);
        Optional<Node> run = state.latest(nodeid)
                .map(Victim::node)
                .or(() -> Optional.ofNullable(state.members().get(nodeid)));
        Optional<Proof> last = state.last(nodeid);
        return new NodeLine(
                nodeid,
                node.name(),
                configured,
                state.view().stream().anyMatch(member -> member.nodeid() == nodeid),
                victim,
                run,
                last.map(Proof::byNodeid).orElse(0),
                last.map(Proof::shown).orElse("none"),
                last.map(Proof::wallMs).orElse(0L));
    }

    /// The line of the node of that name, which compares without case, or else of that nodeid.
    public Optional<NodeLine> node(String name) {
        return nodes.stream()
                .filter(node -> node.name().equalsIgnoreCase(name))
                .findFirst()
                .or(() -> nodes.stream()
                        .filter(node -> Integer.toString(node.nodeid()).equals(name))
                        .findFirst());
    }

    /// All victims of the node of that name or nodeid, configured or not.
    public List<VictimLine> victims(String name) {
        Optional<NodeLine> node = node(name);
        return victims.stream()
                .filter(line -> node.isPresent()
                        ? line.node().nodeid() == node.get().nodeid()
                        : line.name().equalsIgnoreCase(name)
                                || Integer.toString(line.node().nodeid()).equals(name))
                .toList();
    }

    public byte[] encode() {
        var out = new Output(256).bool(joined).bool(quorate).bool(complete);
        out.u32(victimNow).u32(masterNodeid).string(waitState);
        out.list(members, (o, nodeid) -> o.u32(nodeid)).bool(allMembers);
        out.list(
                nodes,
                (o, node) -> o.u32(node.nodeid())
                        .string(node.name())
                        .bool(node.configured())
                        .bool(node.member())
                        .bool(node.victim())
                        .optional(node.run(), Output::node)
                        .u32(node.lastMaster())
                        .string(node.lastHow())
                        .u64(node.lastWallMs()));
        out.list(
                victims,
                (o, victim) -> victim.remains()
                        .encode(o.node(victim.node())
                                .string(victim.name())
                                .string(victim.cause())
                                .u32(victim.claimedBy())
                                .bool(victim.proven())
                                .bool(victim.pending())));
        out.list(paths, (o, path) -> {
            FenceCodec.path(o, path.path());
            FenceCodec.trial(o, path.trial());
        });
        return out.toBytes();
    }

    private static VictimLine victimLine(Input in) throws MalformedMessage {
        Node node = in.node();
        String name = in.string();
        String cause = in.string();
        int claimedBy = in.u32(Integer.MAX_VALUE);
        boolean proven = in.bool();
        boolean pending = in.bool();
        return new VictimLine(node, name, cause, claimedBy, proven, Remains.decode(in), pending);
    }

    public static DomainReport decode(byte[] payload) throws MalformedMessage {
        var in = new Input(payload);
        var report = new DomainReport(
                in.bool(),
                in.bool(),
                in.bool(),
                in.u32(Integer.MAX_VALUE),
                in.u32(Integer.MAX_VALUE),
                in.string(),
                in.list(MAX, i -> i.u32(Integer.MAX_VALUE)),
                in.bool(),
                in.list(
                        MAX,
                        i -> new NodeLine(
                                i.u32(Integer.MAX_VALUE),
                                i.string(),
                                i.bool(),
                                i.bool(),
                                i.bool(),
                                i.optional(Input::node),
                                i.u32(Integer.MAX_VALUE),
                                i.string(),
                                i.u64())),
                in.list(MAX, DomainReport::victimLine),
                in.list(MAX, i -> new PathLine(FenceCodec.path(i), FenceCodec.trial(i))));
        in.end();
        return report;
    }
}
