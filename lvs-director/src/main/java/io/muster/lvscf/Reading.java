package io.muster.lvscf;

import java.util.List;
import java.util.Optional;

/// What came of reading an lvs.cf: all problems at once, in the order of the file.
///
/// @param config present if and only if no problem is an error
public record Reading(Optional<LvsConfig> config, List<Problem> problems) {
    public Reading {
        problems = List.copyOf(problems);
    }

    public List<Problem> errors() {
        return problems.stream().filter(Problem::error).toList();
    }

    public List<Problem> warnings() {
        return problems.stream().filter(problem -> !problem.error()).toList();
    }
}
