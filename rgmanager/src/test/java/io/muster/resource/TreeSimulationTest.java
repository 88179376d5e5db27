package io.muster.resource;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// See [TreeStory]. `-Dseed=N` runs one, `-Dseeds=N` that many.
class TreeSimulationTest {
    private static final int SEEDS = 60;

    @Test
    void servicesAreStartedCheckedRepairedAndStoppedAsTheRulesSay() {
        Long seed = Long.getLong("seed");
        if (seed != null) {
            new TreeStory(seed).tell();
            return;
        }
        Map<String, Integer> counts = new TreeMap<>();
        for (long s = 1; s <= Integer.getInteger("seeds", SEEDS); s++) {
            var story = new TreeStory(s);
            story.tell();
            story.counts().forEach((what, count) -> counts.merge(what, count, Integer::sum));
        }
        // What never happens proves nothing.
        for (String what : new String[] {
            "image",
            "restart",
            "recover",
            "START",
            "START in part",
            "START failed",
            "STOP",
            "STOP failed",
            "STATUS",
            "STATUS in part",
            "STATUS failed",
            "CONVALESCE",
            "CONVALESCE in part",
            "RECONFIG",
            "all stopped",
            "all stopped but some"
        }) {
            assertTrue(counts.getOrDefault(what, 0) > 0, what + " never happened: " + counts);
        }
    }
}
