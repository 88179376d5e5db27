package io.muster.pulse;

/// What a director does now, whatever its role by configuration.
///
/// ```
/// STANDBY <--> ACTIVE
///  |  ^        |    |
///  |  +- LEAVING <--+
///  |        |       |
///  +-----> ENDED <--+
/// ```
public enum Activity {
    /// Listens, its table warm, without the floating addresses.
    STANDBY,
    /// Carries the floating addresses.
    ACTIVE,
    /// Has given them up, but not yet said so: first the partner, which stands by, is sent every connection once more.
    LEAVING,
    /// Has been told to stop.
    ENDED
}
