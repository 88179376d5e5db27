package io.muster.rehearsal.cli;

import io.muster.daemon.Logs;
import io.muster.rehearsal.Campaign;
import io.muster.rehearsal.Edition;
import io.muster.rehearsal.Shrinker;
import io.muster.rehearsal.Story;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// `muster simulate`: whole clusters in a false world, each from a seed.
///
/// Exit status: 0 all seeds hold (and, of a campaign, each rare state was met), 1 one doesn't (with the
/// broken promise, the world, its trouble and the last steps), 2 usage.
public final class Simulate {
    private static final String USAGE = """
            usage: muster simulate --seed N [--trace] | --seeds A..B | --campaign [MINUTES] | --shrink N
                   [--story EDITION]
              --seed N       one cluster; with --trace everything it does
              --seeds A..B   all seeds from A to B
              --campaign     seed after seed, from the time of day, until stopped or MINUTES are over
              --shrink N     the smallest story that breaks what seed N breaks, in words
              --story EDITION  as stories were drawn before, for old seeds: 2, 2-usual; 3 is today's
            """;

    private static final int BATCH = 200;

    private Simulate() {}

    public static void main(String[] args) {
        System.exit(run(args, System.out, System.err));
    }

    static int run(String[] args, PrintStream out, PrintStream err) {
        // A thousand nodes' daemons in one process: what matters of them is in the trace.
        Logs.level("", "OFF");
        var words = new ArrayList<>(List.of(args));
        boolean trace = words.remove("--trace");
        Edition edition = edition(words);
        if (edition == null) {
            err.print(USAGE);
            return 2;
        }
        try {
            if (words.size() == 2 && words.getFirst().equals("--seed")) {
                return one(Long.parseLong(words.get(1)), edition, trace, out);
            }
            if (words.size() == 2 && words.getFirst().equals("--shrink")) {
                return shrink(Long.parseLong(words.get(1)), edition, out);
            }
            if (words.size() == 2
                    && words.getFirst().equals("--seeds")
                    && words.get(1).contains("..")) {
                String[] ends = words.get(1).split("\\.\\.", -1);
                return several(Long.parseLong(ends[0]), Long.parseLong(ends[1]), edition, out);
            }
            if (!words.isEmpty() && words.getFirst().equals("--campaign")) {
                return campaign(
                        words.size() > 1 ? Long.parseLong(words.get(1)) : Long.MAX_VALUE / 60_000, edition, out);
            }
        } catch (NumberFormatException e) {
            err.println("simulate: " + e.getMessage() + ": not a number");
        }
        err.print(USAGE);
        return 2;
    }

    /// Takes the option out of the words; null for one that there isn't.
    private static @Nullable Edition edition(List<String> words) {
        int at = words.indexOf("--story");
        if (at < 0) {
            return Edition.newest();
        }
        Edition edition = at + 1 < words.size() ? Edition.of(words.get(at + 1)) : null;
        words.subList(at, Math.min(at + 2, words.size())).clear();
        return edition;
    }

    private static int one(long seed, Edition edition, boolean trace, PrintStream out) {
        var story = new Story(seed, edition);
        if (trace) {
            story.loud();
        }
        try {
            story.run();
            out.println("seed " + seed + " holds");
            return 0;
        } catch (AssertionError broken) {
            out.println(broken.getMessage());
            return 1;
        }
    }

    private static int shrink(long seed, Edition edition, PrintStream out) {
        Optional<String> smallest = Shrinker.shrink(seed, edition);
        out.println(smallest.orElse("seed " + seed + " holds"));
        return smallest.isPresent() ? 1 : 0;
    }

    private static int several(long from, long to, Edition edition, PrintStream out) {
        long beginNs = System.nanoTime();
        var campaign = new Campaign(edition);
        campaign.run(from, to);
        return told(campaign, from, beginNs, out);
    }

    private static int campaign(long minutes, Edition edition, PrintStream out) {
        long beginNs = System.nanoTime();
        long from = System.currentTimeMillis();
        var campaign = new Campaign(edition);
        for (long seed = from; System.nanoTime() - beginNs < minutes * 60_000_000_000L; seed += BATCH) {
            campaign.run(seed, seed + BATCH - 1);
            if (!campaign.broken().isEmpty()) {
                break;
            }
            out.println(campaign.seeds() + " seeds hold, from " + from);
        }
        return told(campaign, from, beginNs, out);
    }

    private static int told(Campaign campaign, long from, long beginNs, PrintStream out) {
        campaign.broken()
                .forEach((seed, message) -> out.println(
                        "seed " + seed + ": " + message.lines().findFirst().orElse("")));
        if (!campaign.broken().isEmpty()) {
            out.println(campaign.broken().get(campaign.broken().firstKey()));
        }
        out.print("from " + from + ": " + campaign.figures((System.nanoTime() - beginNs) / 1e9));
        campaign.missed().forEach(state -> out.println("never met: " + state));
        return campaign.broken().isEmpty() && campaign.missed().isEmpty() ? 0 : 1;
    }
}
