package io.muster.lvscf;

import io.muster.finding.Findings;
import io.muster.finding.Placed;
import java.util.ArrayList;
import java.util.List;

/// A line of lvs.cf cut into tokens at blanks and tabs, and at nothing else. Never empty, never a comment.
///
/// @param text the whole line without its end
record Line(int number, String text, List<Token> tokens) {
    /// What the original's parser has room for.
    static final int MAX_TOKENS = 100;

    /// @param column from 1
    record Token(int line, int column, String text) implements Placed {}

    Line {
        tokens = List.copyOf(tokens);
    }

    /// All lines that say something. Reports what the original skipped without a word: DOS line ends.
    static List<Line> of(String file, Findings findings) {
        var lines = new ArrayList<Line>();
        int number = 0;
        int dos = 0;
        int firstDos = 0;
        for (String raw : file.split("\n", -1)) {
            number++;
            String text = raw;
            if (raw.endsWith("\r")) {
                text = raw.substring(0, raw.length() - 1);
                firstDos = dos++ == 0 ? number : firstDos;
            }
            List<Token> tokens = tokens(number, text);
            if (!tokens.isEmpty() && !tokens.getFirst().text().startsWith("#")) {
                lines.add(new Line(number, text, tokens));
            }
        }
        if (dos > 0) {
            findings.warn(
                    Placed.at(firstDos, 1),
                    "DOS line ends in " + dos + (dos == 1 ? " line" : " lines")
                            + ": read all the same, but the original's programs skip everything behind the first line");
        }
        return lines;
    }

    private static List<Token> tokens(int number, String text) {
        var tokens = new ArrayList<Token>();
        int at = 0;
        while (at < text.length()) {
            int end = at;
            while (end < text.length() && !blank(text.charAt(end))) {
                end++;
            }
            if (end > at) {
                tokens.add(new Token(number, at + 1, text.substring(at, end)));
            }
            at = end + 1;
        }
        return tokens;
    }

    static boolean blank(char c) {
        return c == ' ' || c == '\t';
    }

    Token first() {
        return tokens.getFirst();
    }

    /// Whether a token stands there with this text.
    boolean has(int index, String text) {
        return index < tokens.size() && tokens.get(index).text().equals(text);
    }
}
