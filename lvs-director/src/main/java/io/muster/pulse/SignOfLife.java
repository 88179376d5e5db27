package io.muster.pulse;

import java.util.OptionalLong;

/// What pulse and the lvsd below it say to each other of whether lvsd works: `work NUMBER` on lvsd's standard input,
/// `works NUMBER` on its standard output.
public final class SignOfLife {
    private static final String QUESTION = "work ";
    private static final String ANSWER = "works ";

    private SignOfLife() {}

    /// The line of a pulse that asks.
    public static String question(long number) {
        return QUESTION + number;
    }

    /// The line that answers one of pulse's, if that is a question; else nothing.
    public static String answerTo(String line) {
        return line.startsWith(QUESTION) ? ANSWER + line.substring(QUESTION.length()) : "";
    }

    /// The number of the question that a line of lvsd answers, if it does.
    public static OptionalLong answer(String line) {
        if (!line.startsWith(ANSWER)) {
            return OptionalLong.empty();
        }
        try {
            return OptionalLong.of(Long.parseLong(line.substring(ANSWER.length())));
        } catch (NumberFormatException e) {
            return OptionalLong.empty();
        }
    }
}
