package io.muster.fence;

import io.muster.daemon.Logs;
import io.muster.fence.FenceAgents.Luck;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Stories of fencing, to be read; rewritten with `-Dtranscripts.write=true`.
class FenceStoriesTest {
    @BeforeAll
    static void quiet() {
        Logs.level("", "OFF");
    }

    @AfterAll
    static void loud() {
        Logs.level("", "INFO");
    }

    @Test
    void aNodeIsLostAndFenced() {
        new FenceStory(
                        "node-lost",
                        new FenceDocument(3),
                        "Three nodes, each on a power switch. One loses its power: the lowest node that has completed",
                        "the domain claims it, asks cman, switches it off and on, and it comes back as a new run.")
                .given(1, 2, 3)
                .pullsPlugs(3)
                .runMs(20_000)
                .ls(1)
                .end();
    }

    @Test
    void theSecondMethodWorksWhereTheFirstFails() {
        var story = new FenceStory(
                "second-method",
                new FenceDocument(3).methods(3, List.of("apc"), List.of("ipmilan")),
                "n3 has two methods, and its power switch doesn't answer. cman is asked before each agent.");
        story.site().agents().fate((agent, victim) -> agent.equals("fence_apc") ? Luck.FAILS : Luck.WORKS);
        story.given(1, 2, 3).pullsPlugs(3).runMs(20_000).ls(2).end();
    }

    @Test
    void bothSuppliesAreOffBeforeOneIsOn() {
        new FenceStory(
                        "two-supplies",
                        new FenceDocument(3).methods(3, List.of("apc", "wti")),
                        "n3 has two power supplies on two switches, in one method: both go off, then both on.")
                .given(1, 2, 3)
                .pullsPlugs(3)
                .runMs(20_000)
                .ls(2)
                .end();
    }

    @Test
    void whenEveryMethodFailsAnOperatorVouches() {
        var story = new FenceStory(
                "acknowledged",
                new FenceDocument(3),
                "The only switch is dead. fenced tries again every override_time (3 s), and recovery waits, until",
                "the operator has looked at n3 and says that it is off.");
        story.site().agents().fate((agent, victim) -> Luck.FAILS);
        story.given(1, 2, 3)
                .pullsPlugs(3)
                .runMs(8_000)
                .ls(2)
                .acknowledges(2, 3)
                .runMs(5_000)
                .ls(2)
                .end();
    }

    @Test
    void theLowerNodeWinsADuel() {
        var story = new FenceStory(
                "duel",
                new FenceDocument(2),
                "two_node: each half is quorate alone, and each wants to fence the other. The higher nodeid gives",
                "the lower a head start of 5 s.");
        story.given(1, 2)
                .act(
                        "pulls the network cable",
                        () -> story.site().model().network().cut(1, 2))
                .runMs(4_500)
                .act("puts it back", () -> story.site().model().network().heal())
                .runMs(16_000)
                .ls(1)
                .end();
    }

    @Test
    void aDelayDecidesTheDuel() {
        var story = new FenceStory(
                "duel-delay",
                new FenceDocument(2).delaySec(2, 10),
                "two_node, and the device that fences n2 has delay=\"10\": the operator wants n2 to win. There is no",
                "head start then; both agents start, and that of n1 dies with n1.");
        story.given(1, 2)
                .act(
                        "pulls the network cable",
                        () -> story.site().model().network().cut(1, 2))
                .runMs(4_500)
                .act("puts it back", () -> story.site().model().network().heal())
                .runMs(16_000)
                .ls(2)
                .end();
    }

    @Test
    void theNextTakesOverWhenTheHolderOfAClaimDies() {
        var story = new FenceStory(
                "holder-dies",
                new FenceDocument(5),
                "n1 is fencing n5 when it loses its own power. n2 begins anew, and has two victims.");
        story.given(1, 2, 3, 4, 5)
                .pullsPlugs(5)
                .runMs(1_800)
                .pullsPlugs(1)
                .runMs(20_000)
                .ls(2)
                .end();
    }

    @Test
    void theNextTakesOverWhenOnlyTheFencedOfTheHolderDies() {
        var story = new FenceStory(
                "holder-killed",
                new FenceDocument(3),
                "n1 is fencing n3 when its fenced is killed, and the agent with it. n2 begins anew; n1 is back",
                "soon after, as a member that has yet to complete the domain.");
        story.given(1, 2, 3)
                .pullsPlugs(3)
                .runMs(1_800)
                .act("n1# kill -9 $(pidof fenced)", () -> story.site().node(1).kill(FenceSite.FENCED, 300))
                .runMs(20_000)
                .ls(2)
                .end();
    }

    @Test
    void aVictimThatComesBackStaysOneUntilProof() {
        new FenceStory(
                        "comes-back",
                        new FenceDocument(3).postFailSec(8),
                        "post_fail_delay is 8 s. n3 reboots by itself within that time: nobody fences a member, and",
                        "yet it stays a victim, until its new run has stopped what the old one may have left behind.")
                .given(1, 2, 3)
                .pullsPlugs(3)
                .runMs(2_000)
                .switchesOn(3)
                .runMs(1_000)
                .ls(1)
                .runMs(8_000)
                .ls(1)
                .end();
    }

    @Test
    void whoIsMissingAtTheStartIsFencedAfterPostJoinDelay() {
        var story = new FenceStory(
                "start-up",
                new FenceDocument(3),
                "Two of three nodes are switched on. Nobody knows what n3 does: it has post_join_delay (3 s) to join.");
        story.site().boot(1);
        story.site().boot(2);
        story.begin().runMs(25_000).ls(1).end();
    }

    @Test
    void twoVictimsAreFencedSideBySide() {
        new FenceStory(
                        "two-victims",
                        new FenceDocument(5),
                        "Two of five nodes lose their power at once: n1 claims both, and recovery waits for the second.")
                .given(1, 2, 3, 4, 5)
                .pullsPlugs(4, 5)
                .runMs(20_000)
                .ls(1)
                .end();
    }

    @Test
    void withoutQuorumAClaimStandsStill() {
        var story = new FenceStory(
                "quorum-lost",
                new FenceDocument(5),
                "The switch of n5 is slow to fail; meanwhile n3 and n4 lose their power too. Two of five start no",
                "agent, and what n1 had claimed it goes on with when n3 is back.");
        story.site().agents().fate((agent, victim) -> Luck.FAILS);
        story.given(1, 2, 3, 4, 5)
                .pullsPlugs(5)
                .runMs(1_500)
                .pullsPlugs(3, 4)
                .runMs(8_000)
                .ls(1)
                .act("repairs the switch", () -> story.site().agents().fate((agent, victim) -> Luck.WORKS))
                .runMs(4_000)
                .switchesOn(3)
                .runMs(25_000)
                .ls(1)
                .end();
    }

    @Test
    void whoCantBeUnfencedStaysOutside() {
        var story = new FenceStory(
                        "unfence-refused",
                        new FenceDocument(3).unfence("ipmilan"),
                        "Every node is unfenced before it joins the domain, as with SAN fencing. The device refuses n3:",
                        "it is in the cluster and not in the domain, until that is repaired.")
                .stays();
        story.site()
                .agents()
                .fate((agent, victim) -> agent.equals("fence_ipmilan") && victim == 3 ? Luck.FAILS : Luck.WORKS);
        story.given(1, 2)
                .switchesOn(3)
                .runMs(1_500)
                .ls(1)
                .act("repairs the device", () -> story.site().agents().fate((agent, victim) -> Luck.WORKS))
                .runMs(6_000)
                .ls(1)
                .end();
    }
}
