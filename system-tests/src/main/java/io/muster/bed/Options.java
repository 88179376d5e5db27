package io.muster.bed;

import io.muster.cli.Getopt;
import io.muster.cli.LongOption;
import io.muster.cli.Nearest;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The options of a command that takes one word, `./muster bench WORD` or `./muster demo [WORD]`, each word with
/// options of its own. `-h`, `--help` and `--json FILE` are everybody's.
public final class Options {
    /// What follows an option.
    public enum Kind {
        FLAG,
        NUMBER,
        TEXT
    }

    /// @param letter short for the name where `shortToo`, and what [Given] knows it by in any case
    public record Option(String name, char letter, boolean shortToo, Kind kind) {}

    /// What was asked for.
    ///
    /// @param word empty where none was given
    /// @param values by letter; empty texts for flags
    public record Given(String word, SortedMap<Character, String> values) {
        public Given {
            values = Collections.unmodifiableSortedMap(new TreeMap<>(values));
        }

        public boolean has(char letter) {
            return values.containsKey(letter);
        }

        public int number(char letter, int unlessTold) {
            String text = values.get(letter);
            return text == null ? unlessTold : Integer.parseInt(text);
        }

        public @Nullable String text(char letter) {
            return values.get(letter);
        }

        /// Where to write the figures, or null.
        public @Nullable Path json() {
            String file = values.get(JSON.letter);
            return file == null ? null : Path.of(file).toAbsolutePath();
        }
    }

    private static final Option JSON = new Option("json", 'j', false, Kind.TEXT);
    private static final int MOST = 10_000;

    private final String program;
    private final String noun;
    private final Map<String, String> usages;
    private final Map<String, String> takes;
    private final List<Option> options;

    /// @param noun what a word names
    /// @param usages by word; the empty word is what is done without one, if that is possible
    /// @param takes the letters of each word's own options
    public Options(
            String program, String noun, Map<String, String> usages, Map<String, String> takes, Option... options) {
        this.program = program;
        this.noun = noun;
        this.usages = Map.copyOf(usages);
        this.takes = Map.copyOf(takes);
        this.options = Stream.concat(Stream.of(options), Stream.of(JSON)).toList();
    }

    /// @return empty when the options are wrong or only asked for help; `status[0]` is the exit status then
    public Optional<Given> parse(String[] args, PrintStream out, PrintStream err, int[] status) {
        status[0] = 1;
        var getopt = new Getopt(program, args, shorts(), err, longs());
        var values = new TreeMap<Character, String>();
        boolean help = false;
        boolean wrong = false;
        for (int c = getopt.next(); c != Getopt.END; c = getopt.next()) {
            if (c == 'h') {
                help = true;
            } else if (c == '?') {
                wrong = true;
            } else {
                Option option = option((char) c);
                String value = option.kind == Kind.FLAG ? "" : getopt.argument();
                if (option.kind == Kind.NUMBER && !isNumber(value)) {
                    err.println(program + ": --" + option.name + " " + value + ": a number from 1 to " + MOST);
                    return Optional.empty();
                }
                values.put(option.letter, value);
            }
        }
        List<String> words = getopt.operands();
        String word = words.isEmpty() ? "" : words.getFirst();
        if (help) {
            out.print(usage(word));
            status[0] = 0;
            return Optional.empty();
        }
        if (!wrong && !takes.containsKey(word) && !word.isEmpty()) {
            var known = new TreeSet<>(takes.keySet());
            known.remove("");
            err.println(program + ": no " + noun + " \"" + word + "\"" + Nearest.hint(word, known));
        }
        if (wrong || words.size() > 1 || !takes.containsKey(word) || takesTooMuch(word, values.keySet(), err)) {
            err.print(usage(word));
            return Optional.empty();
        }
        status[0] = 0;
        return Optional.of(new Given(word, values));
    }

    private boolean takesTooMuch(String word, Set<Character> given, PrintStream err) {
        for (char letter : given) {
            if (letter != JSON.letter && takes.getOrDefault(word, "").indexOf(letter) < 0) {
                err.println(program + ": " + (word.isEmpty() ? noun : word) + " has no --" + option(letter).name);
                return true;
            }
        }
        return false;
    }

    private String usage(String word) {
        String usage = usages.get(word);
        return usage == null ? usages.getOrDefault("", "") : usage;
    }

    private Option option(char letter) {
        return options.stream().filter(o -> o.letter == letter).findFirst().orElseThrow();
    }

    private String shorts() {
        var text = new StringBuilder("h");
        options.stream()
                .filter(Option::shortToo)
                .forEach(o -> text.append(o.letter).append(o.kind == Kind.FLAG ? "" : ":"));
        return text.toString();
    }

    private LongOption[] longs() {
        return Stream.concat(
                        options.stream()
                                .map(o -> new LongOption(
                                        o.name,
                                        o.kind == Kind.FLAG ? LongOption.Argument.NONE : LongOption.Argument.REQUIRED,
                                        o.letter)),
                        Stream.of(new LongOption("help", LongOption.Argument.NONE, 'h')))
                .toArray(LongOption[]::new);
    }

    private static boolean isNumber(String text) {
        return text.matches("[0-9]{1,5}") && Integer.parseInt(text) >= 1 && Integer.parseInt(text) <= MOST;
    }
}
