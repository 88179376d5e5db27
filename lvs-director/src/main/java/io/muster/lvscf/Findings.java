package io.muster.lvscf;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Collects the problems of one file while it is being read.
final class Findings {
    private final String file;
    private final List<Problem> problems = new ArrayList<>();

    Findings(String file) {
        this.file = file;
    }

    void error(int line, int column, String text) {
        problems.add(new Problem(true, file, line, column, text));
    }

    void error(Line.Token where, String text) {
        error(where.line(), where.column(), text);
    }

    void warn(int line, int column, String text) {
        problems.add(new Problem(false, file, line, column, text));
    }

    void warn(Line.Token where, String text) {
        warn(where.line(), where.column(), text);
    }

    boolean usable() {
        return problems.stream().noneMatch(Problem::error);
    }

    List<Problem> sorted() {
        return problems.stream()
                .sorted(Comparator.comparingInt(Problem::line).thenComparingInt(Problem::column))
                .toList();
    }

    /// A value in quotes, fit for a terminal: control characters escaped, the rest of very long ones left out.
    static String quoted(String value) {
        var text = new StringBuilder("\"");
        for (int i = 0; i < value.length() && i < 80; i++) {
            char c = value.charAt(i);
            text.append(Character.isISOControl(c) ? String.format("\\x%02x", (int) c) : String.valueOf(c));
        }
        return text.append(value.length() > 80 ? "..." : "").append('"').toString();
    }
}
