package io.muster.config;

import java.util.List;
import java.util.Optional;

/// What came of reading a cluster.conf: all problems at once, each list in the order of the file.
///
/// @param config present if and only if there are no errors
/// @param errors what makes the file unusable
/// @param warnings what the cluster accepts with a shrug, as the original did, but an operator should look at
/// @param notes what a careful reader may want to know
public record Reading(
        Optional<ClusterConfig> config, List<Problem> errors, List<Problem> warnings, List<Problem> notes) {
    public Reading {
        errors = List.copyOf(errors);
        warnings = List.copyOf(warnings);
        notes = List.copyOf(notes);
    }

    /// The configuration.
    ///
    /// @throws ConfigInvalid with every error, one a line, when there is none
    public ClusterConfig orThrow() throws ConfigInvalid {
        if (config.isPresent()) {
            return config.get();
        }
        throw new ConfigInvalid(errors);
    }
}
