package io.muster.bed.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.bed.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// What is wrong on a node that comes is its own trouble.
@Tag("netns")
class JoinersTroubleIT {
    @RegisterExtension
    static final RealCluster real = new RealCluster(3, 1, f -> f);

    private static final int WATCH_MS = 20_000;

    private static TestNode anew(String name, String hosts) throws IOException {
        TestNode node = real.testbed().node(name);
        node.powerOff();
        TestNode other = real.others(node).getFirst();
        real.cluster().awaitMembers(other, 2, 10_000);
        LockSupport.parkNanos(4_000_000_000L);
        node.powerOn();
        Path file = Files.writeString(node.root.resolve("hosts"), hosts);
        node.run(5_000, "mount", "--bind", file.toString(), "/etc/hosts").expectOk("hosts of " + name);
        return node;
    }

    private static String hosts() throws IOException {
        return Files.readString(real.testbed().dir.resolve("hosts"));
    }

    private static long gathers(TestNode node) throws IOException {
        return Files.readAllLines(node.log("cman")).stream()
                .filter(line -> line.contains("OPERATIONAL -> GATHER"))
                .count();
    }

    @Test
    void whoCantResolveAMembersNameLeavesTheRingAlone() throws Exception {
        String without = hosts().replaceAll("(?m)^.*node2$\\n", "");
        TestNode node = anew("node3", without);
        TestNode one = real.testbed().node("node1");
        TestNode two = real.testbed().node("node2");
        Instant then = Instant.now();
        real.cluster().start(List.of(node));
        LockSupport.parkNanos(5_000_000_000L);
        long before = gathers(one) + gathers(two);
        LockSupport.parkNanos(WATCH_MS * 1_000_000L);
        long more = gathers(one) + gathers(two) - before;
        assertTrue(more <= 2, () -> more + " gathers of nodes 1 and 2 in " + WATCH_MS + " ms");
        assertEquals(2, real.cluster().members(one).size());
        real.awaitLog(then, 1_000, "cman", "node2: this name has no address");
        // Node 2 may never have heard that there is a node 3.
        for (TestNode each : List.of(one, node)) {
            assertTrue(
                    Files.readString(each.log("cman")).contains("nodes 2 and 3 don't hear each other"),
                    () -> "no reason in the log of " + each.name());
        }
        // And once it can, it joins.
        Files.writeString(node.root.resolve("hosts"), hosts());
        real.cluster().awaitMembers(one, 3, 90_000);
    }

    @Test
    void ownNameOnLoopbackIsRefusedInWords() throws Exception {
        TestNode node = anew("node3", hosts().replaceAll("(?m)^.*node3$", "127.0.1.1 node3"));
        Shell.Result said = real.cluster().ask(node, "cman_tool", "join");
        assertEquals(1, said.status());
        assertTrue(said.err().contains("node3: this node's own name is 127.0.1.1"), said::err);
    }
}
