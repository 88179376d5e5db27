package io.muster.bed.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.bed.Await;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// The whole cluster goes down and comes up, with and without a node; cluster.conf changes meanwhile.
@Tag("netns")
class RestartIT {
    @RegisterExtension
    static final RealCluster real = new RealCluster(3, 1, f -> f);

    @Test
    void aFullRestartBringsTheServiceBackWithoutFencing() throws IOException {
        int requests = real.testbed().power().requests().size();
        allOff();
        long since = System.nanoTime();
        for (TestNode node : real.testbed().nodes()) {
            node.powerOn();
        }
        real.cluster().start(real.testbed().nodes());
        assertNotNull(real.client().await(since, 30_000), real::report);
        assertEquals(requests, real.testbed().power().requests().size(), "fenced at a clean start");
    }

    @Test
    void afterAFullRestartTheMissingNodeIsFencedBeforeServicesStart() throws IOException {
        allOff();
        List<TestNode> two = real.testbed().nodes().subList(0, 2);
        TestNode missing = real.testbed().nodes().getLast();
        long offs = real.testbed().power().offs(missing.name());
        long since = System.nanoTime();
        for (TestNode node : two) {
            node.powerOn();
        }
        real.cluster().start(two);
        assertNotNull(real.client().await(since, 35_000), real::report);
        assertTrue(
                real.testbed().power().offs(missing.name()) > offs,
                "services started before the missing node was fenced");
    }

    @Test
    void aNodeThatWasDownGetsTheConfigurationMadeMeanwhile() throws IOException {
        TestNode down = real.testbed().nodes().getLast();
        TestNode here = real.testbed().nodes().getFirst();
        Instant then = Instant.now();
        down.powerOff();
        real.awaitLog(then, 10_000, "fenced", "fence " + down.name() + " success");
        int version = version(here) + 1;
        updateTo(here, version);
        assertTrue(Await.until(10_000, () -> version(real.testbed().node("node2")) == version), real::report);
        real.cluster().boot(down);
        real.cluster().awaitMembers(here, 3, 20_000);
        assertTrue(Await.until(15_000, () -> version(down) == version), () -> "has version " + version(down));
    }

    @Test
    void aJoinersNewerFileIsKeptAsideAndNotTaken() throws IOException {
        TestNode joiner = real.testbed().nodes().getLast();
        TestNode here = real.testbed().nodes().getFirst();
        Instant then = Instant.now();
        joiner.powerOff();
        real.awaitLog(then, 10_000, "fenced", "fence " + joiner.name() + " success");
        int version = version(here);
        String text = Files.readString(joiner.conf(), StandardCharsets.UTF_8);
        Files.writeString(joiner.conf(), withVersion(text, version + 7), StandardCharsets.UTF_8);
        real.cluster().boot(joiner);
        real.cluster().awaitMembers(here, 3, 20_000);
        assertTrue(
                Await.until(15_000, () -> version(joiner) == version), () -> "joiner has version " + version(joiner));
        assertEquals(version, version(here));
        assertTrue(
                Files.exists(joiner.conf().resolveSibling("cluster.conf.refused-" + (version + 7))),
                "the refused file was not kept");
    }

    private static void updateTo(TestNode node, int version) throws IOException {
        String text = Files.readString(node.conf(), StandardCharsets.UTF_8);
        Files.writeString(node.root.resolve("new.conf"), withVersion(text, version), StandardCharsets.UTF_8);
        real.cluster()
                .ask(node, "ccs_tool", "update", node.root.resolve("new.conf").toString())
                .expectOk("ccs_tool update");
    }

    private static String withVersion(String text, int version) {
        return text.replaceFirst("config_version=\"[0-9]+\"", "config_version=\"" + version + "\"");
    }

    private static int version(TestNode node) {
        try {
            String text = Files.readString(node.conf(), StandardCharsets.UTF_8);
            return Integer.parseInt(text.replaceFirst("(?s).*?config_version=\"([0-9]+)\".*", "$1"));
        } catch (IOException e) {
            return -1;
        }
    }

    private static void allOff() {
        long since = System.nanoTime();
        for (TestNode node : real.testbed().nodes()) {
            node.powerOff();
        }
        assertNull(real.client().await(since + 300_000_000L, 600), "answers without nodes");
    }
}
