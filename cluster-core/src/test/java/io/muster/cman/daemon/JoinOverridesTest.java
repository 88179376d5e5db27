package io.muster.cman.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.config.ClusterConfig;
import io.muster.config.ConfigReader;
import io.muster.daemon.Layout;
import io.muster.membership.CmanSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JoinOverridesTest {
    private static ClusterConfig config(int nodes) {
        var text = new StringBuilder("<cluster name=\"harbor\" config_version=\"1\"><clusternodes>");
        for (int id = 1; id <= nodes; id++) {
            text.append("<clusternode name=\"127.0.0.%d\" nodeid=\"%d\"/>".formatted(id, id));
        }
        byte[] document = text.append("</clusternodes></cluster>").toString().getBytes(StandardCharsets.UTF_8);
        return ConfigReader.parse(document, "cluster.conf").config().orElseThrow();
    }

    private static JoinOverrides overrides(String... pairs) throws IOException {
        var environment = new HashMap<String, String>();
        for (int i = 0; i < pairs.length; i += 2) {
            environment.put(pairs[i], pairs[i + 1]);
        }
        return JoinOverrides.of(Layout.from(Map.copyOf(environment)));
    }

    private static String refusal(int nodes, String... pairs) {
        return assertThrows(IOException.class, () -> {
                    ClusterConfig config = config(nodes);
                    overrides(pairs).check(config, config.node(1).orElseThrow());
                })
                .getMessage();
    }

    @Test
    void withoutVariablesTheFileHolds() throws IOException {
        ClusterConfig config = config(3);
        assertEquals(config, overrides().apply(config));
        CmanSettings settings = Settings.cman(config);
        assertEquals(settings, overrides().apply(settings, 1));
    }

    @Test
    void ownVotesCountInExpectedVotesUnlessThoseAreGivenToo() throws IOException {
        CmanSettings settings = Settings.cman(config(3));
        assertEquals(7, overrides("CMAN_VOTES", "5").apply(settings, 1).expectedVotes());
        CmanSettings both =
                overrides("CMAN_VOTES", "5", "CMAN_EXPECTEDVOTES", "4").apply(settings, 1);
        assertEquals(4, both.expectedVotes());
        assertEquals(5, both.nodes().get(1).votes());
        assertEquals(1, both.nodes().get(2).votes());
    }

    @Test
    void twoNodeNeedsTwoNodesAndOneExpectedVote() throws IOException {
        CmanSettings two =
                overrides("CMAN_2NODE", "true", "CMAN_EXPECTEDVOTES", "1").apply(Settings.cman(config(2)), 1);
        assertTrue(two.rules().twoNode());
        assertEquals(1, two.expectedVotes());
        assertEquals("-2: two_node needs expected votes of 1: add -e 1", refusal(2, "CMAN_2NODE", "true"));
        assertEquals(
                "-2: two_node needs exactly two nodes with one vote each; cluster.conf has 3 with 3 votes together",
                refusal(3, "CMAN_2NODE", "true", "CMAN_EXPECTEDVOTES", "1"));
    }

    @Test
    void whatIsNoNumberOrNotTheFilesIsRefused() throws IOException {
        assertEquals("-v \"256\" (CMAN_VOTES): not a number from 0 to 255", refusal(2, "CMAN_VOTES", "256"));
        assertEquals("-p \"0\" (CMAN_IP_PORT): not a number from 1 to 65535", refusal(2, "CMAN_IP_PORT", "0"));
        assertEquals("-N 2: cluster.conf has nodeid 1 for 127.0.0.1: change it there", refusal(2, "CMAN_NODEID", "2"));
        assertEquals("-m \"10.0.0.1\": not a multicast address", refusal(2, "CMAN_MCAST_ADDR", "10.0.0.1"));
        ClusterConfig config =
                overrides("CMAN_IP_PORT", "6809", "CMAN_KEYFILE", "/k").apply(config(2));
        assertEquals(6809, config.cman().port());
        assertEquals("/k", config.cman().keyfile().orElseThrow());
    }
}
