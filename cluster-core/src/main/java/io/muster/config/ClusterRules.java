package io.muster.config;

import io.muster.cli.Nearest;
import io.muster.finding.Findings;
import io.muster.finding.Shown;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What must hold between the parts of a file: names, votes, two_node, addresses. Source: the checks of
/// RHEL 5 and 6 cman and ccsd.
final class ClusterRules {
    private static final int NAME_MAX = 15;
    private static final int LINKS_MAX = 8;
    private static final int QDISK_NODES = 16;

    private final Findings findings;
    private final Element cluster;
    private final List<Element> nodes = new ArrayList<>();

    ClusterRules(Findings findings, Element cluster) {
        this.findings = findings;
        this.cluster = cluster;
        Element clusternodes = cluster.child("clusternodes");
        if (clusternodes != null) {
            nodes.addAll(clusternodes.children("clusternode"));
        }
    }

    void check() {
        name();
        nodes();
        Element cman = cluster.child("cman");
        if (cman != null) {
            twoNode(cman);
            lastManStanding(cman);
            transport(cman);
        }
        totem();
        quorumDisk();
        new VoteRules(findings, cluster, nodes).check();
        masters();
        new LoggingRules(findings).check(cluster);
        new FenceRules(findings, cluster, nodes).check();
        Element rm = cluster.child("rm");
        if (rm != null) {
            new RmRules(findings, rm, nodeNames()).check();
        }
    }

    private List<String> nodeNames() {
        return nodes.stream().map(node -> node.attribute("name", "")).toList();
    }

    private void name() {
        String name = cluster.attribute("name", "");
        if (name.length() > NAME_MAX) {
            findings.error(
                    cluster,
                    "name",
                    "name=\"" + Shown.of(name) + "\": " + name.length() + " characters, at most " + NAME_MAX
                            + " are possible");
        }
    }

    private void nodes() {
        if (cluster.child("clusternodes") == null) {
            findings.error(cluster, "element <clusternodes> is missing");
        } else if (nodes.isEmpty()) {
            findings.warn(cluster, "no <clusternode>: nobody can join");
        }
        unique(nodes, "name", "nodes");
        unique(nodes, "nodeid", "nodes");
        for (Element node : nodes) {
            if (node.attribute("nodeid") == null) {
                findings.error(node, "attribute \"nodeid\" is missing: run ccs_tool addnodeids");
            }
            if ("0".equals(node.attribute("votes"))) {
                findings.warn(node, "votes", "votes=\"0\": the node doesn't count for quorum");
            }
            List<Element> altnames = node.children("altname");
            if (altnames.size() >= LINKS_MAX) {
                findings.error(
                        altnames.get(LINKS_MAX - 1),
                        "a node has at most " + LINKS_MAX + " links: " + (LINKS_MAX - 1) + " <altname> and its name");
            }
            host(node);
            for (Element altname : altnames) {
                host(altname);
                if (altname.attribute("name", "").equals(node.attribute("name")) && altname.attribute("port") == null) {
                    findings.error(altname, "name", "a further link must differ from the first in address or port");
                }
            }
        }
    }

    /// A name that can't be one is found by no resolver, and the node that has it never by the others.
    private void host(Element element) {
        String name = element.attribute("name", "");
        String wrong = name.isBlank() ? "" : Addresses.wrongHost(name);
        if (!wrong.isEmpty()) {
            findings.warn(element, "name", "name=\"" + Shown.of(name) + "\": " + wrong);
        }
    }

    /// Reports every element whose `key` a former one has already taken.
    private void unique(List<Element> elements, String key, String what) {
        Map<String, Element> seen = new TreeMap<>();
        for (Element element : elements) {
            String value = element.attribute(key);
            if (value == null) {
                continue;
            }
            Element first = seen.putIfAbsent(value, element);
            if (first != null) {
                findings.error(
                        element,
                        key,
                        key + "=\"" + Shown.of(value) + "\": two " + what + " have it, the other is in line "
                                + first.line());
            }
        }
    }

    private void twoNode(Element cman) {
        if (!Rule.isYes(cman.attribute("two_node", "0"))) {
            return;
        }
        if (nodes.size() != 2) {
            findings.error(
                    cman,
                    "two_node",
                    "two_node=\"1\" needs exactly 2 nodes, here are " + nodes.size()
                            + (nodes.isEmpty() ? "" : ": with another number of nodes take it and expected_votes out"));
        }
        for (Element node : nodes) {
            if (!node.attribute("votes", "1").strip().equals("1")) {
                findings.error(node, "votes", "two_node=\"1\" needs votes=\"1\" on both nodes");
            }
        }
        String expected = cman.attribute("expected_votes");
        if (expected == null) {
            findings.note(cman, "two_node", "expected_votes=\"1\" is taken, as two_node needs it");
        } else if (!expected.equals("1")) {
            findings.warn(
                    cman,
                    "expected_votes",
                    "expected_votes=\"" + Shown.of(expected)
                            + "\": with two_node it should be 1; quorum is 1 while there are two members");
        }
        Element quorumd = cluster.child("quorumd");
        if (quorumd != null) {
            findings.warn(quorumd, "two_node=\"1\" and a quorum disk are alternatives: set two_node=\"0\"");
        }
    }

    /// A side that has lowered its quorum and nodes that have restarted since, or were cut off before,
    /// can each be a majority of what they count.
    private void lastManStanding(Element cman) {
        boolean lowers = Rule.isYes(cman.attribute("last_man_standing", "0"));
        if (lowers && !Rule.isYes(cman.attribute("wait_for_all", "0"))) {
            findings.warn(
                    cman,
                    "last_man_standing",
                    "last_man_standing=\"1\" without wait_for_all=\"1\": after two partitions two sides can be"
                            + " quorate at once");
        }
    }

    private void transport(Element cman) {
        String transport = cman.attribute("transport");
        boolean broadcast = Rule.isYes(cman.attribute("broadcast", "no"));
        if (broadcast && transport != null && !transport.equals("udpb")) {
            findings.error(cman, "transport", "transport=\"" + Shown.of(transport) + "\" contradicts broadcast");
        }
        Element multicast = cman.child("multicast");
        String address = multicast == null ? null : multicast.attribute("addr");
        if (multicast != null
                && address != null
                && !Addresses.wrongMulticast(address).isEmpty()) {
            findings.warn(
                    multicast, "addr", "addr=\"" + Shown.of(address) + "\": " + Addresses.wrongMulticast(address));
        }
        String keyfile = cman.attribute("keyfile");
        if (keyfile != null && !keyfile.isBlank() && !keyfile.startsWith("/")) {
            findings.warn(
                    cman,
                    "keyfile",
                    "keyfile=\"" + Shown.of(keyfile) + "\": not a path from the root; which file it is depends on"
                            + " where cman is started");
        }
        if (keyfile == null) {
            findings.note(
                    cman,
                    "no keyfile: the key is in /etc/cluster/cluster.key, never the cluster's name;"
                            + " messages are always encrypted");
        }
    }

    private void totem() {
        Element totem = cluster.child("totem");
        if (totem == null) {
            return;
        }
        if (totem.attribute("transport") != null) {
            findings.error(totem, "transport", "transport belongs into <cman>");
        }
        String secauth = totem.attribute("secauth");
        if (secauth != null && Rule.isFlag(secauth) && !Rule.isYes(secauth)) {
            findings.warn(
                    totem,
                    "secauth",
                    "secauth=\"" + secauth + "\" is ignored: messages are always authenticated and encrypted");
        }
    }

    private void quorumDisk() {
        Element quorumd = cluster.child("quorumd");
        if (quorumd == null) {
            return;
        }
        if (quorumd.attribute("device") == null && quorumd.attribute("label") == null) {
            findings.error(quorumd, "a device or a label is needed");
        }
        String device = quorumd.attribute("device");
        if (device != null && quorumd.attribute("label") != null) {
            findings.note(quorumd, "device", "device=\"" + Shown.of(device) + "\" is ignored: the label wins");
        }
        for (Element node : nodes) {
            int nodeid = Values.number(node.attribute("nodeid"), 0);
            if (nodeid > QDISK_NODES) {
                findings.warn(node, "nodeid", "nodeid=\"" + nodeid + "\": a quorum disk knows nodes 1 to 16 only");
            }
        }
        List<Element> heuristics = quorumd.children("heuristic");
        if (heuristics.size() > 10) {
            findings.warn(heuristics.get(10), "ignored: a quorum disk has at most 10 heuristics");
        }
    }

    /// Masters of lockspaces must be nodes; a stranger would only never be chosen.
    private void masters() {
        Element dlm = cluster.child("dlm");
        if (dlm == null) {
            return;
        }
        for (Element lockspace : dlm.children("lockspace")) {
            for (Element master : lockspace.children("master")) {
                known(findings, master, "name", nodeNames(), "node");
            }
        }
    }

    /// Warns when an attribute names something that isn't in the file.
    static void known(Findings findings, Element where, String key, List<String> names, String what) {
        @Nullable String name = where.attribute(key);
        if (name != null && !names.contains(name)) {
            findings.warn(
                    where, key, "no " + what + " is called \"" + Shown.of(name) + "\"" + Nearest.hint(name, names));
        }
    }
}
