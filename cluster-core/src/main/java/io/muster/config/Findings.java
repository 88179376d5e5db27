package io.muster.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Collects the problems of one file while it is being checked.
final class Findings {
    private static final Comparator<Problem> ORDER =
            Comparator.comparingInt(Problem::line).thenComparingInt(Problem::column);

    private final String file;
    private final List<Problem> errors = new ArrayList<>();
    private final List<Problem> warnings = new ArrayList<>();
    private final List<Problem> notes = new ArrayList<>();

    Findings(String file) {
        this.file = file;
    }

    void fatal(int line, int column, String text) {
        errors.add(new Problem(file, line, column, text));
    }

    void error(Element where, String text) {
        errors.add(new Problem(file, where.line(), where.column(), where.tag() + ": " + text));
    }

    void error(Element where, String attribute, String text) {
        errors.add(at(where, attribute, text));
    }

    void warn(Element where, String text) {
        warnings.add(new Problem(file, where.line(), where.column(), where.tag() + ": " + text));
    }

    void warn(Element where, String attribute, String text) {
        warnings.add(at(where, attribute, text));
    }

    void note(Element where, String text) {
        notes.add(new Problem(file, where.line(), where.column(), where.tag() + ": " + text));
    }

    void note(Element where, String attribute, String text) {
        notes.add(at(where, attribute, text));
    }

    boolean usable() {
        return errors.isEmpty();
    }

    List<Problem> errors() {
        return sorted(errors);
    }

    List<Problem> warnings() {
        return sorted(warnings);
    }

    List<Problem> notes() {
        return sorted(notes);
    }

    private Problem at(Element where, String attribute, String text) {
        Place.At at = where.place().attributes().get(attribute);
        int line = at == null ? where.line() : at.line();
        int column = at == null ? where.column() : at.column();
        return new Problem(file, line, column, where.tag() + ": " + text);
    }

    private static List<Problem> sorted(List<Problem> problems) {
        return problems.stream().sorted(ORDER).toList();
    }
}
