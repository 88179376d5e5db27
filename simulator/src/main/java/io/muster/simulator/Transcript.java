package io.muster.simulator;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// What happened in one story, as lines that an expert of the field can read, kept in a file and compared
/// with it.
///
/// A test tells the story as it happens and calls [#check] at its end. With `-Dtranscripts.write=true`
/// that writes the file, and the change is reviewed as a diff like any other; without, a line that
/// differs fails the test. Only what a seed fixes may stand in it: virtual time and names, never wall
/// clock, hash order or random identifiers.
///
/// Thread: one.
public final class Transcript {
    private static final String WRITE = "transcripts.write";
    private static final int CONTEXT_LINES = 3;
    private static final int MAX_DIFF_LINES = 120;

    private final Path file;
    private final List<String> told = new ArrayList<>();

    /// @param file where the story is kept; relative to the module, which is where its tests run
    public Transcript(Path file) {
        this.file = file;
    }

    /// The story `name` of a test: `src/test/resources/`, the test's package, `name.txt`.
    public static Transcript of(Class<?> test, String name) {
        return new Transcript(
                Path.of("src/test/resources", test.getPackageName().replace('.', '/'), name + ".txt"));
    }

    /// What the story is about, for its reader.
    public void note(String text) {
        text.lines().forEach(line -> add("# " + line));
    }

    /// One line of the form that all stories share: when, to whom, what.
    ///
    /// @param nowMs virtual milliseconds since the story began
    /// @param who the node or process, short
    public void add(long nowMs, String who, String what) {
        add(String.format(Locale.ROOT, "%7d  %-8s %s", nowMs, who, what));
    }

    /// A line as it is.
    public void add(String line) {
        told.add(line.stripTrailing());
    }

    public List<String> lines() {
        return List.copyOf(told);
    }

    /// Ends the story: compares it with its file, or writes that when told to.
    ///
    /// @throws AssertionError with the differing lines and how to accept them
    public void check() {
        try {
            if (Boolean.getBoolean(WRITE)) {
                Files.createDirectories(file.toAbsolutePath().getParent());
                Files.write(file, told);
            } else if (!Files.exists(file)) {
                throw new AssertionError(
                        file + ": is not there: write it with -D" + WRITE + "=true\n" + String.join("\n", told));
            } else {
                compare(Files.readAllLines(file));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": can't be read or written", e);
        }
    }

    private void compare(List<String> kept) {
        if (!kept.equals(told)) {
            List<String> diff = diff(kept, told);
            String more = diff.size() > MAX_DIFF_LINES ? "\n... and " + (diff.size() - MAX_DIFF_LINES) + " lines" : "";
            throw new AssertionError(file + ": the story went another way ('-' as kept, '+' as told now; accept with -D"
                    + WRITE + "=true):\n"
                    + String.join("\n", diff.subList(0, Math.min(diff.size(), MAX_DIFF_LINES))) + more);
        }
    }

    /// The lines that differ, marked, with some equal ones around them and the numbers of the kept lines.
    private static List<String> diff(List<String> kept, List<String> told) {
        int[][] common = common(kept, told);
        var marked = new ArrayList<String>();
        int k = 0;
        int t = 0;
        while (k < kept.size() || t < told.size()) {
            boolean both = k < kept.size() && t < told.size();
            if (both && kept.get(k).equals(told.get(t))) {
                marked.add(String.format(Locale.ROOT, "%4d   %s", k + 1, kept.get(k)));
                k++;
                t++;
            } else if (k < kept.size() && (!both || common[k + 1][t] >= common[k][t + 1])) {
                marked.add(String.format(Locale.ROOT, "%4d - %s", k + 1, kept.get(k++)));
            } else {
                marked.add("     + " + told.get(t++));
            }
        }
        return around(marked);
    }

    /// How many lines the ends of both from (k, t) on have in common, in order.
    private static int[][] common(List<String> kept, List<String> told) {
        var common = new int[kept.size() + 1][told.size() + 1];
        for (int k = kept.size() - 1; k >= 0; k--) {
            for (int t = told.size() - 1; t >= 0; t--) {
                common[k][t] = kept.get(k).equals(told.get(t))
                        ? common[k + 1][t + 1] + 1
                        : Math.max(common[k + 1][t], common[k][t + 1]);
            }
        }
        return common;
    }

    private static List<String> around(List<String> marked) {
        var shown = new ArrayList<String>();
        int lastShown = -1;
        for (int i = 0; i < marked.size(); i++) {
            List<String> near =
                    marked.subList(Math.max(0, i - CONTEXT_LINES), Math.min(marked.size(), i + CONTEXT_LINES + 1));
            if (near.stream().anyMatch(line -> line.charAt(5) != ' ')) {
                if (i > lastShown + 1) {
                    shown.add("     ...");
                }
                shown.add(marked.get(i));
                lastShown = i;
            }
        }
        return shown;
    }
}
