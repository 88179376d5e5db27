package io.muster.cli;

import java.util.Optional;

/// Finds the word that was probably meant: `did you mean "ipaddr"?`.
public final class Nearest {
    private Nearest() {}

    /// The candidate with the fewest insertions, deletions, changes and swaps of neighbours, case aside, if they
    /// are few enough for the length of the word: one in up to four letters, two in up to eight, three beyond. The
    /// first of equals.
    public static Optional<String> to(String word, Iterable<String> candidates) {
        int limit = word.length() <= 4 ? 1 : word.length() <= 8 ? 2 : 3;
        String best = null;
        int fewest = limit + 1;
        for (String candidate : candidates) {
            if (Math.abs(candidate.length() - word.length()) < fewest) {
                int distance = distance(lower(word), lower(candidate));
                // Changing every letter of a short word makes any other: that is no likeness.
                if (distance < fewest && distance < Math.max(word.length(), candidate.length())) {
                    fewest = distance;
                    best = candidate;
                }
            }
        }
        return Optional.ofNullable(best);
    }

    /// `; did you mean "ipaddr"?` to put behind a message, or nothing.
    public static String hint(String word, Iterable<String> candidates) {
        return to(word, candidates).map(w -> "; did you mean \"" + w + "\"?").orElse("");
    }

    /// Optimal string alignment distance.
    static int distance(String a, String b) {
        int[] before = new int[b.length() + 1];
        int[] last = new int[b.length() + 1];
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            last[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                row[j] = Math.min(Math.min(row[j - 1], last[j]) + 1, last[j - 1] + change);
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    row[j] = Math.min(row[j], before[j - 2] + 1);
                }
            }
            int[] free = before;
            before = last;
            last = row;
            row = free;
        }
        return last[b.length()];
    }

    private static String lower(String word) {
        return word.toLowerCase(java.util.Locale.ROOT);
    }
}
