package io.muster.checks;

import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/// POSIX extended regular expressions on the JDK's engine: brackets, classes, intervals and doubled
/// repetitions mean what regcomp(3) with REG_EXTENDED makes of them; `.` matches a line break, `^` and
/// `$` only the ends of the text.
///
/// What differs: equivalence classes and collating elements of more than one character are refused, and
/// which of several possible matches is found isn't the longest; for "does it match" that makes no
/// difference without back references.
final class PosixRegex {
    private final String source;
    private final StringBuilder out = new StringBuilder();
    private int at;
    private int atomStart = -1;
    private final java.util.ArrayDeque<Integer> groups = new java.util.ArrayDeque<>();
    private boolean repeated;

    private PosixRegex(String source) {
        this.source = source;
    }

    /// @throws PatternSyntaxException if it isn't one
    static Pattern compile(String source) {
        return Pattern.compile(new PosixRegex(source).translate(), Pattern.DOTALL);
    }

    private String translate() {
        while (at < source.length()) {
            char c = source.charAt(at++);
            switch (c) {
                case '\\' -> escape();
                case '[' -> bracket();
                case '(' -> {
                    groups.push(out.length());
                    out.append('(');
                    atomStart = -1;
                }
                case ')' -> close();
                case '|' -> {
                    out.append('|');
                    atomStart = -1;
                }
                case '^' -> anchor("^");
                case '$' -> anchor("\\z");
                case '.' -> atom(".");
                case '*', '+', '?' -> repeat(String.valueOf(c));
                case '{' -> interval();
                default -> literal(c);
            }
        }
        if (!groups.isEmpty()) {
            throw wrong("a ( without its )");
        }
        return out.toString();
    }

    private void close() {
        if (groups.isEmpty()) {
            // regcomp takes a lone one for itself.
            literal(')');
            return;
        }
        int start = groups.pop();
        out.append(')');
        atomStart = start;
        repeated = false;
    }

    private void escape() {
        if (at == source.length()) {
            throw wrong("a backslash at the end");
        }
        char c = source.charAt(at++);
        if (c >= '1' && c <= '9' || "wWsSbB".indexOf(c) >= 0) {
            atom("\\" + c);
        } else if (c == '<' || c == '>') {
            anchor(c == '<' ? "\\b(?=\\w)" : "\\b(?<=\\w)");
        } else if (c == '`' || c == '\'') {
            anchor(c == '`' ? "\\A" : "\\z");
        } else {
            literal(c);
        }
    }

    private void literal(char c) {
        atom(
                Character.isLetterOrDigit(c) || c > 127 || c == ' '
                        ? String.valueOf(c)
                        : String.format("\\x%02x", (int) c));
    }

    private void atom(String text) {
        atomStart = out.length();
        repeated = false;
        out.append(text);
    }

    private void anchor(String text) {
        out.append(text);
        atomStart = -1;
    }

    private void repeat(String what) {
        if (atomStart < 0) {
            // Nothing to repeat: glibc takes a leading * for itself, and so do we with the others.
            literal(what.charAt(0));
            return;
        }
        if (repeated) {
            // a*? is (a*)? here, not a reluctant a*.
            out.insert(atomStart, "(?:").append(')');
        }
        out.append(what);
        repeated = true;
    }

    private void interval() {
        int end = source.indexOf('}', at);
        String inside = end < 0 ? "" : source.substring(at, end);
        if (!inside.matches("\\d+(,\\d*)?|,\\d+") || atomStart < 0) {
            literal('{');
            return;
        }
        at = end + 1;
        repeat("{" + (inside.startsWith(",") ? "0" : "") + inside + "}");
    }

    /// `[abc]`, `[^]x]`, `[[:alpha:]_-]`: no escapes inside, a leading `]` is itself.
    private void bracket() {
        var set = new StringBuilder("[");
        if (at < source.length() && source.charAt(at) == '^') {
            set.append('^');
            at++;
        }
        boolean first = true;
        while (true) {
            if (at >= source.length()) {
                throw wrong("a [ without its ]");
            }
            char c = source.charAt(at++);
            if (c == ']' && !first) {
                break;
            }
            first = false;
            char next = at < source.length() ? source.charAt(at) : 0;
            if (c == '[' && next == ':') {
                set.append(named(upTo(":]")));
            } else if (c == '[' && (next == '.' || next == '=')) {
                String element = upTo(next + "]");
                if (element.length() != 1) {
                    throw wrong("[" + next + element + next + "] isn't known");
                }
                member(set, element.charAt(0));
            } else if (c == '-' && next != ']' && set.length() > 2 && rangeOpen(set)) {
                set.append('-');
            } else {
                member(set, c);
            }
        }
        atom(set.append(']').toString());
    }

    /// Whether the last thing was a single member that may begin a range.
    private static boolean rangeOpen(StringBuilder set) {
        return set.charAt(set.length() - 1) != '}' && set.length() >= 7 && set.charAt(set.length() - 6) == '\\';
    }

    private static void member(StringBuilder set, char c) {
        set.append(String.format("\\u%04x", (int) c));
    }

    private String upTo(String end) {
        int stop = source.indexOf(end, at + 1);
        if (stop < 0) {
            throw wrong("a class without its end");
        }
        String inside = source.substring(at + 1, stop);
        at = stop + 2;
        return inside;
    }

    private String named(String name) {
        return switch (name) {
            case "alpha" -> "\\p{Alpha}";
            case "digit" -> "\\p{Digit}";
            case "alnum" -> "\\p{Alnum}";
            case "upper" -> "\\p{Upper}";
            case "lower" -> "\\p{Lower}";
            case "space" -> "\\p{Space}";
            case "blank" -> "\\p{Blank}";
            case "punct" -> "\\p{Punct}";
            case "print" -> "\\p{Print}";
            case "graph" -> "\\p{Graph}";
            case "cntrl" -> "\\p{Cntrl}";
            case "xdigit" -> "\\p{XDigit}";
            default -> throw wrong("no class is called [:" + name + ":]");
        };
    }

    private PatternSyntaxException wrong(String what) {
        return new PatternSyntaxException(what, source, Math.min(at, source.length()));
    }
}
