package io.muster.ccs;

import io.muster.config.ClusterConfig;
import io.muster.config.ClusterNode;
import io.muster.config.ConfigReader;
import io.muster.config.ConfigVersion;
import io.muster.core.Incarnation;
import io.muster.core.MalformedMessage;
import io.muster.core.Node;
import io.muster.wire.Input;
import io.muster.wire.Output;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// The replicated state of ccsd, and its defined order on the wire. Changed by [ConfigLog#apply] only.
final class CcsState {
    private static final int MAX_NODES = 4096;
    private static final int MAX_OUTCOMES = 64;
    private static final Node NOBODY = new Node(0, Incarnation.UNKNOWN);

    /// In force; empty until the cluster has been quorate once.
    Optional<Document> chosen = Optional.empty();
    /// The number of the proposal that made it so.
    long chosenAttempt;
    /// Elected before anything was in force; its document is still to come.
    ConfigVersion elected = ConfigVersion.NONE;
    Optional<Pending> pending = Optional.empty();
    /// The last number given to a proposal.
    long attempt;
    /// What cman has put into the streams last.
    ConfigVersion announced = ConfigVersion.NONE;
    /// To go back to unless `chosen` is confirmed.
    Optional<Document> before = Optional.empty();

    int probationSec;
    boolean quorate;
    /// ccsds in the group.
    final SortedSet<Node> members = new TreeSet<>();
    /// Nodes of the cluster, whether their ccsd runs or not.
    final SortedSet<Node> cluster = new TreeSet<>();

    final SortedMap<Node, OnDisk> reports = new TreeMap<>();
    final List<Outcome> outcomes = new ArrayList<>();

    void outcome(Node from, long request, boolean done, String text) {
        if (from.nodeid() == NOBODY.nodeid()) {
            return;
        }
        outcomes.add(new Outcome(from, request, done, text));
        if (outcomes.size() > MAX_OUTCOMES) {
            outcomes.removeFirst();
        }
    }

    static Node nobody() {
        return NOBODY;
    }

    /// Votes of nodes as a configuration has them.
    static int votes(ClusterConfig config, SortedSet<Integer> nodeids) {
        return config.nodes().stream()
                .filter(node -> nodeids.contains(node.nodeid()))
                .mapToInt(ClusterNode::votes)
                .sum();
    }

    SortedSet<Integer> clusterNodeids() {
        SortedSet<Integer> ids = new TreeSet<>();
        cluster.forEach(node -> ids.add(node.nodeid()));
        return ids;
    }

    byte[] encode() {
        Output out = new Output(256).u8(1);
        out.optional(chosen, (o, document) -> o.bytes(document.octets()));
        out.u64(chosenAttempt);
        OnDisk.encode(out, elected);
        out.optional(pending, CcsState::encode);
        out.u64(attempt);
        OnDisk.encode(out, announced);
        out.optional(before, (o, document) -> o.bytes(document.octets()));
        out.u32(probationSec).bool(quorate);
        out.list(members, Output::node);
        out.list(cluster, Output::node);
        out.list(reports.entrySet(), (o, entry) -> entry.getValue().encode(o.node(entry.getKey())));
        out.list(
                outcomes,
                (o, end) ->
                        o.node(end.from()).u64(end.request()).bool(end.done()).string(end.text()));
        return out.toBytes();
    }

    private static void encode(Output out, Pending pending) {
        out.u64(pending.attempt()).node(pending.from()).u64(pending.request()).u32(pending.probationSec());
        out.bytes(pending.document().octets());
        out.list(pending.onDisk(), (o, nodeid) -> o.u32(nodeid));
    }

    static CcsState decode(byte[] octets) throws MalformedMessage {
        Input in = new Input(octets);
        int version = in.u8();
        if (version != 1) {
            throw new MalformedMessage("ccs state of version " + version);
        }
        CcsState state = new CcsState();
        state.chosen = in.optional(CcsState::document);
        state.chosenAttempt = in.u64();
        state.elected = OnDisk.version(in);
        state.pending = in.optional(CcsState::pending);
        state.attempt = in.u64();
        state.announced = OnDisk.version(in);
        state.before = in.optional(CcsState::document);
        state.probationSec = in.u32(Integer.MAX_VALUE);
        state.quorate = in.bool();
        state.members.addAll(in.list(MAX_NODES, Input::node));
        state.cluster.addAll(in.list(MAX_NODES, Input::node));
        for (Map.Entry<Node, OnDisk> entry : in.list(MAX_NODES, i -> Map.entry(i.node(), OnDisk.decode(i)))) {
            state.reports.put(entry.getKey(), entry.getValue());
        }
        state.outcomes.addAll(in.list(MAX_OUTCOMES, i -> new Outcome(i.node(), i.u64(), i.bool(), i.string())));
        in.end();
        return state;
    }

    private static Pending pending(Input in) throws MalformedMessage {
        long attempt = in.u64();
        Node from = in.node();
        long request = in.u64();
        int probation = in.u32(Integer.MAX_VALUE);
        Document document = document(in);
        return new Pending(
                attempt,
                from,
                request,
                probation,
                document,
                new TreeSet<>(in.list(MAX_NODES, i -> i.u32(Integer.MAX_VALUE))));
    }

    private static Document document(Input in) throws MalformedMessage {
        return Document.of(in.bytes(ConfigReader.MAX_BYTES))
                .orElseThrow(() -> new MalformedMessage("state with a document that isn't valid"));
    }
}
