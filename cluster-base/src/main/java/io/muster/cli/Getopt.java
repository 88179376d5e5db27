package io.muster.cli;

import io.muster.cli.LongOption.Argument;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// getopt(3) and getopt_long(3) as glibc has them, so that users' scripts keep working: bundled flags (`-lv`),
/// arguments attached or apart (`-c2`, `-c 2`), optional arguments (`x::`), `--`, abbreviated long options, and
/// operands between options unless the option string starts with `+`. A leading `:` returns `':'` for a missing
/// argument instead of `'?'` and says nothing.
///
/// ```java
/// var options = new Getopt("clustat", args, "i:s:h", err);
/// for (int c = options.next(); c != Getopt.END; c = options.next()) {
///     switch (c) {
///         case 's' -> service = options.argument();
///         ...
///         default -> { usage(err); return 1; }   // '?': the reason is already on stderr
///     }
/// }
/// List<String> operands = options.operands();
/// ```
///
/// Source of the rules and of the wording: glibc's manual and its messages as observed. `POSIXLY_CORRECT` isn't
/// heeded.
public final class Getopt {
    /// No more options.
    public static final int END = -1;

    private final String program;
    private final List<String> args;
    private final String spec;
    private final boolean stopAtOperand;
    private final boolean colon;
    private final PrintStream err;
    private final List<LongOption> longOptions;
    private final List<String> operands = new ArrayList<>();
    private int index;
    private String bundle = "";
    private @Nullable String argument;
    private int option;

    /// @param program as it shall stand in messages
    /// @param spec the option string of getopt(3)
    /// @param err where "invalid option" goes
    public Getopt(String program, String[] args, String spec, PrintStream err, LongOption... longOptions) {
        this.program = program;
        this.args = List.of(args);
        this.err = err;
        this.longOptions = List.of(longOptions);
        stopAtOperand = spec.startsWith("+");
        String letters = stopAtOperand ? spec.substring(1) : spec;
        colon = letters.startsWith(":");
        this.spec = colon ? letters.substring(1) : letters;
    }

    /// The next option's letter (or a long option's value), `'?'` after an error that has been reported, or
    /// [#END].
    public int next() {
        argument = null;
        while (bundle.isEmpty()) {
            if (index == args.size()) {
                return END;
            }
            String arg = args.get(index);
            if (arg.equals("--")) {
                index++;
                return end();
            }
            if (arg.length() < 2 || arg.charAt(0) != '-') {
                if (stopAtOperand) {
                    return end();
                }
                operands.add(arg);
                index++;
                continue;
            }
            index++;
            if (arg.startsWith("--") && !longOptions.isEmpty()) {
                return longOption(arg.substring(2));
            }
            bundle = arg.substring(1);
        }
        return shortOption();
    }

    /// The argument of the option just returned.
    ///
    /// @throws IllegalStateException when it takes none or its optional one is missing: see [#hasArgument]
    public String argument() {
        if (argument == null) {
            throw new IllegalStateException("option " + (char) option + " has no argument");
        }
        return argument;
    }

    public boolean hasArgument() {
        return argument != null;
    }

    /// The letter (or long option's value) that caused the last `'?'` or `':'`; 0 for an unknown long option.
    public int option() {
        return option;
    }

    /// What isn't an option. Complete once [#next] has returned [#END].
    public List<String> operands() {
        return List.copyOf(operands);
    }

    private int end() {
        operands.addAll(args.subList(index, args.size()));
        index = args.size();
        return END;
    }

    private int shortOption() {
        char letter = bundle.charAt(0);
        bundle = bundle.substring(1);
        option = letter;
        int at = letter == ':' || letter == ';' ? -1 : spec.indexOf(letter);
        if (at < 0) {
            return complain("invalid option -- '" + letter + "'", '?');
        }
        boolean takes = spec.startsWith(":", at + 1);
        if (!takes) {
            return letter;
        }
        if (!bundle.isEmpty()) {
            argument = bundle;
            bundle = "";
        } else if (!spec.startsWith("::", at + 1)) {
            if (index == args.size()) {
                return complain("option requires an argument -- '" + letter + "'", colon ? ':' : '?');
            }
            argument = args.get(index++);
        }
        return letter;
    }

    private int longOption(String text) {
        int equals = text.indexOf('=');
        String name = equals < 0 ? text : text.substring(0, equals);
        LongOption found = null;
        var possible = new ArrayList<LongOption>();
        for (LongOption candidate : longOptions) {
            if (candidate.name().equals(name)) {
                found = candidate;
                break;
            }
            if (candidate.name().startsWith(name)) {
                possible.add(candidate);
            }
        }
        if (found == null && !possible.isEmpty()) {
            found = possible.getFirst();
            for (LongOption other : possible) {
                // Two names for the same thing aren't ambiguous.
                if (other.value() != found.value() || other.argument() != found.argument()) {
                    return ambiguous(text, possible);
                }
            }
        }
        if (found == null) {
            option = 0;
            return complain("unrecognized option '--" + text + "'", '?');
        }
        option = found.value();
        if (equals >= 0) {
            if (found.argument() == Argument.NONE) {
                return complain("option '--" + found.name() + "' doesn't allow an argument", '?');
            }
            argument = text.substring(equals + 1);
        } else if (found.argument() == Argument.REQUIRED) {
            if (index == args.size()) {
                return complain("option '--" + found.name() + "' requires an argument", colon ? ':' : '?');
            }
            argument = args.get(index++);
        }
        return found.value();
    }

    private int ambiguous(String text, List<LongOption> possible) {
        option = 0;
        var message = new StringBuilder("option '--").append(text).append("' is ambiguous; possibilities:");
        for (LongOption candidate : possible) {
            message.append(" '--").append(candidate.name()).append('\'');
        }
        return complain(message.toString(), '?');
    }

    private int complain(String message, int result) {
        if (!colon) {
            err.println(program + ": " + message);
        }
        return result;
    }
}
