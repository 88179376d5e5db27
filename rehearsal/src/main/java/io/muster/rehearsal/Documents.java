package io.muster.rehearsal;

import io.muster.config.ClusterConfig;
import io.muster.config.ConfigReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/// cluster.conf for rehearsed clusters.
final class Documents {
    /// So short that an agent that hangs doesn't fill a story.
    static final int AGENT_TIMEOUT_MS = 4000;

    private final Map<ByteBuffer, Integer> versions = new HashMap<>();

    static byte[] make(int nodes, int services, int version) {
        var text = new StringBuilder();
        text.append("<?xml version=\"1.0\"?>\n<cluster name=\"sim\" config_version=\"")
                .append(version)
                .append("\">\n");
        if (nodes == 2) {
            text.append("  <cman two_node=\"1\" expected_votes=\"1\"/>\n");
        }
        text.append("  <totem token=\"1000\"/>\n  <fence_daemon post_join_delay=\"2\" override_time=\"1\"/>\n");
        text.append("  <clusternodes>\n");
        for (int id = 1; id <= nodes; id++) {
            text.append("    <clusternode name=\"n")
                    .append(id)
                    .append("\" nodeid=\"")
                    .append(id);
            text.append("\" votes=\"1\"><fence><method name=\"power\"><device name=\"pdu\" port=\"");
            text.append(id).append("\"/></method></fence></clusternode>\n");
        }
        text.append(
                "  </clusternodes>\n  <fencedevices><fencedevice name=\"pdu\" agent=\"fence_sim\"/></fencedevices>\n");
        text.append("  <rm>\n    <failoverdomains>\n");
        text.append("      <failoverdomain name=\"ordered\" ordered=\"1\">");
        for (int id = 1; id <= nodes; id++) {
            text.append("<failoverdomainnode name=\"n")
                    .append(id)
                    .append("\" priority=\"")
                    .append(id)
                    .append("\"/>");
        }
        text.append("</failoverdomain>\n    </failoverdomains>\n");
        for (int i = 1; i <= services; i++) {
            text.append("    <service name=\"s").append(i).append("\" autostart=\"1\" recovery=\"");
            text.append(i % 2 == 0 ? "restart" : "relocate").append('"');
            text.append(i % 3 == 0 ? " domain=\"ordered\"" : "")
                    .append("><script name=\"s")
                    .append(i);
            text.append("\" file=\"/etc/init.d/s").append(i).append("\"/></service>\n");
        }
        return text.append("  </rm>\n</cluster>\n").toString().getBytes(StandardCharsets.UTF_8);
    }

    /// The version of a document; 0 for one that isn't valid. Each text is read once.
    int version(byte[] document) {
        return versions.computeIfAbsent(
                ByteBuffer.wrap(document),
                _ -> ConfigReader.parse(document, "cluster.conf")
                        .config()
                        .map(ClusterConfig::version)
                        .orElse(0));
    }
}
