package io.muster.pulse;

/// Why a director that could take over mustn't. Source: Piranha's pulse.
public enum Inhibitor {
    /// A monitored interface has no carrier (`monitor_links = 1`).
    LINKFAIL,
    /// lvsd dies again and again.
    CHILDFAIL
}
