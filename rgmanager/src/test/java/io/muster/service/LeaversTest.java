package io.muster.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Whoever goes in good order with something left, and whoever comes back to it: what may still run is known to
/// groups that begin anew, for as long as it takes. [TestCluster] fails the test when a service runs twice.
class LeaversTest {
    private static final long HOUR_MS = 3_600_000;

    private final TestCluster cluster =
            new TestCluster(1, Plans.plan(1, 3, List.of(), Plans.service("db"), Plans.service("web")));

    private int owner;
    private int other;

    @BeforeEach
    void up() {
        cluster.up(1, 2, 3);
        cluster.recovered();
        cluster.run(10_000);
        owner = cluster.service(1, "db").owner();
        other = owner == 1 ? 2 : 1;
        assertTrue(owner > 0);
    }

    private void stopFails() {
        cluster.luck = (nodeid, service, operation) ->
                operation != Operation.STOP || nodeid != owner || !service.equals("service:db");
    }

    private void stopAllRgmanagers() {
        cluster.machines.keySet().forEach(cluster::stopRg);
        cluster.run(10_000);
        cluster.machines.values().forEach(machine -> assertNull(machine.rg));
        assertTrue(cluster.machine(owner).running.contains("service:db"), "still running there");
    }

    private void startTheOthers() {
        cluster.machines.keySet().stream().filter(n -> n != owner).forEach(cluster::startRg);
        cluster.recovered();
    }

    private void comesBackClean() {
        cluster.luck = (nodeid, service, operation) -> true;
        cluster.startRg(owner);
        cluster.run(10_000);
        assertTrue(cluster.state("db").startsWith("started"), cluster.state("db"));
    }

    @Test
    void remainsOfAFailedStopOutliveTheGroup() {
        stopFails();
        assertEquals(ResultCode.FAIL, cluster.ask(other, RequestKind.DISABLE, "db", 0));
        stopAllRgmanagers();
        startTheOthers();
        cluster.run(HOUR_MS);
        assertEquals("stopped 0", cluster.state("db"));
        assertTrue(cluster.state("web").startsWith("started"), "what isn't listed starts: " + cluster.state("web"));
        assertEquals(ResultCode.FENCE, cluster.ask(other, RequestKind.ENABLE, "db", 0));
        assertEquals(
                "node " + owner
                        + " may run it and has no rgmanager: start rgmanager there, or once it is stopped fence_ack_manual -s",
                cluster.service(other, "db").barred());
        comesBackClean();
        assertEquals("", cluster.service(other, "db").barred());
    }

    @Test
    void aFrozenServiceIsNotStartedElsewhereDuringAnUpgradeOfAllNodes() {
        assertEquals(ResultCode.SUCCESS, cluster.ask(other, RequestKind.FREEZE, "db", 0));
        stopAllRgmanagers();
        startTheOthers();
        cluster.run(HOUR_MS);
        assertEquals("stopped 0", cluster.state("db"));
        comesBackClean();
    }

    @Test
    void anOperatorsWordOnOneServiceOfOneRunIsEnough() {
        stopFails();
        cluster.ask(other, RequestKind.DISABLE, "db", 0);
        stopAllRgmanagers();
        startTheOthers();
        cluster.run(5_000);
        cluster.acknowledge(owner, "service:db");
        cluster.run(5_000);
        assertTrue(cluster.state("db").startsWith("started"), cluster.state("db"));
    }

    @Test
    void aNodeThatLeavesWithSomethingLeftIsAVictimForIt() {
        stopFails();
        cluster.fenceMs = HOUR_MS;
        cluster.ask(other, RequestKind.DISABLE, "db", 0);
        stopAllRgmanagers();
        cluster.leaveCluster(owner);
        startTheOthers();
        cluster.run(20_000);
        assertEquals("stopped 0", cluster.state("db"));
        assertTrue(cluster.state("web").startsWith("started"), cluster.state("web"));
        cluster.run(HOUR_MS);
        assertTrue(cluster.state("db").startsWith("started"), "it is fenced");
    }

    @Test
    void aCmanThatRestartsOnAMachineThatDidNotKnowsWhatRunsThere() {
        stopFails();
        cluster.fenceMs = HOUR_MS;
        cluster.killCman(owner);
        cluster.run(5_000);
        assertEquals("started " + owner, cluster.state("db"), "lost, and all may run there");
        cluster.boot(owner);
        cluster.run(5_000);
        assertEquals("started " + owner, cluster.state("db"), "on the list of both runs");
        cluster.startRg(owner);
        cluster.run(5_000);
        assertEquals("failed 0", cluster.state("db"));
        assertEquals(
                "its stop failed on node " + owner + ": clusvcadm -d service:db",
                cluster.service(other, "db").barred());
        cluster.luck = (nodeid, service, operation) -> true;
        assertEquals(ResultCode.SUCCESS, cluster.ask(other, RequestKind.DISABLE, "db", 0));
        assertEquals(ResultCode.SUCCESS, cluster.ask(other, RequestKind.ENABLE, "db", other));
    }

    @Test
    void theLedgerLostWithinTheMachinesLifeBarsEverything() {
        cluster.killRg(owner);
        cluster.machine(owner).ledgerLost = true;
        cluster.killCman(owner);
        cluster.fenceMs = HOUR_MS;
        cluster.boot(owner);
        cluster.run(5_000);
        assertTrue(cluster.service(other, "db").owner() == owner);
        assertEquals(ResultCode.SUCCESS, cluster.ask(other, RequestKind.DISABLE, "web", 0));
        assertEquals(ResultCode.FENCE, cluster.ask(other, RequestKind.ENABLE, "web", 0));
        comesBackClean();
        cluster.run(1_000);
        assertEquals(ResultCode.SUCCESS, cluster.ask(other, RequestKind.ENABLE, "web", 0));
    }
}
