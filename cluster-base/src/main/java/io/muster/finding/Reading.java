package io.muster.finding;

import java.util.List;
import java.util.Optional;

/// What came of reading a file: all problems at once, in the order of the file.
///
/// @param <C> what the file says when it can be used
/// @param config present if and only if no problem is an error
public record Reading<C>(Optional<C> config, List<Problem> problems) {
    public Reading {
        problems = List.copyOf(problems);
    }

    /// Of a file that can't be read at all.
    public static <C> Reading<C> refused(String file, String text) {
        return new Reading<>(Optional.empty(), List.of(Problem.ofFile(file, text)));
    }

    /// What makes the file unusable.
    public List<Problem> errors() {
        return of(Severity.ERROR);
    }

    /// What is accepted with a shrug, as the original did, but an operator should look at.
    public List<Problem> warnings() {
        return of(Severity.WARNING);
    }

    /// What a careful reader may want to know.
    public List<Problem> notes() {
        return of(Severity.NOTE);
    }

    private List<Problem> of(Severity severity) {
        return problems.stream()
                .filter(problem -> problem.severity() == severity)
                .toList();
    }

    /// What the file says.
    ///
    /// @throws ConfigInvalid with every error, one a line, when it can't be used
    public C orThrow() throws ConfigInvalid {
        if (config.isPresent()) {
            return config.get();
        }
        throw new ConfigInvalid(errors());
    }
}
