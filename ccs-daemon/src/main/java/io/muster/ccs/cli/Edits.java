package io.muster.ccs.cli;

import io.muster.cli.Nearest;
import io.muster.config.ConfigEditor;
import io.muster.config.Element;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// What `ccs_tool` changes in a file. Each makes the version one higher.
final class Edits {
    private static final int NODEID_MAX = 4096;

    private final ConfigEditor editor;
    private final Element cluster;

    Edits(ConfigEditor editor) {
        this.editor = editor;
        this.cluster = editor.root();
    }

    /// @param nodeid 0 for not given
    /// @param altname null for none
    void addNode(
            String name,
            int nodeid,
            int votes,
            @Nullable String altname,
            @Nullable String fence,
            Map<String, String> arguments)
            throws EditRefused {
        Element list = list("clusternodes");
        if (find(list, "clusternode", name) != null) {
            throw new EditRefused("node " + name + " already exists");
        }
        if (nodeid == 0) {
            throw new EditRefused("no nodeid: give one with -n");
        }
        if (nodeid < 1 || nodeid > NODEID_MAX) {
            throw new EditRefused("nodeid " + nodeid + " must be 1 to " + NODEID_MAX);
        }
        for (Element node : list.children("clusternode")) {
            if (node.attribute("nodeid", "").equals(String.valueOf(nodeid))) {
                throw new EditRefused("nodeid " + nodeid + " is already in use by " + node.attribute("name", ""));
            }
        }
        if (fence == null) {
            throw new EditRefused("no fence device: give one with -f");
        }
        List<String> devices = devices();
        if (!devices.contains(fence)) {
            throw new EditRefused("fence device " + fence + " doesn't exist" + Nearest.hint(fence, devices));
        }
        Map<String, String> node = new LinkedHashMap<>();
        node.put("name", name);
        node.put("votes", String.valueOf(votes));
        node.put("nodeid", String.valueOf(nodeid));
        Map<String, String> device = new LinkedHashMap<>();
        device.put("name", fence);
        device.putAll(arguments);
        List<String> lines = new ArrayList<>();
        lines.add(ConfigEditor.tag("clusternode", node, false));
        if (altname != null) {
            lines.add("  " + ConfigEditor.tag("altname", Map.of("name", altname), true));
        }
        lines.addAll(List.of(
                "  <fence>",
                "    <method name=\"single\">",
                "      " + ConfigEditor.tag("device", device, true),
                "    </method>",
                "  </fence>",
                "</clusternode>"));
        editor.append(list, lines);
        editor.nextVersion();
    }

    void removeNode(String name) throws EditRefused {
        remove("clusternodes", "clusternode", "node", name);
    }

    void addFence(String name, String agent, Map<String, String> arguments) throws EditRefused {
        Element list = list("fencedevices");
        if (find(list, "fencedevice", name) != null) {
            throw new EditRefused("fence device " + name + " already exists");
        }
        Map<String, String> device = new LinkedHashMap<>();
        device.put("name", name);
        device.put("agent", agent);
        device.putAll(arguments);
        editor.append(list, List.of(ConfigEditor.tag("fencedevice", device, true)));
        editor.nextVersion();
    }

    void removeFence(String name) throws EditRefused {
        remove("fencedevices", "fencedevice", "fence device", name);
    }

    /// Gives every node without a nodeid the lowest free number.
    ///
    /// @param start the first number to give
    /// @param multicast address to set, null to leave it alone
    /// @return one line for each number given
    List<String> addNodeids(int start, @Nullable String multicast) throws EditRefused {
        Element list = list("clusternodes");
        SortedSet<String> used = new TreeSet<>();
        list.children("clusternode").forEach(node -> used.add(node.attribute("nodeid", "")));
        List<String> given = new ArrayList<>();
        int next = start;
        for (Element node : list.children("clusternode")) {
            if (!node.attribute("nodeid", "").isEmpty()) {
                continue;
            }
            while (used.contains(String.valueOf(next))) {
                next++;
            }
            editor.set(node, "nodeid", String.valueOf(next));
            given.add("Setting nodeid of " + node.attribute("name", "") + " to " + next);
            next++;
        }
        if (multicast != null) {
            multicast(multicast);
        }
        if (!given.isEmpty() || multicast != null) {
            editor.nextVersion();
        }
        return given;
    }

    /// Whether the file names a multicast address.
    boolean hasMulticast() {
        Element cman = cluster.child("cman");
        return cman != null && cman.child("multicast") != null;
    }

    private void multicast(String address) {
        Element cman = cluster.child("cman");
        Element present = cman == null ? null : cman.child("multicast");
        String tag = ConfigEditor.tag("multicast", Map.of("addr", address), true);
        if (present != null) {
            editor.set(present, "addr", address);
        } else if (cman != null) {
            editor.append(cman, List.of(tag));
        } else {
            editor.append(cluster, List.of("<cman>", "  " + tag, "</cman>"));
        }
    }

    private void remove(String list, String type, String what, String name) throws EditRefused {
        Element found = find(list(list), type, name);
        if (found == null) {
            throw new EditRefused(what + " " + name + " doesn't exist");
        }
        editor.remove(found);
        editor.nextVersion();
    }

    private List<String> devices() {
        Element list = cluster.child("fencedevices");
        return list == null
                ? List.of()
                : list.children("fencedevice").stream()
                        .map(device -> device.attribute("name", ""))
                        .toList();
    }

    private Element list(String type) throws EditRefused {
        Element list = cluster.child(type);
        if (list == null) {
            throw new EditRefused("the file has no <" + type + ">: put one in first");
        }
        return list;
    }

    private static @Nullable Element find(Element list, String type, String name) {
        return list.children(type).stream()
                .filter(element -> name.equals(element.attribute("name")))
                .findFirst()
                .orElse(null);
    }
}
