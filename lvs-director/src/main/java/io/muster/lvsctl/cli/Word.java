package io.muster.lvsctl.cli;

import io.muster.cli.Command;
import io.muster.cli.Getopt;
import io.muster.cli.LongOption;
import java.io.IOException;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A word of `lvsctl`, and what all of them do alike: `--help`, options and the usage for wrong ones, one line
/// for what went wrong.
///
/// Exit status: 0 good; 1 refused, or something is wrong; 2 wrong usage.
abstract class Word implements Command {
    private static final LongOption HELP = new LongOption("help", LongOption.Argument.NONE, 'h');

    private final String usage;
    private final LongOption[] options;

    /// @param options each with a letter of its own; `--help` comes by itself
    Word(String usage, LongOption... options) {
        this.usage = usage;
        this.options = Arrays.copyOf(options, options.length + 1);
        this.options[options.length] = HELP;
    }

    /// What the operator gave it.
    ///
    /// @param options by their letters, with "" for one without an argument
    record Given(Map<Character, String> options, List<String> operands) {
        Given {
            options = Map.copyOf(options);
            operands = List.copyOf(operands);
        }

        boolean has(char letter) {
            return options.containsKey(letter);
        }

        Optional<String> of(char letter) {
            return Optional.ofNullable(options.get(letter));
        }
    }

    /// The operator meant something else.
    static final class Misused extends Exception {
        private static final long serialVersionUID = 1;

        /// The usage says it all.
        Misused() {
            super("");
        }

        Misused(String why) {
            super(why);
        }
    }

    /// Does it.
    ///
    /// @return the exit status
    /// @throws IOException what went wrong, in words for the operator
    abstract int act(Given given, PrintStream out, PrintStream err) throws IOException, Misused;

    /// @param args without the word
    @Override
    public final int run(String[] args, PrintStream out, PrintStream err) {
        var getopt = new Getopt("lvsctl", args, letters(), err, options);
        var taken = new HashMap<Character, String>();
        for (int c = getopt.next(); c != Getopt.END; c = getopt.next()) {
            if (c == 'h') {
                out.print(usage);
                return 0;
            }
            if (c == '?') {
                err.print(usage);
                return 2;
            }
            taken.put((char) c, getopt.hasArgument() ? getopt.argument() : "");
        }
        try {
            return act(new Given(taken, getopt.operands()), out, err);
        } catch (Misused e) {
            String why = String.valueOf(e.getMessage());
            err.print(why.isEmpty() ? usage : "lvsctl: " + why + "\n");
            return 2;
        } catch (IOException e) {
            err.println("lvsctl: " + e.getMessage());
            return 1;
        }
    }

    private String letters() {
        var letters = new StringBuilder();
        for (LongOption option : options) {
            letters.append((char) option.value()).append(option.argument() == LongOption.Argument.REQUIRED ? ":" : "");
        }
        return letters.toString();
    }

    /// Words that take options alone.
    static void noOperands(Given given) throws Misused {
        if (!given.operands().isEmpty()) {
            throw new Misused();
        }
    }
}
