package io.muster.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.finding.ConfigInvalid;
import io.muster.finding.Reading;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class SamplesTest {
    private static final Path ETC = Path.of(System.getProperty("muster.home", ".."), "etc");

    @Test
    void everySampleIsValidWithoutAWarning() throws IOException {
        try (var files = Files.list(ETC)) {
            List<Path> samples = files.filter(
                            file -> file.getFileName().toString().matches("cluster\\.conf.*\\.example"))
                    .toList();
            assertTrue(samples.size() >= 2, "samples in " + ETC);
            for (Path sample : samples) {
                Reading<ClusterConfig> reading = ConfigReader.read(sample);
                assertEquals(List.of(), reading.errors());
                assertEquals(List.of(), reading.warnings());
            }
        }
    }

    @Test
    void theHarborIsWhatItSays() throws ConfigInvalid {
        ClusterConfig config =
                ConfigReader.read(ETC.resolve("cluster.conf.example")).orThrow();
        assertEquals("harbor", config.name());
        assertEquals(3, config.cman().expectedVotes());
        assertEquals(6520, config.cman().clusterId());
        assertEquals("239.192.25.145", config.cman().multicast());
        assertEquals(10_000, config.totem().tokenMs());
        assertEquals("passive", config.totem().linkMode());
        assertEquals(
                List.of(1, 2, 3),
                config.nodes().stream().map(ClusterNode::nodeid).toList());
        ClusterNode pier1 = config.node("pier1.example.com").orElseThrow();
        assertEquals(
                List.of("ipmi", "pdu"),
                pier1.methods().stream().map(FenceMethod::name).toList());
        assertEquals(
                List.of("off", "off", "on", "on"),
                pier1.methods().get(1).devices().stream()
                        .map(device -> device.attributes().get("action"))
                        .toList());
        assertEquals(
                List.of("ipaddr", "login", "passwd", "lanplus"),
                List.copyOf(
                        config.fenceDevice("ipmi1").orElseThrow().attributes().keySet()));
        assertEquals("debug", config.logging().of("fenced").logfilePriority());
        assertEquals("info", config.logging().of("rgmanager").logfilePriority());
        FailoverDomain domain = config.rm().domain("PREFER1").orElseThrow();
        assertTrue(domain.ordered() && domain.restricted() && !domain.nofailback());
        Element web = config.rm().services().getFirst();
        assertEquals("service", web.type());
        assertEquals("web-init", web.children().getFirst().children().getFirst().attribute("ref"));
    }

    @Test
    void twoNodesExpectOneVote() throws ConfigInvalid {
        ClusterConfig config =
                ConfigReader.read(ETC.resolve("cluster.conf.two-node.example")).orThrow();
        assertTrue(config.cman().twoNode());
        assertTrue(config.cman().waitForAll());
        assertEquals(1, config.cman().expectedVotes());
        assertEquals(1000, config.totem().tokenMs());
        assertEquals(
                "5",
                config.nodes()
                        .getFirst()
                        .methods()
                        .getFirst()
                        .devices()
                        .getFirst()
                        .attributes()
                        .get("delay"));
    }
}
