package io.muster.finding;

/// What somebody wrote, fit to be shown: one line, not too long, nothing a terminal would act on.
public final class Shown {
    private static final int MAX = 60;
    private static final int QUOTED_MAX = 80;

    private Shown() {}

    /// As much as messages show between quotes of their own; a control character becomes a question mark.
    public static String of(String value) {
        return of(value, MAX);
    }

    /// As [#of(String)], with room for `max` characters.
    public static String of(String value, int max) {
        var text = new StringBuilder();
        for (int i = 0; i < value.length() && i < max; i++) {
            char c = value.charAt(i);
            text.append(Character.isISOControl(c) ? '?' : c);
        }
        return text + (value.length() > max ? "..." : "");
    }

    /// Between quotes; control characters as `\x07`, for files in which they may well be the mistake.
    public static String quoted(String value) {
        var text = new StringBuilder("\"");
        for (int i = 0; i < value.length() && i < QUOTED_MAX; i++) {
            char c = value.charAt(i);
            text.append(Character.isISOControl(c) ? String.format("\\x%02x", (int) c) : String.valueOf(c));
        }
        return text.append(value.length() > QUOTED_MAX ? "..." : "").append('"').toString();
    }
}
