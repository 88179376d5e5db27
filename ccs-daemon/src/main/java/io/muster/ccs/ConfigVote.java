package io.muster.ccs;

import io.muster.config.ClusterConfig;
import io.muster.config.ClusterNode;
import io.muster.config.ConfigVersion;
import io.muster.core.Node;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/// The arithmetic of ccsd: when enough disks have a document, and which document a cluster without one
/// begins with. Pure functions of the replicated state.
final class ConfigVote {
    private ConfigVote() {}

    /// Whether the nodes that have the pending document on disk make up a quorum.
    ///
    /// A quorum is reckoned as cman does, over all members of the cluster, whether their ccsd runs or
    /// not. A cluster that is quorate with less (two_node with one node left, a quorum disk, expected
    /// votes lowered by hand) needs all of its members: then every later quorum has a node with the
    /// document, as far as quorum means anything there.
    static boolean durable(CcsState state, Pending pending) {
        ClusterConfig config =
                state.choice().inForce().orElse(pending.document()).config();
        Set<Integer> present = state.standing().members().keySet();
        int total = votes(config, present);
        int expected = Math.max(config.cman().expectedVotes(), total);
        int needed = Math.min((expected + 2) / 2, total);
        return !pending.onDisk().isEmpty()
                && (votes(config, pending.onDisk()) >= needed
                        && (total > 0 || pending.onDisk().containsAll(present)));
    }

    /// Votes of nodes as a configuration has them.
    private static int votes(ClusterConfig config, Set<Integer> nodeids) {
        return config.nodes().stream()
                .filter(node -> nodeids.contains(node.nodeid()))
                .mapToInt(ClusterNode::votes)
                .sum();
    }

    /// Whether every member of the cluster has said what it has.
    static boolean allHeard(CcsState state) {
        Collection<Node> members = state.standing().members().values();
        return !members.isEmpty() && state.reports().keySet().containsAll(members);
    }

    /// Whether those that have said what they have are a quorum by their own files.
    static boolean quorumHeard(CcsState state) {
        int votes = 0;
        int expected = 0;
        for (Map.Entry<Node, OnDisk> report : state.reports().entrySet()) {
            if (state.standing().present(report.getKey())) {
                votes += report.getValue().votes();
                expected = Math.max(expected, report.getValue().expectedVotes());
            }
        }
        return votes > 0 && votes >= (expected + 2) / 2;
    }

    /// What to begin with: the highest number on any disk.
    ///
    /// A staged document may have been committed by a quorum of which only one node is here, so the
    /// latest attempt counts like a file, unless a later attempt is known to have been committed; it
    /// even beats a file of its number, which then came from an editor. Of two files of one number the
    /// one with more votes is taken, then the lower nodeid's.
    static Optional<ConfigVersion> best(CcsState state) {
        long committed = state.reports().values().stream()
                .mapToLong(OnDisk::fileAttempt)
                .max()
                .orElse(0);
        Optional<OnDisk> staged = state.reports().values().stream()
                .filter(disk -> disk.attempt() > committed)
                .max(Comparator.comparingLong(OnDisk::attempt));
        Optional<ConfigVersion> file = bestFile(state);
        if (staged.isEmpty()) {
            return file;
        }
        ConfigVersion candidate = staged.get().staged();
        return file.filter(version -> version.number() > candidate.number()).or(() -> Optional.of(candidate));
    }

    private static Optional<ConfigVersion> bestFile(CcsState state) {
        // In order of nodeids, so that of equal ones the lowest comes first.
        Map<ConfigVersion, Integer> votes = new LinkedHashMap<>();
        state.reports().values().stream()
                .filter(disk -> !disk.file().equals(ConfigVersion.NONE))
                .forEach(disk -> votes.merge(disk.file(), disk.votes(), Integer::sum));
        Map.Entry<ConfigVersion, Integer> best = null;
        for (Map.Entry<ConfigVersion, Integer> entry : votes.entrySet()) {
            int byNumber =
                    best == null ? 1 : entry.getKey().number() - best.getKey().number();
            if (best == null || byNumber > 0 || (byNumber == 0 && entry.getValue() > best.getValue())) {
                best = entry;
            }
        }
        return Optional.ofNullable(best).map(Map.Entry::getKey);
    }

    /// Nodeids that have a version on disk.
    static SortedSet<Integer> holders(CcsState state, ConfigVersion version) {
        SortedSet<Integer> holders = new TreeSet<>();
        state.reports().forEach((node, disk) -> {
            if (disk.has(version)) {
                holders.add(node.nodeid());
            }
        });
        return holders;
    }
}
