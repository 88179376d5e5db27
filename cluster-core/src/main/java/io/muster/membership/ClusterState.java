package io.muster.membership;

import io.muster.core.MalformedMessage;
import io.muster.core.Node;
import io.muster.group.GroupEntry.Departure;
import io.muster.group.GroupEntry.Level;
import io.muster.group.GroupEntry.Reason;
import io.muster.group.GroupTable;
import io.muster.group.Remains;
import io.muster.quorum.QuorumRules;
import io.muster.quorum.Tally;
import io.muster.totem.RingId;
import io.muster.wire.Input;
import io.muster.wire.Output;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
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

    /// Lost and killed runs that nobody has proven harmless yet, in the order of their going.
    final List<Departure> unproven = new ArrayList<>();

    final SortedMap<Integer, LastFenced> fenced = new TreeMap<>();
    int configVersion;
    String configSha256 = "";

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
    /// optional ring id, rules, u8 mandatory levels as bits, list of departures, list of last fencings,
    /// u32, string and bool of the
    /// configuration, list of names of groups, groups.
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
        out.list(
                fenced.values(),
                (o, f) -> o.node(f.victim()).u32(f.byNodeid()).string(f.how()).u64(f.position()));
        out.u32(configVersion).string(configSha256).bool(configAgreed);
        out.list(configUntold, Output::string);
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
                in.list(MAX_NODES, i -> new Departure(i.node(), i.oneOf(Reason.class), Remains.decode(i))));
        Collection<LastFenced> last =
                in.list(MAX_NODES, i -> new LastFenced(i.node(), i.u32(Integer.MAX_VALUE), i.string(255), i.u64()));
        last.forEach(f -> state.fenced.put(f.victim().nodeid(), f));
        state.configVersion = in.u32(Integer.MAX_VALUE);
        state.configSha256 = in.string(64);
        state.configAgreed = in.bool();
        state.configUntold.addAll(in.list(GroupTable.MAX_GROUPS, i -> i.string(GroupTable.NAME_BYTES)));
        state.groups = GroupTable.decode(in);
        return state;
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
