package io.muster.rehearsal;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.LongStream;

/// Many seeds, on all processors, and what they came to.
///
/// Thread: one; [#run] has the stories told on the common pool.
public final class Campaign {
    /// So many seeds must have met every rare state.
    private static final int ENOUGH = 2000;

    private final Edition edition;
    private final Map<Rare, Integer> rare = new EnumMap<>(Rare.class);
    private final SortedMap<Long, String> broken = new TreeMap<>();
    private long seeds;
    private long virtualMs;
    private long troubles;
    private long fencings;
    private long longestCalmMs;

    public Campaign(Edition edition) {
        this.edition = edition;
    }

    /// Runs all seeds from one to another.
    public void run(long from, long to) {
        LongStream.rangeClosed(from, to).parallel().mapToObj(this::run).toList().forEach(told -> told.accept(this));
    }

    private Consumer<Campaign> run(long seed) {
        try {
            Story.Outcome outcome = new Story(seed, edition).run();
            return campaign -> campaign.add(outcome);
        } catch (AssertionError e) {
            String why = String.valueOf(e.getMessage());
            return campaign -> {
                campaign.seeds++;
                campaign.broken.put(seed, why);
            };
        }
    }

    private void add(Story.Outcome outcome) {
        seeds++;
        virtualMs += outcome.virtualMs();
        troubles += outcome.troubles();
        fencings += outcome.fencings();
        longestCalmMs = Math.max(longestCalmMs, outcome.longestCalmMs());
        outcome.rare().forEach((state, times) -> rare.merge(state, 1, Integer::sum));
    }

    /// What broke, by seed.
    public SortedMap<Long, String> broken() {
        return broken;
    }

    public long seeds() {
        return seeds;
    }

    /// Rare states that none of enough seeds has met; empty when there weren't enough.
    public List<Rare> missed() {
        return seeds < ENOUGH
                ? List.of()
                : Arrays.stream(Rare.values())
                        .filter(state -> !rare.containsKey(state) && (edition.all() || state.usual()))
                        .toList();
    }

    /// @param seconds it took
    public String figures(double seconds) {
        long held = Math.max(1, seeds - broken.size());
        var text = new StringBuilder(String.format(
                Locale.ROOT,
                "%d seeds in %.0f s, %d broken: %.0f virtual s each, %.0f a second; %.1f faults and %.1f fencings a seed; all well after at most %.0f s%n",
                seeds,
                seconds,
                broken.size(),
                virtualMs / 1000.0 / held,
                virtualMs / 1000.0 / seconds,
                (double) troubles / held,
                (double) fencings / held,
                longestCalmMs / 1000.0));
        for (Rare state : Rare.values()) {
            text.append(String.format(Locale.ROOT, "%7d  %s%n", rare.getOrDefault(state, 0), state));
        }
        return text.toString();
    }
}
