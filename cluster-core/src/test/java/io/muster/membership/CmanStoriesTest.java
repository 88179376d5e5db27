package io.muster.membership;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.core.Incarnation;
import io.muster.core.Node;
import io.muster.group.GroupEntry;
import io.muster.group.GroupEntry.Level;
import io.muster.group.GroupEntry.Reason;
import io.muster.group.Remains;
import io.muster.membership.CmanCluster.Client;
import io.muster.membership.CmanEffect.Result;
import io.muster.quorum.QuorumRules;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/// One story each, with the real ring below.
class CmanStoriesTest {
    private static CmanCluster cluster(int nodes) {
        return new CmanCluster(7, nodes, rules -> rules);
    }

    private static CmanCluster up(int nodes) {
        CmanCluster c = cluster(nodes);
        c.bootAll();
        c.until("one cluster", c::together, 5000);
        return c;
    }

    private static void joinAll(CmanCluster c, Optional<Level> level) {
        c.alive().forEach(run -> run.join(level));
        c.until(
                "clients in sync",
                () -> c.agreed()
                        && c.alive().stream()
                                .allMatch(r -> r.clients.values().stream().allMatch(client -> client.streaming)),
                3000);
    }

    private static void say(Client client, int count) {
        for (int i = 0; i < count; i++) {
            client.process.post(new io.muster.group.ReplicaEvent.Local<>(new LogCore.Say(++client.run.said, 100)));
        }
    }

    private static CmanEvent.Leave leave(boolean removed, boolean force) {
        return new CmanEvent.Leave(99, 5, removed, force);
    }

    @Test
    void threeNodesBecomeOneQuorateCluster() {
        CmanCluster c = up(3);
        assertTrue(c.run(1).quorate());
        assertEquals(2, c.run(2).core.cman().status().tally().quorum());
    }

    @Test
    void messagesComeOnceAndInOrderOnAllNodes() {
        CmanCluster c = up(3);
        joinAll(c, Optional.empty());
        c.alive().forEach(r -> say(r.clients.get(1), 200));
        c.until(
                "600 messages everywhere",
                () -> c.alive().stream().allMatch(r -> r.clients.get(1).core.messages() == 600),
                5000);
        assertTrue(c.agreed());
    }

    @Test
    void aMinorityIsNotQuorateAndTheMajorityGoesOn() {
        CmanCluster c = up(3);
        joinAll(c, Optional.of(Level.SERVICE));
        c.partition(List.of(1, 2), List.of(3));
        c.until("3 alone", () -> c.run(3).members().equals(List.of(3)), 5000);
        assertFalse(c.run(3).quorate());
        c.until("1 and 2", () -> c.run(1).members().equals(List.of(1, 2)), 5000);
        assertTrue(c.run(1).quorate());
        assertTrue(c.departed(3, Reason.LOST));
    }

    @Test
    void aCrashedNodeIsLostAndComesBackAsANewOne() {
        CmanCluster c = up(3);
        joinAll(c, Optional.of(Level.SERVICE));
        c.crash(2);
        c.until("without 2", () -> c.run(1).members().equals(List.of(1, 3)), 5000);
        assertTrue(c.run(1).core.cman().status().nodes().get(1).unproven());
        c.boot(2).join(Optional.of(Level.SERVICE));
        c.until("with 2 again", () -> c.together() && c.agreed(), 5000);
        // Coming back never clears a victim.
        assertTrue(c.run(1).core.cman().status().nodes().get(1).unproven());
    }

    @Test
    void whatANodeSaysAfterItsReturnIsNotWhenItWasFenced() {
        CmanCluster c = up(3);
        joinAll(c, Optional.of(Level.SERVICE));
        Node victim = c.run(2).node;
        c.crash(2);
        c.until("without 2", () -> c.run(1).members().equals(List.of(1, 3)), 5000);
        c.run(3).process.post(CmanCluster.cman(new CmanEvent.ReportFenced(1, victim, "apc")));
        c.until("fenced", () -> ofNode2(c).lastFenced().isPresent(), 2000);
        long fencedMs = ofNode2(c).lastFenced().orElseThrow().atMs();
        c.boot(2).join(Optional.of(Level.SERVICE));
        c.until("with 2 again", () -> c.together() && c.agreed(), 5000);
        c.simulation.runForMs(1000);
        // As rgmanager does when it is ready: nothing of an earlier run of this node is known here.
        Node never = new Node(2, Incarnation.UNKNOWN);
        c.run(2).process.post(CmanCluster.cman(new CmanEvent.ReportFenced(1, never, GroupEntry.STOPPED)));
        c.simulation.runForMs(1000);
        assertEquals("apc", ofNode2(c).lastFenced().orElseThrow().how());
        assertEquals(
                fencedMs,
                ofNode2(c).lastFenced().orElseThrow().atMs(),
                "shown as fenced after it joined at " + ofNode2(c).joinedMs());
    }

    private static CmanStatus.NodeStatus ofNode2(CmanCluster c) {
        return c.run(1).core.cman().status().nodes().get(1);
    }

    @Test
    void aStatefulMinorityIsEndedWhenItComesBackToAQuorateSide() {
        CmanCluster c = up(3);
        joinAll(c, Optional.of(Level.SERVICE));
        c.partition(List.of(1, 2), List.of(3));
        c.until(
                "parted",
                () -> c.run(1).members().equals(List.of(1, 2)) && !c.run(3).quorate(),
                5000);
        c.network.heal();
        c.until("3 has ended", () -> c.run(3).end != null, 5000);
        assertFalse(c.run(3).end.clean());
        assertTrue(
                c.run(3).end.why().contains("without a full restart"),
                c.run(3).end.why());
        assertTrue(c.run(1).quorate());
    }

    @Test
    void aStatelessMinorityComesBackAsANewMember() {
        CmanCluster c = up(3);
        joinAll(c, Optional.empty());
        c.partition(List.of(1, 2), List.of(3));
        c.until(
                "parted",
                () -> c.run(1).members().equals(List.of(1, 2)) && !c.run(3).quorate(),
                5000);
        say(c.run(1).clients.get(1), 5);
        c.simulation.runForMs(500);
        c.network.heal();
        c.until("together", () -> c.together() && c.agreed(), 5000);
        assertNull(c.run(3).end);
        assertEquals(5, c.run(3).clients.get(1).core.messages());
    }

    @Test
    void whenNoSideWasQuorateNobodyIsEndedAndStoppedNodesProveIt() {
        CmanCluster c = up(4);
        joinAll(c, Optional.of(Level.SERVICE));
        c.partition(List.of(1, 2), List.of(3, 4));
        c.until(
                "halves",
                () -> c.run(1).members().equals(List.of(1, 2))
                        && c.run(3).members().equals(List.of(3, 4)),
                5000);
        assertFalse(c.run(1).quorate() || c.run(3).quorate());
        c.network.heal();
        c.until("together", () -> c.together() && c.agreed(), 5000);
        assertTrue(c.alive().stream().allMatch(r -> r.end == null));
        assertTrue(c.run(1).quorate());
        // Nodes 3 and 4 started over; until they say that nothing runs there, they are victims.
        assertTrue(c.run(2).core.cman().status().nodes().get(2).unproven());
        for (int id : List.of(3, 4)) {
            c.run(id).process.post(CmanCluster.cman(new CmanEvent.ReportFenced(1, c.run(id).node, "stopped")));
        }
        c.until("proven", () -> c.run(1).core.cman().status().nodes().stream().noneMatch(n -> n.unproven()), 2000);
    }

    @Test
    void twoNodesWaitForBothAndThenEachHalfStaysQuorate() {
        CmanCluster c = new CmanCluster(
                3, 2, rules -> new QuorumRules(true, true, false, false, OptionalInt.empty(), rules.nodeids()));
        c.boot(1);
        c.simulation.runForMs(3000);
        assertFalse(c.run(1).quorate());
        c.boot(2);
        c.until("both", c::together, 5000);
        assertTrue(c.run(1).quorate());
        joinAll(c, Optional.of(Level.SERVICE));
        c.network.cut(1, 2);
        c.until(
                "parted",
                () -> c.run(1).members().size() == 1 && c.run(2).members().size() == 1,
                5000);
        assertTrue(c.run(1).quorate() && c.run(2).quorate());
        c.network.heal();
        // Both were quorate: exactly one side survives the meeting.
        c.until("one has ended", () -> c.alive().size() == 1, 5000);
    }

    @Test
    void aNodeThatLeavesIsNoVictim() {
        CmanCluster c = up(3);
        joinAll(c, Optional.of(Level.FENCE));
        c.run(2).process.post(CmanCluster.cman(leave(false, false)));
        c.until("2 has left", () -> c.run(2).end != null && c.run(1).members().equals(List.of(1, 3)), 3000);
        assertTrue(c.run(2).end.clean());
        assertTrue(c.departed(2, Reason.LEFT));
        assertFalse(c.departed(2, Reason.LOST));
        c.simulation.runForMs(3000);
        assertFalse(c.departed(2, Reason.LOST));
    }

    @Test
    void whoHasLeftInGoodOrderIsNoVictimEitherForASideThatHeldItForLost() {
        CmanCluster c = up(3);
        c.partition(List.of(1), List.of(2, 3));
        c.until("1 alone", () -> c.run(1).members().equals(List.of(1)), 5000);
        c.until("2 and 3", () -> c.run(2).members().equals(List.of(2, 3)), 5000);
        c.run(3).process.post(CmanCluster.cman(leave(false, false)));
        c.until("2 alone", () -> c.run(2).members().equals(List.of(2)), 5000);
        Node gone = c.run(3).node;
        assertTrue(c.run(1).core.cman().state().isUnproven(gone));
        c.network.heal();
        c.until("1 and 2", () -> c.together() && c.run(2).members().equals(List.of(1, 2)), 5000);
        assertFalse(c.run(2).core.cman().state().isUnproven(gone), "1 has it from before");
    }

    @Test
    void aMajorityThatHasRestartedWinsOverAnOlderSideThatHasNot() {
        CmanCluster c = up(3);
        for (int i = 0; i < 3; i++) {
            // Their rings have come far before.
            c.partition(List.of(1, 2), List.of(3));
            c.until("3 alone", () -> c.run(3).members().equals(List.of(3)), 5000);
            c.until("1 and 2", () -> c.run(1).members().equals(List.of(1, 2)), 5000);
            c.network.heal();
            c.until("together", c::together, 8000);
        }
        joinAll(c, Optional.of(Level.SERVICE));
        c.partition(List.of(1, 2), List.of(3));
        c.until("3 alone", () -> c.run(3).members().equals(List.of(3)), 5000);
        c.crash(1);
        c.crash(2);
        c.boot(1).join(Optional.of(Level.SERVICE));
        c.boot(2).join(Optional.of(Level.SERVICE));
        c.until("1 and 2 anew", () -> c.run(1).quorate() && c.run(1).members().equals(List.of(1, 2)), 8000);
        c.simulation.runForMs(1000);
        c.network.heal();
        c.until("3 has ended", () -> c.run(3).end != null, 8000);
        c.until("1 and 2 go on", () -> c.run(1).quorate() && c.run(2).quorate(), 5000);
        assertNull(c.run(1).end);
        assertNull(c.run(2).end);
    }

    @Test
    void anOlderSideGetsNoQuorumByANodeThatRemembersALaterOne() {
        CmanCluster c = up(3);
        joinAll(c, Optional.of(Level.SERVICE));
        c.partition(List.of(1, 2), List.of(3));
        c.until("3 alone", () -> c.run(3).members().equals(List.of(3)), 5000);
        c.until("1 and 2", () -> c.run(1).members().equals(List.of(1, 2)), 5000);
        c.simulation.runForMs(1000);
        c.crash(1);
        c.network.heal();
        c.partition(List.of(1, 3), List.of(2));
        c.boot(1);
        c.until("3 has ended", () -> c.run(3).end != null, 8000);
        assertFalse(c.run(1).quorate());
        assertTrue(c.run(3).end.why().endsWith("node 1 remembers a later quorum than the last one here"));
        c.boot(3);
        c.until("1 and 3 anew", () -> c.run(3).quorate() && c.run(3).members().equals(List.of(1, 3)), 8000);
        assertNull(c.run(1).end);
    }

    @Test
    void aQuorumTakesAlsoWhoRemembersALaterOne() {
        CmanCluster c = up(3);
        joinAll(c, Optional.of(Level.SERVICE));
        c.crash(3);
        c.until("1 and 2", () -> c.run(1).members().equals(List.of(1, 2)), 5000);
        c.remembered.put(3, 1_000_000L);
        c.boot(3);
        c.until("all three", c::together, 8000);
        assertTrue(c.run(3).quorate());
    }

    @Test
    void nobodyIsToldThatTheClusterIsQuorateBeforeThatIsWritten() {
        CmanCluster c = up(3);
        long ring = c.run(1).ring.ring().orElseThrow().sequence();
        c.run(1).ask();
        c.until("an answer", () -> !c.run(1).fresh.isEmpty(), 2000);
        assertEquals(List.of(true), c.run(1).fresh);
        assertEquals(ring, c.remembered.get(1));
    }

    @Test
    void leaveRemoveLowersExpectedVotesToTheNumberOfNodes() {
        CmanCluster c = up(4);
        for (int id : List.of(4, 3, 2)) {
            c.run(id).process.post(CmanCluster.cman(leave(true, false)));
            c.until(id + " has left", () -> c.run(id).end != null && c.together(), 5000);
            assertTrue(c.run(1).quorate(), "without " + id);
            assertEquals(id - 1, c.run(1).core.cman().status().tally().expected());
        }
        assertEquals(1, c.run(1).core.cman().status().tally().quorum());
    }

    @Test
    void aClientsNoKeepsTheNodeIn() {
        CmanCluster c = up(3);
        joinAll(c, Optional.of(Level.FENCE));
        c.votes = false;
        c.run(2).process.post(CmanCluster.cman(leave(false, false)));
        c.until(
                "answer",
                () -> !c.run(2).answers.isEmpty() && c.run(2).answers.getLast().request() == 5,
                1000);
        assertEquals(Result.BUSY, c.run(2).answers.getLast().result());
        assertNull(c.run(2).end);
    }

    @Test
    void aForcedLeaveWithServicesMakesAVictim() {
        CmanCluster c = up(3);
        joinAll(c, Optional.of(Level.SERVICE));
        c.run(3).process.post(CmanCluster.cman(leave(false, true)));
        c.until("3 has gone", () -> c.run(1).members().equals(List.of(1, 2)), 3000);
        assertTrue(c.departed(3, Reason.LOST));
    }

    @Test
    void aKilledNodeEndsAtOnceAndIsAVictim() {
        CmanCluster c = up(3);
        joinAll(c, Optional.of(Level.FENCE));
        c.run(1).process.post(CmanCluster.cman(new CmanEvent.Kill(99, 1, List.of(3), "somebody wants it")));
        c.until("3 ends", () -> c.run(3).end != null, 1000);
        assertEquals("killed by node 1 because somebody wants it", c.run(3).end.why());
        c.until("without 3", () -> c.run(2).members().equals(List.of(1, 2)), 1000);
        assertTrue(c.departed(3, Reason.KILLED));
    }

    @Test
    void aClientThatDiesLeavesItsGroupButTheNodeStays() {
        CmanCluster c = up(3);
        joinAll(c, Optional.of(Level.SERVICE));
        c.run(2).clients.get(1).process.die();
        c.until(
                "out of the group",
                () -> c.run(1)
                                .core
                                .cman()
                                .status()
                                .groups()
                                .getFirst()
                                .group()
                                .members()
                                .size()
                        == 2,
                1000);
        assertEquals(List.of(1, 2, 3), c.run(1).members());
        say(c.run(1).clients.get(1), 3);
        c.run(2).join(Optional.of(Level.SERVICE));
        c.until("back in sync", () -> c.agreed() && c.run(2).clients.get(2).core.messages() == 3, 2000);
    }

    @Test
    void aRequiredClientThatStaysAwayEndsTheNode() {
        CmanCluster c = up(3);
        c.requiredMs = 10_000;
        joinAll(c, Optional.of(Level.SERVICE));
        c.run(2).clients.get(1).process.die();
        c.simulation.runForMs(9_000);
        assertNull(c.run(2).end);
        c.until("2 ends", () -> c.run(2).end != null, 2_000);
        assertFalse(c.run(2).end.clean());
    }

    private static List<CmanStatus.Left> left(CmanCluster c, int nodeid) {
        return c.run(1).core.cman().status().nodes().get(nodeid - 1).left();
    }

    @Test
    void whoPartsWithAServiceLeftHasItsListWhileItIsAMemberAndWhenItHasLeft() {
        CmanCluster c = up(3);
        joinAll(c, Optional.of(Level.SERVICE));
        c.begin(c.run(3), "service:web");
        Node run = c.run(3).node;
        c.run(3).process.post(CmanCluster.cman(new CmanEvent.Part(1, CmanCluster.GROUP)));
        var web = Remains.of("service:web");
        c.until("its list", () -> left(c, 3).equals(List.of(new CmanStatus.Left(run, false, web))), 1000);
        c.run(3).clients.get(1).process.die();
        c.run(3).process.post(CmanCluster.cman(leave(false, false)));
        c.until("3 has left", () -> c.run(3).end != null && c.run(1).members().equals(List.of(1, 2)), 3000);
        assertTrue(c.run(3).end.clean());
        assertEquals(List.of(new CmanStatus.Left(run, true, web)), left(c, 3));
        assertTrue(c.departures.contains(new GroupEntry.Departure(run, Reason.LOST, web)));
    }

    @Test
    void aRestartedCmanOnAMachineThatLivedOnTellsWhatStillRunsThere() {
        CmanCluster c = up(3);
        joinAll(c, Optional.of(Level.SERVICE));
        c.begin(c.run(3), "service:web");
        Node former = c.run(3).node;
        c.killCman(3);
        c.until("without 3", () -> c.run(1).members().equals(List.of(1, 2)), 5000);
        assertEquals(List.of(new CmanStatus.Left(former, true, Remains.ALL)), left(c, 3));
        Node now = c.startCman(3).node;
        c.until("with 3 again", c::together, 5000);
        var web = Remains.of("service:web");
        assertEquals(List.of(new CmanStatus.Left(former, true, web), new CmanStatus.Left(now, false, web)), left(c, 3));
        c.run(3).join(Optional.of(Level.SERVICE));
        c.until("its client answers", () -> left(c, 3).equals(List.of(new CmanStatus.Left(former, true, web))), 2000);
        c.run(3)
                .process
                .post(CmanCluster.cman(
                        new CmanEvent.ReportVouched(1, former, Remains.NONE, io.muster.core.CauseId.NONE)));
        c.until("nothing is left", () -> left(c, 3).isEmpty(), 1000);
    }

    @Test
    void aRebootedMachineRunsNothingOfItsFormerLife() {
        CmanCluster c = up(3);
        joinAll(c, Optional.of(Level.SERVICE));
        c.begin(c.run(3), "service:web");
        c.crash(3);
        c.until("without 3", () -> c.run(1).members().equals(List.of(1, 2)), 5000);
        c.boot(3);
        c.until("with 3 again", c::together, 5000);
        assertEquals(List.of(), left(c, 3));
    }

    @Test
    void aDamagedLedgerMeansThatAnythingMayRun() {
        CmanCluster c = up(3);
        joinAll(c, Optional.of(Level.SERVICE));
        c.begin(c.run(3), "service:web");
        c.damaged.add(3);
        c.killCman(3);
        c.until("without 3", () -> c.run(1).members().equals(List.of(1, 2)), 5000);
        Node now = c.startCman(3).node;
        c.until("with 3 again", c::together, 5000);
        assertEquals(new CmanStatus.Left(now, false, Remains.ALL), left(c, 3).getLast());
    }

    @Test
    void anOperatorTakesOneServiceOffOneRunsList() {
        CmanCluster c = up(3);
        joinAll(c, Optional.of(Level.SERVICE));
        c.begin(c.run(3), "service:web");
        c.begin(c.run(3), "service:db");
        Node former = c.run(3).node;
        c.killCman(3);
        c.until("without 3", () -> c.run(1).members().equals(List.of(1, 2)), 5000);
        acknowledge(c, 1, former, "service:web");
        c.simulation.runForMs(300);
        assertEquals(Result.INVALID, c.run(1).answers.getLast().result(), "nobody knows what runs there");
        Node now = c.startCman(3).node;
        c.until("with 3 again", c::together, 5000);
        acknowledge(c, 2, former, "service:web");
        acknowledge(c, 2, now, "service:web");
        var db = Remains.of("service:db");
        List<CmanStatus.Left> one = List.of(new CmanStatus.Left(former, true, db), new CmanStatus.Left(now, false, db));
        c.until("web is off both lists", () -> left(c, 3).equals(one), 1000);
        acknowledge(c, 2, former, "service:db");
        acknowledge(c, 2, now, "service:db");
        c.until("nothing is left", () -> left(c, 3).isEmpty(), 1000);
        assertEquals(
                "override",
                c.run(1)
                        .core
                        .cman()
                        .status()
                        .nodes()
                        .get(2)
                        .lastFenced()
                        .orElseThrow()
                        .how());
    }

    private static void acknowledge(CmanCluster c, int on, Node run, String service) {
        c.run(on)
                .process
                .post(CmanCluster.cman(new CmanEvent.Acknowledge(99, 7, run, service, io.muster.core.CauseId.NONE)));
    }

    @Test
    void whoKnowsSomethingElseGoesAndIsAVictimAndTheMajorityStaysQuorate() {
        CmanCluster c = up(5);
        joinAll(c, Optional.of(Level.SERVICE));
        c.run(2).core.cman().state().fenced.put(9, new LastFenced(c.run(4).node, 1, "never", 3, 0));
        c.crash(5);
        c.until("2 has ended", () -> c.run(2).end != null, 5000);
        assertFalse(c.run(2).end.clean());
        assertTrue(
                c.run(2).end.why().contains("knows something else"),
                c.run(2).end.why());
        c.until("the others go on", () -> c.run(1).members().equals(List.of(1, 3, 4)), 5000);
        assertTrue(c.run(1).quorate());
        assertEquals(Remains.ALL, left(c, 2).getFirst().remains());
        assertTrue(c.departed(2, Reason.LOST));
        c.until("all have written it down", () -> c.differences.size() == 4, 1000);
        assertTrue(c.differences.stream().allMatch(text -> text.contains("never")), c.differences.getFirst());
    }

    @Test
    void ofTwoHalvesThatKnowDifferentThingsTheOneWithTheLowestNodeidStays() {
        CmanCluster c = up(3);
        c.run(1).core.cman().state().fenced.put(9, new LastFenced(c.run(1).node, 1, "never", 3, 0));
        c.crash(3);
        c.until("2 has ended", () -> c.run(2).end != null, 5000);
        assertEquals(null, c.run(1).end);
        assertFalse(c.run(1).quorate(), "1 of 3 votes");
    }

    @Test
    void aStoppedNodeIsNotToldThatItIsStillQuorate() {
        CmanCluster c = up(3);
        joinAll(c, Optional.of(Level.SERVICE));
        c.machines.get(3).stop();
        c.until("without 3", () -> c.run(1).members().equals(List.of(1, 2)), 5000);
        c.run(3).ask();
        c.machines.get(3).goOn();
        c.simulation.runForMs(12_000);
        assertFalse(c.run(3).fresh.contains(true));
        c.run(1).ask();
        c.until("answer", () -> !c.run(1).fresh.isEmpty(), 1000);
        assertTrue(c.run(1).fresh.getFirst());
    }

    @Test
    void aQuorumDeviceThatIsNotPolledIsDead() {
        CmanCluster c = up(2);
        c.run(1).process.post(CmanCluster.cman(new CmanEvent.SetDevice("disk", 1)));
        c.crash(2);
        c.until("1 alone", () -> c.run(1).members().equals(List.of(1)), 5000);
        for (int poll = 0; poll < 4; poll++) {
            c.simulation.runForMs(4_000);
            assertTrue(c.run(1).quorate(), "polled, but not quorate after poll " + poll);
            c.run(1).process.post(CmanCluster.cman(new CmanEvent.SetDevice("disk", 1)));
        }
        c.simulation.runForMs(9_900);
        assertTrue(c.run(1).quorate(), "dead too early");
        c.simulation.runForMs(600);
        assertFalse(c.run(1).quorate(), "lives on unpolled");
        c.run(1).process.post(CmanCluster.cman(new CmanEvent.SetDevice("disk", 1)));
        c.until("the device is back", () -> c.run(1).quorate(), 2000);
    }

    @Test
    void expectedVotesMustFitWhatIsThere() {
        CmanCluster c = up(4);
        List.of(2, 3, 4).forEach(c::crash);
        c.until("1 alone", () -> c.run(1).members().equals(List.of(1)), 5000);
        c.run(1).process.post(CmanCluster.cman(new CmanEvent.SetExpected(9, 1, 4)));
        c.run(1).process.post(CmanCluster.cman(new CmanEvent.SetExpected(9, 2, 1)));
        c.simulation.runForMs(500);
        assertEquals(Result.INVALID, c.run(1).answers.get(0).result());
        assertEquals(Result.OK, c.run(1).answers.get(1).result());
        assertTrue(c.run(1).quorate());
    }

    @Test
    void lastManStandingFollowsTheMembersDown() {
        CmanCluster c = new CmanCluster(
                5, 4, rules -> new QuorumRules(false, true, true, false, OptionalInt.empty(), rules.nodeids()));
        c.bootAll();
        c.until("together", c::together, 5000);
        assertNotNull(c.run(4));
        c.crash(4);
        c.simulation.runForMs(15_000);
        assertEquals(3, c.run(1).core.cman().status().tally().expected());
        c.crash(3);
        c.simulation.runForMs(15_000);
        assertTrue(c.run(1).quorate());
        assertEquals(2, c.run(1).core.cman().status().tally().quorum());
    }
}
