package io.muster.rehearsal.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.muster.cli.Said;
import io.muster.daemon.Logs;
import io.muster.rehearsal.Campaign;
import io.muster.rehearsal.Corpus;
import io.muster.rehearsal.Edition;
import io.muster.rehearsal.Story;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// Whole clusters from seeds: `-Dseed=N` runs one, `-Dseeds=N` that many, `-Dstory=2` as they were drawn before.
class SimulationTest {
    private static final int SEEDS = Integer.getInteger("seeds", 70);
    private static final int NEW_SEEDS = Integer.getInteger("newSeeds", 500);
    private static final Edition EDITION = Objects.requireNonNull(
            Edition.of(System.getProperty("story", Edition.newest().toString())), "-Dstory");
    /// So many of the new ones in five hundred may break something that isn't a double run, and are told: what is
    /// found today is mended tomorrow, and enters the corpus.
    private static final int TOLD = 5;

    /// How a double run is told.
    private static final Pattern TWICE = Pattern.compile("on node \\d+ and (is|may be) on node");

    /// Where there is no commit to draw from.
    private static final long FIXED = 20_260_101_000_000L;

    @Test
    void everyPromiseHoldsInTroubleAndAllIsWellInCalm() {
        Logs.level("", "OFF");
        Long seed = Long.getLong("seed");
        if (seed != null) {
            hold(seed, seed);
        } else {
            corpus();
            hold(1, SEEDS);
            long fresh = drawn();
            System.out.println("new seeds " + fresh + ".." + (fresh + NEW_SEEDS - 1));
            tell(fresh, fresh + NEW_SEEDS - 1);
        }
    }

    private static void tell(long from, long to) {
        var campaign = new Campaign(EDITION);
        campaign.run(from, to);
        campaign.broken()
                .forEach((seed, why) ->
                        System.out.println("new seed " + seed + " breaks a promise: ./muster simulate --seed " + seed
                                + "\n" + why.lines().limit(4).collect(Collectors.joining("\n"))));
        boolean twice = campaign.broken().values().stream()
                .anyMatch(why -> TWICE.matcher(why).find());
        if (twice || campaign.broken().size() > TOLD) {
            fail("new seeds " + campaign.broken().keySet() + " break promises");
        }
    }

    private static void hold(long from, long to) {
        var campaign = new Campaign(EDITION);
        campaign.run(from, to);
        if (!campaign.broken().isEmpty()) {
            long first = campaign.broken().firstKey();
            fail("-Dseed=" + first + " of " + campaign.broken().keySet() + ": "
                    + campaign.broken().get(first));
        }
    }

    private static void corpus() {
        List<Corpus.Entry> wrong = Corpus.read().parallelStream()
                .filter(entry -> broken(entry).isPresent() != entry.broken())
                .toList();
        for (Corpus.Entry entry : wrong) {
            fail(
                    entry.broken()
                            ? "seed " + entry.seed() + " holds now (" + entry.words() + "): move it in corpus.txt"
                            : "-Dseed=" + entry.seed() + " -Dstory=" + entry.edition()
                                    + ", which once showed " + entry.words() + ": "
                                    + broken(entry).orElse("held when run again"));
        }
    }

    private static Optional<String> broken(Corpus.Entry entry) {
        try {
            new Story(entry.seed(), entry.edition()).run();
            return Optional.empty();
        } catch (AssertionError broken) {
            return Optional.of(String.valueOf(broken.getMessage()));
        }
    }

    /// From the hash of the commit that is checked out.
    private static long drawn() {
        for (Path place = Path.of("").toAbsolutePath(); place != null; place = place.getParent()) {
            try {
                Path git = place.resolve(".git");
                String head = Files.readString(git.resolve("HEAD")).strip();
                if (head.startsWith("ref: ")) {
                    head = Files.readString(git.resolve(head.substring("ref: ".length())))
                            .strip();
                }
                return Long.parseLong(head.substring(0, 9), 16) * 1000;
            } catch (IOException | RuntimeException e) {
                // Not here, or not a plain reference.
            }
        }
        return FIXED;
    }

    @Test
    void seedRunsTheSameTwice() {
        Logs.level("", "OFF");
        assertEquals(new Story(4, Edition.newest()).run(), new Story(4, Edition.newest()).run());
    }

    @Test
    void seedThatHoldsExitsWithZero() {
        assertEquals(new Said(0, "seed 1 holds\n", ""), Said.by(Simulate::run, "--seed", "1"));
    }

    @Test
    void campaignSaysItsRangeAndWhatItMet() {
        Said said = Said.by(Simulate::run, "--seeds", "1..3");
        assertEquals(0, said.status());
        assertTrue(said.out().startsWith("from 1: 3 seeds in "), said.out());
    }

    @Test
    void wrongWordsExitWithTwo() {
        assertEquals(2, Said.by(Simulate::run, "--seed", "x").status());
        assertEquals(2, Said.by(Simulate::run).status());
    }
}
