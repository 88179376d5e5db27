package io.muster.bed.node;

import io.muster.bed.Home;
import java.nio.file.Path;
import java.util.List;

/// Writes the cluster.conf of a testbed cluster: n nodes, a switch, one service `web` of an address and a web server.
///
/// @param nodes names in order of nodeid
/// @param version config_version
/// @param links networks of each node; more than one gives `altname`s
/// @param powerSocket where `fence_netns` finds the power controller
/// @param delayNode the node whose fencing waits a second, or empty
/// @param twoMethods a first method that never works before the switch
/// @param noFailback whether the service stays where it is when a better node comes back
/// @param service the elements inside of `rm`, or empty for the service `web`
/// @param extra further elements of `cluster`
public record ClusterFile(
        List<String> nodes,
        int version,
        int links,
        Path powerSocket,
        String delayNode,
        boolean twoMethods,
        boolean noFailback,
        String service,
        String extra) {

    public static ClusterFile of(Testbed testbed) {
        List<String> names = testbed.nodes().stream().map(TestNode::name).toList();
        return new ClusterFile(names, 1, testbed.links, testbed.powerSocket(), "", false, false, "", "");
    }

    ClusterFile withVersion(int number) {
        return new ClusterFile(nodes, number, links, powerSocket, delayNode, twoMethods, noFailback, service, extra);
    }

    public ClusterFile withDelay(String node) {
        return new ClusterFile(nodes, version, links, powerSocket, node, twoMethods, noFailback, service, extra);
    }

    ClusterFile withTwoMethods() {
        return new ClusterFile(nodes, version, links, powerSocket, delayNode, true, noFailback, service, extra);
    }

    public ClusterFile withNoFailback(boolean stays) {
        return new ClusterFile(nodes, version, links, powerSocket, delayNode, twoMethods, stays, service, extra);
    }

    ClusterFile withService(String elements) {
        return new ClusterFile(nodes, version, links, powerSocket, delayNode, twoMethods, noFailback, elements, extra);
    }

    ClusterFile withExtra(String elements) {
        return new ClusterFile(
                nodes, version, links, powerSocket, delayNode, twoMethods, noFailback, service, elements);
    }

    String text() {
        StringBuilder xml = new StringBuilder("<?xml version=\"1.0\"?>\n");
        line(xml, 0, "<cluster name=\"demo\" config_version=\"%d\">".formatted(version));
        if (!extra.isEmpty()) {
            line(xml, 1, extra);
        }
        line(xml, 1, "<fence_daemon post_join_delay=\"6\" post_fail_delay=\"0\"/>");
        line(xml, 1, "<clusternodes>");
        for (int i = 0; i < nodes.size(); i++) {
            node(xml, i + 1, nodes.get(i));
        }
        line(xml, 1, "</clusternodes>");
        line(xml, 1, "<fencedevices>");
        line(xml, 2, "<fencedevice name=\"switch\" agent=\"fence_netns\" socket=\"%s\"/>".formatted(powerSocket));
        if (twoMethods) {
            line(xml, 2, "<fencedevice name=\"broken\" agent=\"fence_netns\" socket=\"/nowhere/power.sock\"/>");
        }
        line(xml, 1, "</fencedevices>");
        line(xml, 1, "<rm>");
        line(xml, 2, "<failoverdomains>");
        line(
                xml,
                3,
                "<failoverdomain name=\"in-order\" ordered=\"1\" restricted=\"0\" nofailback=\"%d\">"
                        .formatted(noFailback ? 1 : 0));
        for (int i = 0; i < nodes.size(); i++) {
            line(xml, 4, "<failoverdomainnode name=\"%s\" priority=\"%d\"/>".formatted(nodes.get(i), i + 1));
        }
        line(xml, 3, "</failoverdomain>");
        line(xml, 2, "</failoverdomains>");
        if (service.isEmpty()) {
            webService(xml);
        } else {
            line(xml, 2, service);
        }
        line(xml, 1, "</rm>");
        line(xml, 0, "</cluster>");
        return xml.toString();
    }

    private void node(StringBuilder xml, int nodeid, String name) {
        line(xml, 2, "<clusternode name=\"%s\" nodeid=\"%d\" votes=\"1\">".formatted(name, nodeid));
        for (int link = 1; link < links; link++) {
            line(xml, 3, "<altname name=\"%s-%d\"/>".formatted(name, link));
        }
        String delay = name.equals(delayNode) ? " delay=\"1\"" : "";
        line(xml, 3, "<fence>");
        if (twoMethods) {
            line(xml, 4, "<method name=\"first\"><device name=\"broken\" port=\"%s\"/></method>".formatted(name));
        }
        line(
                xml,
                4,
                "<method name=\"power\"><device name=\"switch\" port=\"%s\" action=\"off\"%s/></method>"
                        .formatted(name, delay));
        line(xml, 3, "</fence>");
        line(xml, 2, "</clusternode>");
    }

    private static void webService(StringBuilder xml) {
        line(xml, 2, "<resources>");
        // sleeptime 0: the new owner's gratuitous ARP tells everybody where the address is now.
        line(xml, 3, "<ip address=\"%s\" monitor_link=\"1\" sleeptime=\"0\"/>".formatted(Testbed.SERVICE_ADDRESS));
        line(
                xml,
                3,
                "<script name=\"web-init\" file=\"%s\"/>".formatted(Home.demo().resolve("web-init")));
        line(xml, 2, "</resources>");
        line(xml, 2, "<service name=\"web\" domain=\"in-order\" autostart=\"1\" recovery=\"relocate\">");
        line(xml, 3, "<ip ref=\"%s\"><script ref=\"web-init\"/></ip>".formatted(Testbed.SERVICE_ADDRESS));
        line(xml, 2, "</service>");
    }

    private static void line(StringBuilder xml, int depth, String text) {
        xml.append("  ".repeat(depth)).append(text).append('\n');
    }
}
