package io.muster.fence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.daemon.Logs;
import io.muster.model.ModelNode;
import io.muster.simulator.NetworkOptions;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Safety under chaos, then everything done in calm: fenced as it ships, on the model of a cluster.
/// `-Dseed=N` runs one seed, `-Dseeds=N` more of them, `-Dloud=true` prints every step.
class FenceChaosTest {
    private static final int SEEDS = Integer.getInteger("seeds", 200);

    /// Agents that fail by the hundred are no news here.
    @BeforeAll
    static void quiet() {
        Logs.level("", "OFF");
    }

    @AfterAll
    static void loud() {
        Logs.level("", "INFO");
    }

    @Test
    void nobodyIsFencedWronglyAndInCalmEverybodyIsProven() {
        Long only = Long.getLong("seed");
        if (only != null) {
            story(only);
            return;
        }
        int agents = 0;
        int fenced = 0;
        for (long seed = 1; seed <= SEEDS; seed++) {
            FenceSite site = story(seed);
            agents += site.agents().started();
            fenced += site.truth().fenced();
        }
        assertTrue(
                agents > SEEDS && fenced > SEEDS, "too little happens: " + agents + " agents, " + fenced + " fenced");
    }

    @Test
    void theSameSeedTellsTheSameStory() {
        assertEquals(
                story(7).model().simulation().steps(),
                story(7).model().simulation().steps());
    }

    private static FenceSite story(long seed) {
        var dice = new SplittableRandom(seed);
        var site = new FenceSite(seed, document(dice), network(dice));
        if (Boolean.getBoolean("loud")) {
            site.model().simulation().trace().loud();
        }
        try {
            play(site, dice);
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError("-Dseed=" + seed + " with " + site.size() + " nodes: " + e.getMessage(), e);
        }
        return site;
    }

    private static FenceDocument document(SplittableRandom dice) {
        int size = 2 + dice.nextInt(5);
        var document = new FenceDocument(size).postFailSec(dice.nextInt(3));
        if (dice.nextInt(3) == 0) {
            document.methods(1, List.of("apc", "wti"), List.of("ipmilan"));
        }
        return document;
    }

    private static NetworkOptions network(SplittableRandom dice) {
        boolean rough = dice.nextInt(3) == 0;
        return new NetworkOptions(
                rough ? dice.nextInt(6) : 0, rough ? dice.nextInt(4) : 0, 100, 200 + dice.nextInt(1500), 0);
    }

    static void play(FenceSite site, SplittableRandom dice) {
        site.agents().fate((agent, victim) -> switch (dice.nextInt(10)) {
            case 0 -> FenceAgents.Luck.HANGS;
            case 1, 2 -> FenceAgents.Luck.FAILS;
            case 3, 4, 5 -> FenceAgents.Luck.SLOWLY;
            default -> FenceAgents.Luck.WORKS;
        });
        for (int nodeid = 1; nodeid <= site.size(); nodeid++) {
            if (dice.nextInt(6) > 0) {
                site.boot(nodeid);
            }
        }
        site.model().simulation().runForMs(dice.nextInt(15_000));
        for (int step = 0; step < 25; step++) {
            misfortune(site, site.node(1 + dice.nextInt(site.size())), dice);
            site.model().simulation().runForMs(dice.nextInt(4_000));
        }
        site.calm();
        // Every machine is switched on, again and again as agents from before still hit.
        for (int round = 0; round < 600; round++) {
            site.model().simulation().runForMs(1_000);
            if (site.owed().isEmpty()) {
                return;
            }
        }
        throw site.model().simulation().failure("not finished in calm: " + site.owed());
    }

    private static void misfortune(FenceSite site, ModelNode node, SplittableRandom dice) {
        int ms = 100 + dice.nextInt(20_000);
        int which = dice.nextInt(15);
        node.say("FAULT " + which + " for " + ms);
        switch (which) {
            case 0, 1, 2 -> {
                site.powerOff(node.nodeid());
                if (ms % 3 == 0) {
                    site.model().simulation().afterMs(ms, () -> site.boot(node.nodeid()));
                }
            }
            case 3, 4 -> isolate(site, node.nodeid(), ms);
            case 5, 6 -> node.kill(FenceSite.FENCED, 100 + ms / 4);
            case 7, 8, 9 -> site.boot(node.nodeid());
            case 10 -> site.acknowledge(node);
            case 11 ->
                node.process("fenced").ifPresent(process -> {
                    process.stop();
                    site.model().simulation().afterMs(ms, process::goOn);
                });
            case 12 -> {
                node.machine().stop();
                site.model().simulation().afterMs(ms / 4, node.machine()::goOn);
            }
            case 13 -> {
                // It is on again by itself about when somebody begins to fence it.
                site.powerOff(node.nodeid());
                site.model().simulation().afterMs(1_000 + ms / 8, () -> site.boot(node.nodeid()));
            }
            default -> {}
        }
    }

    private static void isolate(FenceSite site, int nodeid, int ms) {
        var network = site.model().network();
        site.model().nodeids().forEach(other -> network.cut(nodeid, other));
        site.model()
                .simulation()
                .afterMs(ms, () -> site.model().nodeids().forEach(other -> network.join(nodeid, other)));
    }
}
