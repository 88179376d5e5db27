package io.muster.planted;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// Reads a table of planted bugs.
///
/// | line | |
/// |---|---|
/// | `== WORDS` | a bug, by name; what follows is its |
/// | `file PATH` | where it is, below the checkout |
/// | `by PATTERN` | which test classes are known to find it, without `io.muster.`: they run first |
/// | `tests PATTERN` | which test classes run when those hold, alike |
/// | `seeds A..B` | simulated clusters that run when the tests hold; `none`; 1..100 if nothing is said |
/// | `-TEXT` | what stands there; more than one line in a row are one text |
/// | `+TEXT` | what stands there instead; none: it is taken out |
/// | `# WORDS`, empty | nothing |
///
/// `tests` and `seeds` before the first bug are for all that say nothing. Where nothing is said at all, all
/// of the module's tests run but those of packages `daemon` and `cli`: real daemons and commands, which a
/// busy machine holds up.
final class PlantedTable {
    static final List<String> AREAS = List.of("base", "ring", "cman", "ccs", "fence", "rgmanager", "clusterd");

    private static final String ROOT = "io.muster.";
    private static final long SEEDS = 100;

    private PlantedTable() {}

    /// All that is known.
    static List<PlantedBug> all() throws IOException {
        var bugs = new ArrayList<PlantedBug>();
        for (String area : AREAS) {
            try (InputStream in = PlantedTable.class.getResourceAsStream(area + ".txt")) {
                if (in == null) {
                    throw new IllegalStateException(area + ".txt is missing");
                }
                bugs.addAll(parse(area + ".txt", new String(in.readAllBytes(), StandardCharsets.UTF_8)));
            }
        }
        List<String> twice =
                bugs.stream()
                        .collect(Collectors.groupingBy(PlantedBug::name, Collectors.counting()))
                        .entrySet()
                        .stream()
                        .filter(e -> e.getValue() > 1)
                        .map(java.util.Map.Entry::getKey)
                        .toList();
        if (!twice.isEmpty()) {
            throw new IllegalArgumentException("bugs of one name: " + twice);
        }
        return bugs;
    }

    /// @param where for messages
    /// @throws IllegalArgumentException with the line of what makes no sense
    static List<PlantedBug> parse(String where, String text) {
        var bugs = new ArrayList<PlantedBug>();
        var lines = text.lines().toList();
        var defaults = new Draft();
        var draft = defaults;
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            String place = where + ":" + (i + 1) + ": ";
            if (line.startsWith("== ")) {
                draft.end(bugs, place);
                draft = new Draft();
                draft.tests = defaults.tests;
                draft.first = defaults.first;
                draft.last = defaults.last;
                draft.name = line.substring(3).strip();
            } else if (!line.isBlank() && !line.startsWith("# ")) {
                draft.take(line, place);
            }
        }
        draft.end(bugs, where + ": ");
        return bugs;
    }

    /// One bug, as far as it has been read.
    private static final class Draft {
        private String name = "";
        private String file = "";
        private String by = "";
        private String tests = "";
        private long first = 1;
        private long last = SEEDS;
        private final List<PlantedBug.Change> changes = new ArrayList<>();
        private final List<String> before = new ArrayList<>();
        private final List<String> after = new ArrayList<>();

        void take(String line, String place) {
            boolean common = line.startsWith("tests ") || line.startsWith("seeds ");
            if (name.isEmpty() && !common) {
                throw new IllegalArgumentException(place + "before the first bug: " + line);
            }
            if (line.startsWith("-")) {
                if (!after.isEmpty()) {
                    change();
                }
                before.add(line.substring(1));
            } else if (line.startsWith("+")) {
                if (before.isEmpty()) {
                    throw new IllegalArgumentException(place + "in the place of nothing: " + line);
                }
                after.add(line.substring(1));
            } else if (line.startsWith("file ")) {
                file = line.substring(5).strip();
            } else if (line.startsWith("by ")) {
                by = line.substring(3).strip();
            } else if (line.startsWith("tests ")) {
                tests = line.substring(6).strip();
            } else if (line.equals("seeds none")) {
                last = 0;
            } else if (line.matches("seeds \\d+\\.\\.\\d+")) {
                String[] ends = line.substring(6).split("\\.\\.", -1);
                first = Long.parseLong(ends[0]);
                last = Long.parseLong(ends[1]);
            } else {
                throw new IllegalArgumentException(place + "makes no sense: " + line);
            }
        }

        private void change() {
            changes.add(new PlantedBug.Change(String.join("\n", before), String.join("\n", after)));
            before.clear();
            after.clear();
        }

        void end(List<PlantedBug> bugs, String place) {
            if (name.isEmpty()) {
                return;
            }
            if (!before.isEmpty()) {
                change();
            }
            if (file.indexOf('/') < 0 || changes.isEmpty()) {
                throw new IllegalArgumentException(place + "\"" + name + "\" has no file, or no change");
            }
            bugs.add(new PlantedBug(name, file, changes, by, tests, first, last));
        }
    }

    /// Whether a test class is among those of a pattern.
    static boolean runs(String tests, String className) {
        String name = className.startsWith(ROOT) ? className.substring(ROOT.length()) : className;
        return tests.isEmpty() ? !name.matches("(.*\\.)?(daemon|cli)\\..*") : name.matches(tests);
    }
}
