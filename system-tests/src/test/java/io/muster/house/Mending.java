package io.muster.house;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// What breaks one rule of the house, by the class that does, beside a list of those still being mended.
///
/// The list only shrinks: who breaks the rule and isn't on it fails, and so does who is on it and no
/// longer breaks it.
final class Mending {
    private final String rule;
    private final SortedSet<String> listed = new TreeSet<>();
    private final SortedMap<String, List<String>> found = new TreeMap<>();

    /// @param listed who may break the rule for now
    @SafeVarargs
    Mending(String rule, Set<String>... listed) {
        this.rule = rule;
        for (Set<String> some : listed) {
            this.listed.addAll(some);
        }
    }

    void found(String who, String what) {
        found.computeIfAbsent(who, _ -> new ArrayList<>()).add(what);
    }

    void check() {
        var unlisted = new ArrayList<String>();
        found.forEach((who, what) -> {
            if (!listed.contains(who)) {
                unlisted.add(who + ":\n    " + String.join("\n    ", new TreeSet<>(what)));
            }
        });
        assertEquals("", String.join("\n", unlisted), rule);
        var mended = new TreeSet<>(listed);
        mended.removeAll(found.keySet());
        assertEquals(Set.of(), mended, "mended: strike them off the list of who may break \"" + rule + "\"");
    }
}
