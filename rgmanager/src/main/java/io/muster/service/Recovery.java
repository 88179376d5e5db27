package io.muster.service;

/// `recovery=` of a service. Order is part of the message format: append only.
public enum Recovery {
    RESTART,
    RELOCATE,
    DISABLE,
    RESTART_DISABLE;

    /// Whether the attempts end in `disabled` rather than on another node.
    boolean disables() {
        return this == DISABLE || this == RESTART_DISABLE;
    }

    /// Whether a failed check is first answered by a restart in place.
    boolean restarts() {
        return this == RESTART || this == RESTART_DISABLE;
    }

    /// From cluster.conf; anything unknown is the default, `restart`.
    static Recovery of(String text) {
        return switch (text) {
            case "relocate" -> RELOCATE;
            case "disable" -> DISABLE;
            case "restart-disable" -> RESTART_DISABLE;
            default -> RESTART;
        };
    }
}
