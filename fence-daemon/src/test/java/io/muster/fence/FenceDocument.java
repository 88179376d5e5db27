package io.muster.fence;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// cluster.conf for simulated clusters: nodes `n1`, `n2`, ..., each with one method of one power switch
/// unless said otherwise. A method is the list of its devices.
final class FenceDocument {
    private final int size;
    private final SortedMap<Integer, List<List<String>>> methods = new TreeMap<>();
    private final SortedMap<Integer, Integer> delaySec = new TreeMap<>();
    private int postFailSec;
    private String unfence = "";

    FenceDocument(int size) {
        this.size = size;
        for (int nodeid = 1; nodeid <= size; nodeid++) {
            methods.put(nodeid, List.of(List.of("apc")));
        }
    }

    @SafeVarargs
    @SuppressWarnings("varargs")
    final FenceDocument methods(int nodeid, List<String>... those) {
        methods.put(nodeid, List.of(those));
        return this;
    }

    FenceDocument postFailSec(int seconds) {
        postFailSec = seconds;
        return this;
    }

    /// Every node is unfenced by that device before it joins.
    FenceDocument unfence(String device) {
        unfence = device;
        return this;
    }

    /// The device that fences the node waits so long first: its node wins a duel.
    FenceDocument delaySec(int nodeid, int seconds) {
        delaySec.put(nodeid, seconds);
        return this;
    }

    int size() {
        return size;
    }

    int supplies(int nodeid) {
        return methods.get(nodeid).getFirst().size();
    }

    byte[] octets() {
        var lines = new ArrayList<String>();
        lines.add("<?xml version=\"1.0\"?>");
        lines.add("<cluster name=\"sim\" config_version=\"1\">");
        if (size == 2) {
            lines.add("<cman two_node=\"1\" expected_votes=\"1\"/>");
        }
        lines.add("<totem token=\"1000\"/>");
        lines.add("<fence_daemon post_join_delay=\"3\" post_fail_delay=\"" + postFailSec + "\" override_time=\"3\"/>");
        lines.add("<clusternodes>");
        methods.forEach((nodeid, those) -> lines.add(node(nodeid, those)));
        lines.add("</clusternodes>");
        lines.add("<fencedevices>");
        for (String device : List.of("apc", "wti", "ipmilan")) {
            lines.add("<fencedevice name=\"" + device + "\" agent=\"fence_" + device + "\"/>");
        }
        lines.add("</fencedevices>");
        lines.add("</cluster>");
        return String.join("\n", lines).getBytes(StandardCharsets.UTF_8);
    }

    private String node(int nodeid, List<List<String>> those) {
        var text = new StringBuilder("<clusternode name=\"n" + nodeid + "\" nodeid=\"" + nodeid + "\" votes=\"1\">");
        text.append("<fence>");
        for (int i = 0; i < those.size(); i++) {
            text.append("<method name=\"").append(i + 1).append("\">");
            those.get(i).forEach(device -> text.append(device(nodeid, device, "")));
            text.append("</method>");
        }
        text.append("</fence>");
        if (!unfence.isEmpty()) {
            text.append("<unfence>")
                    .append(device(nodeid, unfence, " action=\"on\""))
                    .append("</unfence>");
        }
        return text.append("</clusternode>").toString();
    }

    private String device(int nodeid, String device, String more) {
        Integer delay = delaySec.get(nodeid);
        return "<device name=\"" + device + "\" port=\"" + nodeid + "\"" + more
                + (delay == null ? "" : " delay=\"" + delay + "\"") + "/>";
    }
}
