package io.muster.cman.client;

import io.muster.membership.CmanStatus;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// What cman's daemon tells commands: the core's status and what only the daemon knows.
///
/// @param nodeName this node's name in cluster.conf
/// @param multicast shown by status commands, used by nobody: rings talk unicast
/// @param clients connected now
/// @param addresses by nodeid, one for each link
/// @param ringPhase `gather`, `operational`, …: what the ring is doing
public record CmanView(
        CmanStatus status,
        String nodeName,
        String multicast,
        int clients,
        SortedMap<Integer, List<String>> addresses,
        String ringPhase) {
    public CmanView {
        addresses = Collections.unmodifiableSortedMap(new TreeMap<>(addresses));
    }
}
