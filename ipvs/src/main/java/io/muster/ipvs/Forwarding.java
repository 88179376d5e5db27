package io.muster.ipvs;

/// Forwarding method, numbered as the kernel does (0 to 4).
public enum Forwarding {
    MASQ("Masq"),
    LOCAL("Local"),
    TUNNEL("Tunnel"),
    ROUTE("Route"),
    BYPASS("Bypass");

    private final String word;

    Forwarding(String word) {
        this.word = word;
    }

    /// As listings print it.
    public String word() {
        return word;
    }

    public int number() {
        return ordinal();
    }

    /// @throws IllegalArgumentException for a number the kernel doesn't have
    public static Forwarding of(int number) {
        if (number < 0 || number >= values().length) {
            throw new IllegalArgumentException("forwarding method " + number);
        }
        return values()[number];
    }
}
