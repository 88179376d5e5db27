package io.muster.resource;

/// Times as rgmanager writes them: a sum of number and unit, units S M H D W Y in either case, no unit for seconds;
/// `1h30m` is 5400. An unknown unit contributes nothing, as in the original.
public final class TimeText {
    private TimeText() {}

    /// The value in seconds; 0 for empty text.
    public static long seconds(String text) {
        long total = 0;
        long number = 0;
        boolean digits = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= '0' && c <= '9') {
                number = Math.min(number * 10 + (c - '0'), Integer.MAX_VALUE);
                digits = true;
            } else if (digits) {
                total += number * unitSeconds(c);
                number = 0;
                digits = false;
            }
        }
        return digits ? total + number : total;
    }

    private static long unitSeconds(char unit) {
        return switch (Character.toUpperCase(unit)) {
            case 'S' -> 1;
            case 'M' -> 60;
            case 'H' -> 3600;
            case 'D' -> 86_400;
            case 'W' -> 604_800;
            case 'Y' -> 31_536_000;
            default -> 0;
        };
    }
}
