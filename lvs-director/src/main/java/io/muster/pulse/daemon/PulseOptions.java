package io.muster.pulse.daemon;

import java.nio.file.Path;
import java.util.Optional;

/// How pulse was called.
///
/// @param file lvs.cf, if another than the director's own
/// @param dryRun print what would be done
/// @param lvsd the program; `none` for addresses without a table
record PulseOptions(Optional<Path> file, boolean verbose, boolean dryRun, boolean forceActive, Optional<String> lvsd) {
    /// Value of `--lvsd`.
    static final String NO_LVSD = "none";

    static final PulseOptions DEFAULT = new PulseOptions(Optional.empty(), false, false, false, Optional.empty());

    PulseOptions file(String value) {
        return new PulseOptions(Optional.of(Path.of(value)), verbose, dryRun, forceActive, lvsd);
    }

    PulseOptions chatty() {
        return new PulseOptions(file, true, dryRun, forceActive, lvsd);
    }

    PulseOptions dry() {
        return new PulseOptions(file, verbose, true, forceActive, lvsd);
    }

    PulseOptions active() {
        return new PulseOptions(file, verbose, dryRun, true, lvsd);
    }

    PulseOptions lvsd(String value) {
        return new PulseOptions(file, verbose, dryRun, forceActive, Optional.of(value));
    }

    boolean withoutLvsd() {
        return lvsd.filter(NO_LVSD::equals).isPresent();
    }
}
