package io.muster.checks;

/// How a target stands: for status displays.
///
/// @param up whether it should take connections
/// @param weight to give it now; 0 while it is down
/// @param sinceMs monotonic time of its last change between up and down, or of its first appearance
/// @param checked whether a check has ended since then first appeared
/// @param good checks in a row that went well
/// @param wanted good checks in a row that a server that is down needs
/// @param failures failed checks since it was configured
/// @param checks ended checks since it was configured
/// @param detail of the last check, "" before the first
public record TargetHealth(
        Target target,
        boolean up,
        int weight,
        long sinceMs,
        boolean checked,
        Force force,
        long good,
        long wanted,
        long failures,
        long checks,
        String detail) {
    /// What an operator said of it.
    public enum Force {
        UP,
        DOWN,
        /// The checks decide.
        AUTO
    }
}
