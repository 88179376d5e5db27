package io.muster.checks;

import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/// What an answer has to be.
public sealed interface Expect {
    /// Connecting and sending is enough.
    record Nothing() implements Expect {}

    /// One octet is enough.
    record Any() implements Expect {}

    /// It begins so.
    record Prefix(String text) implements Expect {}

    /// A POSIX extended regular expression matches somewhere in it.
    ///
    /// @param source as written, escapes expanded; two are equal if this is
    record Regex(String source, Pattern pattern) implements Expect {
        @Override
        public boolean equals(Object other) {
            return other instanceof Regex regex && source.equals(regex.source);
        }

        @Override
        public int hashCode() {
            return source.hashCode();
        }
    }

    /// As the original takes an expect string: none, `*`, a regular expression, or a prefix. With UDP
    /// none means any.
    ///
    /// @throws IllegalArgumentException for a regular expression that isn't one
    static Expect of(String expect, boolean regex, boolean udp) {
        return of(Escapes.expand(expect), regex, udp, expect);
    }

    /// The same without escapes (`nanny -T`).
    static Expect literal(String expect, boolean regex, boolean udp) {
        return of(expect, regex, udp, expect);
    }

    private static Expect of(String text, boolean regex, boolean udp, String shown) {
        if (text.isEmpty()) {
            return udp ? new Any() : new Nothing();
        }
        if (text.equals("*")) {
            return new Any();
        }
        if (!regex) {
            return new Prefix(text);
        }
        try {
            return new Regex(text, PosixRegex.compile(text));
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException("expect \"" + shown + "\": " + e.getDescription(), e);
        }
    }
}
