package io.muster.cluster;

import io.muster.cman.daemon.Settings;
import io.muster.config.ConfigReader;
import io.muster.fence.FenceSettings;
import io.muster.membership.CmanSettings;
import io.muster.service.Plan;
import io.muster.service.PlanReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// cluster.conf for simulated clusters, and what the daemons read out of it. Each text is parsed once: thousands of
/// simulated nodes start with the same one.
final class Documents {
    static final int AGENT_TIMEOUT_MS = 4000;

    private record Parsed(Optional<CmanSettings> cman, Optional<FenceSettings> fence, Optional<Plan> plan) {}

    private static final ConcurrentHashMap<ByteBuffer, Parsed> PARSED = new ConcurrentHashMap<>();

    private Documents() {}

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
            text.append(i % 3 == 0 ? " domain=\"ordered\"" : "").append("/>\n");
        }
        return text.append("  </rm>\n</cluster>\n").toString().getBytes(StandardCharsets.UTF_8);
    }

    private static Parsed parsed(byte[] document) {
        byte[] own = document.clone();
        return PARSED.computeIfAbsent(ByteBuffer.wrap(own), _ -> {
            var config = ConfigReader.parse(own, "cluster.conf").config();
            return new Parsed(
                    config.map(Settings::cman),
                    config.map(read -> FenceSettings.of(read, AGENT_TIMEOUT_MS)),
                    config.map(PlanReader::of));
        });
    }

    static Optional<CmanSettings> cman(byte[] document) {
        return parsed(document).cman();
    }

    static Optional<FenceSettings> fence(byte[] document) {
        return parsed(document).fence();
    }

    static Optional<Plan> plan(byte[] document) {
        return parsed(document).plan();
    }
}
