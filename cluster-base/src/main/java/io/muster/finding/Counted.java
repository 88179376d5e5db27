package io.muster.finding;

/// A number with its noun: `1 error`, `2 errors`, `3 addresses`.
public final class Counted {
    private Counted() {}

    /// @param one the noun for one
    public static String of(long number, String one) {
        boolean hisses = one.endsWith("s") || one.endsWith("x") || one.endsWith("ch");
        return number + " " + one + (number == 1 ? "" : hisses ? "es" : "s");
    }
}
