package io.muster.finding;

/// How bad a [Problem] is.
public enum Severity {
    /// The file can't be used.
    ERROR(""),

    /// The file is used, as the original used it, but an operator should look.
    WARNING("warning: "),

    /// What a careful reader may want to know.
    NOTE("note: ");

    private final String prefix;

    Severity(String prefix) {
        this.prefix = prefix;
    }

    /// What stands before a problem that isn't an error: `warning: `; empty for errors.
    public String prefix() {
        return prefix;
    }
}
