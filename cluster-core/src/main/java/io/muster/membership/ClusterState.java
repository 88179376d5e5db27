package io.muster.membership;

import io.muster.core.MalformedMessage;
import io.muster.core.Node;
import io.muster.group.GroupEntry.Departure;
import io.muster.group.GroupEntry.Level;
import io.muster.group.GroupEntry.Reason;
import io.muster.group.GroupTable;
import io.muster.group.Remains;
import io.muster.membership.CmanSettings.Configured;
import io.muster.quorum.QuorumRules;
import io.muster.quorum.Tally;
import io.muster.totem.RingId;
import io.muster.wire.Input;
import io.muster.wire.Output;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// What all members of the cluster know alike. Changed only by what the ring has ordered, through
/// [StateMachine] and [Installation].
///
/// Thread: the owner's event loop.
final class ClusterState {
    private static final int MAX_NODES = 1024;

    /// Of two reasons each, and nodes that are no longer configured with them.
    private static final int MAX_RUNS = 65_536;

    /// Whoever comes back from another side later than that proves it again.
    static final int MAX_PROVEN = 16;

    /// Place of the last entry.
    long position;

    /// Position of the last change of `members`.
    long disturbed;

    final SortedMap<Node, Member> members = new TreeMap<>();
    Tally tally = Tally.NONE;

    /// The last ring in which the members were quorate.
    Optional<RingId> lastQuorate = Optional.empty();

    QuorumRules rules = QuorumRules.plain(List.of());
    Set<Level> mandatory = new TreeSet<>();

    /// Lost and killed runs that nobody has proven harmless yet, in the order of their going; one for each node and
    /// reason.
    final List<Departure> unproven = new ArrayList<>();

    /// What may still run on members' runs that have nobody in a group of the level of services to answer for it;
    /// never none.
    final SortedMap<Node, Remains> unmanaged = new TreeMap<>();

    final SortedMap<Integer, LastFenced> fenced = new TreeMap<>();

    /// The last runs of each node that were proven harmless, or have left in good order, oldest first: another side
    /// may still hold them for lost.
    final SortedMap<Integer, List<Node>> proven = new TreeMap<>();

    int configVersion;
    String configSha256 = "";

    /// The nodes of that configuration.
    SortedMap<Integer, Configured> configured = new TreeMap<>();

    /// Nodes that it has no more and that are members or lost: their entries as they were when they last had one. They
    /// go when their nodes have.
    final SortedMap<Integer, Configured> leaving = new TreeMap<>();

    /// Whether ccsd has agreed on that configuration; else it is the one the first members came with.
    boolean configAgreed;

    /// Groups that are still to be told which configuration is in force: some members are new there, and
    /// a cman has yet to get it.
    final SortedSet<String> configUntold = new TreeSet<>();

    GroupTable groups = new GroupTable();

    /// A new node's: it knows its own configuration and nobody else.
    static ClusterState initial(CmanSettings settings) {
        ClusterState state = new ClusterState();
        state.configure(settings);
        return state;
    }

    void configure(CmanSettings settings) {
        rules = settings.rules();
        mandatory = settings.mandatory();
        configVersion = settings.configVersion();
        configSha256 = settings.configSha256();
        configured = settings.nodes();
    }

    /// Whether a node is a member, or was one of which nobody has proven the end.
    boolean concerns(int nodeid) {
        return members.keySet().stream().anyMatch(run -> run.nodeid() == nodeid)
                || unproven.stream().anyMatch(d -> d.node().nodeid() == nodeid);
    }

    /// Of nodes that have gone for good nothing is kept.
    void forgetTheGone() {
        leaving.keySet().removeIf(nodeid -> !concerns(nodeid));
    }

    /// As the file calls a node, or called it last.
    Optional<Configured> entry(int nodeid) {
        return Optional.ofNullable(configured.getOrDefault(nodeid, leaving.get(nodeid)));
    }

    /// What may still run on a run that is lost, or that has nobody to manage it.
    Remains remains(Node run) {
        return unproven.stream()
                .filter(d -> d.node().equals(run))
                .findFirst()
                .map(Departure::remains)
                .orElse(unmanaged.getOrDefault(run, Remains.NONE));
    }

    boolean isUnproven(Node run) {
        return unproven.stream().anyMatch(d -> d.node().equals(run));
    }

    boolean wasProven(Node run) {
        return proven.getOrDefault(run.nodeid(), List.of()).contains(run);
    }

    /// A run that was proven harmless is there again.
    void forgetProof(Node run) {
        List<Node> rest = proven.getOrDefault(run.nodeid(), List.of()).stream()
                .filter(known -> !known.equals(run))
                .toList();
        if (rest.isEmpty()) {
            proven.remove(run.nodeid());
        } else {
            proven.put(run.nodeid(), rest);
        }
    }

    /// Whether somebody answers for what runs on this run.
    boolean managed(Node run) {
        return groups.groups().stream()
                .anyMatch(g -> g.level().equals(Optional.of(Level.SERVICE))
                        && g.members().containsKey(run));
    }

    long next() {
        return ++position;
    }

    List<Node> nodes() {
        return List.copyOf(members.keySet());
    }

    /// Members whose cman holds the configuration in force, as they have told in their transitions or as
    /// it was ordered since.
    List<Node> holders() {
        return members.values().stream().filter(this::holds).map(Member::node).toList();
    }

    boolean holds(Member member) {
        return member.configVersion() == configVersion && member.configSha256().equals(configSha256);
    }

    /// Layout: u64 position, u64 disturbed, list of members, tally (4 u32 without the booleans, 2 bool),
    /// optional ring id, rules, u8 mandatory levels as bits, list of departures, list of unmanaged runs and
    /// their [Remains], list of last fencings, lists of runs proven of each node, u32, string and bool of the
    /// configuration, list of names of groups, lists of
    /// nodes configured and leaving (u32 nodeid, [Configured]), groups.
    void encode(Output out) {
        out.u64(position).u64(disturbed);
        out.list(members.values(), (o, m) -> m.encode(o));
        out.u32(tally.total()).u32(tally.expected()).u32(tally.quorum());
        out.bool(tally.quorate()).bool(tally.waited());
        out.optional(lastQuorate, CmanCodec::encodeRing);
        encodeRules(out);
        int bits = 0;
        for (Level level : mandatory) {
            bits |= 1 << level.ordinal();
        }
        out.u8(bits);
        out.list(unproven, (o, d) -> d.remains().encode(o.node(d.node()).oneOf(d.reason())));
        out.list(unmanaged.entrySet(), (o, e) -> e.getValue().encode(o.node(e.getKey())));
        out.list(
                fenced.values(),
                (o, f) -> o.node(f.victim())
                        .u32(f.byNodeid())
                        .string(f.how())
                        .u64(f.position())
                        .u64(f.atMs()));
        out.list(proven.values(), (o, runs) -> o.list(runs, Output::node));
        out.u32(configVersion).string(configSha256).bool(configAgreed);
        out.list(configUntold, Output::string);
        encodeNodes(out, configured);
        encodeNodes(out, leaving);
        groups.encode(out);
    }

    static ClusterState decode(Input in) throws MalformedMessage {
        ClusterState state = new ClusterState();
        state.position = in.u64();
        state.disturbed = in.u64();
        for (Member member : in.list(MAX_NODES, Member::decode)) {
            state.members.put(member.node(), member);
        }
        int votes = 1 << 20;
        state.tally = new Tally(in.u32(votes), in.u32(votes), in.u32(votes), in.bool(), in.bool());
        state.lastQuorate = in.optional(CmanCodec::decodeRing);
        state.rules = decodeRules(in);
        int bits = in.u8();
        state.mandatory = new TreeSet<>();
        for (Level level : Level.values()) {
            if ((bits & 1 << level.ordinal()) != 0) {
                state.mandatory.add(level);
            }
        }
        state.unproven.addAll(
                in.list(MAX_RUNS, i -> new Departure(i.node(), i.oneOf(Reason.class), Remains.decode(i))));
        for (var line : in.list(MAX_NODES, i -> Map.entry(i.node(), Remains.decode(i)))) {
            state.unmanaged.put(line.getKey(), line.getValue());
        }
        Collection<LastFenced> last = in.list(
                MAX_RUNS, i -> new LastFenced(i.node(), i.u32(Integer.MAX_VALUE), i.string(255), i.u64(), i.u64()));
        last.forEach(f -> state.fenced.put(f.victim().nodeid(), f));
        for (List<Node> runs : in.list(MAX_RUNS, i -> i.list(MAX_PROVEN, Input::node))) {
            state.proven.put(runs.getFirst().nodeid(), runs);
        }
        state.configVersion = in.u32(Integer.MAX_VALUE);
        state.configSha256 = in.string(64);
        state.configAgreed = in.bool();
        state.configUntold.addAll(in.list(GroupTable.MAX_GROUPS, i -> i.string(GroupTable.NAME_BYTES)));
        state.configured = decodeNodes(in);
        state.leaving.putAll(decodeNodes(in));
        state.groups = GroupTable.decode(in);
        return state;
    }

    static void encodeNodes(Output out, SortedMap<Integer, Configured> nodes) {
        out.list(nodes.entrySet(), (o, node) -> node.getValue().encode(o.u32(node.getKey())));
    }

    static SortedMap<Integer, Configured> decodeNodes(Input in) throws MalformedMessage {
        SortedMap<Integer, Configured> nodes = new TreeMap<>();
        for (var node : in.list(MAX_NODES, i -> Map.entry(i.u32(Integer.MAX_VALUE), Configured.decode(i)))) {
            nodes.put(node.getKey(), node.getValue());
        }
        return nodes;
    }

    private void encodeRules(Output out) {
        out.bool(rules.twoNode())
                .bool(rules.waitForAll())
                .bool(rules.lastManStanding())
                .bool(rules.autoTieBreaker());
        out.u32(rules.tieNode().orElse(0));
        out.list(rules.nodeids(), (o, id) -> o.u32(id));
    }

    private static QuorumRules decodeRules(Input in) throws MalformedMessage {
        boolean twoNode = in.bool();
        boolean waitForAll = in.bool();
        boolean lastMan = in.bool();
        boolean tie = in.bool();
        int node = in.u32(Integer.MAX_VALUE);
        return new QuorumRules(
                twoNode,
                waitForAll,
                lastMan,
                tie,
                node == 0 ? OptionalInt.empty() : OptionalInt.of(node),
                in.list(MAX_NODES, i -> i.u32(Integer.MAX_VALUE)));
    }

    @Override
    public String toString() {
        return "position " + position + ", disturbed " + disturbed + ", members " + members.values() + ", " + tally
                + ", last quorate " + lastQuorate + ", " + rules + ", mandatory " + mandatory + ", unproven " + unproven
                + ", unmanaged " + unmanaged + ", fenced " + fenced.values() + ", proven " + proven.values()
                + ", configuration " + configVersion + " " + configSha256 + " " + configAgreed + " " + configUntold
                + ", configured " + configured + ", leaving " + leaving + ", groups " + groups.groups();
    }

    byte[] toBytes() {
        Output out = new Output(512);
        encode(out);
        return out.toBytes();
    }

    /// A state from its [#toBytes].
    static ClusterState read(byte[] octets) throws MalformedMessage {
        var in = new Input(octets);
        ClusterState state = decode(in);
        in.end();
        return state;
    }

    /// An independent copy.
    ClusterState copy() {
        try {
            return read(toBytes());
        } catch (MalformedMessage e) {
            throw new IllegalStateException("own state can't be read back", e);
        }
    }
}
