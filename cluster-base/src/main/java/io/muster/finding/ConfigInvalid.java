package io.muster.finding;

import java.util.List;
import java.util.stream.Collectors;

/// The operator's file can't be used; the message is what to show, one problem a line.
public final class ConfigInvalid extends Exception {
    private static final long serialVersionUID = 1;

    private final transient List<Problem> problems;

    /// @param problems at least one
    public ConfigInvalid(List<Problem> problems) {
        super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
        this.problems = List.copyOf(problems);
    }

    /// In the order of the file.
    public List<Problem> problems() {
        return problems;
    }
}
