package io.muster.service;

/// What a stop that is under way is for. Order is part of the snapshot's format: append only.
enum Next {
    NONE,
    /// An operator's stop: stays stopped until the next transition.
    STOPPED,
    /// An operator's disable.
    DISABLED,
    /// Disable of what had failed or was disabled: a second failure doesn't hold it up.
    DISABLED_ANYWAY,
    /// An operator's relocate, or failback.
    MOVE,
    /// An operator's restart, or a changed configuration.
    RESTART,
    /// A check has failed.
    RECOVER_CHECK,
    /// The start has failed.
    RECOVER_START,
    /// Its owner leaves, or what it depends on has stopped: to be placed again as soon as possible.
    PLACE,
    /// It is gone from the configuration.
    REMOVED
}
