package io.muster.ipvs.cli;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Cuts a command line as the popt library does, on which `ipvsadm` is built. What differs from getopt(3): long
/// options aren't abbreviated; an argument may follow a letter with `=` (`-w=5`); an optional argument may be the next
/// word unless that begins with `-`; what isn't an option is set aside, wherever it stands.
///
/// Source: popt(3) and `ipvsadm` 1.31 as observed.
final class Popt {
    /// What [#next] found besides an option.
    enum Problem {
        UNKNOWN("unknown option"),
        MISSING("missing argument"),
        UNWANTED("option does not take an argument");

        private final String words;

        Problem(String words) {
            this.words = words;
        }

        String words() {
            return words;
        }
    }

    /// An option with its argument ("" and absent are different), a problem, or neither at the end.
    record Step(
            @Nullable Opt option,
            @Nullable String argument,
            @Nullable Problem problem) {
        static final Step END = new Step(null, null, null);
    }

    private static final Map<String, Opt> LONG = new HashMap<>();
    private static final Map<Character, Opt> SHORT = new HashMap<>();

    static {
        for (Opt option : Opt.values()) {
            if (!option.longName().isEmpty()) {
                LONG.put(option.longName(), option);
            }
            for (char letter : option.letters().toCharArray()) {
                SHORT.put(letter, option);
            }
        }
    }

    private final String[] args;
    private final Deque<String> leftovers = new ArrayDeque<>();
    private int index;
    private String bundle = "";

    Popt(String[] args) {
        this.args = args.clone();
    }

    Step next() {
        while (bundle.isEmpty()) {
            if (index == args.length) {
                return Step.END;
            }
            String word = args[index++];
            if (word.equals("--")) {
                while (index < args.length) {
                    leftovers.add(args[index++]);
                }
                return Step.END;
            }
            if (word.length() < 2 || word.charAt(0) != '-') {
                leftovers.add(word);
                continue;
            }
            if (word.charAt(1) == '-') {
                return longOption(word.substring(2));
            }
            bundle = word.substring(1);
        }
        Opt option = SHORT.get(bundle.charAt(0));
        if (option == null) {
            return problem(Problem.UNKNOWN);
        }
        bundle = bundle.substring(1);
        if (option.argument() == Opt.Argument.NONE) {
            return bundle.startsWith("=") ? problem(Problem.UNWANTED) : new Step(option, null, null);
        }
        if (bundle.isEmpty()) {
            return argumentFromNext(option);
        }
        String attached = bundle.startsWith("=") ? bundle.substring(1) : bundle;
        bundle = "";
        return new Step(option, attached, null);
    }

    /// The word that was read last: what popt blames.
    String lastWord() {
        return args[index - 1];
    }

    /// What is no option, oldest first. Complete after the end.
    Deque<String> leftovers() {
        return leftovers;
    }

    private Step longOption(String text) {
        int equals = text.indexOf('=');
        Opt option = LONG.get(equals < 0 ? text : text.substring(0, equals));
        if (option == null) {
            return problem(Problem.UNKNOWN);
        }
        if (equals >= 0) {
            return option.argument() == Opt.Argument.NONE
                    ? problem(Problem.UNWANTED)
                    : new Step(option, text.substring(equals + 1), null);
        }
        return option.argument() == Opt.Argument.NONE ? new Step(option, null, null) : argumentFromNext(option);
    }

    private Step argumentFromNext(Opt option) {
        boolean optional = option.argument() == Opt.Argument.OPTIONAL;
        if (index == args.length) {
            return optional ? new Step(option, null, null) : problem(Problem.MISSING);
        }
        if (optional && args[index].startsWith("-")) {
            return new Step(option, null, null);
        }
        return new Step(option, args[index++], null);
    }

    private static Step problem(Problem problem) {
        return new Step(null, null, problem);
    }
}
