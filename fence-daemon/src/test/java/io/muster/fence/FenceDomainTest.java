package io.muster.fence;

import static io.muster.fence.Domain.node;
import static io.muster.fence.Domain.nodes;
import static io.muster.fence.Domain.run;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.core.Drive;
import io.muster.core.Incarnation;
import io.muster.core.MalformedMessage;
import io.muster.core.Node;
import io.muster.group.GroupEntry;
import io.muster.group.GroupEntry.Departure;
import io.muster.group.GroupEntry.Reason;
import io.muster.group.Remains;
import java.util.List;
import org.junit.jupiter.api.Test;

class FenceDomainTest {
    private final Domain one = new Domain(1, Settings.nodes(3)).started(1, 2, 3);

    @Test
    void aLostMemberIsClaimedCheckedFencedProvenAndReported() {
        one.lose(node(3), 1, 2);
        assertTrue(one.core.state().victim(node(3)).orElseThrow().heldBy(node(1)));
        assertTrue(one.agent().isEmpty(), "no agent before cman has confirmed quorum");
        one.confirm(true);
        assertEquals("fence_apc", one.agent().orElseThrow());
        one.agentEnds(0);
        assertEquals(
                new FenceEffect.ReportFenced(node(3), "apc"),
                one.last(FenceEffect.ReportFenced.class).orElseThrow());
        assertTrue(one.isVictim(node(3)), "a victim until cman has told all groups");
        one.entry(new GroupEntry.Fenced(++one.position, node(3), 1, "fence_apc"));
        assertFalse(one.isVictim(node(3)));
        assertEquals(
                one.position,
                one.last(FenceEffect.ReportRecovered.class).orElseThrow().upTo());
        assertTrue(one.log()
                .containsAll(List.of(
                        "fencing node n3", "fence n3 dev 0.0 agent fence_apc result: success", "fence n3 success")));
    }

    @Test
    void whoLeavesWithAGoodByeIsNoVictim() {
        one.members(nodes(1, 2), List.of(new Departure(node(3), Reason.LEFT)));
        assertFalse(one.isVictim(node(3)));
    }

    @Test
    void whoIsKilledByTheClusterIsAVictim() {
        one.members(nodes(1, 2), List.of(new Departure(node(3), Reason.KILLED)));
        assertTrue(one.isVictim(node(3)));
    }

    @Test
    void whatCmanHasInForceBeatsThisNodesFileWhateverItsNumber() {
        var edited = Settings.nodes(3).version(7).methods(3, Settings.method(0, "power", "brocade"));
        var domain = new Domain(1, edited).started(1, 2, 3);
        domain.event(new FenceEvent.Configured(Settings.nodes(3).version(2).made()));
        domain.event(new FenceEvent.Configured(edited.version(1).made()));
        domain.lose(node(3), 1, 2).confirm(true);
        assertEquals("fence_apc", domain.agent().orElseThrow());
    }

    @Test
    void anInquorateDomainClaimsNothingAndStartsNothing() {
        one.quorum(false).lose(node(3), 1, 2).at(one.now + 100_000);
        assertTrue(one.isVictim(node(3)));
        assertFalse(one.asked());
    }

    @Test
    void aClaimDeliveredInATransitionalConfigurationIsNone() {
        one.hold().lose(node(3), 1, 2).order(false);
        assertFalse(one.core.state().claimed(3));
        assertFalse(one.asked());
    }

    @Test
    void onlyTheLowestThatHasCompletedTheDomainMayClaim() {
        one.hold().lose(node(3), 1, 2).message(node(2), new FenceMessage.Claim(node(3)));
        assertFalse(one.core.state().claimed(3));
        one.order(true);
        assertTrue(one.core.state().claimed(3));
    }

    @Test
    void nobodyStartsAnAgentAgainstANodeThatHasRestarted() {
        one.lose(node(3), 1, 2);
        one.members(List.of(node(1), node(2), run(3, 2)), List.of());
        one.confirm(true);
        assertTrue(one.agent().isEmpty());
        assertFalse(one.core.state().claimed(3), "the claim is given up");
        assertTrue(one.isVictim(node(3)), "coming back proves nothing");
    }

    @Test
    void aRestartedNodeCompletesTheDomainOnlyAfterTheClaimHasEnded() {
        one.lose(node(3), 1, 2).confirm(true);
        one.members(List.of(node(1), node(2), run(3, 2)), List.of());
        one.entry(new GroupEntry.View(
                ++one.position, List.of(node(1), node(2), run(3, 2)), List.of(run(3, 2)), List.of()));
        one.message(run(3, 2), new FenceMessage.Ready());
        assertFalse(one.core.state().complete().contains(run(3, 2)));
        one.agentEnds(0);
        one.message(run(3, 2), new FenceMessage.Ready());
        assertTrue(one.core.state().complete().contains(run(3, 2)));
    }

    @Test
    void aRestartedNodeWaitsForTheAgentAlsoWhenItsFormerRunIsProvenMeanwhile() {
        one.lose(node(3), 1, 2).confirm(true);
        restarts(run(3, 2));
        one.entry(new GroupEntry.Fenced(++one.position, node(3), 3, GroupEntry.STOPPED));
        assertTrue(one.last(FenceEffect.StopAgent.class).isPresent(), "nobody needs the agent any more");
        one.message(run(3, 2), new FenceMessage.Ready());
        assertFalse(one.core.state().complete().contains(run(3, 2)));
        one.agentEnds(-1);
        one.message(run(3, 2), new FenceMessage.Ready());
        assertTrue(one.core.state().complete().contains(run(3, 2)));
        assertTrue(one.core.busy().isEmpty());
    }

    @Test
    void anAgentThatIsAtWorkAgainstARestartedNodeIsLeftToEnd() {
        one.lose(node(3), 1, 2).confirm(true);
        restarts(run(3, 2));
        assertTrue(one.last(FenceEffect.StopAgent.class).isEmpty());
        one.agentEnds(1);
        assertFalse(one.core.state().claimed(3));
    }

    @Test
    void aRestartedNodeWaitsForTheAgentOfAHolderWhoseFencedIsGone() {
        var two = new Domain(2, Settings.nodes(3)).started(1, 2, 3);
        two.message(node(1), new FenceMessage.Start(List.of()));
        two.hold().lose(node(3), 1, 2).message(node(1), new FenceMessage.Claim(node(3)));
        two.viewLost(node(1), 2);
        two.members(List.of(node(1), node(2), run(3, 2)), List.of());
        two.entry(new GroupEntry.View(++two.position, List.of(node(2), run(3, 2)), List.of(run(3, 2)), List.of()));
        two.message(run(3, 2), new FenceMessage.Ready());
        assertFalse(two.core.state().complete().contains(run(3, 2)), "its agent may be at work");
        var all = List.of(node(1), node(2), run(3, 2));
        two.entry(new GroupEntry.View(++two.position, all, List.of(node(1)), List.of()));
        two.message(run(3, 2), new FenceMessage.Ready());
        assertTrue(two.core.state().complete().contains(run(3, 2)));
    }

    @Test
    void anAgentEndsWithTheNodeThatRunsIt() {
        var two = new Domain(2, Settings.nodes(3)).started(1, 2, 3);
        two.message(node(1), new FenceMessage.Start(List.of()));
        two.hold().lose(node(3), 1, 2).message(node(1), new FenceMessage.Claim(node(3)));
        two.viewLost(node(1), 2);
        assertTrue(two.core.state().open(3));
        two.members(List.of(node(2)), List.of(new Departure(node(1), Reason.LOST)));
        assertFalse(two.core.state().open(3));
    }

    @Test
    void whoLeavesTheDomainInGoodOrderHasEndedItsAgents() {
        var two = new Domain(2, Settings.nodes(3)).started(1, 2, 3);
        two.message(node(1), new FenceMessage.Start(List.of()));
        two.hold().lose(node(3), 1, 2).message(node(1), new FenceMessage.Claim(node(3)));
        two.entry(
                new GroupEntry.View(++two.position, nodes(2), List.of(), List.of(new Departure(node(1), Reason.LEFT))));
        assertFalse(two.core.state().open(3));
    }

    private void restarts(Node run) {
        one.members(List.of(node(1), node(2), run), List.of());
        one.entry(new GroupEntry.View(++one.position, List.of(node(1), node(2), run), List.of(run), List.of()));
    }

    @Test
    void aVictimThatIsBackAndOfWhichOnlySomeServicesMayRunHoldsUpNobody() {
        one.lose(node(3), 1, 2);
        restarts(run(3, 2));
        long before = one.position;
        one.entry(new GroupEntry.Vouched(++one.position, node(3), Remains.of("service:web")));
        assertTrue(one.isVictim(node(3)), "it stays one for these");
        assertTrue(one.last(FenceEffect.ReportRecovered.class).orElseThrow().upTo() > before);
        assertEquals("none", one.core.report().waitState());
        assertEquals(
                Remains.of("service:web"),
                one.core.report().victims().getFirst().remains());
    }

    @Test
    void aVictimThatIsBackAndOfWhichAnythingMayRunHoldsUpRecovery() {
        one.lose(node(3), 1, 2);
        restarts(run(3, 2));
        long before = one.position;
        one.at(one.now + 100_000);
        assertTrue(one.all(FenceEffect.ReportRecovered.class).noneMatch(report -> report.upTo() >= before));
    }

    @Test
    void aNewerLostRunStandsForTheOlderAndNeedsProofOfItsOwn() {
        one.lose(node(3), 1, 2).confirm(true).agentEnds(0);
        assertTrue(one.proven(node(3)));
        one.members(nodes(1, 2), List.of(new Departure(run(3, 2), Reason.LOST)));
        assertFalse(one.isVictim(node(3)));
        assertFalse(one.proven(run(3, 2)));
        one.members(nodes(1, 2), List.of(new Departure(node(3), Reason.LOST)));
        assertFalse(one.proven(node(3)), "told of anew, it has to be proven anew");
    }

    @Test
    void whoIsGoneHoldsUpRecoveryHoweverShortItsList() {
        var gone = new Departure(node(3), Reason.LOST, Remains.of("service:web"));
        one.members(nodes(1, 2), List.of(gone));
        assertTrue(one.core.state().pending());
        assertEquals("fencing", one.core.report().waitState());
        assertTrue(one.core.state().claimed(3), "and is fenced");
    }

    @Test
    void aVictimThatIsGoneAgainIsFencedHoweverShortItsList() {
        one.lose(node(3), 1, 2);
        restarts(run(3, 2));
        one.entry(new GroupEntry.Vouched(++one.position, node(3), Remains.of("service:web")));
        one.members(nodes(1, 2), List.of(new Departure(run(3, 2), Reason.KILLED)));
        one.at(one.now + 10_000).confirm(true).agentEnds(0);
        assertTrue(one.proven(node(3)));
        assertTrue(one.proven(run(3, 2)));
    }

    @Test
    void aStartUpVictimThatComesBackUncleanIsOneUntilItIsCleanedUp() {
        var domain = new Domain(1, Settings.nodes(3).postJoinMs(1000));
        domain.view(1, 2).members(nodes(1, 2), List.of()).quorum(true).at(domain.now + 1000);
        Node unmet = new Node(3, Incarnation.UNKNOWN);
        assertTrue(domain.isVictim(unmet));
        domain.members(nodes(1, 2, 3), List.of());
        domain.entry(new GroupEntry.Vouched(++domain.position, unmet, Remains.of("service:web", "service:db")));
        domain.entry(new GroupEntry.Vouched(++domain.position, unmet, Remains.of("service:web")));
        assertEquals(
                Remains.of("service:web"),
                domain.core.state().victim(unmet).orElseThrow().remains());
        assertFalse(domain.core.state().pending());
        domain.entry(new GroupEntry.Vouched(++domain.position, unmet, Remains.NONE));
        assertFalse(domain.isVictim(unmet));
    }

    @Test
    void aVictimThatTheConfigurationHasNoMoreIsFencedAsTheLastOneSaid() {
        one.entry(withoutThree()).lose(node(3), 1, 2).confirm(true);
        assertEquals("fence_apc", one.agent().orElseThrow());
        assertTrue(one.log().contains("fencing node n3"), "by its former name");
    }

    @Test
    void whoJoinsLaterCanFenceAVictimOfAFormerConfiguration() throws MalformedMessage {
        one.entry(withoutThree());
        var two = new Domain(2, Settings.nodes(3).without(3));
        two.core.restore(one.core.snapshot());
        two.core.drive(new Drive.Restored<>(), two.now);
        two.position = one.position;
        two.lose(node(1), 2, 3).lose(node(3), 2).at(two.now + 10_000);
        two.confirm(true);
        assertTrue(two.agent().isPresent());
        assertEquals("n3", two.core.report().node("n3").orElseThrow().name());
        assertFalse(two.core.report().node("3").orElseThrow().configured());
        assertEquals(1, two.core.report().victims("N3").size());
        assertEquals("n3", two.core.former("3").orElseThrow().name());
    }

    @Test
    void whatWasConfiguredOnceIsForgottenWithTheNode() {
        one.entry(withoutThree());
        assertTrue(one.core.state().former(3).isPresent());
        one.members(nodes(1, 2), List.of(new Departure(node(3), Reason.LEFT)));
        assertTrue(one.core.state().former(3).isEmpty());
    }

    @Test
    void aVictimOfWhichNobodyKnowsAMethodIsNamedWithWhatToDo() {
        Node stranger = run(9, 1);
        one.members(nodes(1, 2, 3), List.of(new Departure(stranger, Reason.LOST)))
                .confirm(true);
        assertTrue(one.log()
                .contains("fence nodeid 9: no method is known: see that it has no power, then fence_ack_manual 9"));
        assertEquals(1, one.core.report().victims("9").size());
    }

    private GroupEntry withoutThree() {
        String document = """
                <?xml version="1.0"?>
                <cluster name="t" config_version="2"><clusternodes>
                <clusternode name="n1" nodeid="1"/><clusternode name="n2" nodeid="2"/>
                </clusternodes></cluster>
                """;
        return new GroupEntry.Config(
                ++one.position, 2, "0".repeat(64), true, document.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    @Test
    void nobodyInTheDomainVouchesForAFormerRun() {
        one.lose(node(3), 1, 2);
        one.members(List.of(node(1), node(2), run(3, 2)), List.of());
        one.entry(new GroupEntry.View(
                ++one.position, List.of(node(1), node(2), run(3, 2)), List.of(run(3, 2)), List.of()));
        var word = new FenceMessage.Proven(node(3), new Proof(Proof.Kind.MEMBER, 3, "member", 1));
        one.message(node(2), word).message(run(3, 2), word);
        assertFalse(one.proven(node(3)));
        one.entry(new GroupEntry.Fenced(++one.position, node(3), 3, GroupEntry.STOPPED));
        assertFalse(one.isVictim(node(3)), "what cman says is true");
        assertEquals(Proof.Kind.MEMBER, one.core.state().last(3).orElseThrow().kind());
    }

    @Test
    void aRestartedFencedVouchesForNoFormerRunWhateverItsFileSays() {
        var three = new Domain(3, Settings.nodes(3));
        three.view(1, 2, 3);
        three.members(nodes(1, 2, 3), List.of(new Departure(run(3, 0), Reason.LOST)));
        three.quorum(true).message(node(1), new FenceMessage.Start(List.of())).at(three.now + 100_000);
        assertFalse(three.proven(run(3, 0)));
        assertTrue(three.last(FenceEffect.ReportFenced.class).isEmpty());
    }

    @Test
    void aClaimPassesToTheNextWhenItsHolderIsLost() {
        var two = new Domain(2, Settings.nodes(3)).started(1, 2, 3);
        two.message(node(1), new FenceMessage.Start(List.of()));
        two.lose(node(3), 1, 2).message(node(1), new FenceMessage.Claim(node(3)));
        assertTrue(two.core.state().victim(node(3)).orElseThrow().heldBy(node(1)));
        two.lose(node(1), 2);
        assertTrue(two.core.state().victim(node(3)).orElseThrow().heldBy(node(2)));
    }

    @Test
    void aClaimEndsAsSoonAsItsHolderIsNoMemberAnyMore() {
        var two = new Domain(2, Settings.nodes(3)).started(1, 2, 3);
        two.message(node(1), new FenceMessage.Start(List.of()));
        two.lose(node(3), 1, 2).message(node(1), new FenceMessage.Claim(node(3)));
        two.members(nodes(2), List.of(new Departure(node(1), Reason.LOST)));
        assertFalse(two.core.state().victim(node(3)).orElseThrow().heldBy(node(1)));
    }

    @Test
    void aClaimPassesOnWhenOnlyTheFenceDaemonOfItsHolderDies() {
        var two = new Domain(2, Settings.nodes(3)).started(1, 2, 3);
        two.message(node(1), new FenceMessage.Start(List.of()));
        two.lose(node(3), 1, 2).message(node(1), new FenceMessage.Claim(node(3)));
        two.viewLost(node(1), 2);
        assertTrue(two.core.state().victim(node(3)).orElseThrow().heldBy(node(2)));
    }

    @Test
    void whatALostHolderHadProvenIsReportedByTheNext() {
        var two = new Domain(2, Settings.nodes(3)).started(1, 2, 3);
        two.message(node(1), new FenceMessage.Start(List.of()));
        two.lose(node(3), 1, 2).message(node(1), new FenceMessage.Claim(node(3)));
        two.message(node(1), new FenceMessage.Proven(node(3), new Proof(Proof.Kind.AGENT, 1, "fence_apc", 5)));
        assertTrue(two.last(FenceEffect.ReportFenced.class).isEmpty());
        two.lose(node(1), 2);
        assertEquals(
                node(3), two.last(FenceEffect.ReportFenced.class).orElseThrow().victim());
    }

    @Test
    void aFailingMethodIsFollowedByTheNextAndAfterAPauseByTheFirstAgain() {
        var domain = new Domain(
                        1,
                        Settings.nodes(2)
                                .methods(2, Settings.method(0, "power", "apc"), Settings.method(1, "san", "brocade")))
                .started(1, 2);
        domain.lose(node(2), 1).confirm(true).agentEnds(1).confirm(true);
        assertEquals("fence_brocade", domain.agent().orElseThrow());
        domain.agentEnds(1);
        assertEquals(2, domain.all(FenceEffect.RunAgent.class).count());
        domain.at(domain.now + 3000).confirm(true);
        assertEquals("fence_apc", domain.agent().orElseThrow());
        assertEquals(3, domain.all(FenceEffect.RunAgent.class).count());
        assertTrue(domain.log()
                .containsAll(List.of(
                        "fence n2 dev 0.0 agent fence_apc result: error from agent",
                        "agent \"fence_apc\" reports: Connection timed out",
                        "fence n2 dev 1.0 agent fence_brocade result: error from agent",
                        "fence n2 failed")));
    }

    @Test
    void allDevicesOfAMethodMustSucceed() {
        var domain =
                new Domain(1, Settings.nodes(2).methods(2, Settings.method(0, "dual", "apc", "wti"))).started(1, 2);
        domain.lose(node(2), 1).confirm(true).agentEnds(0).confirm(true);
        assertEquals("fence_wti", domain.agent().orElseThrow());
        domain.agentEnds(1);
        assertTrue(domain.last(FenceEffect.ReportFenced.class).isEmpty());
        domain.at(domain.now + 3000).confirm(true);
        assertEquals("fence_apc", domain.agent().orElseThrow(), "the method begins again with its first device");
    }

    @Test
    void aNodeWithoutMethodsBlocksRecoveryUntilTheOperatorVouchesForIt() {
        var domain = new Domain(1, Settings.nodes(2).methods(2)).started(1, 2);
        domain.lose(node(2), 1).confirm(true).at(domain.now + 60_000);
        assertTrue(domain.log().contains("fence n2 dev 0.0 agent none result: error no method"));
        assertTrue(domain.last(FenceEffect.ReportFenced.class).isEmpty());
        domain.event(new FenceEvent.Acknowledged(1, node(2), 9));
        assertEquals(
                "override",
                domain.last(FenceEffect.ReportFenced.class).orElseThrow().how());
    }

    @Test
    void anOperatorsWordBindsToTheRunItNames() {
        one.lose(node(3), 1, 2).event(new FenceEvent.Acknowledged(1, run(3, 7), 9));
        assertTrue(one.core.state().victim(node(3)).orElseThrow().proof().isEmpty());
    }

    @Test
    void anOperatorsWordEndsTheAgentThatHangs() {
        one.lose(node(3), 1, 2).confirm(true).event(new FenceEvent.Acknowledged(1, node(3), 9));
        assertTrue(one.last(FenceEffect.StopAgent.class).isPresent());
        one.agentEnds(0);
        assertEquals(1, one.all(FenceEffect.ReportFenced.class).count());
    }

    @Test
    void anAgentKilledAtItsTimeLimitHasFailed() {
        one.lose(node(3), 1, 2).confirm(true).agentEnds(-1);
        assertTrue(one.log().contains("fence n3 dev 0.0 agent fence_apc result: error agent killed at its time limit"));
        assertTrue(one.last(FenceEffect.ReportFenced.class).isEmpty());
    }

    @Test
    void whenCmanDoesNotConfirmQuorumNothingIsStartedAndItIsAskedAgain() {
        one.lose(node(3), 1, 2).confirm(false);
        assertTrue(one.agent().isEmpty());
        one.at(one.now + 500).confirm(true);
        assertTrue(one.agent().isPresent());
    }

    @Test
    void aLossWaitsPostFailDelay() {
        var domain = new Domain(1, Settings.nodes(3).postFailMs(2000)).started(1, 2, 3);
        domain.lose(node(3), 1, 2).at(domain.now + 1999);
        assertFalse(domain.asked());
        domain.at(domain.now + 1);
        assertTrue(domain.asked());
    }

    @Test
    void aNegativePostFailDelayWaitsForEver() {
        var domain = new Domain(1, Settings.nodes(3).postFailMs(FenceSettings.FOREVER)).started(1, 2, 3);
        domain.lose(node(3), 1, 2).at(domain.now + 10_000_000);
        assertFalse(domain.asked());
    }

    @Test
    void whoeverIsAVictimWhenQuorumIsGainedHasPostJoinDelayToComeBack() {
        one.quorum(false).lose(node(3), 1, 2).at(one.now + 60_000).quorum(true).at(one.now + 2999);
        assertFalse(one.asked());
        one.at(one.now + 1);
        assertTrue(one.asked());
    }

    @Test
    void oneThatComesBackLetsTheOthersWaitAtLeastPostJoinDelay() {
        var domain = new Domain(1, Settings.nodes(4).postFailMs(1000)).started(1, 2, 3, 4);
        domain.lose(node(4), 1, 2, 3).lose(node(3), 1, 2).at(domain.now + 900);
        domain.members(List.of(node(1), node(2), run(4, 2)), List.of()).at(domain.now + 2900);
        assertFalse(domain.asked());
        domain.at(domain.now + 200);
        assertTrue(domain.asked());
    }

    @Test
    void aStartFencesConfiguredNodesThatAreMissingAfterPostJoinDelay() {
        var domain = new Domain(1, Settings.nodes(3));
        domain.view(1, 2).members(nodes(1, 2), List.of()).quorum(true).at(domain.now + 2999);
        assertFalse(domain.core.state().started());
        domain.at(domain.now + 1);
        assertTrue(domain.isVictim(new Node(3, Incarnation.UNKNOWN)));
        assertTrue(domain.log().contains("n3 not a cluster member after 3 sec post_join_delay"));
        domain.confirm(true);
        assertTrue(domain.agent().isPresent());
    }

    @Test
    void aStartWithEveryNodePresentWaitsForNothing() {
        var domain = new Domain(1, Settings.nodes(2));
        domain.view(1, 2).members(nodes(1, 2), List.of()).quorum(true);
        assertTrue(domain.core.state().started());
        assertTrue(domain.last(FenceEffect.ReportRecovered.class).isPresent());
    }

    @Test
    void aNodeThatJoinsWhileTheStartIsOnItsWayIsNoVictim() {
        var domain = new Domain(1, Settings.nodes(3)).hold();
        domain.view(1, 2).members(nodes(1, 2), List.of()).quorum(true).at(domain.now + 3000);
        domain.members(nodes(1, 2, 3), List.of()).order(true);
        assertTrue(domain.core.state().started());
        assertTrue(domain.core.state().victims().isEmpty());
    }

    @Test
    void cleanStartFencesNobody() {
        var domain = new Domain(1, Settings.nodes(3).cleanStart());
        domain.view(1, 2).members(nodes(1, 2), List.of()).quorum(true);
        assertTrue(domain.core.state().started());
        assertTrue(domain.core.state().victims().isEmpty());
    }

    @Test
    void skipUndefinedSparesNodesWithoutMethodsAtStartUp() {
        var domain = new Domain(1, Settings.nodes(3).methods(3).skipUndefined());
        domain.view(1, 2).members(nodes(1, 2), List.of()).quorum(true).at(domain.now + 10_000);
        assertTrue(domain.core.state().started());
        assertTrue(domain.core.state().victims().isEmpty());
    }

    @Test
    void theHigherOfTwoNodesGivesTheOtherAHeadStart() {
        var two = new Domain(2, Settings.nodes(2).twoNode()).started(1, 2);
        two.message(node(1), new FenceMessage.Start(List.of()));
        two.lose(node(1), 2).at(two.now + 4999);
        assertFalse(two.asked());
        two.at(two.now + 1);
        assertTrue(two.asked());
    }

    @Test
    void aDelaySetOnADeviceDecidesTheDuelInstead() {
        var two = new Domain(2, Settings.nodes(2).twoNode().staggered()).started(1, 2);
        two.message(node(1), new FenceMessage.Start(List.of()));
        two.lose(node(1), 2);
        assertTrue(two.asked());
    }

    @Test
    void aMemberFencedFromOutsideIsProvenBeforeItFallsSilent() {
        one.event(new FenceEvent.FencedOutside(node(3), "fence_apc", 4)).lose(node(3), 1, 2);
        one.confirm(true);
        assertTrue(one.agent().isEmpty());
        assertEquals(
                Proof.Kind.EXTERNAL,
                one.core
                        .state()
                        .victim(node(3))
                        .orElseThrow()
                        .proof()
                        .orElseThrow()
                        .kind());
    }

    @Test
    void aSuccessOfFenceNodeAgainstAMemberThatLivesExplainsNoLaterSilence() {
        one.event(new FenceEvent.FencedOutside(node(3), "fence_brocade", 1)).confirm(true);
        one.lose(node(3), 1, 2);
        assertFalse(one.proven(node(3)));
        one.confirm(true);
        assertTrue(one.agent().isPresent());
    }

    @Test
    void aMemberThatCouldNotBeLookedForIsLookedForAgain() {
        one.event(new FenceEvent.FencedOutside(node(3), "fence_brocade", 1)).confirm(false);
        assertTrue(one.core.state().early().containsKey(node(3)));
        one.at(one.now + 500).confirm(true);
        assertTrue(one.core.state().early().isEmpty());
    }

    @Test
    void aMemberThatSendsAnythingHasOutlivedItsFencing() {
        one.hold().message(node(2), outside(2, node(3)));
        assertTrue(one.core.state().early().containsKey(node(3)));
        one.message(node(3), new FenceMessage.Ready());
        assertTrue(one.core.state().early().isEmpty());
    }

    @Test
    void aMemberWhoseFencedJoinsAnewHasOutlivedItsFencing() {
        one.hold().message(node(2), outside(2, node(3)));
        one.entry(new GroupEntry.View(++one.position, nodes(1, 2, 3), List.of(node(3)), List.of()));
        assertTrue(one.core.state().early().isEmpty());
    }

    @Test
    void anUnfencedMemberIsNoLongerFenced() {
        one.hold().message(node(2), outside(2, node(3)));
        one.event(new FenceEvent.Unfenced(node(3))).order(true);
        assertTrue(one.core.state().early().isEmpty());
    }

    @Test
    void whatNobodyCanAskForWithoutQuorumExplainsNothing() {
        one.event(new FenceEvent.FencedOutside(node(3), "fence_apc", 1)).quorum(false);
        one.lose(node(3), 1, 2).quorum(true);
        assertFalse(one.proven(node(3)));
    }

    @Test
    void theNextLooksForAMemberWhenTheOneWhoFencedItIsGone() {
        one.message(node(2), outside(2, node(3)));
        assertFalse(one.asked(), "that is for node 2");
        one.lose(node(2), 1, 3).at(one.now);
        one.confirm(true);
        assertTrue(one.core.state().early().isEmpty());
    }

    @Test
    void whoWasSeenAliveIsAVictimAgainThoughItFellSilentBeforeThatWasOrdered() {
        one.event(new FenceEvent.FencedOutside(node(3), "fence_brocade", 1));
        one.hold().confirm(true).lose(node(3), 1, 2);
        assertTrue(one.proven(node(3)));
        assertTrue(one.last(FenceEffect.ReportFenced.class).isEmpty());
        one.order(true);
        assertFalse(one.proven(node(3)));
    }

    @Test
    void anAgentsSuccessAgainstARunThatIsBackUnchangedIsVoidOnceThatIsSeen() {
        one.lose(node(3), 1, 2).confirm(true);
        one.members(nodes(1, 2, 3), List.of());
        one.agentEnds(0);
        assertFalse(one.proven(node(3)));
        assertFalse(one.core.state().claimed(3));
        one.confirm(true).lose(node(3), 1, 2);
        assertFalse(one.proven(node(3)));
    }

    private static FenceMessage outside(int by, Node run) {
        return new FenceMessage.Proven(run, new Proof(Proof.Kind.EXTERNAL, by, "fence_apc", 1));
    }

    @Test
    void proofForALaterRunIsProofForEarlierOnesButNotTheOtherWayRound() {
        one.lose(node(3), 1, 2);
        one.members(List.of(node(1), node(2), run(3, 2)), List.of());
        one.members(nodes(1, 2), List.of(new Departure(run(3, 2), Reason.KILLED)));
        one.event(new FenceEvent.FencedOutside(node(3), "fence_apc", 9));
        assertFalse(one.proven(run(3, 2)));
        assertTrue(one.proven(node(3)));
    }

    @Test
    void anOperatorsWordForARunToldOfAnewProvesNoOther() {
        Node late = run(3, 2);
        one.members(nodes(1, 2), List.of(new Departure(late, Reason.LOST)));
        one.members(nodes(1, 2), List.of(new Departure(node(3), Reason.KILLED)));
        one.event(new FenceEvent.Acknowledged(1, node(3), 9));
        assertTrue(one.proven(node(3)));
        assertFalse(one.proven(late), "nobody has looked at that run");
    }

    @Test
    void ofTwoRunsHeardOfAtOnceTheLaterProvesTheEarlier() {
        Node early = run(3, 9);
        Node late = run(3, 2);
        one.members(nodes(1, 2), List.of(new Departure(early, Reason.KILLED), new Departure(late, Reason.LOST)));
        one.event(new FenceEvent.Acknowledged(1, early, 9));
        assertFalse(one.proven(late));
        Node earlier = run(2, 9);
        one.members(nodes(1), List.of(new Departure(earlier, Reason.KILLED), new Departure(node(2), Reason.LOST)));
        one.event(new FenceEvent.FencedOutside(node(2), "fence_apc", 9));
        assertTrue(one.proven(node(2)));
        assertTrue(one.proven(earlier));
    }

    @Test
    void theStreamsRepetitionOfALossChangesNothing() {
        one.lose(node(3), 1, 2);
        Victim before = one.core.state().victim(node(3)).orElseThrow();
        one.members(nodes(1, 2), List.of(new Departure(node(3), Reason.LOST)));
        assertEquals(before, one.core.state().victim(node(3)).orElseThrow());
    }

    @Test
    void eachPathRemembersHowItWentTheLastTime() {
        one.lose(node(3), 1, 2).confirm(true).agentEnds(0);
        assertEquals(
                new FencePath.Trial(true, "fence", "fence_apc", 1, 42),
                one.core.state().paths().get(new FencePath(3, "power", "apc")));
    }
}
