package io.muster.lvscf;

import static io.muster.finding.Shown.quoted;

import io.muster.finding.Findings;
import io.muster.finding.Placed;
import org.jspecify.annotations.Nullable;

/// One word, or text between quotes that may hold blanks. No escapes: a backslash before a quote only keeps the
/// quote from being taken for the closing one; nanny expands it later. Double quotes are removed here, single
/// ones stay, as the original's lvsd does before it starts nanny.
final class QuotedText {
    private QuotedText() {}

    /// Reads the rest of a line, from its value on; null after a mistake, which has been reported.
    static @Nullable String read(Key key, Line.Token at, String rest, Findings findings) {
        char quote = rest.charAt(0);
        int lastWord = end(rest);
        if (quote != '"' && quote != '\'') {
            for (int i = 0; i < lastWord; i++) {
                if (Line.blank(rest.charAt(i))) {
                    int start = word(rest, i);
                    String second = rest.substring(start, lastWord);
                    int column = at.column() + start;
                    findings.error(
                            Placed.at(at.line(), column),
                            key.name() + ": " + ValueReader.unexpected(second.split("[ \t]", 2)[0])
                                    + (second.startsWith("#") ? "" : ": text with blanks in it takes quotes"));
                    return null;
                }
            }
            return rest.substring(0, lastWord);
        }
        int close = closing(rest, lastWord, quote);
        if (close < 0) {
            findings.error(
                    at,
                    key.name() + ": quotation mismatch: no " + quote + " closes "
                            + quoted(rest.substring(0, lastWord)));
            return null;
        }
        if (close < lastWord - 1) {
            int start = word(rest, close + 1);
            String extra = rest.substring(start, lastWord).split("[ \t]", 2)[0];
            findings.error(
                    Placed.at(at.line(), at.column() + start), key.name() + ": " + ValueReader.unexpected(extra));
            return null;
        }
        String inner = rest.substring(1, close);
        if (lastWord < rest.length() && inner.chars().noneMatch(c -> Line.blank((char) c))) {
            findings.error(
                    Placed.at(at.line(), at.column() + lastWord),
                    key.name() + ": quotation mismatch: blanks behind the closing " + quote + ": remove them");
            return null;
        }
        if (inner.indexOf('\ufffd') >= 0) {
            findings.warn(at, key.name() + ": not all of this is UTF-8 text");
        }
        return quote == '"' ? inner : rest.substring(0, lastWord);
    }

    /// Behind the last character that isn't blank.
    private static int end(String text) {
        int end = text.length();
        while (end > 0 && Line.blank(text.charAt(end - 1))) {
            end--;
        }
        return end;
    }

    /// The next character that isn't blank, of which there is one.
    private static int word(String text, int from) {
        int at = from;
        while (Line.blank(text.charAt(at))) {
            at++;
        }
        return at;
    }

    /// Where the closing quote stands: before a blank unless a backslash precedes it, or at the end of the line.
    private static int closing(String rest, int end, char quote) {
        for (int i = 1; i < end; i++) {
            if (rest.charAt(i) == quote
                    && (i == end - 1 || Line.blank(rest.charAt(i + 1)) && rest.charAt(i - 1) != '\\')) {
                return i;
            }
        }
        return -1;
    }
}
