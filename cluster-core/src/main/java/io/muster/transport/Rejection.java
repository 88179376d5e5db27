package io.muster.transport;

/// Why a datagram was not let through.
public enum Rejection {
    /// Too short or too long, wrong magic, version, type or content.
    MALFORMED("malformed"),
    /// From a nodeid that cluster.conf doesn't have.
    UNKNOWN_NODE("unknown nodeid"),
    /// From somebody who uses our own nodeid.
    OWN_NODEID("uses our nodeid"),
    /// Meant for another node: replayed to us.
    MISDIRECTED("meant for another node"),
    /// Sealed with a cluster key we don't have: its key file differs.
    UNKNOWN_KEY("other cluster key"),
    /// From an incarnation that has not answered our challenge yet; normal for a moment after a start.
    UNPROVEN("incarnation not proven yet"),
    /// From an incarnation that a later one has replaced.
    RETIRED("replaced incarnation"),
    /// The authentication code is wrong.
    FORGED("forged or damaged"),
    /// Seen before, or too old to know. Normal where links are used together.
    REPLAYED("repeated or too old"),
    /// Answers a challenge that isn't open.
    STALE_ANSWER("answer to no open challenge");

    private final String text;

    Rejection(String text) {
        this.text = text;
    }

    /// For the log.
    public String text() {
        return text;
    }
}
