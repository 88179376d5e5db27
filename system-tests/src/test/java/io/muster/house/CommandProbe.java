package io.muster.house;

import io.muster.cli.Command;
import io.muster.daemon.Layout;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.lang.reflect.Constructor;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Finds out which options a command takes by trying them, in this process and below an empty root: what
/// [io.muster.cli.Getopt] complains of isn't one. Behind each try stands an option that nobody has, so that
/// nothing is carried out.
final class CommandProbe {
    private static final String NOBODYS = "-\u0001";
    private static final String LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789?";
    private static final String LONG = "abcdefghijklmnopqrstuvwxyz0123456789-";
    private static final Pattern NAMED = Pattern.compile("'--([a-z0-9-]+)'");

    /// What a run came to.
    record Outcome(int status, String out, String err) {}

    private final Supplier<Command> command;
    private final List<String> words;

    /// @param words before the options, as `addnode`
    CommandProbe(String mainClass, Path root, String... words) {
        this.command = () -> make(mainClass, root);
        this.words = List.of(words);
    }

    private static Command make(String mainClass, Path root) {
        try {
            for (Constructor<?> constructor : Class.forName(mainClass).getConstructors()) {
                Object[] arguments = Arrays.stream(constructor.getParameterTypes())
                        .map(type -> type == Layout.class
                                ? Layout.under(root)
                                : type == InputStream.class ? new ByteArrayInputStream(new byte[0]) : null)
                        .toArray();
                if (!Arrays.asList(arguments).contains(null)
                        && constructor.newInstance(arguments) instanceof Command made) {
                    return made;
                }
            }
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(mainClass, e);
        }
        throw new IllegalStateException(mainClass + " can't be made for a test");
    }

    Outcome run(String... arguments) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        String[] all = Stream.concat(words.stream(), Stream.of(arguments)).toArray(String[]::new);
        int status = command.get()
                .run(
                        all,
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8));
        return new Outcome(status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    /// Of a command that reads its options with getopt.
    SortedSet<String> options() {
        SortedSet<String> found = new TreeSet<>();
        for (char letter : LETTERS.toCharArray()) {
            // As an argument of an option that takes one, and as an option of nobody's behind one that takes none.
            if (!complains("-" + letter + "\u0001", letter)) {
                found.add("-" + letter);
            }
        }
        found.addAll(longOptions(""));
        return found;
    }

    /// Of a command that compares words: the candidates it doesn't complain of.
    SortedSet<String> among(SortedSet<String> candidates) {
        SortedSet<String> found = new TreeSet<>();
        for (String candidate : candidates) {
            if (!complains(candidate, candidate.charAt(1))) {
                found.add(candidate);
            }
        }
        return found;
    }

    private boolean complains(String option, char letter) {
        String err = run(option, NOBODYS).err();
        return err.contains("invalid option -- '" + letter) || err.contains("unrecognized option '" + option);
    }

    /// Long options may be abbreviated, so the messages lead to their names.
    private List<String> longOptions(String prefix) {
        var found = new ArrayList<String>();
        for (char next : LONG.toCharArray()) {
            String longer = prefix + next;
            if (longer.startsWith("-")) {
                continue;
            }
            String err = run("--" + longer + "=\u0001", NOBODYS).err();
            if (err.contains("unrecognized option") || err.contains("invalid option -- '-'")) {
                continue;
            }
            if (!err.contains("doesn't allow an argument") && !err.contains("is ambiguous")) {
                // It takes an argument: without one it says who it is.
                err = run("--" + longer).err();
            }
            NAMED.matcher(err).results().map(hit -> "--" + hit.group(1)).forEach(found::add);
            if (longer.length() < 24) {
                found.addAll(longOptions(longer));
            }
        }
        return found;
    }
}
