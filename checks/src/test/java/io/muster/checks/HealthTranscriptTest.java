package io.muster.checks;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.checks.HealthEffect.Changed;
import io.muster.checks.HealthEffect.StartCheck;
import io.muster.checks.HealthEffect.Weighed;
import io.muster.checks.TargetHealth.Force;
import io.muster.driver.Dice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Stories of one server: what happens to it, and behind `->` what comes of it. Rewritten with `-Dtranscripts=write`.
class HealthTranscriptTest {
    private static final Path STORIES = Path.of("src/test/resources/checks/health");

    private final Health health = new Health(new Dice(1));
    private final Target target = HealthTest.target(1);
    private final List<String> told = new ArrayList<>();
    private long now;
    private String outcome = "good";

    static List<Path> stories() throws IOException {
        try (Stream<Path> files = Files.list(STORIES)) {
            return files.sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("stories")
    void story(Path file) throws IOException {
        List<String> written = Files.readAllLines(file);
        List<String> played = new ArrayList<>();
        for (String line : written) {
            if (line.startsWith("->")) {
                continue;
            }
            played.add(line);
            if (!line.isBlank() && !line.startsWith("#")) {
                told.clear();
                play(line.split(" "));
                played.addAll(told);
            }
        }
        if (System.getProperty("transcripts", "").equals("write")) {
            Files.write(file, played);
        }
        assertEquals(String.join("\n", written), String.join("\n", played), file.toString());
    }

    private void play(String[] words) {
        switch (words[0]) {
            case "configure" -> {
                Rules plain =
                        HealthTest.rules(1000 * number(words[4]), 1000 * number(words[6]), (int) number(words[2]));
                Rules rules = words.length > 7
                        ? new Rules(plain.check(), plain.intervalMs(), plain.reentryMs(), plain.weight(), 10)
                        : plain;
                tell(health.on(new HealthEvent.Configured(new TreeMap<>(Map.of(target, rules))), now));
            }
            case "forget" -> tell(health.on(new HealthEvent.Configured(new TreeMap<>()), now));
            case "adopt" -> health.on(new HealthEvent.Adopted(target, (int) number(words[1])), now);
            case "force" ->
                tell(health.on(new HealthEvent.Forced(target, Force.valueOf(words[1].toUpperCase(Locale.ROOT))), now));
            case "good", "bad" -> nextCheck(words[0]);
            case "load" -> nextCheck(words[1]);
            case "pass" -> passUntil(now + 1000 * number(words[1]), Long.MAX_VALUE);
            default -> throw new IllegalArgumentException(String.join(" ", words));
        }
    }

    private static long number(String word) {
        return Long.parseLong(word);
    }

    /// The next check ends so.
    private void nextCheck(String wanted) {
        outcome = wanted;
        passUntil(Long.MAX_VALUE, health.health(target).orElseThrow().checks() + 1);
    }

    private void passUntil(long end, long checks) {
        while (health.nextDeadlineMs() <= end
                && health.health(target).map(TargetHealth::checks).orElse(0L) < checks) {
            now = Math.max(now, health.nextDeadlineMs());
            tell(health.on(new HealthEvent.Tick(), now));
        }
        if (end != Long.MAX_VALUE) {
            now = end;
        }
        outcome = outcome.equals("bad") ? "good" : outcome;
    }

    private void tell(List<HealthEffect> effects) {
        for (HealthEffect effect : effects) {
            switch (effect) {
                case StartCheck start ->
                    tell(health.on(new HealthEvent.Checked(target, start.ticket(), result()), now));
                case Changed changed -> told.add("-> weight " + changed.weight() + "  " + changed.line());
                case Weighed weighed -> told.add("-> weight " + weighed.weight() + "  " + weighed.reason());
            }
        }
    }

    private CheckResult result() {
        return switch (outcome) {
            case "good" -> new CheckResult(true, "answered", 1);
            case "bad" -> new CheckResult(false, "connection refused", 1);
            default -> new CheckResult(CheckResult.Outcome.GOOD, "load", 1, Double.parseDouble(outcome));
        };
    }
}
