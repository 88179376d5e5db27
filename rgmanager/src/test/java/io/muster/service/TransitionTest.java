package io.muster.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.service.Plan.ServiceSpec;
import java.util.List;
import org.junit.jupiter.api.Test;

/// One test for each row of the table of transitions, and for the surprises of the original that
/// concern services.
class TransitionTest {
    private static final Plan.Domain ORDERED = Plans.domain("d", true, false, false, "1:1", "2:2", "3:3");

    private static TestCluster three(ServiceSpec... services) {
        TestCluster cluster = new TestCluster(7, Plans.plan(1, 3, List.of(ORDERED), services));
        cluster.up(1, 2, 3);
        cluster.run(5_000);
        return cluster;
    }

    private static ServiceSpec web() {
        return Plans.inDomain(Plans.service("web"), "d");
    }

    private static void failing(TestCluster cluster, Operation operation, int... nodes) {
        cluster.luck = (nodeid, service, op) -> {
            for (int node : nodes) {
                if (node == nodeid && op == operation && service.equals("service:web")) {
                    return false;
                }
            }
            return true;
        };
    }

    private static boolean said(TestCluster cluster, int nodeid, String part) {
        return cluster.rg(nodeid).lines.stream().anyMatch(line -> line.contains(part));
    }

    @Test
    void autostartOffBecomesDisabledAtOnce() {
        TestCluster cluster = three(Plans.manual(web()));
        assertEquals("disabled 0", cluster.state("web"));
        assertEquals(ResultCode.SUCCESS, cluster.ask(3, RequestKind.ENABLE, "web", 0));
        assertEquals("started 3", cluster.state("web"), "enable means the asking node");
    }

    @Test
    void autostartChoosesTheBestNode() {
        TestCluster cluster = three(web());
        assertEquals("started 1", cluster.state("web"));
        assertEquals(0, cluster.service(2, "web").restarts());
        assertTrue(cluster.service(2, "web").transitionSec() > 1_700_000_000L);
    }

    @Test
    void aFailingStartIsStartedForAMomentThenGoesToTheNextNode() {
        TestCluster cluster = new TestCluster(7, Plans.plan(1, 3, List.of(ORDERED), web()));
        failing(cluster, Operation.START, 1);
        cluster.up(1, 2, 3);
        cluster.run(5_000);
        assertEquals("started 2", cluster.state("web"), cluster.history());
        List<String> lines = cluster.rg(3).lines;
        int start = index(lines, "stopped -> starting 1");
        assertTrue(lines.get(start + 1).contains("starting -> started 1"), cluster.history());
        assertTrue(lines.get(start + 2).contains("#68: Failed to start"), cluster.history());
        assertTrue(lines.get(start + 3).contains("started -> recoverable 1"), cluster.history());
        assertTrue(lines.get(start + 4).contains("recoverable -> recovering 0"), cluster.history());
        assertEquals(1, cluster.service(1, "web").restarts(), "a start out of recovering counts");
    }

    private static int index(List<String> lines, String part) {
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).contains(part)) {
                return i;
            }
        }
        throw new AssertionError("no \"" + part + "\" in " + lines);
    }

    @Test
    void startThatFailsEverywhereLeavesItStoppedUntilTheNextTransition() {
        TestCluster cluster = new TestCluster(7, Plans.plan(1, 3, List.of(ORDERED), web()));
        failing(cluster, Operation.START, 1, 2, 3);
        cluster.up(1, 2, 3);
        cluster.run(20_000);
        assertEquals("stopped 0", cluster.state("web"));
        cluster.luck = (n, s, o) -> true;
        cluster.run(20_000);
        assertEquals("stopped 0", cluster.state("web"), "nothing has happened that calls for another try");
        cluster.crash(3);
        cluster.run(5_000);
        assertEquals("started 1", cluster.state("web"));
    }

    @Test
    void startFailureWithPolicyDisableEndsDisabled() {
        TestCluster cluster =
                new TestCluster(7, Plans.plan(1, 3, List.of(ORDERED), Plans.recovery(web(), Recovery.DISABLE, 0, 0)));
        failing(cluster, Operation.START, 1);
        cluster.up(1, 2, 3);
        cluster.run(5_000);
        assertEquals("disabled 0", cluster.state("web"));
    }

    @Test
    void aFailedCheckRestartsInPlace() {
        TestCluster cluster = three(web());
        failing(cluster, Operation.STATUS, 1);
        cluster.run(11_000);
        cluster.luck = (n, s, o) -> true;
        cluster.run(3_000);
        assertEquals("started 1", cluster.state("web"));
        assertEquals(1, cluster.service(2, "web").restarts());
        assertTrue(said(cluster, 2, "started -> recoverable 1"), cluster.history());
        assertTrue(said(cluster, 2, "recovering -> starting 1"), cluster.history());
    }

    @Test
    void maxRestartsAllowsThatManyThenRelocates() {
        TestCluster cluster = three(Plans.recovery(web(), Recovery.RESTART, 2, 600_000));
        failing(cluster, Operation.STATUS, 1);
        cluster.run(45_000);
        assertEquals("started 2", cluster.state("web"), cluster.history());
        long inPlace = cluster.rg(3).lines.stream()
                .filter(l -> l.contains("recovering -> starting 1"))
                .count();
        assertEquals(2, inPlace, cluster.history());
    }

    @Test
    void restartsOlderThanTheExpireTimeAreForgotten() {
        TestCluster cluster = three(Plans.recovery(web(), Recovery.RESTART, 1, 5_000));
        failing(cluster, Operation.STATUS, 1);
        cluster.run(60_000);
        assertTrue(cluster.state("web").endsWith("1"), cluster.history());
    }

    @Test
    void restartDisableEndsDisabledAtTheThreshold() {
        TestCluster cluster = three(Plans.recovery(web(), Recovery.RESTART_DISABLE, 1, 600_000));
        failing(cluster, Operation.STATUS, 1);
        cluster.run(40_000);
        assertEquals("disabled 0", cluster.state("web"));
    }

    @Test
    void policyRelocateGoesElsewhereAtOnce() {
        TestCluster cluster = three(Plans.recovery(web(), Recovery.RELOCATE, 0, 0));
        failing(cluster, Operation.STATUS, 1);
        cluster.run(13_000);
        assertEquals("started 2", cluster.state("web"));
    }

    @Test
    void aStopThatFailsLeavesItFailedAndOnlyDisableHelps() {
        TestCluster cluster = three(web());
        failing(cluster, Operation.STOP, 1);
        assertEquals(ResultCode.ABORT, cluster.ask(2, RequestKind.RELOCATE, "web", 2));
        assertEquals("failed 0", cluster.state("web"));
        assertEquals(1, cluster.service(2, "web").lastOwner());
        assertEquals(ResultCode.FAIL, cluster.ask(2, RequestKind.ENABLE, "web", 0));
        assertEquals(ResultCode.FAIL, cluster.ask(2, RequestKind.STOP, "web", 0));
        assertEquals(ResultCode.WARNING, cluster.ask(2, RequestKind.DISABLE, "web", 0));
        assertEquals("disabled 0", cluster.state("web"));
        assertEquals(ResultCode.FENCE, cluster.ask(2, RequestKind.ENABLE, "web", 0), "it may still run on node 1");
        cluster.luck = (n, s, o) -> true;
        assertEquals(ResultCode.SUCCESS, cluster.ask(2, RequestKind.DISABLE, "web", 0));
        assertEquals(ResultCode.SUCCESS, cluster.ask(2, RequestKind.ENABLE, "web", 0));
        assertEquals("started 2", cluster.state("web"));
    }

    @Test
    void stopLastsUntilTheNextTransition() {
        TestCluster cluster = three(web());
        assertEquals(ResultCode.SUCCESS, cluster.ask(2, RequestKind.STOP, "web", 0));
        cluster.run(20_000);
        assertEquals("stopped 0", cluster.state("web"));
        cluster.crash(3);
        cluster.run(5_000);
        assertEquals("started 1", cluster.state("web"));
    }

    @Test
    void disableLastsUntilEnabled() {
        TestCluster cluster = three(web());
        assertEquals(ResultCode.SUCCESS, cluster.ask(2, RequestKind.DISABLE, "web", 0));
        cluster.crash(3);
        cluster.run(5_000);
        assertEquals("disabled 0", cluster.state("web"));
        assertEquals(ResultCode.SUCCESS, cluster.ask(2, RequestKind.ENABLE_BY_DOMAIN, "web", 0));
        assertEquals("started 1", cluster.state("web"));
    }

    @Test
    void relocateGoesToTheMemberAsked() {
        TestCluster cluster = three(web());
        assertEquals(ResultCode.SUCCESS, cluster.ask(2, RequestKind.RELOCATE, "web", 3));
        assertEquals("started 3", cluster.state("web"));
        assertEquals(ResultCode.SUCCESS, cluster.ask(2, RequestKind.RELOCATE, "web", 0));
        assertEquals("started 1", cluster.state("web"), "the best of the others");
    }

    @Test
    void relocateThatNobodyTakesComesBackToItsOwner() {
        TestCluster cluster = three(web());
        failing(cluster, Operation.START, 2, 3);
        assertEquals(ResultCode.RELOCATION, cluster.ask(2, RequestKind.RELOCATE, "web", 3));
        assertEquals("started 1", cluster.state("web"));
        assertTrue(said(cluster, 2, "#70"), cluster.history());
    }

    @Test
    void enableOfARunningServiceSaysSo() {
        TestCluster cluster = three(web());
        ResultCode code = cluster.ask(2, RequestKind.ENABLE, "web", 0);
        assertEquals(ResultCode.RUNNING, code);
        assertEquals(0, ResultCode.RUNNING.exitStatus());
    }

    @Test
    void migrateOfWhatCannotIsInvalid() {
        assertEquals(ResultCode.INVALID, three(web()).ask(2, RequestKind.MIGRATE, "web", 3));
    }

    @Test
    void unknownServicesAndOfflineTargets() {
        TestCluster cluster = three(Plans.manual(web()));
        assertEquals(ResultCode.NO_SERVICE, cluster.ask(2, RequestKind.ENABLE, "nothing", 0));
        cluster.crash(3);
        cluster.run(3_000);
        assertEquals(ResultCode.NODE, cluster.ask(2, RequestKind.ENABLE, "web", 3));
    }

    @Test
    void deathOfTheOwnerIsFollowedByFencingAndThenTheNextNode() {
        TestCluster cluster = three(web());
        cluster.fenceMs = 10_000;
        cluster.crash(1);
        cluster.run(9_000);
        assertEquals("started 1", cluster.state("web"), "not before the proof");
        assertFalse(cluster.machine(2).running.contains("service:web"));
        cluster.run(4_000);
        assertEquals("started 2", cluster.state("web"));
    }

    @Test
    void whileALostNodeIsUnfencedNothingStartsAnywhere() {
        TestCluster cluster = three(web(), Plans.manual(Plans.service("other")));
        cluster.fenceMs = 10_000;
        cluster.crash(3);
        cluster.run(1_000);
        assertEquals(ResultCode.FENCE, cluster.ask(2, RequestKind.ENABLE, "other", 0));
        cluster.run(12_000);
        assertEquals(ResultCode.SUCCESS, cluster.ask(2, RequestKind.ENABLE, "other", 0));
    }

    @Test
    void aBetterNodeThatComesBackGetsItUnlessNofailback() {
        TestCluster cluster = three(web());
        cluster.crash(1);
        cluster.run(5_000);
        assertEquals("started 2", cluster.state("web"));
        cluster.up(1);
        cluster.run(5_000);
        assertEquals("started 1", cluster.state("web"));
        assertEquals(2, cluster.service(1, "web").lastOwner());
    }

    @Test
    void aRestartedRgmanagerProvesItsServicesStopped() {
        TestCluster cluster = three(web());
        cluster.killRg(1);
        cluster.run(3_000);
        assertEquals("started 1", cluster.state("web"), "the node lives, its agents go on, nobody may start it");
        assertTrue(cluster.machine(1).running.contains("service:web"));
        cluster.startRg(1);
        cluster.run(5_000);
        assertEquals("started 1", cluster.state("web"));
        assertTrue(said(cluster, 2, "proven stopped on node 1"), cluster.history());
    }

    @Test
    void quorumLostStopsEverythingAndForgetsDisabledAndFailed() {
        TestCluster cluster = three(web(), Plans.service("other"));
        cluster.ask(2, RequestKind.DISABLE, "other", 0);
        assertEquals("disabled 0", cluster.state("other"));
        cluster.crash(3);
        cluster.crash(2);
        cluster.run(3_000);
        assertTrue(cluster.machine(1).running.isEmpty(), cluster.history());
        assertEquals(ResultCode.QUORUM, cluster.ask(1, RequestKind.ENABLE, "web", 0));
        cluster.up(2, 3);
        cluster.run(8_000);
        assertEquals("started 1", cluster.state("web"), cluster.history());
        assertTrue(cluster.state("other").startsWith("started"), "disabled isn't remembered");
    }

    @Test
    void cleanLeaveHandsServicesOver() {
        TestCluster cluster = three(web());
        TestCluster.Rg leaver = cluster.rg(1);
        cluster.stopRg(1);
        cluster.run(5_000);
        assertTrue(leaver.left);
        assertEquals("started 2", cluster.state("web"));
        assertTrue(cluster.machine(1).running.isEmpty());
    }

    @Test
    void frozenServicesAreLeftAlone() {
        TestCluster cluster = three(web());
        assertEquals(ResultCode.SUCCESS, cluster.ask(3, RequestKind.FREEZE, "web", 0), "any node may set the flag");
        assertTrue(cluster.service(2, "web").frozen());
        assertEquals(ResultCode.FROZEN, cluster.ask(2, RequestKind.DISABLE, "web", 0));
        failing(cluster, Operation.STATUS, 1);
        cluster.run(30_000);
        assertEquals("started 1", cluster.state("web"));
        cluster.luck = (n, s, o) -> true;
        assertEquals(ResultCode.SUCCESS, cluster.ask(3, RequestKind.UNFREEZE, "web", 0));
        assertEquals(ResultCode.SUCCESS, cluster.ask(2, RequestKind.DISABLE, "web", 0));
    }

    @Test
    void lockedServicesStopButDontStart() {
        TestCluster cluster = three(web());
        assertEquals(ResultCode.SUCCESS, cluster.ask(3, RequestKind.LOCK, "", 0));
        assertEquals(ResultCode.AGAIN, cluster.ask(2, RequestKind.QUERY_LOCK, "", 0));
        assertEquals(ResultCode.SUCCESS, cluster.ask(3, RequestKind.DISABLE, "web", 0));
        assertEquals(ResultCode.AGAIN, cluster.ask(3, RequestKind.ENABLE, "web", 0));
        assertEquals(ResultCode.SUCCESS, cluster.ask(2, RequestKind.UNLOCK, "", 0));
        assertEquals(ResultCode.SUCCESS, cluster.ask(3, RequestKind.ENABLE, "web", 0));
    }

    @Test
    void dependentsFollowWhatTheyDependOn() {
        TestCluster cluster = three(web(), Plans.depend(Plans.service("app"), "web"));
        assertTrue(cluster.state("app").startsWith("started"));
        assertEquals(ResultCode.SUCCESS, cluster.ask(2, RequestKind.DISABLE, "web", 0));
        cluster.run(3_000);
        assertEquals("stopped 0", cluster.state("app"));
        assertEquals(ResultCode.DEPEND, cluster.ask(2, RequestKind.ENABLE, "app", 0));
        assertEquals(ResultCode.SUCCESS, cluster.ask(2, RequestKind.ENABLE, "web", 0));
        cluster.run(3_000);
        assertTrue(cluster.state("app").startsWith("started"));
    }

    @Test
    void exclusiveServicesHaveTheirNodeForThemselves() {
        TestCluster cluster = three(Plans.exclusive(web()), Plans.service("b"), Plans.service("c"));
        assertEquals("started 1", cluster.state("web"));
        assertEquals("started 2", cluster.state("b"));
        assertEquals("started 3", cluster.state("c"));
        assertEquals(ResultCode.DEPEND, cluster.ask(2, RequestKind.RELOCATE, "web", 2));
        cluster.crash(3);
        cluster.run(5_000);
        assertEquals("started 2", cluster.state("c"), "node 1 takes no other");
    }

    @Test
    void aChangedServiceIsChangedInPlaceAndAReconfiguredOneIsNot() {
        TestCluster cluster = three(web(), Plans.service("other"));
        cluster.reconfigure(Plans.plan(
                2,
                3,
                List.of(ORDERED),
                Plans.digest(web(), "2"),
                Plans.recovery(Plans.service("other"), Recovery.DISABLE, 0, 0)));
        cluster.run(5_000);
        assertTrue(said(cluster, 3, "service:web runs as the new configuration has it"));
        assertFalse(said(cluster, 3, "service:web started -> stopping"));
        assertEquals("started 1", cluster.state("web"));
        assertFalse(said(cluster, 3, "service:other started -> stopping"));
    }

    @Test
    void addedServicesStartAndRemovedOnesStop() {
        TestCluster cluster = three(web());
        cluster.reconfigure(Plans.plan(2, 3, List.of(ORDERED), Plans.service("new")));
        cluster.run(5_000);
        assertTrue(cluster.state("new").startsWith("started"));
        assertEquals(1, cluster.rg(1).manager.services().size());
        assertFalse(cluster.machine(1).running.contains("service:web"));
    }

    @Test
    void aNodeMissingAtTheBeginningIsFencedBeforeAnythingStarts() {
        TestCluster cluster = new TestCluster(7, Plans.plan(1, 3, List.of(ORDERED), web()));
        cluster.up(1, 2);
        cluster.run(20_000);
        assertEquals("stopped 0", cluster.state("web"));
        cluster.recovered();
        cluster.run(3_000);
        assertEquals("started 1", cluster.state("web"));
    }

    @Test
    void aMemberWithoutRgmanagerIsNotWaitedForWhenNothingRunsThere() {
        TestCluster cluster = new TestCluster(7, Plans.plan(1, 3, List.of(ORDERED), web()));
        cluster.up(2, 3);
        cluster.boot(1);
        cluster.run(3_000);
        assertEquals("started 2", cluster.state("web"));
        cluster.startRg(1);
        cluster.run(5_000);
        assertEquals("started 1", cluster.state("web"));
    }
}
