package io.muster.planted;

import java.util.List;

/// A bug that could be in the sources, as what would stand there instead.
///
/// @param name one line of words
/// @param file below the checkout
/// @param changes in the order of the table
/// @param by a pattern like the next, of those that are known to find it: they run first; empty for none
/// @param tests a pattern for the names of the test classes that run, without `io.muster.`; empty for
///     all of the module's
/// @param firstSeed of the simulated clusters that run if those hold
/// @param lastSeed smaller than the first for none
record PlantedBug(
        String name, String file, List<Change> changes, String by, String tests, long firstSeed, long lastSeed) {
    /// @param before stands in the file exactly once
    record Change(String before, String after) {}

    PlantedBug {
        changes = List.copyOf(changes);
    }

    /// The tests that run first.
    String first() {
        return by.isEmpty() ? tests : by;
    }

    String module() {
        return file.substring(0, file.indexOf('/'));
    }

    /// The file's text with the bug in it.
    ///
    /// @throws IllegalArgumentException when a text isn't there, or more than once
    String plantedIn(String source) {
        String text = source;
        for (Change change : changes) {
            int place = text.indexOf(change.before());
            if (place < 0) {
                throw new IllegalArgumentException(file + " has changed, this isn't there any more: "
                        + change.before().strip());
            }
            if (text.indexOf(change.before(), place + 1) >= 0) {
                throw new IllegalArgumentException(
                        file + " has this more than once: " + change.before().strip());
            }
            text = text.substring(0, place)
                    + change.after()
                    + text.substring(place + change.before().length());
        }
        return text;
    }
}
