package io.muster.rehearsal;

import static io.muster.model.ModelCluster.require;

import io.muster.core.Node;
import io.muster.group.GroupEntry;
import io.muster.group.GroupEntry.Level;
import io.muster.member.Standing;
import io.muster.membership.CmanEffect;
import io.muster.model.ModelNode;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The streams that cmans give their clients, held against each other: members that are in one
/// membership get the same entries, none left out; recovery goes from the lowest level up and waits
/// for who is lost; nobody goes on who has missed a quorum, and nobody is ended who hasn't.
final class Streams {
    /// One stream: of a run of a node, to a client, of a group.
    private record Id(Node run, int client, String group) {}

    /// An entry's place: in which group and membership, and its position.
    private record Place(String group, int membership, long position) {}

    private static final class Stream {
        private final Standing standing = new Standing();
        /// By run: when it was lost last, having been a member. One that was back and whose list others had
        /// recovered with is lost anew, with more on it.
        private final Map<Node, Long> lostAgain = new HashMap<>();
        private final Map<Level, Long> recovered = new EnumMap<>(Level.class);
        private int membership;
        private long membershipAt;
        private int members;
        private long last = -1;
        private boolean transitional;
        /// Whether the configuration in force can fence at all: where it can't, that level passes by itself.
        private boolean fencing;
    }

    private final Map<Id, Stream> streams = new HashMap<>();
    private final Map<Place, Long> before = new HashMap<>();
    /// By run, and by position since when: in which members it was quorate. A node may be told of a membership
    /// that others have left behind, so what held before it counts.
    private final Map<Node, NavigableMap<Long, Integer>> quorateIn = new HashMap<>();
    /// Runs that have had services or fencing in their hands while quorate, and since which position.
    private final Map<Node, Long> stateful = new HashMap<>();
    /// By machine, whichever of its runs: the latest ring of which its cman has known that it was quorate.
    private final Map<Integer, Long> remembered = new HashMap<>();
    /// The same of a run.
    private final Map<Node, Long> known = new HashMap<>();

    private final Consumer<Rare> rare;

    /// @param rare is told of what is seldom seen
    Streams(Consumer<Rare> rare) {
        this.rare = rare;
    }

    void entry(ModelNode node, CmanEffect.Entry effect) {
        Node run = node.run().orElse(null);
        if (run == null) {
            return;
        }
        GroupEntry entry = effect.entry();
        var id = new Id(run, effect.client(), effect.group());
        if (entry instanceof GroupEntry.View view && view.joined().contains(run)) {
            streams.put(id, new Stream());
        }
        Stream stream = streams.computeIfAbsent(id, _ -> new Stream());
        gapless(effect.group(), stream, entry, run);
        if (entry instanceof GroupEntry.Membership now) {
            now.left().stream()
                    .map(GroupEntry.Departure::node)
                    .filter(stream.standing::present)
                    .forEach(gone -> stream.lostAgain.put(gone, now.position()));
        }
        stream.standing.apply(entry);
        switch (entry) {
            case GroupEntry.Membership now -> membership(run, stream, now);
            case GroupEntry.Quorum now -> quorum(run, stream, now, effect.group());
            case GroupEntry.Recovered now -> recovered(run, stream, now);
            case GroupEntry.Config now ->
                stream.fencing = new String(now.bytes(), StandardCharsets.UTF_8).contains("<fencedevice ");
            case GroupEntry.Message message -> stream.transitional |= !message.regular();
            default -> {}
        }
        stream.last = entry.position();
    }

    private void gapless(String group, Stream stream, GroupEntry entry, Node run) {
        require(
                entry.position() > stream.last,
                () -> "node " + run + ": position " + entry.position() + " after " + stream.last + " in group "
                        + group);
        if (stream.last < 0 || stream.transitional || entry instanceof GroupEntry.Membership) {
            return;
        }
        if (entry instanceof GroupEntry.Message message && !message.regular()) {
            return;
        }
        Long others = before.putIfAbsent(new Place(group, stream.membership, entry.position()), stream.last);
        require(
                others == null || others == stream.last,
                () -> "node " + run + ": entry " + entry.position() + " of group " + group + " comes after "
                        + stream.last + ", elsewhere after " + others);
    }

    private void membership(Node run, Stream stream, GroupEntry.Membership now) {
        int former = stream.membership;
        stream.membership = Objects.hash(now.position(), now.ringSequence(), now.members());
        stream.members = now.members().hashCode();
        stream.transitional = false;
        if (now.joined().isEmpty() && now.left().isEmpty() && former != 0) {
            // Said again.
            return;
        }
        stream.membershipAt = now.position();
        Integer mine = quorateBefore(run, now.position());
        if (!now.joined().contains(run) && mine != null) {
            for (Node joiner : now.joined()) {
                Integer theirs = quorateBefore(joiner, now.position());
                boolean same = theirs == null || theirs.equals(mine) || theirs == stream.members;
                if (mine.equals(theirs)) {
                    rare.accept(Rare.TWO_SIDES_ONE_QUORUM);
                }
                require(
                        same
                                || stateful.getOrDefault(joiner, Long.MAX_VALUE) >= now.position()
                                || stream.standing.lost().containsKey(joiner),
                        () -> "run " + joiner + " goes on with what it had, and has missed a quorum of "
                                + now.members());
            }
        }
        if (stream.standing.quorate()) {
            quorate(run, now.position(), stream.members);
        }
    }

    private void quorate(Node run, long position, int members) {
        quorateIn.computeIfAbsent(run, _ -> new TreeMap<>()).put(position, members);
    }

    private @Nullable Integer quorateBefore(Node run, long position) {
        NavigableMap<Long, Integer> all = quorateIn.get(run);
        Map.Entry<Long, Integer> last = all == null ? null : all.lowerEntry(position);
        return last == null ? null : last.getValue();
    }

    private void quorum(Node run, Stream stream, GroupEntry.Quorum now, String group) {
        if (now.quorate()) {
            quorate(run, now.position(), stream.members);
            if (!group.equals("ccsd")) {
                stateful.putIfAbsent(run, now.position());
            }
        } else {
            NavigableMap<Long, Integer> all = quorateIn.get(run);
            if (all != null) {
                all.tailMap(stream.membershipAt, true).clear();
            }
        }
    }

    /// A cman writes down which quorum it knows of.
    void remembers(Node run, long ringSequence) {
        known.merge(run, ringSequence, Math::max);
        remembered.merge(run.nodeid(), ringSequence, Math::max);
    }

    private static void recovered(Node run, Stream stream, GroupEntry.Recovered now) {
        for (Level level : Level.values()) {
            require(
                    level.compareTo(now.level()) >= 0
                            || stream.recovered.getOrDefault(level, Long.MAX_VALUE) >= now.upTo(),
                    () -> "node " + run + ": " + now + " before " + level + ", which is at "
                            + stream.recovered.get(level));
        }
        stream.recovered.put(now.level(), now.upTo());
        stream.standing.lost().forEach((victim, loss) -> {
            boolean listed = stream.standing.members().containsKey(victim.nodeid());
            long lostAt = Math.max(loss.position(), stream.lostAgain.getOrDefault(victim, 0L));
            require(
                    lostAt > now.upTo() || listed || !stream.fencing,
                    () -> "node " + run + ": " + now + " and run " + victim + ", lost at " + lostAt
                            + ", is not harmless");
        });
    }

    /// A node's cman ends because others have decided without it.
    ///
    /// @param others who are with it in the ring
    void missed(Node run, Iterable<Node> others) {
        Integer mine = quorateBefore(run, Long.MAX_VALUE);
        long latest = known.getOrDefault(run, 0L);
        for (Node other : others) {
            Integer theirs = quorateBefore(other, Long.MAX_VALUE);
            boolean elsewhere = theirs != null && !theirs.equals(mine);
            // An earlier run of that machine may have been quorate, or one whose cman had no daemons yet.
            boolean later = remembered.getOrDefault(other.nodeid(), 0L) > latest;
            if (!other.equals(run) && (elsewhere || later)) {
                return;
            }
        }
        throw new AssertionError("run " + run + " is ended, and nobody was quorate without it");
    }
}
