package io.muster.pulse;

/// What a director does now, whatever its role by configuration.
///
/// ```
/// STANDBY <-> ACTIVE
///    |          |
///    +-> ENDED <+
/// ```
public enum Activity {
    /// Listens, its table warm, without the floating addresses.
    STANDBY,
    /// Carries the floating addresses.
    ACTIVE,
    /// Has been told to stop.
    ENDED
}
