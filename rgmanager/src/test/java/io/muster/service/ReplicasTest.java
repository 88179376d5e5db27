package io.muster.service;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.core.Incarnation;
import io.muster.core.Node;
import io.muster.group.GroupEntry;
import io.muster.simulator.TwoReplicas;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// One log, replicas with different clocks, and one that joins by state transfer: equal after each entry.
class ReplicasTest {
    @Test
    void equalLogsGiveEqualStates() {
        for (long seed = 1; seed <= 20; seed++) {
            List<GroupEntry> log = story(seed);
            assertTrue(log.size() > 50, "a story worth telling");
            var replicas = new TwoReplicas<GroupEntry, ServiceEvent, ServiceEffect>(
                    () -> new ServiceManager(new Node(1, new Incarnation(1, 1)), Plans::read));
            for (GroupEntry entry : log) {
                if (!(entry instanceof GroupEntry.Message m)) {
                    replicas.apply(entry);
                } else if (m.payload()[0] == 1) {
                    // Without what the transfer of state puts around it.
                    byte[] bare = Arrays.copyOfRange(m.payload(), 1, m.payload().length);
                    replicas.apply(new GroupEntry.Message(m.position(), m.from(), m.regular(), bare, m.cause()));
                }
            }
        }
    }

    private static List<GroupEntry> story(long seed) {
        Random dice = new Random(seed);
        TestCluster cluster = new TestCluster(
                seed,
                Plans.plan(
                        1,
                        4,
                        List.of(Plans.domain("d", true, false, false, "1:1", "2:2")),
                        Plans.inDomain(Plans.service("web"), "d"),
                        Plans.depend(Plans.service("app"), "web"),
                        Plans.exclusive(Plans.service("alone"))));
        cluster.luck = (nodeid, service, operation) -> dice.nextInt(10) > 0;
        cluster.up(1, 2, 3, 4);
        for (int step = 0; step < 12; step++) {
            cluster.run(dice.nextInt(2_000));
            int nodeid = 2 + dice.nextInt(3);
            switch (dice.nextInt(4)) {
                case 0 -> {
                    cluster.crash(nodeid);
                    cluster.run(2_000);
                    cluster.up(nodeid);
                }
                case 1 -> {
                    cluster.killRg(nodeid);
                    cluster.run(500);
                    cluster.startRg(nodeid);
                }
                default -> {
                    RequestKind kind = RequestKind.values()[dice.nextInt(RequestKind.values().length)];
                    cluster.request(1, kind, dice.nextBoolean() ? "web" : "app", nodeid);
                }
            }
        }
        cluster.run(5_000);
        return List.copyOf(cluster.written);
    }
}
