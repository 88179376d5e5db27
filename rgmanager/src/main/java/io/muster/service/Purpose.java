package io.muster.service;

/// What a stop that is under way is for, where it isn't for recovery.
sealed interface Purpose {
    /// An operator's stop: stays stopped until the next transition.
    record Stop() implements Purpose {}

    /// An operator's disable.
    record Disable() implements Purpose {}

    /// Disable of what had failed or was disabled: a second failure doesn't hold it up.
    record DisableAnyway() implements Purpose {}

    /// An operator's relocate, or failback.
    ///
    /// @param target where to start first; 0 for no preference
    record Move(int target) implements Purpose {}

    /// An operator's restart, or a start that a new configuration has overtaken.
    record Restart() implements Purpose {}

    /// Its owner leaves, or what it depends on has stopped: to be placed again as soon as possible.
    record Place() implements Purpose {}

    /// It is gone from the configuration.
    record Remove() implements Purpose {}
}
