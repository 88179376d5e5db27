package io.muster.rehearsal;

/// How badly agents behave.
///
/// @param agentFailsPercent fence agents that report failure and have done nothing
/// @param agentHangsPercent fence agents that are killed at their time limit
/// @param startFailsPercent starts of a service that fail
/// @param stopFailsPercent stops of a service that fail
/// @param statusFailsPercent checks of a service that runs and yet fail
record Faults(
        int agentFailsPercent,
        int agentHangsPercent,
        int startFailsPercent,
        int stopFailsPercent,
        int statusFailsPercent) {
    static final Faults NONE = new Faults(0, 0, 0, 0, 0);
}
