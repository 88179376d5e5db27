package io.muster.membership;

import io.muster.core.Node;
import io.muster.group.Group;
import io.muster.group.GroupEntry.Departure;
import io.muster.group.GroupEntry.Level;
import io.muster.group.Remains;
import io.muster.membership.CmanSettings.Configured;
import io.muster.quorum.Tally;
import io.muster.totem.RingId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// What a node's cman knows at one moment, for commands to show.
///
/// @param generation the ring's sequence
public record CmanStatus(
        Node self,
        String clusterName,
        int clusterId,
        int configVersion,
        String configSha256,
        boolean member,
        boolean leaving,
        boolean stateful,
        boolean twoNode,
        long generation,
        Tally tally,
        int deviceVotes,
        String device,
        List<NodeStatus> nodes,
        List<GroupStatus> groups) {
    /// One node, configured or met.
    ///
    /// @param leaving whether cluster.conf has it no more
    /// @param joinedMs wall-clock milliseconds when it became a member; 0 for never
    /// @param incarnation sequence of the ring it joined in; 0 for never
    /// @param unproven whether a lost run of it hasn't been made harmless
    /// @param left runs of it on which something may still run that nobody there answers for
    public record NodeStatus(
            int nodeid,
            String name,
            boolean member,
            boolean leaving,
            long incarnation,
            long joinedMs,
            int votes,
            int expected,
            boolean unproven,
            List<Left> left,
            Optional<LastFenced> lastFenced) {
        public NodeStatus {
            left = List.copyOf(left);
        }
    }

    /// What a run has left running.
    ///
    /// @param lost whether the run is lost; else it is a member's
    public record Left(Node run, boolean lost, Remains remains) {}

    /// One group.
    ///
    /// @param recovering whether its level hasn't recovered from the last change yet
    public record GroupStatus(Group group, boolean recovering) {}

    public CmanStatus {
        nodes = List.copyOf(nodes);
        groups = List.copyOf(groups);
    }

    /// The same while nothing can be decided: not quorate.
    CmanStatus blocked() {
        return new CmanStatus(
                self,
                clusterName,
                clusterId,
                configVersion,
                configSha256,
                member,
                leaving,
                stateful,
                twoNode,
                generation,
                new Tally(tally.total(), tally.expected(), tally.quorum(), false, tally.waited()),
                deviceVotes,
                device,
                nodes,
                groups);
    }

    static CmanStatus of(
            Node self,
            CmanSettings settings,
            ClusterState state,
            @Nullable RingId ring,
            boolean leaving,
            boolean stateful,
            int deviceVotes,
            String device) {
        SortedMap<Integer, Member> members = new TreeMap<>();
        state.members.forEach((node, member) -> members.put(node.nodeid(), member));
        TreeSet<Integer> ids = new TreeSet<>(settings.nodes().keySet());
        ids.addAll(members.keySet());
        // Also a node that isn't configured any more can keep services from starting.
        state.unproven.forEach(d -> ids.add(d.node().nodeid()));
        List<NodeStatus> nodes = new ArrayList<>();
        for (int id : ids) {
            Member member = members.get(id);
            nodes.add(new NodeStatus(
                    id,
                    Optional.ofNullable(settings.nodes().get(id))
                            .or(() -> state.entry(id))
                            .map(Configured::name)
                            .orElse(Integer.toString(id)),
                    member != null,
                    state.leaving.containsKey(id),
                    member == null ? 0 : member.joinedRing(),
                    member == null ? 0 : member.sinceMs(),
                    member == null ? settings.votesOf(id) : member.votes(),
                    member == null ? settings.expectedVotes() : member.expected(),
                    state.unproven.stream().anyMatch(d -> d.node().nodeid() == id),
                    left(state, id),
                    Optional.ofNullable(state.fenced.get(id))));
        }
        List<GroupStatus> groups = state.groups.groups().stream()
                .map(g -> new GroupStatus(g, recovering(state, g.level())))
                .toList();
        return new CmanStatus(
                self,
                settings.clusterName(),
                settings.clusterId(),
                settings.configVersion(),
                settings.configSha256(),
                state.members.containsKey(self),
                leaving,
                stateful,
                state.rules.twoNode(),
                ring == null ? 0 : ring.sequence(),
                state.tally,
                deviceVotes,
                device,
                nodes,
                groups);
    }

    private static List<Left> left(ClusterState state, int nodeid) {
        List<Left> left = new ArrayList<>();
        for (Departure departure : state.unproven) {
            if (departure.node().nodeid() == nodeid) {
                left.add(new Left(departure.node(), true, departure.remains()));
            }
        }
        state.unmanaged.forEach((run, remains) -> {
            if (run.nodeid() == nodeid) {
                left.add(new Left(run, false, remains));
            }
        });
        return left;
    }

    private static boolean recovering(ClusterState state, Optional<Level> level) {
        return level.isPresent() && !state.unproven.isEmpty() && state.groups.recovered(level.get()) < state.disturbed;
    }
}
