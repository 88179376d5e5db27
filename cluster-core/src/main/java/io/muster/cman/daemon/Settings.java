package io.muster.cman.daemon;

import io.muster.config.AltName;
import io.muster.config.ClusterConfig;
import io.muster.config.ClusterNode;
import io.muster.config.CmanConfig;
import io.muster.config.ConfigReader;
import io.muster.group.GroupEntry.Level;
import io.muster.membership.CmanSettings;
import io.muster.membership.CmanSettings.Configured;
import io.muster.quorum.QuorumRules;
import io.muster.transport.LinkUse;
import io.muster.transport.TransportConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/// Turns cluster.conf into what the cores take. Pure functions: nodes with the same file get the same.
public final class Settings {
    private Settings() {}

    /// What [io.muster.membership.Cman] takes.
    public static CmanSettings cman(ClusterConfig config) {
        CmanConfig cman = config.cman();
        SortedMap<Integer, Configured> nodes = new TreeMap<>();
        for (ClusterNode node : config.nodes()) {
            nodes.put(node.nodeid(), new Configured(node.name(), node.votes(), links(node)));
        }
        QuorumRules rules = new QuorumRules(
                cman.twoNode(),
                cman.waitForAll(),
                cman.lastManStanding(),
                cman.autoTieBreaker(),
                cman.autoTieBreakerNode(),
                nodes.keySet().stream().toList());
        // Without devices nobody can fence, and waiting for a fence domain would be waiting for ever.
        Set<Level> mandatory = config.fenceDevices().isEmpty() ? Set.of() : Set.of(Level.FENCE);
        return new CmanSettings(
                config.name(),
                cman.clusterId(),
                nodes,
                cman.expectedVotes(),
                rules,
                mandatory,
                cman.shutdownTimeoutMs(),
                cman.quorumDevPollMs(),
                cman.lastManStandingWindowMs(),
                config.version(),
                config.sha256());
    }

    private static List<Configured.Link> links(ClusterNode node) {
        return node.altnames().stream()
                .limit(TransportConfig.MAX_LINKS - 1)
                .map(alt -> new Configured.Link(alt.name(), alt.port().orElse(0)))
                .toList();
    }

    /// The configuration with nodes that it has no more, to be reached like the others.
    public static ClusterConfig with(ClusterConfig config, SortedMap<Integer, Configured> leaving) {
        List<ClusterNode> nodes = new ArrayList<>(config.nodes());
        leaving.forEach((nodeid, entry) -> {
            if (config.node(nodeid).isEmpty()) {
                List<AltName> altnames = entry.altnames().stream()
                        .map(link -> new AltName(
                                link.host(),
                                link.port() == 0 ? OptionalInt.empty() : OptionalInt.of(link.port()),
                                Optional.empty(),
                                OptionalInt.empty()))
                        .toList();
                nodes.add(new ClusterNode(entry.name(), nodeid, entry.votes(), 1, altnames, List.of(), List.of()));
            }
        });
        return config.withNodes(nodes);
    }

    /// Reads the document of an ordered configuration.
    public static CmanSettings.Reader reader() {
        return document -> read(document).map(Settings::cman);
    }

    static Optional<ClusterConfig> read(byte[] document) {
        return ConfigReader.parse(document, "cluster.conf").config();
    }

    static TransportConfig transport(ClusterConfig config, int nodeid) {
        SortedMap<Integer, Integer> peers = new TreeMap<>();
        int links = 1;
        for (ClusterNode node : config.nodes()) {
            int theirs = Math.min(TransportConfig.MAX_LINKS, 1 + node.altnames().size());
            if (node.nodeid() == nodeid) {
                links = theirs;
            } else {
                peers.put(node.nodeid(), theirs);
            }
        }
        return TransportConfig.of(
                nodeid, links, peers, LinkUse.ofRrpMode(config.totem().linkMode()));
    }
}
