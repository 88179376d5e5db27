package io.muster.rehearsal;

import io.muster.core.Node;
import io.muster.model.ModelCluster;
import io.muster.model.ModelNode;
import io.muster.totem.Ring;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

/// One seed: a cluster, rounds of trouble, calm after each.
public final class Story {
    /// What came of one that holds.
    ///
    /// @param virtualMs how long it was
    /// @param troubles pieces of trouble that came
    /// @param fencings fence agents that were started
    /// @param longestCalmMs from the end of trouble until all was well
    /// @param rare states that a campaign must have seen, and how often
    public record Outcome(long virtualMs, int troubles, int fencings, long longestCalmMs, Map<Rare, Integer> rare) {
        public Outcome {
            rare = Map.copyOf(rare);
        }
    }

    /// The first look of the operator, three more, the time a node may be without a daemon, the delays of
    /// fencing with two methods of agents that hang, and of all services stopped and started.
    private static final long CALM_LIMIT_MS = 5_000 + 3 * 10_000 + 10_000 + 6_000 + 2 * 4_000 + 30_000;

    /// How long a ring of all that hear each other may take, beyond its token's time.
    private static final long RING_MS = 1000;

    private static final long LONG_IDLE_MS = 10_000;

    /// Longest that a piece of trouble leaves something behind.
    private static final long AFTERMATH_MS = 30_000;

    private final Script script;
    private final Site site;
    private final ModelCluster cluster;
    private long longestCalmMs;

    public Story(long seed, Edition edition) {
        this(Script.draw(seed, edition));
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
        return new Outcome(
                cluster.simulation().nowMs(), site.mischief().done(), site.fencings(), longestCalmMs, site.rare());
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
        long calmMs = cluster.simulation().nowMs();
        oneRing();
        cluster.simulation().runForMs(3000);
        allIsWell();
        longestCalmMs = Math.max(longestCalmMs, cluster.simulation().nowMs() - calmMs);
        if (script.idleMs() >= LONG_IDLE_MS) {
            // Until whatever trouble has left behind is over, too.
            cluster.simulation()
                    .runForMs(Math.max(
                            0, calmMs + AFTERMATH_MS - cluster.simulation().nowMs()));
            allIsWell();
            String before = still();
            cluster.simulation().runForMs(script.idleMs());
            require(before.equals(still()), "in calm, where nothing had to change:\n" + before + "is now\n" + still());
        } else {
            cluster.simulation().runForMs(script.idleMs());
        }
    }

    /// Within a token's time and a second after the last trouble, all cmans that live on are in one ring.
    private void oneRing() {
        Map<Integer, Node> then = runs();
        long boundMs = script.draft().tokenMs() + RING_MS;
        if (!cluster.simulation().runUntil(() -> together(then), boundMs)
                && script.edition().all()) {
            throw cluster.simulation()
                    .failure("of " + then.values() + " those that live haven't been in one ring for " + boundMs
                            + " ms since the last trouble");
        }
    }

    private boolean together(Map<Integer, Node> then) {
        Map<Integer, Node> now = runs();
        now.values().retainAll(then.values());
        for (Node run : now.values()) {
            Ring ring = cluster.node(run.nodeid()).cman().orElseThrow().ring();
            if (!ring.operational() || !ring.members().containsAll(now.values())) {
                return false;
            }
        }
        return true;
    }

    private void require(boolean holds, String promise) {
        if (!holds) {
            throw cluster.simulation().failure(promise);
        }
    }

    private Map<Integer, Node> runs() {
        var runs = new TreeMap<Integer, Node>();
        cluster.nodes().values().forEach(node -> node.run().ifPresent(run -> runs.put(run.nodeid(), run)));
        return runs;
    }

    private void allIsWell() {
        if (!cluster.simulation()
                .runUntil(new Patience(), CALM_LIMIT_MS + 10L * script.draft().tokenMs())) {
            throw cluster.simulation()
                    .failure("still owed in calm:\n" + site.care().owed());
        }
    }

    /// What mustn't change without need: who lives in which run, where services are, agents against nodes.
    private String still() {
        var text = new StringBuilder("fencings ")
                .append(site.fencings())
                .append(", ")
                .append(runs());
        return text.append('\n').append(site.truth()).toString();
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
