package io.muster.member;

import io.muster.core.MalformedMessage;
import io.muster.core.Node;
import io.muster.group.GroupEntry;
import io.muster.group.GroupEntry.Departure;
import io.muster.group.GroupEntry.Reason;
import io.muster.group.Remains;
import io.muster.wire.Input;
import io.muster.wire.Output;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// How the cluster and its group stand, as the entries so far have it: part of the state of a
/// replicated core, and as equal on all members as the log is.
///
/// A run of a node is **lost** from the entry that says so until the one that says it is fenced,
/// wherever it is in between: coming back, being a member or time prove nothing. What else a core takes
/// for proof it keeps itself.
///
/// After a [GroupEntry.View] the stream says [GroupEntry.Membership] and [GroupEntry.Quorum] again, and
/// after a change of members [GroupEntry.Quorum] may follow: who acts on the entry before takes half
/// the truth for the whole.
///
/// What may still run on a lost run, and on a member's run that has no daemon in the group to manage it, is its
/// [Remains].
///
/// Layout, big-endian: bool quorate, u64 ring sequence, list of nodes of the view, list of members,
/// list of lost runs: node, u64 position, u32 rank, u8 [Reason]; list of nodes and their [Remains]. Thread: the
/// core's.
public final class Standing {
    private static final int MAX = 65_536;

    private boolean quorate;
    private long ringSequence;
    private final SortedSet<Node> view = new TreeSet<>();
    private final SortedMap<Integer, Node> members = new TreeMap<>();
    private final SortedMap<Node, Loss> lost = new TreeMap<>();
    private final SortedMap<Node, Remains> remains = new TreeMap<>();

    /// How a run was lost.
    ///
    /// @param position of the entry that said so first
    /// @param rank its place among those that this entry named, from 0
    /// @param reason [Reason#LOST] or [Reason#KILLED]
    public record Loss(long position, int rank, Reason reason) {}

    /// Takes in an entry; those that say nothing of cluster or group change nothing.
    public void apply(GroupEntry entry) {
        switch (entry) {
            case GroupEntry.View now -> {
                view.clear();
                view.addAll(now.members());
            }
            case GroupEntry.Membership now -> membership(now);
            case GroupEntry.Quorum now -> quorate = now.quorate();
            case GroupEntry.Fenced now -> {
                lost.remove(now.victim());
                remains.remove(now.victim());
            }
            case GroupEntry.Vouched now -> {
                if (now.remains().none()) {
                    remains.remove(now.run());
                } else if (lost.containsKey(now.run()) || present(now.run())) {
                    remains.put(now.run(), now.remains());
                }
            }
            case GroupEntry.Message _, GroupEntry.Config _, GroupEntry.Recovered _ -> {}
        }
    }

    private void membership(GroupEntry.Membership now) {
        ringSequence = now.ringSequence();
        members.clear();
        now.members().forEach(node -> members.put(node.nodeid(), node));
        for (int rank = 0; rank < now.left().size(); rank++) {
            Departure departure = now.left().get(rank);
            switch (departure.reason()) {
                // Said again after each view, until it is fenced.
                case LOST, KILLED -> {
                    lost.entrySet().removeIf(known -> isReplaced(known.getKey(), known.getValue(), departure));
                    lost.putIfAbsent(departure.node(), new Loss(now.position(), rank, departure.reason()));
                    remains.put(departure.node(), departure.remains());
                }
                case LEFT, REMOVED -> {}
            }
        }
        remains.keySet().removeIf(run -> !lost.containsKey(run) && !present(run));
    }

    /// cman keeps one lost run of a node for each reason: what ends the newer one ends the older, which has left its
    /// list to it.
    private static boolean isReplaced(Node run, Loss loss, Departure by) {
        return run.nodeid() == by.node().nodeid() && !run.equals(by.node()) && loss.reason() == by.reason();
    }

    /// Whether the members together may act; at first they may not.
    public boolean quorate() {
        return quorate;
    }

    /// The ring's sequence number, which operators know as the cluster's generation.
    public long ringSequence() {
        return ringSequence;
    }

    /// The members of the group. What anybody else sends to it isn't the group's word.
    public SortedSet<Node> view() {
        return Collections.unmodifiableSortedSet(view);
    }

    /// The members of the cluster by nodeid.
    public SortedMap<Integer, Node> members() {
        return Collections.unmodifiableSortedMap(members);
    }

    /// Whether this very run is a member of the cluster.
    public boolean present(Node run) {
        return run.equals(members.get(run.nodeid()));
    }

    /// Runs that are lost and not fenced.
    public SortedMap<Node, Loss> lost() {
        return Collections.unmodifiableSortedMap(lost);
    }

    /// What may still run on a run that is lost, or on a member's run that has nobody in the group; of other runs
    /// this says nothing.
    public Remains remains(Node run) {
        return remains.getOrDefault(run, Remains.NONE);
    }

    /// Runs on which something may still run, and what.
    public SortedMap<Node, Remains> remains() {
        return Collections.unmodifiableSortedMap(remains);
    }

    /// Writes it into the snapshot of its core.
    public void encode(Output out) {
        out.bool(quorate).u64(ringSequence).list(view, Output::node).list(members.values(), Output::node);
        out.list(lost.entrySet(), (o, e) -> {
            Loss loss = e.getValue();
            o.node(e.getKey()).u64(loss.position()).u32(loss.rank()).oneOf(loss.reason());
        });
        out.list(remains.entrySet(), (o, e) -> e.getValue().encode(o.node(e.getKey())));
    }

    /// Reads what [#encode] has written.
    public static Standing decode(Input in) throws MalformedMessage {
        var standing = new Standing();
        standing.quorate = in.bool();
        standing.ringSequence = in.u64();
        standing.view.addAll(in.list(MAX, Input::node));
        in.list(MAX, Input::node).forEach(node -> standing.members.put(node.nodeid(), node));
        for (Map.Entry<Node, Loss> entry : in.list(MAX, i -> Map.entry(i.node(), loss(i)))) {
            standing.lost.put(entry.getKey(), entry.getValue());
        }
        for (Map.Entry<Node, Remains> entry : in.list(MAX, i -> Map.entry(i.node(), Remains.decode(i)))) {
            standing.remains.put(entry.getKey(), entry.getValue());
        }
        return standing;
    }

    private static Loss loss(Input in) throws MalformedMessage {
        return new Loss(in.u64(), in.u32(Integer.MAX_VALUE), in.oneOf(Reason.class));
    }

    @Override
    public String toString() {
        return (quorate ? "quorate" : "not quorate") + ", members " + members.values() + ", group " + view + ", lost "
                + lost.keySet();
    }
}
