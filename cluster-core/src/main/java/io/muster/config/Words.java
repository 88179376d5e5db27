package io.muster.config;

/// Shows what somebody wrote.
final class Words {
    private static final int SHOWN_MAX = 60;

    private Words() {}

    /// A value as messages quote it: one line, not too long, nothing a terminal would act on.
    static String shown(String value) {
        return shown(value, SHOWN_MAX);
    }

    static String shown(String value, int max) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < value.length() && text.length() < max; i++) {
            char c = value.charAt(i);
            text.append(Character.isISOControl(c) ? '?' : c);
        }
        return value.length() > max ? text + "..." : text.toString();
    }
}
