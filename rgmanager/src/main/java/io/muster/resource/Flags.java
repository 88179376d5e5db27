package io.muster.resource;

import java.util.Locale;

/// The words for yes in attributes of resources.
public final class Flags {
    private Flags() {}

    /// Whether the text says yes: a positive number, `yes`, `true` or `on`, in any case.
    public static boolean yes(String text) {
        return switch (text.strip().toLowerCase(Locale.ROOT)) {
            case "yes", "true", "on" -> true;
            case String other -> other.matches("[0-9]{1,9}") && Integer.parseInt(other) > 0;
        };
    }
}
