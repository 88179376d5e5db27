package io.muster.member;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.member.Proposals.Said;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProposalsTest {
    private static final long NEVER = Long.MAX_VALUE;

    private final Proposals<String> proposals = new Proposals<>(5_000);

    @Test
    void whatIsWantedIsSaidOnceAndThenWaitedFor() {
        assertTrue(proposals.say("ready", 100));
        assertFalse(proposals.say("ready", 100), "twice in one pass");
        assertEquals(5_100, proposals.settle());
        assertFalse(proposals.say("ready", 5_099));
        assertEquals(5_100, proposals.settle());
    }

    @Test
    void whatNobodyHasHeardOfIsSaidAgainAfterATime() {
        proposals.say("ready", 100);
        proposals.settle();
        assertTrue(proposals.say("ready", 5_100));
        assertEquals(10_100, proposals.settle());
    }

    @Test
    void whatHasComeAndIsStillWantedIsSaidAgainAtOnce() {
        proposals.say("claim", 100);
        proposals.settle();
        proposals.landed("claim");
        assertTrue(proposals.say("claim", 101));
    }

    @Test
    void whatIsntWantedAnyMoreIsForgotten() {
        proposals.say("claim", 100);
        proposals.say("ready", 200);
        assertEquals(5_100, proposals.settle());
        proposals.say("ready", 300);
        assertEquals(5_200, proposals.settle(), "nothing but ready is waited for");
        assertTrue(proposals.say("claim", 400));
        assertEquals(5_400, proposals.settle());
        assertEquals(NEVER, proposals.settle());
    }

    @Test
    void afterAChangeOfStateEverythingIsSaidAnew() {
        proposals.say("claim", 100);
        proposals.settle();
        proposals.forget();
        assertTrue(proposals.say("claim", 101));
    }

    @Test
    void aCopyGoesOnLikeTheFirst() {
        proposals.say("b", 100);
        proposals.say("a", 200);
        proposals.settle();
        assertEquals(List.of(new Said<>("b", 5_100L), new Said<>("a", 5_200L)), proposals.underWay());
        var copy = new Proposals<String>(5_000);
        copy.say("litter", 1);
        copy.resume(proposals.underWay());
        assertEquals(proposals.underWay(), copy.underWay());
        assertFalse(copy.say("b", 5_099));
        assertTrue(copy.say("b", 5_100));
        assertEquals(10_100, copy.settle());
    }
}
