package io.muster.cman.daemon;

import io.muster.cman.client.CmanView;
import io.muster.config.ClusterConfig;
import io.muster.membership.CmanNode;
import io.muster.transport.daemon.Addresses;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// Makes what commands are shown: the core's status, addresses, clients. From memory only, so a status
/// answer never waits for anything.
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
        return new CmanView(core.status(nowMs, tokenMs), nodeName, multicast, clients, addresses, core.ringPhase());
    }
}
