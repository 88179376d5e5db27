package io.muster.rehearsal.cli;

import io.muster.daemon.Logs;
import io.muster.rehearsal.Story;
import java.io.PrintStream;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;

/// `muster simulate`: whole clusters in a false world, each from a seed.
///
/// Exit status: 0 all seeds hold, 1 one doesn't (with the broken promise, the schedule of faults and
/// the last steps), 2 usage.
public final class Simulate {
    private static final String USAGE = """
            usage: muster simulate --seed N [--trace] | --seeds A..B | --campaign [MINUTES]
              --seed N       one cluster; with --trace everything it does
              --seeds A..B   all seeds from A to B
              --campaign     seed after seed, from the time of day, until stopped or MINUTES are over
            """;

    private Simulate() {}

    public static void main(String[] args) {
        System.exit(run(args, System.out, System.err));
    }

    static int run(String[] args, PrintStream out, PrintStream err) {
        // A thousand nodes' daemons in one process: what matters of them is in the trace.
        Logs.level("", "OFF");
        List<String> words = List.of(args);
        try {
            if (words.size() >= 2 && words.getFirst().equals("--seed")) {
                return one(Long.parseLong(words.get(1)), words.contains("--trace"), out);
            }
            if (words.size() == 2
                    && words.getFirst().equals("--seeds")
                    && words.get(1).contains("..")) {
                String[] ends = words.get(1).split("\\.\\.", -1);
                return all(Long.parseLong(ends[0]), Long.parseLong(ends[1]), out);
            }
            if (!words.isEmpty() && words.getFirst().equals("--campaign")) {
                return campaign(words.size() > 1 ? Long.parseLong(words.get(1)) : Long.MAX_VALUE / 60_000, out);
            }
        } catch (NumberFormatException e) {
            err.println("simulate: " + e.getMessage() + ": not a number");
        }
        err.print(USAGE);
        return 2;
    }

    private static int one(long seed, boolean trace, PrintStream out) {
        var story = new Story(seed);
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

    private static int all(long from, long to, PrintStream out) {
        Optional<String> broken = firstBroken(from, to);
        out.println(broken.orElse("seeds " + from + ".." + to + " hold"));
        return broken.isPresent() ? 1 : 0;
    }

    private static int campaign(long minutes, PrintStream out) {
        long begin = System.currentTimeMillis();
        long seed = begin;
        while (System.currentTimeMillis() - begin < minutes * 60_000) {
            Optional<String> broken = firstBroken(seed, seed + 199);
            if (broken.isPresent()) {
                out.println(broken.get());
                return 1;
            }
            seed += 200;
            out.println((seed - begin) + " seeds hold, from " + begin);
        }
        return 0;
    }

    /// Runs seeds on all processors.
    ///
    /// @return what the lowest broken seed found says
    static Optional<String> firstBroken(long from, long to) {
        Logs.level("", "OFF");
        var lowest = new AtomicLong(Long.MAX_VALUE);
        LongStream.rangeClosed(from, to).parallel().forEach(seed -> {
            if (seed < lowest.get()) {
                try {
                    new Story(seed).run();
                } catch (AssertionError broken) {
                    lowest.accumulateAndGet(seed, Math::min);
                }
            }
        });
        if (lowest.get() == Long.MAX_VALUE) {
            return Optional.empty();
        }
        try {
            new Story(lowest.get()).run();
            return Optional.of(
                    "seed " + lowest.get() + " broke, and held when run again: the simulation isn't repeatable");
        } catch (AssertionError broken) {
            return Optional.of(String.valueOf(broken.getMessage()));
        }
    }
}
