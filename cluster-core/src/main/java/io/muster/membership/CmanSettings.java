package io.muster.membership;

import io.muster.core.MalformedMessage;
import io.muster.group.GroupEntry.Level;
import io.muster.quorum.QuorumRules;
import io.muster.wire.Input;
import io.muster.wire.Output;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// What cman takes from one version of cluster.conf.
///
/// @param clusterId 1..65535
/// @param nodes by nodeid
/// @param expectedVotes as the file has it, or the sum of all votes
/// @param mandatory levels of recovery that don't pass without a group: fencing, when the file has fence devices
/// @param shutdownTimeoutMs how long clients may take to answer a request to leave
/// @param quorumDevPollMs after so long without a poll of the quorum device it is dead
/// @param lastManStandingMs how long the members must have been the same before expected votes follow them
/// @param configVersion 0 without a file
/// @param configSha256 64 hexadecimal digits, or empty
public record CmanSettings(
        String clusterName,
        int clusterId,
        SortedMap<Integer, Configured> nodes,
        int expectedVotes,
        QuorumRules rules,
        Set<Level> mandatory,
        int shutdownTimeoutMs,
        int quorumDevPollMs,
        int lastManStandingMs,
        int configVersion,
        String configSha256) {
    /// One node of the file: what others need to reach and count it.
    ///
    /// @param name also the host of its first link
    /// @param altnames its further links
    public record Configured(String name, int votes, List<Link> altnames) {
        /// As many as the transport has.
        private static final int MAX_LINKS = 8;

        public Configured {
            altnames = List.copyOf(altnames);
        }

        /// @param port 0 for the cluster's
        public record Link(String host, int port) {}

        /// Layout: string name, u32 votes, list of links (string host, u32 port).
        void encode(Output out) {
            out.string(name).u32(votes);
            out.list(altnames, (o, link) -> o.string(link.host()).u32(link.port()));
        }

        static Configured decode(Input in) throws MalformedMessage {
            return new Configured(
                    in.string(255), in.u32(1 << 20), in.list(MAX_LINKS, i -> new Link(i.string(255), i.u32(0xffff))));
        }
    }

    /// Reads the document of an ordered configuration. A pure function: the same octets give the same
    /// answer on all nodes.
    @FunctionalInterface
    public interface Reader {
        /// @return empty for a document that isn't a valid configuration
        Optional<CmanSettings> read(byte[] document);
    }

    public CmanSettings {
        nodes = Collections.unmodifiableSortedMap(new TreeMap<>(nodes));
        SortedSet<Level> levels = new TreeSet<>(mandatory);
        mandatory = Collections.unmodifiableSortedSet(levels);
    }

    /// The same with other votes and rules of counting.
    public CmanSettings withVotes(SortedMap<Integer, Configured> otherNodes, int expected, QuorumRules otherRules) {
        return new CmanSettings(
                clusterName,
                clusterId,
                otherNodes,
                expected,
                otherRules,
                mandatory,
                shutdownTimeoutMs,
                quorumDevPollMs,
                lastManStandingMs,
                configVersion,
                configSha256);
    }

    /// The name of a node, or its number when the file doesn't have it.
    public String nameOf(int nodeid) {
        Configured node = nodes.get(nodeid);
        return node == null ? Integer.toString(nodeid) : node.name();
    }

    int votesOf(int nodeid) {
        Configured node = nodes.get(nodeid);
        return node == null ? 0 : node.votes();
    }
}
