package io.muster.rehearsal;

import io.muster.model.ModelCluster;
import io.muster.model.ModelNode;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/// One seed: a cluster, rounds of trouble, calm after each.
public final class Story {
    /// What came of one that holds.
    ///
    /// @param virtualMs how long it was
    /// @param troubles pieces of trouble that came
    /// @param fencings fence agents that were started
    /// @param rare states that a campaign must have seen, and how often
    public record Outcome(long virtualMs, int troubles, int fencings, Map<Rare, Integer> rare) {
        public Outcome {
            rare = Map.copyOf(rare);
        }
    }

    private static final long CALM_LIMIT_MS = 150_000;

    private final Script script;
    private final Site site;
    private final ModelCluster cluster;

    /// @param all whether what the daemons don't bear yet may be in it
    public Story(long seed, boolean all) {
        this(Script.draw(seed, all));
    }

    Story(Script script) {
        this.script = script;
        this.site = new Site(script);
        this.cluster = site.model();
    }

    /// Prints every step as it is taken.
    public void loud() {
        cluster.simulation().trace().loud();
    }

    /// Runs it.
    ///
    /// @throws AssertionError with the broken promise, the world, its trouble and the last steps
    public Outcome run() {
        try {
            for (ModelNode node : cluster.nodes().values()) {
                int atMs = script.bootsMs().get(node.nodeid() - 1);
                if (atMs >= 0) {
                    cluster.simulation().afterMs(atMs, () -> site.boot(node));
                }
            }
            for (int round = 0; round < script.rounds(); round++) {
                round(round);
            }
        } catch (AssertionError broken) {
            throw new AssertionError(broken.getMessage() + "\n" + script + "machines:\n" + site.truth(), broken);
        }
        return new Outcome(cluster.simulation().nowMs(), site.mischief().done(), site.fencings(), site.rare());
    }

    private void round(int number) {
        if (number > 0) {
            site.rare(Rare.CALM_INSIDE);
            site.calmIsOver();
        }
        List<Step> steps =
                script.steps().stream().filter(step -> step.round() == number).toList();
        steps.forEach(site.mischief()::schedule);
        cluster.simulation().runForMs(script.quietMs() + script.troubleMs());
        site.calm();
        cluster.simulation().runForMs(3000);
        if (!cluster.simulation()
                .runUntil(new Patience(), CALM_LIMIT_MS + 10L * script.draft().tokenMs())) {
            throw cluster.simulation()
                    .failure("still owed in calm:\n" + site.care().owed());
        }
        cluster.simulation().runForMs(script.idleMs());
    }

    /// Looks only now and then: the question is dear.
    private final class Patience implements BooleanSupplier {
        private long askedMs = -1;

        @Override
        public boolean getAsBoolean() {
            long now = cluster.simulation().nowMs() / 200;
            if (now == askedMs) {
                return false;
            }
            askedMs = now;
            return site.care().owed().isEmpty();
        }
    }
}
