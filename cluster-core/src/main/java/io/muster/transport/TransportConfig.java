package io.muster.transport;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// Nodes and links, and how often a link is probed.
///
/// Link 0 goes between the addresses that the clusternodes' names resolve to; each further `altname` is one more link.
///
/// @param nodeid this node
/// @param links this node's own number of links, 1 to [#MAX_LINKS]
/// @param peers nodeid of every other configured node and how many links it has; a pair uses as many links as both
///     have
/// @param use ranked or together
/// @param probeMs pause between two probes of a link
public record TransportConfig(int nodeid, int links, SortedMap<Integer, Integer> peers, LinkUse use, int probeMs) {
    /// As `altname` allows in clusters newer than the original, which had two.
    public static final int MAX_LINKS = 8;

    /// Highest nodeid a datagram can carry; cman's command line stops at 4096.
    public static final int MAX_NODEID = 65_535;

    private static final int MIN_PROBE_MS = 50;
    private static final int ONE_LINK_PROBE_MS = 80;
    private static final int MS_PER_PROBED_LINK = 5;

    public TransportConfig {
        if (links < 1 || links > MAX_LINKS) {
            throw new IllegalArgumentException("links: " + links + ": 1 to " + MAX_LINKS + " are possible");
        }
        peers = Collections.unmodifiableSortedMap(new TreeMap<>(peers));
        for (Map.Entry<Integer, Integer> peer : peers.entrySet()) {
            if (peer.getKey() < 1 || peer.getKey() > MAX_NODEID || peer.getKey() == nodeid || peer.getValue() < 1) {
                throw new IllegalArgumentException("peer " + peer + " of node " + nodeid);
            }
        }
    }

    /// The usual configuration. A link is probed every 50 ms, so that a dead one is left and a refused port is
    /// noticed well before a token is missed; with many paths less often, so that probing stays under 200
    /// datagrams a second. Where all nodes have but one link, the next node is probed every 80 ms and the others
    /// seldom.
    public static TransportConfig of(int nodeid, int links, SortedMap<Integer, Integer> peers, LinkUse use) {
        int paths = 0;
        boolean several = false;
        for (int theirs : peers.values()) {
            paths += Math.min(links, theirs);
            several |= Math.min(links, theirs) > 1;
        }
        int leastMs = several ? MIN_PROBE_MS : ONE_LINK_PROBE_MS;
        return new TransportConfig(
                nodeid, links, peers, use, several ? Math.max(leastMs, paths * MS_PER_PROBED_LINK) : leastMs);
    }
}
