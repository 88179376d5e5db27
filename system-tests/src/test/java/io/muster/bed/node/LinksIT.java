package io.muster.bed.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.bed.Await;
import java.time.Instant;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Three networks between the nodes: a clusternode's name and two altnames.
@Tag("netns")
class LinksIT {
    @RegisterExtension
    static final RealCluster real = new RealCluster(3, 3, f -> f);

    @Test
    void aDeadLinkAndAOneWayLinkAreMessagesAndNothingElse() {
        TestNode owner = real.owner();
        TestNode bystander = real.others(owner).getLast();
        Instant then = Instant.now();
        long since = System.nanoTime();
        try {
            // The first link, which carries everything as long as it lives.
            bystander.link(0, false);
            awaitLink(owner, 0, bystander, "down");
            awaitLink(bystander, 0, owner, "down");
            // The owner hears nothing on its second link and is still heard there: those who would send to it say down,
            // it says nothing.
            owner.deafen(1, true);
            awaitLink(bystander, 1, owner, "down");
            assertNull(
                    real.logs().await(then, 3_000, LinksIT::isChange), () -> "a link is not a node: " + real.report());
            assertEquals(owner.name(), real.owner().name());
            WebClient.Outage worst = real.client().worstOutage(since);
            assertNotNull(worst);
            assertTrue(worst.ms() < 500, "the client noticed: " + worst);
            real.cluster().awaitMembers(bystander, 3, 1_000);
        } finally {
            owner.deafen(1, false);
            bystander.link(0, true);
        }
        awaitLink(owner, 0, bystander, "up");
        assertNull(real.logs().await(then, 500, LinksIT::isChange), "a link came back, and so did trouble");
    }

    @Test
    void anOwnerWithoutAnyLinkIsFencedAndItsServiceMoves() {
        TestNode owner = real.owner();
        long since = System.nanoTime();
        Failover.Result result = real.failover().run(Failover.Kind.CUT, 20_000, RealCluster.quiet());
        assertNotEquals(owner.name(), result.ownerAfter());
        assertFalse(owner.on(), "the cut node was switched off");
        real.assertNeverTwoOwners(since);
    }

    private static boolean isChange(LogWatch.Line line) {
        return line.text().contains("fencing node") || line.text().contains("-> GATHER");
    }

    private static void awaitLink(TestNode who, int link, TestNode of, String state) {
        String about = "link " + link + " to node " + of.nodeid() + " is ";
        assertTrue(
                Await.until(10_000, () -> lastWord(who, about).contains(about + state)),
                () -> who.name() + " says " + lastWord(who, about) + "; " + real.report());
    }

    /// On a busy machine a link may go down and up for a moment at any time; what counts is what was said last.
    private static String lastWord(TestNode who, String about) {
        return real.logs().since(Instant.EPOCH).stream()
                .filter(l -> l.node() == who && l.text().contains(about))
                .map(LogWatch.Line::text)
                .reduce("nothing", (earlier, later) -> later);
    }
}
