package io.muster.finding;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// Collects the problems of one file while it is being read. Thread: one.
public final class Findings {
    private static final Comparator<Problem> ORDER =
            Comparator.comparingInt(Problem::line).thenComparingInt(Problem::column);

    private final String file;
    private final List<Problem> problems = new ArrayList<>();

    /// @param file its name as operators know it
    public Findings(String file) {
        this.file = file;
    }

    /// The file can't be used because of what stands there.
    public void error(Placed where, String text) {
        add(Severity.ERROR, where, text);
    }

    /// As [#error(Placed,String)], of one part.
    public void error(Placed where, String part, String text) {
        add(Severity.ERROR, where.part(part), text);
    }

    /// The file can be used, but an operator should look at what stands there.
    public void warn(Placed where, String text) {
        add(Severity.WARNING, where, text);
    }

    /// As [#warn(Placed,String)], of one part.
    public void warn(Placed where, String part, String text) {
        add(Severity.WARNING, where.part(part), text);
    }

    /// A careful reader may want to know.
    public void note(Placed where, String text) {
        add(Severity.NOTE, where, text);
    }

    /// As [#note(Placed,String)], of one part.
    public void note(Placed where, String part, String text) {
        add(Severity.NOTE, where.part(part), text);
    }

    private void add(Severity severity, Placed where, String text) {
        String subject = where.subject();
        problems.add(new Problem(
                severity, file, where.line(), where.column(), subject.isEmpty() ? text : subject + ": " + text));
    }

    /// Whether no error has been found yet.
    public boolean usable() {
        return problems.stream().noneMatch(Problem::error);
    }

    /// Everything so far in the order of the file; what stands at the same place, as found.
    public List<Problem> sorted() {
        return problems.stream().sorted(ORDER).toList();
    }

    /// What came of it.
    ///
    /// @param config must be there if and only if the file is [#usable]
    public <C> Reading<C> reading(Optional<C> config) {
        return new Reading<>(config, sorted());
    }
}
