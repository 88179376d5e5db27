package io.muster.rehearsal;

import io.muster.simulator.NetworkOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// Makes a story that breaks a promise smaller: takes out trouble and shortens it while the same promise
/// stays broken, and tells the rest.
public final class Shrinker {
    private final Script whole;
    private final String promise;
    private Script smallest;
    private String told;
    private int runs;

    private Shrinker(Script whole, String told) {
        this.whole = whole;
        this.smallest = whole;
        this.told = told;
        this.promise = promise(told);
    }

    /// What a smaller story says that breaks the promise of this one; empty when it holds.
    public static Optional<String> shrink(long seed, Edition edition) {
        Script whole = Script.draw(seed, edition);
        Optional<String> broken = broken(whole);
        if (broken.isEmpty()) {
            return Optional.empty();
        }
        var shrinker = new Shrinker(whole, broken.get());
        shrinker.work();
        return Optional.of(shrinker.text());
    }

    private static Optional<String> broken(Script script) {
        try {
            new Story(script).run();
            return Optional.empty();
        } catch (AssertionError broken) {
            return Optional.of(String.valueOf(broken.getMessage()));
        }
    }

    /// The kind of a failure: its first line, or two where the first says little, without numbers.
    private static String promise(String message) {
        List<String> lines = message.lines().limit(2).toList();
        String first = lines.getFirst();
        String words = first.endsWith(":") && lines.size() > 1 ? first + lines.get(1) : first;
        String bare = words.replaceAll("[0-9a-f/.]*[0-9][0-9a-f/.]*", "#");
        return bare.substring(0, Math.min(60, bare.length()));
    }

    private void work() {
        if (whole.rounds() > 1) {
            int rounds = whole.rounds();
            for (int round = 0; round < rounds; round++) {
                int gone = round;
                attempt(script -> script.with(script.steps().stream()
                        .filter(step -> step.round() != gone)
                        .toList()));
            }
        }
        attempt(script -> script.with(Luck.GOOD));
        attempt(Script::calmNetwork);
        for (int chunk = Math.max(1, smallest.steps().size() / 2); chunk >= 1; chunk /= 2) {
            for (int from = 0; from < smallest.steps().size(); ) {
                int at = from;
                int size = chunk;
                if (!attempt(script -> without(script, at, size))) {
                    from += chunk;
                }
            }
        }
        for (int index = 0; index < smallest.steps().size(); index++) {
            int at = index;
            while (smallest.steps().get(at).ms() > 200 && attempt(script -> shorter(script, at))) {
                // Once more.
            }
        }
    }

    private static Script without(Script script, int from, int count) {
        var rest = new ArrayList<>(script.steps());
        rest.subList(from, Math.min(rest.size(), from + count)).clear();
        return script.with(rest);
    }

    private static Script shorter(Script script, int index) {
        var steps = new ArrayList<>(script.steps());
        Step step = steps.get(index);
        steps.set(index, step.lasting(step.ms() / 2));
        return script.with(steps);
    }

    private boolean attempt(UnaryOperator<Script> change) {
        Script candidate = change.apply(smallest);
        if (candidate.equals(smallest)) {
            return false;
        }
        runs++;
        Optional<String> broken =
                broken(candidate).filter(message -> promise(message).equals(promise));
        broken.ifPresent(message -> {
            smallest = candidate;
            told = message;
        });
        return broken.isPresent();
    }

    private String text() {
        var text = new StringBuilder("of ")
                .append(whole.steps().size())
                .append(" pieces of trouble ")
                .append(smallest.steps().size())
                .append(" are needed (")
                .append(runs)
                .append(" runs)");
        text.append(smallest.luck().equals(Luck.GOOD) ? "; agents do what they are told" : "; agents fail: needed");
        text.append(
                smallest.network().equals(NetworkOptions.calm(300))
                        ? "; the network is perfect\n"
                        : "; the network as it was drawn: needed\n");
        smallest.steps().forEach(step -> text.append("  ").append(step).append('\n'));
        text.append("\nwhat happens then:\n");
        told.lines()
                .filter(line -> !line.contains(" ring ")
                        && !line.contains("-stay ")
                        && !line.contains("says node ")
                        && !line.contains("wants to join"))
                .forEach(line -> text.append(line).append('\n'));
        return text.toString();
    }
}
