package io.muster.service;

/// The states of a service, with the numbers and words that `clustat` prints.
///
/// Source: the original's table of states; `checking` and `migrating` never occur here and are missing.
public enum ServiceState {
    /// Not running; looked at again at the next transition of a node or of what it depends on.
    STOPPED(110, "stopped"),
    /// The owner runs `start` on the tree.
    STARTING(111, "starting"),
    STARTED(112, "started"),
    /// The owner runs `stop`.
    STOPPING(113, "stopping"),
    /// A stop failed: something of it may still run, and only disable is accepted.
    FAILED(114, "failed"),
    /// A check or start failed; the stop that precedes recovery is running.
    RECOVERABLE(117, "recoverable"),
    /// That stop succeeded; the next start is due.
    RECOVERING(118, "recovering"),
    /// Started by nobody but an operator.
    DISABLED(119, "disabled");

    private final int number;
    private final String text;

    ServiceState(int number, String text) {
        this.number = number;
        this.text = text;
    }

    /// What scripts see: the exit status of `clustat -s`, `state=` in its XML.
    public int number() {
        return number;
    }

    /// The word in `clustat`.
    public String text() {
        return text;
    }

    /// Whether `clustat` puts the owner in parentheses because it is only the last one.
    public boolean showsLastOwner() {
        return this == STOPPED || this == FAILED || this == RECOVERABLE || this == DISABLED;
    }

    /// Whether it takes room on its owner: counts for exclusive services and for spreading.
    public boolean occupies() {
        return this == STARTING || this == STARTED || this == STOPPING || this == RECOVERABLE;
    }
}
