package io.muster.ccs.cli;

import io.muster.config.Element;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The tables of `ccs_tool lsnode` and `lsfence`: from a tree to text, nothing else.
final class Listing {
    private Listing() {}

    static String nodes(Element cluster, boolean verbose) {
        StringBuilder text = new StringBuilder("\nCluster name: ")
                .append(cluster.attribute("name", ""))
                .append(", config_version: ")
                .append(cluster.attribute("config_version", ""))
                .append("\n\n");
        Element cman = cluster.child("cman");
        Element multicast = cman == null ? null : cman.child("multicast");
        String address = multicast == null ? null : multicast.attribute("addr");
        if (address != null) {
            text.append("Multicast address for cluster: ").append(address).append("\n\n");
        }
        text.append("Nodename                        Votes Nodeid Fencetype\n");
        Element list = cluster.child("clusternodes");
        for (Element node : list == null ? List.<Element>of() : list.children("clusternode")) {
            Element device = firstDevice(node);
            text.append(String.format(
                    Locale.ROOT,
                    "%-32s %3s  %3s    %s",
                    node.attribute("name", ""),
                    node.attribute("votes", "1"),
                    node.attribute("nodeid", "0"),
                    device == null ? "" : device.attribute("name", "")));
            while (text.charAt(text.length() - 1) == ' ') {
                text.setLength(text.length() - 1);
            }
            text.append('\n');
            if (verbose) {
                properties(text, "Node properties", node.attributes(), Set.of("name", "votes", "nodeid"));
                if (device != null) {
                    properties(text, "Fence properties", device.attributes(), Set.of("name"));
                }
            }
        }
        return text.toString();
    }

    static String fenceDevices(Element cluster, boolean verbose) {
        StringBuilder text = new StringBuilder("Name             Agent\n");
        Element list = cluster.child("fencedevices");
        for (Element device : list == null ? List.<Element>of() : list.children("fencedevice")) {
            text.append(String.format(
                    Locale.ROOT, "%-16s %s\n", device.attribute("name", ""), device.attribute("agent", "")));
            if (verbose) {
                properties(text, "Properties", device.attributes(), Set.of("name", "agent"));
            }
        }
        return text.toString();
    }

    private static @Nullable Element firstDevice(Element node) {
        Element fence = node.child("fence");
        for (Element method : fence == null ? List.<Element>of() : fence.children("method")) {
            for (Element device : method.children("device")) {
                return device;
            }
        }
        return null;
    }

    private static void properties(StringBuilder text, String title, Map<String, String> all, Set<String> but) {
        String pairs = all.entrySet().stream()
                .filter(entry -> !but.contains(entry.getKey()))
                .map(entry -> entry.getKey() + "=" + entry.getValue())
                .collect(Collectors.joining(" "));
        if (!pairs.isEmpty()) {
            text.append("  ").append(title).append(":  ").append(pairs).append('\n');
        }
    }
}
