package io.muster.cman.daemon;

import io.muster.cman.client.CmanView;
import io.muster.config.ClusterConfig;
import io.muster.membership.CmanNode;
import io.muster.membership.CmanStatus;
import io.muster.membership.CmanStatus.NodeStatus;
import io.muster.transport.daemon.Addresses;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// Makes what commands are shown: the core's status with times on the wall clock, addresses, clients.
/// From memory only, so
/// a status answer never waits for anything.
///
/// Thread: the daemon's loop.
final class Viewer {
    private final String nodeName;
    private String multicast = "";
    private SortedMap<Integer, List<String>> addresses = new TreeMap<>();

    Viewer(String nodeName) {
        this.nodeName = nodeName;
    }

    void configure(ClusterConfig config, Addresses known) {
        multicast = config.cman().multicast();
        addresses = new TreeMap<>();
        known.all()
                .forEach((nodeid, links) ->
                        addresses.put(nodeid, links.stream().map(Viewer::text).toList()));
    }

    private static String text(InetSocketAddress address) {
        return address.isUnresolved()
                ? address.getHostString()
                : address.getAddress().getHostAddress();
    }

    CmanView view(CmanNode core, int clients, long nowMs, int tokenMs) {
        long wallMs = System.currentTimeMillis() - nowMs;
        CmanStatus s = core.status(nowMs, tokenMs);
        List<NodeStatus> nodes = s.nodes().stream()
                .map(n -> n.at(
                        n.joinedMs() < 0 ? -1 : n.joinedMs() + wallMs, n.fencedMs() < 0 ? -1 : n.fencedMs() + wallMs))
                .toList();
        CmanStatus shown = new CmanStatus(
                s.self(),
                s.clusterName(),
                s.clusterId(),
                s.configVersion(),
                s.configSha256(),
                s.member(),
                s.leaving(),
                s.stateful(),
                s.twoNode(),
                s.generation(),
                s.tally(),
                s.deviceVotes(),
                s.device(),
                nodes,
                s.groups());
        return new CmanView(shown, nodeName, multicast, clients, addresses, core.ringPhase());
    }
}
