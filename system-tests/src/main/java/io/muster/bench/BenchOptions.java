package io.muster.bench;

import io.muster.cli.Getopt;
import io.muster.cli.LongOption;
import io.muster.cli.Nearest;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// What `./muster bench` was asked for.
///
/// @param what the benchmark
/// @param oneProcess each node's daemons in one clusterd
/// @param lab in a guest whose kernel has IPVS
/// @param alone without the peer
/// @param json where to write the figures, or null
record BenchOptions(
        String what,
        Map<Character, Integer> numbers,
        boolean oneProcess,
        boolean lab,
        boolean alone,
        @Nullable Path json) {

    BenchOptions {
        numbers = Map.copyOf(numbers);
    }

    private static final String USAGE = """
            Usage: ./muster bench failover [--trials N] [--one-process] [--json FILE]
                   ./muster bench order [--seconds N] [--rounds N] [--muster-only] [--json FILE]
                   ./muster bench footprint [--one-process] [--json FILE]
                   ./muster bench commands [--trials N] [--json FILE]
                   ./muster bench checks [--json FILE]
                   ./muster bench table [--trials N] [--json FILE]
                   ./muster bench director [--trials N] [--lab] [--json FILE]
            """;

    /// Each benchmark's options, beside `--json`.
    private static final Map<String, String> TAKES = Map.of(
            "failover", "to",
            "order", "srm",
            "footprint", "o",
            "commands", "t",
            "checks", "",
            "table", "t",
            "director", "tl");

    private static final List<LongOption> LONG = List.of(
            new LongOption("trials", LongOption.Argument.REQUIRED, 't'),
            new LongOption("seconds", LongOption.Argument.REQUIRED, 's'),
            new LongOption("rounds", LongOption.Argument.REQUIRED, 'r'),
            new LongOption("one-process", LongOption.Argument.NONE, 'o'),
            new LongOption("lab", LongOption.Argument.NONE, 'l'),
            new LongOption("muster-only", LongOption.Argument.NONE, 'm'),
            new LongOption("json", LongOption.Argument.REQUIRED, 'j'),
            new LongOption("help", LongOption.Argument.NONE, 'h'));

    private static final int MOST = 10_000;

    int trials(int unlessTold) {
        return numbers.getOrDefault('t', unlessTold);
    }

    int seconds(int unlessTold) {
        return numbers.getOrDefault('s', unlessTold);
    }

    int rounds(int unlessTold) {
        return numbers.getOrDefault('r', unlessTold);
    }

    /// @return empty when the options are wrong or only asked for help; `status[0]` is the exit status then
    static Optional<BenchOptions> parse(String[] args, PrintStream out, PrintStream err, int[] status) {
        status[0] = 1;
        Getopt options = new Getopt("bench", args, "hs:r:m", err, LONG.toArray(LongOption[]::new));
        var given = new TreeSet<Character>();
        var numbers = new TreeMap<Character, Integer>();
        Path json = null;
        for (int c = options.next(); c != Getopt.END; c = options.next()) {
            switch (c) {
                case 't', 's', 'r' -> {
                    int number = number(options.argument());
                    if (number == 0) {
                        err.println("bench: --" + name((char) c) + " " + options.argument() + ": a number from 1 to "
                                + MOST);
                        return Optional.empty();
                    }
                    numbers.put((char) c, number);
                }
                case 'o', 'l', 'm' -> given.add((char) c);
                case 'j' -> json = Path.of(options.argument()).toAbsolutePath();
                case 'h' -> {
                    out.print(USAGE);
                    status[0] = 0;
                    return Optional.empty();
                }
                default -> {
                    err.print(USAGE);
                    return Optional.empty();
                }
            }
        }
        List<String> words = options.operands();
        if (words.size() != 1 || !TAKES.containsKey(words.getFirst())) {
            if (!words.isEmpty() && !TAKES.containsKey(words.getFirst())) {
                err.println("bench: no benchmark \"" + words.getFirst() + "\""
                        + Nearest.hint(words.getFirst(), new TreeSet<>(TAKES.keySet())));
            }
            err.print(USAGE);
            return Optional.empty();
        }
        String what = words.getFirst();
        var all = new TreeSet<>(given);
        all.addAll(numbers.keySet());
        for (char c : all) {
            if (TAKES.getOrDefault(what, "").indexOf(c) < 0) {
                err.println("bench: " + what + " has no --" + name(c));
                err.print(USAGE);
                return Optional.empty();
            }
        }
        return Optional.of(
                new BenchOptions(what, numbers, given.contains('o'), given.contains('l'), given.contains('m'), json));
    }

    private static int number(String text) {
        return text.matches("[0-9]{1,5}") && Integer.parseInt(text) <= MOST ? Integer.parseInt(text) : 0;
    }

    private static String name(char value) {
        return LONG.stream()
                .filter(option -> option.value() == value)
                .findFirst()
                .orElseThrow()
                .name();
    }
}
