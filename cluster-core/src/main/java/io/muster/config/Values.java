package io.muster.config;

import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// Reads values of attributes that have passed their check, or that nobody checks: what can't be read is the
/// default.
final class Values {
    private Values() {}

    static int number(@Nullable String value, int fallback) {
        if (value == null) {
            return fallback;
        }
        try {
            return Integer.parseInt(value);
        } catch (NumberFormatException e) {
            return fallback;
        }
    }

    static int number(Element element, String name, int fallback) {
        return number(element.attribute(name), fallback);
    }

    static OptionalInt number(Element element, String name) {
        String value = element.attribute(name);
        return value == null ? OptionalInt.empty() : OptionalInt.of(number(value, 0));
    }

    static boolean flag(Element element, String name, boolean fallback) {
        String value = element.attribute(name);
        return value == null || !Rule.isFlag(value) ? fallback : Rule.isYes(value);
    }

    static Optional<String> text(Element element, String name) {
        return Optional.ofNullable(element.attribute(name));
    }
}
